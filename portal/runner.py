"""Keeps the processes of one machine running together (``manage.py run``), and leaves none behind.

All of them are in one process group led by a guard, a shell that waits on a pipe from us: when we vanish,
even by SIGKILL, the pipe closes and the guard ends the group.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

GRACE = 8.0
STEADY = 60.0
LONGEST_PAUSE = 30.0
GUARD = f"trap '' INT TERM; cat >/dev/null; kill -TERM 0; sleep {GRACE:.0f}; kill -KILL 0"


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Running:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    restart_at: float | None = None


class Runner:
    """Starts programs, restarts the ones that die with a growing pause, and stops them all."""

    def __init__(self, logs: Path, say: Callable[[str], None]) -> None:
        self.logs = logs
        self.say = say
        self.stopping = threading.Event()
        self.running: list[Running] = []
        logs.mkdir(parents=True, exist_ok=True)
        self._guard = subprocess.Popen(  # noqa: S603  our own words
            ["/bin/sh", "-c", GUARD], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, process_group=0
        )

    def stop_on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())

    def start(self, program: Program) -> None:
        self.running.append(Running(program, self._spawn(program), time.monotonic()))

    def watch(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Keep everything up until ``until()`` holds (True) or a stop is asked for (False)."""
        while not self.stopping.wait(0.25):
            for one in self.running:
                self._look_after(one)
            if until():
                return True
        return False

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def stop(self) -> None:
        """Ask each program to finish, then end whatever is left of the group."""
        for one in self.running:
            if one.process.poll() is None:
                one.process.terminate()
        deadline = time.monotonic() + GRACE
        for one in self.running:
            try:
                one.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{one.program.name}: không dừng kịp, buộc dừng.")
        with suppress(ProcessLookupError):  # the group is empty already
            os.killpg(self._guard.pid, signal.SIGKILL)
        for process in (self._guard, *(one.process for one in self.running)):
            process.wait()
        if self._guard.stdin:
            self._guard.stdin.close()

    def _look_after(self, one: Running) -> None:
        now = time.monotonic()
        if one.restart_at is not None:
            if now >= one.restart_at:
                one.process, one.started, one.restart_at = self._spawn(one.program), now, None
            return
        if (code := one.process.poll()) is None:
            return
        one.failures = 1 if now - one.started > STEADY else one.failures + 1
        pause = min(2.0 ** (one.failures - 1), LONGEST_PAUSE)
        one.restart_at = now + pause
        log = self.log(one.program.name)
        self.say(f"{one.program.name} đã dừng (mã {code}), chạy lại sau {pause:.0f} giây; xem {log}")

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        with self.log(program.name).open("ab") as output:
            return subprocess.Popen(  # noqa: S603  our own programs
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | program.environment,
                process_group=self._guard.pid,
            )
