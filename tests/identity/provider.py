"""The demonstration eID as a process of its own, and a person who walks through its pages."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import requests

from portal.embedded import create_database

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|next)" value="([^"]*)"')


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Provider:
    issuer: str
    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def misbehave(self, fault: str) -> None:
        (self.home / "eid" / "fault").write_text(fault)

    def behave(self) -> None:
        (self.home / "eid" / "fault").unlink(missing_ok=True)


def start(home: Path, public_url: str) -> Provider:
    port = free_port()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "identity.eid_mock.settings",
        "EID_DATABASE_URL": create_database(os.environ["DATABASE_URL"], "eid_for_tests"),
        "EID_ISSUER": f"http://127.0.0.1:{port}/o",
        "EID_SLOW_SECONDS": "3",
        "PUBLIC_URL": public_url,
        "PORTAL_HOME": str(home),
    }
    python = [sys.executable, "-m"]
    subprocess.run([*python, "django", "migrate", "-v", "0"], env=environment, cwd=ROOT, check=True)
    serve = ["--worker-class", "gthread", "--threads", "4", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen(
        [*python, "gunicorn", "--no-control-socket", *serve, "identity.eid_mock.wsgi"],
        env=environment,
        cwd=ROOT,
    )
    provider = Provider(environment["EID_ISSUER"], home, environment, process)
    _wait(provider)
    return provider


def _wait(provider: Provider) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            requests.get(f"{provider.issuer}/.well-known/openid-configuration", timeout=2).raise_for_status()
            return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError("the demonstration eID did not start")


class Person:
    """A browser at the provider: chooses who they are, agrees, and brings back the portal's address."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.browser = requests.Session()

    def choose(self, address: str) -> requests.Response:
        page = self.browser.get(address, timeout=10)
        assert page.status_code == 200, page.text
        fields = dict(HIDDEN.findall(page.text.replace("&amp;", "&")))
        return self.browser.post(page.url, data=fields | {"number": self.number}, timeout=10)

    def sign_in(self, address: str, *, answer: str = "agree") -> str:
        page = self.choose(address)
        assert "Bạn đồng ý chuyển" in page.text, page.text
        fields = dict(HIDDEN.findall(page.text)) | {answer: "1"}
        response = self.browser.post(page.url, data=fields, timeout=10, allow_redirects=False)
        while "/dang-nhap/eid/xong/" not in response.headers["Location"]:
            onward = requests.compat.urljoin(page.url, response.headers["Location"])
            response = self.browser.get(onward, timeout=10, allow_redirects=False)
        return response.headers["Location"]
