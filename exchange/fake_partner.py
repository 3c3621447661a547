"""The fake ministry systems of the demo: ``python -m exchange.fake_partner``, a process of its own, no Django.

Takes signed webhooks at ``/webhook/<partner>``, keeps each event once, acknowledges, and some seconds after a
dossier went into processing reports a step of its own through the OAuth API. ``POST /fault`` (loopback) or
``PARTNER_FAULT`` makes it misbehave: 503, timeout, half, duplicate, reorder; ``GET /state`` shows what it holds.
"""

from __future__ import annotations

import base64
import json
import os
import random
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from exchange import signing

DEMO_SECRET = "whsec_" + base64.b64encode(b"demo-partner-webhook-secret-2026").decode()
STEPS = {
    "bo-cong-an": ["Đã nhận yêu cầu tra cứu", "Đã tra cứu dữ liệu án tích"],
    "bo-tu-phap": ["Đã đối chiếu cơ sở dữ liệu hộ tịch điện tử"],
    "bo-cong-thuong": ["Đã ghi nhận vào cơ sở dữ liệu hóa chất quốc gia"],
}
PROCESSING = 4
ATTEMPTS = 30


class Store:
    """Events by partner and id in the order they first came, in one JSON file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.data: dict[str, Any] = {"events": {}, "messages": 0, "refused": 0, "repeated": 0}
        if path.exists():
            self.data = json.loads(path.read_text())

    def take(self, partner: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Keep the new ones and return them."""
        with self.lock:
            kept = self.data["events"].setdefault(partner, {})
            new = [event for event in events if event["id"] not in kept]
            kept.update({event["id"]: event for event in new})
            self.data["messages"] += 1
            self.data["repeated"] += len(events) - len(new)
            self._save()
        return new

    def refuse(self) -> None:
        with self.lock:
            self.data["refused"] += 1
            self._save()

    def _save(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(self.data, ensure_ascii=False))
        fresh.replace(self.path)


class System:
    """The partner's own work: after a while, tell the portal how far it has come."""

    def __init__(self, portal: str, delay: float) -> None:
        self.portal = portal
        self.delay = delay

    def work_on(self, partner: str, event: dict[str, Any], fault: str) -> None:
        time.sleep(self.delay)
        now = datetime.now(UTC)
        rows = [
            {
                "id": f"{partner}-{event['id']}-{number}",
                "dossier_code": event["MaHoSo"],
                "national_code": PROCESSING,
                "occurred_at": now.replace(microsecond=number).isoformat(),
                "text": text,
            }
            for number, text in enumerate(STEPS.get(partner, ["Đã nhận và đang đối chiếu"]))
        ]
        if fault == "duplicate":
            rows += rows
        if fault == "reorder":
            rows.reverse()
        for attempt in range(ATTEMPTS):
            try:
                return self.report(partner, rows)
            except (urllib.error.URLError, OSError) as error:
                print(f"{partner}: {error}", file=sys.stderr)  # noqa: T201
                time.sleep(min(2**attempt, 30) * (0.5 + random.random() / 2))  # noqa: S311
        return None

    def report(self, partner: str, rows: list[dict[str, Any]]) -> None:
        client = f"demo-{partner}:demo-{partner}-secret"
        form = urlencode({"grant_type": "client_credentials", "scope": "status:write"}).encode()
        basic = base64.b64encode(client.encode()).decode()
        token = self._call("oauth/token/", form, "application/x-www-form-urlencoded", f"Basic {basic}")
        body = json.dumps(rows, ensure_ascii=False).encode()
        self._call("exchange/statuses/", body, "application/json", f"Bearer {token['access_token']}")

    def _call(self, path: str, body: bytes, kind: str, authorization: str) -> Any:
        headers = {"content-type": kind, "authorization": authorization}
        request = urllib.request.Request(f"{self.portal}/api/v1/{path}", body, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)


class Handler(BaseHTTPRequestHandler):
    store: Store
    system: System
    secret: str
    fault: str = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with self.store.lock:
            self._answer(200, self.store.data)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/fault":
            Handler.fault = json.loads(body)["mode"]
            return self._answer(200, {"mode": Handler.fault})
        partner = self.path.rpartition("/")[2]
        try:
            signing.verify(self.secret, headers=dict(self.headers.items()), body=body, now=time.time())
        except signing.BadSignature as bad:
            self.store.refuse()
            return self._answer(401, {"error": str(bad)})
        return _FAULTS.get(self.fault, Handler.take)(self, partner, json.loads(body)["data"])

    def take(self, partner: str, events: list[dict[str, Any]]) -> None:
        new = self.store.take(partner, events)
        for event in new:
            if event["TrangThai"] == PROCESSING and event["SuKien"] == "pass_on":
                arguments = (partner, event, self.fault)
                threading.Thread(target=self.system.work_on, args=arguments, daemon=True).start()
        received_at = datetime.now(UTC).isoformat()
        answer = {"acknowledgements": [{"id": event["id"], "received_at": received_at} for event in events]}
        self._answer(200, answer)

    def busy(self, partner: str, events: list[dict[str, Any]]) -> None:
        self._answer(503, {"error": "busy"})

    def hang(self, partner: str, events: list[dict[str, Any]]) -> None:
        """Keeps the events and never says so: the sender must not believe that they are lost."""
        self.store.take(partner, events)
        time.sleep(float(os.environ.get("PARTNER_HANG", "8")))
        self.close_connection = True

    def half(self, partner: str, events: list[dict[str, Any]]) -> None:
        self.store.take(partner, events)
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        self.wfile.write(b'{"acknowledgements": [{"id": "')
        self.close_connection = True

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: addresses hold no news."""


_FAULTS: dict[str, Callable[[Handler, str, list[dict[str, Any]]], None]] = {
    "503": Handler.busy,
    "timeout": Handler.hang,
    "half": Handler.half,
}


def main() -> None:
    port = int(os.environ.get("PARTNER_PORT", "8002"))
    home = Path(__file__).resolve().parent.parent / os.environ.get("PORTAL_HOME", ".local")
    home.mkdir(parents=True, exist_ok=True)
    Handler.store = Store(home / "partner.json")
    portal = os.environ.get("PORTAL_URL", f"http://127.0.0.1:{port - 2}")
    Handler.system = System(portal, float(os.environ.get("PARTNER_DELAY", "3")))
    Handler.secret = os.environ.get("PARTNER_SECRET", DEMO_SECRET)
    Handler.fault = os.environ.get("PARTNER_FAULT", "")
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
