"""The carrier of the demonstration: ``python -m applications.post.fake``, a process of its own, no Django.

Takes signed parcels at ``POST /shipments`` (once a reference; addresses stay in its memory), tells what happened at
``GET /shipments/<number>``, and reports each step to the portal. ``POST /fault`` or ``CARRIER_FAULT`` makes it fail:
slow, down, duplicate (every report twice), late (the newest report first, then the older ones), lost (reports
nothing: the portal has to ask), returned (nobody was at home). ``POST /walk`` moves a parcel on at once.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from applications.post.signing import is_proved, sign

DEMO_SECRET = "demo-carrier-secret"  # noqa: S105  outside the demonstration there is none
ATTEMPTS = 8


@dataclass
class Depot:
    """Every parcel and what happened to it."""

    portal: str
    secret: str
    delay: float = 20.0
    slow: float = 8.0
    fault: str = ""
    parcels: dict[str, dict[str, str]] = field(default_factory=dict)
    events: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, told: dict[str, str]) -> str:
        """The number of the parcel; the same reference is the same parcel."""
        with self.lock:
            known = self.parcels.get(told["reference"])
            if known is None:
                number = f"EP{secrets.randbelow(10**9):09d}VN"
                known = self.parcels[told["reference"]] = {**told, "tracking": number}
                self.events[number] = []
                if self.delay:
                    threading.Thread(target=self._by_itself, args=(number,), daemon=True).start()
            return known["tracking"]

    def walk(self, number: str, *statuses: str) -> list[int]:
        """Let these things happen to a parcel, and report them as the fault allows; the portal's answers."""
        with self.lock:
            fresh = [self._happen(number, status) for status in statuses]
        return [self.report(event) for event in self._reports(fresh)]

    def _happen(self, number: str, status: str) -> dict[str, str]:
        event = {
            "id": f"{number}-{len(self.events[number]) + 1}",
            "tracking": number,
            "status": status,
            "occurred_at": datetime.now(UTC).isoformat(),
        }
        self.events[number].append(event)
        return event

    def _reports(self, events: list[dict[str, str]]) -> list[dict[str, str]]:
        if self.fault == "lost":
            return []
        if self.fault == "duplicate":
            return [event for event in events for _twice in range(2)]
        return events[::-1] if self.fault == "late" else events

    def report(self, event: dict[str, str]) -> int:
        """Tell the portal; the status of its answer, 0 when it does not answer."""
        body, stamp = json.dumps(event).encode(), str(int(time.time()))
        headers = {
            "content-type": "application/json",
            "x-timestamp": stamp,
            "x-signature": sign(self.secret, stamp, body),
        }
        address = f"{self.portal}/api/v1/post/demo/notify"
        request = urllib.request.Request(address, body, headers)  # noqa: S310  our own portal
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def _by_itself(self, number: str) -> None:
        last = "returned" if self.fault == "returned" else "delivered"
        for status in ("accepted", "moving", last):
            time.sleep(self.delay)
            for attempt in range(ATTEMPTS):
                answers = self.walk(number, status) if not attempt else [self.report(self.events[number][-1])]
                if all(200 <= answer < 300 for answer in answers):
                    break
                time.sleep(min(2**attempt, 30))


class Handler(BaseHTTPRequestHandler):
    depot: Depot
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self._may_go_on(b""):
            return
        number = self.path.rpartition("/")[2]
        with self.depot.lock:
            events = list(self.depot.events.get(number, []))
        self._answer(200, {"tracking": number, "events": events})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/fault":
            self.depot.fault = json.loads(body)["mode"]
            return self._answer(200, {"mode": self.depot.fault})
        if self.path == "/walk":
            told = json.loads(body)
            return self._answer(200, {"answers": self.depot.walk(told["tracking"], *told["statuses"])})
        if not self._may_go_on(body):
            return None
        told = json.loads(body)
        if not str(told.get("address", "")).strip():
            return self._answer(422, {"error": "no address"})
        number = self.depot.take({name: str(value) for name, value in told.items()})
        if self.depot.fault == "slow":
            time.sleep(self.depot.slow)
        return self._answer(201, {"tracking": number})

    def _may_go_on(self, body: bytes) -> bool:
        if self.depot.fault == "down":
            self._answer(503, {"error": "down"})
            return False
        stamp, signature = self.headers.get("x-timestamp", ""), self.headers.get("x-signature", "")
        secret = self.depot.secret
        if is_proved(secret, timestamp=stamp, signature=signature, body=body, now=time.time()):
            return True
        self._answer(401, {"error": "signature"})
        return False

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: parcels are people's business."""


def serve(depot: Depot, port: int) -> ThreadingHTTPServer:
    """A server on this machine only; ``port`` 0 takes a free one."""
    handler = type("DepotHandler", (Handler,), {"depot": depot})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> None:
    port = int(os.environ.get("CARRIER_PORT", "8003"))
    depot = Depot(
        portal=os.environ.get("PORTAL_URL", f"http://127.0.0.1:{port - 3}"),
        secret=os.environ.get("CARRIER_SECRET", DEMO_SECRET),
        delay=float(os.environ.get("CARRIER_DELAY", "20")),
        fault=os.environ.get("CARRIER_FAULT", ""),
    )
    serve(depot, port).serve_forever()


if __name__ == "__main__":
    main()
