"""A private portal: ``manage.py run`` in a home and on ports of its own, stopped when the block ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings

from portal.management.commands.run import ready

PATIENCE = 180.0
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")


class NotReady(RuntimeError):
    """The private portal did not come up; the message holds the end of what it said."""


@contextmanager
def private_portal(home: Path, **environment: str) -> Iterator[str]:
    """The address of a portal that serves from ``home``; its four ports are free ones in a row."""
    port = _free_ports()
    home.mkdir(parents=True, exist_ok=True)
    env = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    env |= {"PORTAL_HOME": str(home), "PORT": str(port), **environment}
    with (home / "run.log").open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "manage.py", "run"],
            cwd=settings.BASE_DIR,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, port, home / "run.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready(port) or not _answers(port + 1):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotReady(log.read_text(errors="replace")[-2000:])
        time.sleep(0.2)


def _answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_ports() -> int:
    first = 18100 + os.getpid() % 40 * 10  # two portals started at once look in different places
    for port in range(first, first + 400, 10):
        if not any(_answers(port + offset) for offset in range(4)):
            return port
    raise NotReady(f"no four free ports in a row between {first} and {first + 400}")
