"""Where the private servers of a checkout live, and as whom.

Neither PostgreSQL nor a careful person runs a server as root, and a system account cannot enter a private
home. Root's servers therefore live in /var/lib/portal/<hash of the home> and run as ``_portal``; programs
that the account cannot reach are copied there, so that no directory of anybody is opened wider.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

import psutil

BASE_DIR = Path(__file__).resolve().parent.parent
ROOT_PLACE = Path("/var/lib/portal")
ACCOUNT = "_portal"
LONGEST_SOCKET = 100  # sun_path holds 104 bytes on macOS, 108 on Linux


class Account(TypedDict, total=False):
    """Keywords for subprocess."""

    env: dict[str, str]
    user: int
    group: int
    extra_groups: list[int]


def home() -> Path:
    """Where this checkout keeps its own things."""
    return (BASE_DIR / os.environ.get("PORTAL_HOME", ".local")).resolve()


def place() -> Path:
    """Where the servers of this home keep their data."""
    return ROOT_PLACE / _short(home()) if os.geteuid() == 0 else home() / "servers"


def durable() -> bool:
    """Tests set PORTAL_DURABLE=0: their data need not survive a power cut."""
    return os.environ.get("PORTAL_DURABLE", "1") != "0"


def settle() -> None:
    """Servers of a checkout that was removed must not come back to life under a new one at the same path.

    Root's servers lie outside the home, so the home keeps a mark; without it what lies there is nobody's any more.
    """
    if os.geteuid() != 0:
        return
    mark = home() / "servers.mark"
    ROOT_PLACE.mkdir(parents=True, exist_ok=True)
    with (ROOT_PLACE / f"{_short(home())}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.exists():
            return
        if place().exists():
            _end_processes_in(place())
            shutil.rmtree(place())
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text("The private servers of this home are in use; see docs/operations.md.\n")


def _end_processes_in(directory: Path) -> None:
    for process in psutil.process_iter(["cwd"]):
        if process.info["cwd"] and Path(process.info["cwd"]).is_relative_to(directory):
            process.kill()
            process.wait(10)


def prepare(directory: Path) -> None:
    if not directory.parent.exists():
        directory.parent.mkdir(parents=True)
        directory.parent.chmod(0o755)
    _make_private(directory)


def socket_directory(directory: Path, name: str) -> Path:
    """``directory``, or a short private one when a unix socket's path would be too long there."""
    if len(os.fsencode(directory / name)) <= LONGEST_SOCKET:
        return directory
    short = Path("/tmp") / f"portal-{_short(directory)}"  # noqa: S108  private and checked, see below
    _make_private(short)
    return short


def as_account() -> Account:
    """An own environment too: a locale or a PG variable of the caller must not reach the servers."""
    keywords = Account(env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"})
    if os.geteuid() == 0:
        uid, gid = _account()
        keywords |= {"user": uid, "group": gid, "extra_groups": []}
    return keywords


def package_directory(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def runnable(tree: Path, parts: list[str], *, copy: Path) -> Path:
    """``tree``, or a ``copy`` of its ``parts`` when the account of the servers cannot reach them."""
    if os.geteuid() != 0 or all(_open_to_all(tree / part) for part in parts if (tree / part).exists()):
        return tree
    if not copy.exists():
        fresh = copy.with_name(f"{copy.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        for part in parts:
            if (tree / part).is_dir():
                shutil.copytree(tree / part, fresh / part)
            elif (tree / part).exists():
                fresh.mkdir(exist_ok=True)
                shutil.copy(tree / part, fresh / part)
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(0o755)
        fresh.rename(copy)
    return copy


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def _open_to_all(path: Path) -> bool:
    inside = list(path.rglob("*"))[:200] if path.is_dir() else []
    return all(step.stat().st_mode & 0o001 for step in path.resolve().parents) and all(
        step.stat().st_mode & 0o004 for step in (path, *inside)
    )


def _make_private(directory: Path) -> None:
    """Mode 0700 and ours; one that somebody else prepared is refused."""
    uid, gid = _account() if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    try:
        directory.mkdir(mode=0o700)
        os.chown(directory, uid, gid)
    except FileExistsError:
        found = directory.lstat()
        if found.st_uid != uid or found.st_mode & 0o077:
            raise PermissionError(
                f"{directory} không phải thư mục riêng / is not a private directory"
            ) from None


def _account() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        create = ["/usr/sbin/useradd", "--system", "--user-group", "--no-create-home"]
        create += ["--home-dir", str(ROOT_PLACE), "--shell", "/usr/sbin/nologin", ACCOUNT]
        subprocess.run(create, check=True, capture_output=True)  # noqa: S603
        entry = pwd.getpwnam(ACCOUNT)
    return entry.pw_uid, entry.pw_gid
