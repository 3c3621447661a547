"""``manage.py run``: the whole portal on one machine, with demo data."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.embedded import create_database
from portal.place import home
from portal.runner import Program, Runner

QUEUES = "issue,sync,notify,reconcile,default"
READY_WITHIN = 90.0


class Command(BaseCommand):
    help = "Chạy toàn bộ cổng trên máy này với dữ liệu trình diễn (cổng mạng PORT đến PORT+3)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Lệnh này chỉ chạy bản trình diễn (DEMO=1).", returncode=2)
        ports = [settings.PORT + number for number in range(4)]
        for port in ports:
            require_free(port)
        home().mkdir(parents=True, exist_ok=True)
        os.environ["PYTHONUNBUFFERED"] = "1"
        if "EID_DATABASE_URL" not in os.environ:
            os.environ["EID_DATABASE_URL"] = create_database(os.environ["DATABASE_URL"], "eid")
        self._prepare()
        runner = Runner(home() / "log", self._say)
        runner.stop_on_signals()
        try:
            for program in programs(settings.PORT):
                runner.start(program)
            deadline = time.monotonic() + READY_WITHIN
            if runner.watch(until=lambda: ready(settings.PORT) or time.monotonic() > deadline):
                self._greet(runner)
                runner.watch()
        finally:
            self._say("Đang dừng…")
            runner.stop()

    def _prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-m", "django", "migrate", "--noinput", "--verbosity", "0"],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "identity.eid_mock.settings"},
            cwd=settings.BASE_DIR,
            check=True,
        )
        collect_static(home() / "static.stamp")
        call_command("demo_data", stdout=self.stdout)

    def _greet(self, runner: Runner) -> None:
        address = f"http://127.0.0.1:{settings.PORT}"
        if ready(settings.PORT):
            self._say(f"Cổng đang chạy tại {address} (Ctrl-C để dừng).")
        else:
            self._say(
                f"Cổng chưa sẵn sàng sau {READY_WITHIN:.0f} giây; xem {address}/readyz và {runner.logs}"
            )

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def programs(port: int) -> list[Program]:
    python = [sys.executable, "-m"]
    gunicorn = [*python, "gunicorn", "--no-control-socket", "--worker-class", "gthread", "--threads", "4",
                "--graceful-timeout", "5", "--log-level", "warning"]  # fmt: skip
    celery = [*python, "celery", "-A", "portal"]
    worker = ["worker", "-n", f"portal-{port}@%h", "-Q", QUEUES, "-c", "2", "-l", "WARNING",
              "--without-gossip", "--without-mingle"]  # fmt: skip
    eid = {"DJANGO_SETTINGS_MODULE": "identity.eid_mock.settings"}
    schedule = str(home() / "beat-schedule")
    return [
        Program("web", [*gunicorn, "-w", "2", "-b", f"127.0.0.1:{port}", "portal.wsgi"]),
        Program("eid", [*gunicorn, "-w", "1", "-b", f"127.0.0.1:{port + 1}", "identity.eid_mock.wsgi"], eid),
        Program("partner", [*python, "exchange.fake_partner"], {"PARTNER_PORT": str(port + 2)}),
        Program("carrier", [*python, "applications.post.fake"], {"CARRIER_PORT": str(port + 3)}),
        Program("worker", [*celery, *worker]),
        Program("beat", [*celery, "beat", "-l", "WARNING", "-s", schedule, "--pidfile", ""]),
    ]


def require_free(port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise CommandError(
                f"Cổng mạng {port} đang có chương trình khác dùng; chọn cổng khác: PORT=8100 make run. "
                f"(Port {port} is taken; choose another with PORT.)",
                returncode=2,
            ) from taken


def ready(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False


def collect_static(stamp: Path) -> None:
    """Copy, name and compress static files, only when one changed: it is the slow part of a second start."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            fact = os.stat(storage.path(path))
            digest.update(f"{path} {fact.st_size} {fact.st_mtime_ns}\n".encode())
    if settings.STATIC_ROOT.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest.hexdigest())
