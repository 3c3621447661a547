"""What the fault tests break: a Redis and workers of their own, on the database of the test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis
from django.conf import settings
from django.db import connection

from portal.embedded import Redis

QUEUE = "issue"


def wait_for(met: Callable[[], Any], seconds: float) -> Any:
    """What ``met`` returns as soon as it is true; fails at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        if found := met():
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def measured(what: str) -> None:
    """A figure for the reader of the run (shown with ``-s``, and when the test fails)."""
    sys.stdout.write(f"\n{what}\n")


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run in threads that start together, each with its own connection to the database."""
    gate, answers = threading.Barrier(len(works), timeout=20), [None] * len(works)

    def one(number: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait()
            answers[number] = works[number]()
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    return answers


class OwnRedis:
    """A server on a socket of its own that keeps nothing on disk."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket = directory / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server") or str(Redis()._program())
        options = {
            "port": "0",
            "save": "",
            "appendonly": "no",
            "dir": self.directory,
            "unixsocket": self.socket,
        }
        command = [program, *(str(part) for name, value in options.items() for part in (f"--{name}", value))]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.answers, 10)

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def queued(self) -> int:
        return int(self.client.llen(QUEUE))  # type: ignore[arg-type]


class Worker:
    """``celery worker`` as a process group of its own, with the database and the files of the test."""

    def __init__(self, redis_url: str, directory: Path, concurrency: int) -> None:
        self.directory = directory
        self.concurrency = concurrency
        self.environment = worker_environment(redis_url, directory)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "-Q", QUEUE, "-l", "WARNING"]
        options = ["-c", str(self.concurrency), "--without-gossip", "--without-mingle"]
        with (self.directory / "worker.log").open("ab") as output:
            self.process = subprocess.Popen(
                [*command, *options],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def signal_all(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """The whole group at once, as a machine that loses power: no child may finish its task."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.signal_all(signal.SIGKILL)
        self.process.wait()
        self.process = None
        wait_for(lambda: not strangers(), 10)


def strangers() -> int:
    """Connections to the test's database that the test itself did not open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def worker_environment(redis_url: str, directory: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_URL_FILE")}
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return kept | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": urlunsplit(address),
        "REDIS_URL": redis_url,
        "PORTAL_HOME": str(directory),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "SIGNING_DIR": str(settings.SIGNING_DIR),
    }
