"""What a postal carrier must be able to do. The portal trusts nothing of it that is not signed and fresh."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

from identity.errors import DomainError

ACCEPTED, MOVING, DELIVERED, RETURNED = "accepted", "moving", "delivered", "returned"
STATUSES = (ACCEPTED, MOVING, DELIVERED, RETURNED)
LONGEST_ID, LONGEST_TRACKING = 64, 40
FIRST_YEAR, LAST_YEAR = 2000, 2200


class NotTrusted(DomainError):
    """A notice that is forged, stale or malformed; nothing changes."""

    code = "not_trusted"
    status = 403


class ParcelRefused(DomainError):
    """The carrier does not take this parcel (no such address, no service there); trying again does not help."""

    code = "parcel_refused"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the carrier is told. Personal data: it lives for one call, and neither a log nor a traceback shows it."""

    reference: str
    recipient: str = field(repr=False)
    address: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A notice as it arrived; only ``Carrier.open`` turns it into a Notice."""

    timestamp: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that happened to a parcel, by the carrier's own id of it."""

    provider_id: str
    tracking: str
    status: str
    occurred_at: dt.datetime


class Carrier(Protocol):
    name: str
    label: str

    def create(self, parcel: Parcel) -> str:
        """Take a parcel, once a reference; the tracking number. Raises Unavailable and ParcelRefused."""

    def query(self, tracking: str) -> list[Notice]:
        """Everything that happened to a parcel so far. Raises Unavailable."""

    def open(self, envelope: Envelope, *, at: dt.datetime) -> Notice:
        """Prove and read a notice that was pushed. Raises NotTrusted."""


def is_readable(notice: Notice) -> bool:
    """A signed notice may still be nonsense, which no row could hold."""
    names = ((notice.provider_id, LONGEST_ID), (notice.tracking, LONGEST_TRACKING))
    plain = all(name.isascii() and name.isprintable() and 0 < len(name) <= longest for name, longest in names)
    dated = notice.occurred_at.tzinfo is not None and FIRST_YEAR <= notice.occurred_at.year <= LAST_YEAR
    return plain and dated and notice.status in STATUSES
