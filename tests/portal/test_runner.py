"""What ``manage.py run`` starts stays up together and goes down together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from django.core.management.base import CommandError

from portal import place, runner
from portal.management.commands.run import programs, ready, require_free

STUBBORN = (
    "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > {inner}; sleep 60' & echo $$ > {outer}; wait; sleep 60"
)
SUPERVISE = """
import sys
from pathlib import Path
from portal import runner
runner.GUARD = runner.GUARD.replace("sleep 8", "sleep 1")
keeper = runner.Runner(Path(sys.argv[1]), print)
keeper.start(runner.Program("stubborn", ["sh", "-c", sys.argv[2]]))
keeper.watch()
"""


def wait_for(met: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not met() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(met())


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def written(*files: Path) -> bool:
    return all(file.exists() and file.read_text().strip() for file in files)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def keeper(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[runner.Runner]:
    monkeypatch.setattr(runner, "GRACE", 0.5)
    one = runner.Runner(tmp_path / "log", said.append)
    yield one
    one.stop()


def test_a_program_that_dies_is_started_again_and_it_is_said(
    keeper: runner.Runner, tmp_path: Path, said: list[str]
) -> None:
    count = tmp_path / "count"
    keeper.start(runner.Program("fragile", ["sh", "-c", f"echo x >> {count}; exit 3"]))
    assert keeper.watch(until=lambda: written(count) and len(count.read_text().split()) == 3)
    assert said[:2] == [
        f"fragile đã dừng (mã 3), chạy lại sau 1 giây; xem {tmp_path}/log/fragile.log",
        f"fragile đã dừng (mã 3), chạy lại sau 2 giây; xem {tmp_path}/log/fragile.log",
    ]


def test_a_stop_ends_even_grandchildren_that_ignore_it(
    keeper: runner.Runner, tmp_path: Path, said: list[str]
) -> None:
    files = tmp_path / "inner", tmp_path / "outer"
    script = STUBBORN.format(inner=files[0], outer=files[1])
    keeper.start(runner.Program("stubborn", ["sh", "-c", script]))
    assert wait_for(lambda: written(*files))
    pids = [int(file.read_text()) for file in files]
    keeper.stop()
    assert wait_for(lambda: not any(alive(pid) for pid in pids))
    assert said == ["stubborn: không dừng kịp, buộc dừng."]


def test_a_stop_signal_ends_the_watch(keeper: runner.Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        keeper.stop_on_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        assert keeper.watch() is False
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def supervise(tmp_path: Path) -> tuple[subprocess.Popen[bytes], list[int]]:
    files = tmp_path / "inner", tmp_path / "outer"
    script = STUBBORN.format(inner=files[0], outer=files[1])
    command = [sys.executable, "-c", SUPERVISE, str(tmp_path / "log"), script]
    process = subprocess.Popen(command, cwd=place.BASE_DIR)
    assert wait_for(lambda: written(*files))
    return process, [int(file.read_text()) for file in files]


def test_nothing_is_left_when_the_runner_itself_is_killed(tmp_path: Path) -> None:
    process, pids = supervise(tmp_path)
    process.kill()
    process.wait()
    assert wait_for(lambda: not any(alive(pid) for pid in pids))


def test_without_the_guard_a_killed_runner_would_leave_orphans(tmp_path: Path) -> None:
    """The broken variant of the test above."""
    process, pids = supervise(tmp_path)
    guard = os.getpgid(pids[0])
    os.kill(guard, signal.SIGKILL)
    process.kill()
    process.wait()
    assert not wait_for(lambda: not any(alive(pid) for pid in pids), seconds=2.5)
    os.killpg(guard, signal.SIGKILL)


def test_a_taken_port_is_one_sentence_and_exit_code_2() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Cổng mạng {port} đang có chương trình khác dùng") as refusal:
            require_free(port)
    assert refusal.value.returncode == 2
    require_free(port)


def test_a_portal_that_does_not_answer_is_not_ready() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    assert ready(port) is False


def test_the_programs_listen_on_this_machine_only_and_take_every_queue() -> None:
    by_name = {program.name: " ".join(program.command) for program in programs(8000)}
    assert list(by_name) == ["web", "eid", "partner", "carrier", "worker", "beat"]
    assert "-b 127.0.0.1:8000 portal.wsgi" in by_name["web"]
    assert "-b 127.0.0.1:8001 identity.eid_mock.wsgi" in by_name["eid"]
    assert "-Q issue,sync,notify,reconcile,default" in by_name["worker"]
