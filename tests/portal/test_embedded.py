"""The private servers: shared by every process of a home, stopped by the last one, whatever was killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest

from portal import embedded, place

HOLD = """
import json, os, sys
from portal import embedded
embedded.provide()
print(json.dumps([os.environ["DATABASE_URL"], os.environ["REDIS_URL"]]), flush=True)
sys.stdin.read()
"""


class Holder:
    """A process of its own that uses the servers until it is told to go."""

    def __init__(self, home: Path, script: str, durable: str) -> None:
        kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            env=kept | {"PORTAL_HOME": str(home), "PORTAL_DURABLE": durable},
            cwd=place.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        self.database, self.redis = json.loads(self.process.stdout.readline())

    def go(self) -> None:
        self.process.communicate()
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


Start = Callable[..., Holder]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PORTAL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PORTAL_DURABLE", "0")
    (tmp_path / "home").mkdir()
    yield tmp_path / "home"
    for server in (embedded.Postgres(), embedded.Redis()):
        server._stop()
    shutil.rmtree(place.place(), ignore_errors=True)


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    holders: list[Holder] = []

    def another(script: str = HOLD, durable: str = "0") -> Holder:
        holders.append(Holder(home, script, durable))
        return holders[-1]

    yield another
    for holder in holders:
        if holder.process.returncode is None:
            holder.kill()


def both_alive() -> list[bool]:
    return [embedded.Postgres().alive(), embedded.Redis().alive()]


def running(pid: int | None) -> bool:
    return psutil.pid_exists(pid or 0) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def ask(url: str, question: str) -> object:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone() if cursor.description else None
    return row and row[0]


def test_two_processes_share_the_servers_and_the_last_one_out_stops_them(start: Start) -> None:
    first, second = start(), start()
    assert (first.database, first.redis) == (second.database, second.redis)
    pids = [embedded.Postgres().pid(), embedded.Redis().pid()]
    first.go()
    assert both_alive() == [True, True]
    assert ask(second.database, "SELECT current_database()") == "portal"
    second.go()
    assert both_alive() == [False, False]
    assert not any(running(pid) for pid in pids)


def test_a_process_that_stops_without_asking_who_is_left_would_be_caught(start: Start) -> None:
    """The broken variant of the test above."""
    hasty = HOLD.replace("embedded.provide()", "embedded.provide(); stop = embedded.Postgres()._stop")
    first, second = start(hasty + "stop()\n"), start()
    first.go()
    assert both_alive() == [False, True]
    with pytest.raises(psycopg2.OperationalError):
        ask(second.database, "SELECT 1")


def test_a_killed_process_leaves_the_data_and_the_next_one_stops_what_it_left(start: Start) -> None:
    killed = start()
    ask(killed.database, "CREATE TABLE kept AS SELECT 42 AS answer")
    server = embedded.Postgres().pid()
    killed.kill()
    assert both_alive() == [True, True]
    after = start()
    assert embedded.Postgres().pid() == server
    assert ask(after.database, "SELECT answer FROM kept") == 42
    after.go()
    assert both_alive() == [False, False]


def test_killed_servers_come_back_with_every_commit(start: Start) -> None:
    holder = start(durable="1")
    ask(holder.database, "CREATE TABLE kept AS SELECT 42 AS answer")
    for server in (embedded.Postgres(), embedded.Redis()):
        os.kill(server.pid() or 0, signal.SIGKILL)
        assert embedded.until(lambda server=server: not server.alive())
    holder.go()
    after = start()
    assert ask(after.database, "SELECT answer FROM kept") == 42
    after.go()
    assert both_alive() == [False, False]


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(start: Start) -> None:
    start().go()
    stale = place.place() / "data/postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n0\n5432\n\n\n\nready\n")
    after = start()
    assert ask(after.database, "SELECT 1") == 1
    assert embedded.Postgres().pid() != os.getpid()
    after.go()
    assert both_alive() == [False, False]


def test_a_forked_child_does_not_stop_the_servers_of_its_parent(start: Start) -> None:
    forking = HOLD.replace("sys.stdin.read()", "pid = os.fork()\nif not pid: sys.exit()\n"
                           "os.waitpid(pid, 0); print('forked', flush=True); sys.stdin.read()")  # fmt: skip
    parent = start(forking)
    assert parent.process.stdout
    assert parent.process.stdout.readline() == b"forked\n"
    assert both_alive() == [True, True]
    parent.go()
    assert both_alive() == [False, False]


def test_a_forked_child_that_stays_longer_does_not_block_the_next_start(start: Start) -> None:
    lingering = "if not os.fork():\n os.closerange(0, 3); import time; time.sleep(8); os._exit(0)\n"
    start(HOLD.replace("sys.stdin.read()", f"{lingering}sys.stdin.read()")).go()
    assert both_alive() == [False, False]
    began = time.monotonic()
    start().go()
    assert time.monotonic() - began < 6


def test_a_terminated_process_stops_the_servers(start: Start) -> None:
    holder = start()
    holder.process.terminate()
    holder.process.communicate()
    assert holder.process.returncode == 143
    assert both_alive() == [False, False]


def test_the_servers_are_private_and_have_no_network_port(start: Start) -> None:
    start()
    assert place.place().stat().st_mode & 0o777 == 0o700
    for server in (embedded.Postgres(), embedded.Redis()):
        listening = psutil.Process(server.pid()).net_connections("inet")
        assert listening == []


def test_servers_of_the_environment_are_used_and_nothing_is_started(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/portal")
    monkeypatch.setenv("REDIS_URL_FILE", "/run/secrets/redis")
    monkeypatch.delenv("REDIS_URL", raising=False)
    embedded.provide()
    assert os.environ["DATABASE_URL"] == "postgresql://elsewhere/portal"
    assert "REDIS_URL" not in os.environ
    assert not place.place().exists()


@pytest.mark.parametrize("server", [embedded.Postgres, embedded.Redis])
def test_a_missing_program_is_said_in_both_languages(
    server: type[embedded.Server], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "package_directory", lambda package: None)
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.setattr(place, "_account", lambda: (os.geteuid(), os.getegid()))
    started = server()
    with pytest.raises(embedded.ServerUnavailable) as refusal:
        started.join()
    started.leave()
    vietnamese, english = str(refusal.value).splitlines()
    assert vietnamese.startswith(f"Không chạy được {server.title} riêng của cổng: ")
    assert english.endswith(f"Set {server.variable} to a server you already have.")


def test_a_long_path_gets_a_short_private_socket_directory(tmp_path: Path) -> None:
    assert place.socket_directory(Path("/srv/short"), "redis.sock") == Path("/srv/short")
    short = place.socket_directory(tmp_path / ("d" * 120), "redis.sock")
    assert len(str(short)) < 40
    assert short.stat().st_mode & 0o777 == 0o700
    short.rmdir()


def test_a_directory_prepared_by_somebody_else_is_refused(tmp_path: Path) -> None:
    prepared = tmp_path / "servers"
    prepared.mkdir(mode=0o777)
    with pytest.raises(PermissionError, match="private"):
        place.prepare(prepared)


def test_programs_in_a_private_home_are_copied_instead_of_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "private" / "site"
    (tree / "bin").mkdir(parents=True)
    (tree / "bin" / "server").write_text("#!/bin/sh\n")
    tree.parent.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = place.runnable(tree, ["bin"], copy=tmp_path / "copy")
    assert found == tmp_path / "copy"
    assert (found / "bin" / "server").stat().st_mode & 0o777 == 0o755
    assert tree.parent.stat().st_mode & 0o777 == 0o700


def test_a_removed_home_leaves_nothing_behind_for_the_next_one_at_the_same_path(
    home: Path, start: Start
) -> None:
    first = start()
    with closing(psycopg2.connect(first.database)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind ()")
        connection.commit()
    first.go()
    shutil.rmtree(home)
    with closing(psycopg2.connect(start().database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('left_behind')")
        assert cursor.fetchone() == (None,)
