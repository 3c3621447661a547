"""A partner system in a second process, the way the demo runs it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

from django.utils import timezone
from oauth2_provider.models import Application

from exchange import services
from exchange.fake_partner import DEMO_SECRET
from exchange.models import Delivery, Partner

KEY = "bo-cong-an"


class Remote:
    """The running process."""

    def __init__(self, home: Path, *, portal: str = "http://127.0.0.1:9", fault: str = "") -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "exchange.fake_partner"],
            env={
                "PATH": os.environ["PATH"],
                "PORTAL_HOME": str(home),
                "PARTNER_PORT": str(self.port),
                "PARTNER_FAULT": fault,
                "PARTNER_DELAY": "0.1",
                "PARTNER_HANG": "2",
                "PORTAL_URL": portal,
            },
            stderr=subprocess.DEVNULL,
        )
        eventually(lambda: self.answers())

    def answers(self) -> bool:
        try:
            return bool(self.state())
        except urllib.error.URLError:
            return False

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/state", timeout=10) as answer:
            return json.load(answer)

    def events(self) -> list[dict[str, Any]]:
        return list(self.state()["events"].get(KEY, {}).values())

    def fault(self, mode: str) -> None:
        body = json.dumps({"mode": mode}).encode()
        urllib.request.urlopen(f"{self.url}/fault", body, timeout=10).close()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def eventually(happened: Any, seconds: float = 15.0) -> None:
    """Poll with a deadline."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def partner(url: str = "http://127.0.0.1:9", key: str = KEY) -> Partner:
    application = Application.objects.create(
        client_id=f"demo-{key}",
        name=key,
        client_secret=f"demo-{key}-secret",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    return Partner.objects.create(
        key=key,
        name="Bộ Công an",
        webhook_url=f"{url}/webhook/{key}",
        secret=DEMO_SECRET,
        application=application,
    )


def collect_all(receiver: Partner) -> None:
    """Everything written so far becomes a delivery (a transaction of a neighbour may still hide the newest)."""
    eventually(lambda: not services.collect(partner=receiver, at=timezone.now()))


def drain(receiver: Partner) -> None:
    """What the task does, until nothing is left or the partner is paused."""
    collect_all(receiver)
    while services.send(partner=receiver, at=timezone.now()):
        collect_all(receiver)


def unfinished() -> int:
    return Delivery.objects.all().unfinished().count()
