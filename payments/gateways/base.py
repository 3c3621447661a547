"""What a payment gateway must be able to do. The portal trusts nothing of it that is not signed and fresh."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _

from identity.errors import DomainError

PAID, FAILED, REFUNDED = "paid", "failed", "refunded"
STATUSES = (PAID, FAILED, REFUNDED)
FRESH_SECONDS = 300
LONGEST_NAME, LARGEST_VND, FIRST_YEAR, LAST_YEAR = 64, 10**13, 2000, 2200


class NotTrusted(DomainError):
    """A notification that is forged, stale or malformed; nothing changes."""

    code = "not_trusted"
    status = 403


@dataclass(frozen=True, slots=True)
class Envelope:
    """A notification as it arrived; only ``Gateway.open`` turns it into a Notice."""

    timestamp: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """What the gateway says about one payment, after the proof that the gateway said it."""

    provider_id: str
    reference: str
    amount_vnd: int
    status: str
    paid_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a person is sent to: the gateway's page, and the account behind the VietQR."""

    url: str
    bank_bin: str
    account: str
    holder: str


class Gateway(Protocol):
    name: str
    label: str

    def begin(self, *, reference: str, amount_vnd: int, return_url: str) -> Checkout:
        """Open a payment at the gateway, once a reference. Raises Unavailable."""

    def account(self) -> Checkout:
        """The account that receives, for the VietQR."""

    def open(self, envelope: Envelope, *, at: dt.datetime) -> Notice:
        """Prove and read a notification. Raises NotTrusted."""

    def query(self, *, reference: str) -> list[Notice]:
        """Ask what became of a reference, when no notification came. Raises Unavailable."""

    def statement(self, day: dt.date) -> Path | None:
        """The settlement file of a day that is over, when it has arrived."""


def heed(notice: Notice) -> Notice:
    """A signed notice may still be nonsense, which no row could hold. Raises NotTrusted."""
    names = (notice.provider_id, notice.reference, notice.status)
    plain = all(name.isascii() and name.isprintable() and 0 < len(name) <= LONGEST_NAME for name in names)
    if not plain or not 0 <= notice.amount_vnd <= LARGEST_VND or notice.paid_at.tzinfo is None:
        raise NotTrusted(_("Không đọc được thông báo."))
    if not FIRST_YEAR <= notice.paid_at.year <= LAST_YEAR:
        raise NotTrusted(_("Không đọc được thông báo."))
    return notice


def sign(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def prove(envelope: Envelope, *, secret: str, at: dt.datetime) -> None:
    """HMAC-SHA256 over ``timestamp.body``, at most 300 s old. Without a secret nobody is believed."""
    expected = sign(secret, envelope.timestamp, envelope.body)
    if not secret or not hmac.compare_digest(expected.encode(), envelope.signature.encode()):
        raise NotTrusted(_("Chữ ký của thông báo không đúng."))
    if not envelope.timestamp.isdecimal() or len(envelope.timestamp) > 12:
        raise NotTrusted(_("Thông báo không ghi thời điểm."))
    if abs(at.timestamp() - int(envelope.timestamp)) > FRESH_SECONDS:
        raise NotTrusted(_("Thông báo đã quá 5 phút."))
