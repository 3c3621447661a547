"""Settlement files: CSV with a header, one line a payment, a trailer and a checksum line. Pure: no database.

    provider_id,reference,amount_vnd,status,paid_at
    DEMO01,R4K…,200000,paid,2026-05-04T14:02:11+07:00
    TRAILER,demo,2026-05-04,1,200000
    HMAC,<SHA-256 of every byte before this line, keyed>

A file is believed as a whole or not at all: cut, altered, of another day or of another gateway is refused
before anything is stored (practice of Vietnamese payment intermediaries: daily file on T+1 with totals).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from applications.deadlines import LEGAL_ZONE
from identity.errors import DomainError
from payments.gateways.base import Notice

HEADER = b"provider_id,reference,amount_vnd,status,paid_at\n"
_LINE = re.compile(
    rb"[A-Za-z0-9._-]{1,64},[A-Za-z0-9._-]{0,64},(\d{1,15}),(?:paid|failed|refunded),"
    rb"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)\n"
)


class StatementRefused(DomainError):
    code = "statement_refused"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was proved. ``start`` and ``end`` bound the lines inside it, in bytes."""

    path: Path
    sha256: str
    count: int
    total_vnd: int
    start: int
    end: int

    def lines(self) -> BinaryIO:
        """The lines alone, as COPY reads them."""
        file = self.path.open("rb")
        file.seek(self.start)
        return io.BufferedReader(_Part(file, self.end - self.start))


class _Part(io.RawIOBase):
    """The next ``left`` bytes of a file; closes it with itself."""

    def __init__(self, file: BinaryIO, left: int) -> None:
        self.file, self.left = file, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self.file.read(min(len(buffer), self.left))
        buffer[: len(chunk)] = chunk
        self.left -= len(chunk)
        return len(chunk)

    def close(self) -> None:
        self.file.close()
        super().close()


def write(notices: Iterable[Notice], *, gateway: str, day: dt.date, secret: str) -> bytes:
    count = total = 0
    parts = [HEADER]
    for one in notices:
        count, total = count + 1, total + one.amount_vnd
        paid_at = one.paid_at.astimezone(LEGAL_ZONE).isoformat(timespec="microseconds")
        parts.append(f"{one.provider_id},{one.reference},{one.amount_vnd},{one.status},{paid_at}\n".encode())
    parts.append(_trailer(gateway, day, count, total))
    content = b"".join(parts)
    return (
        content + b"HMAC," + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest().encode() + b"\n"
    )


def read(path: Path, *, gateway: str, day: dt.date, secret: str) -> Sheet:
    """Prove the whole file. Raises StatementRefused with the line and the reason."""
    try:
        with path.open("rb") as file:
            return _read(file, path, gateway, day, secret)
    except OSError as reason:
        raise StatementRefused(f"Không mở được tệp đối soát {path}.") from reason


def _read(file: BinaryIO, path: Path, gateway: str, day: dt.date, secret: str) -> Sheet:
    mac, whole = hmac.new(secret.encode(), digestmod=hashlib.sha256), hashlib.sha256()
    header = file.readline()
    if header != HEADER:
        raise StatementRefused("Dòng 1: tiêu đề của tệp đối soát không đúng.")
    mac.update(header)
    whole.update(header)
    start = end = len(header)
    count = total = 0
    for number, line in enumerate(file, 2):
        whole.update(line)
        if line.startswith(b"TRAILER,"):
            mac.update(line)
            break
        found = _LINE.fullmatch(line)
        if found is None:
            raise StatementRefused(f"Dòng {number}: không đúng mẫu.", line=number)
        mac.update(line)
        count, total, end = count + 1, total + int(found[1]), end + len(line)
    else:
        raise StatementRefused("Tệp đối soát bị cắt: thiếu dòng tổng.")
    if line != _trailer(gateway, day, count, total):
        raise StatementRefused("Dòng tổng không khớp số dòng, số tiền, ngày hoặc cổng thanh toán.")
    seal = file.read(200)
    whole.update(seal)
    expected = b"HMAC," + mac.hexdigest().encode() + b"\n"
    if not secret or not hmac.compare_digest(seal, expected):
        raise StatementRefused("Chữ ký của tệp đối soát không đúng hoặc bị thiếu.")
    return Sheet(path, whole.hexdigest(), count, total, start, end)


def _trailer(gateway: str, day: dt.date, count: int, total: int) -> bytes:
    return f"TRAILER,{gateway},{day:%Y-%m-%d},{count},{total}\n".encode()
