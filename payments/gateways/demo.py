"""A demonstration gateway behind the same interface as a real one, with books and faults of its own.

It reaches the portal as a stranger would: a signed POST over HTTP, and a settlement file the day after.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import secrets
from pathlib import Path

import requests
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.deadlines import LEGAL_ZONE
from identity.errors import NotFound
from payments import statements
from payments.gateways.base import FAILED, PAID, Checkout, Envelope, Notice, NotTrusted, heed, prove, sign
from payments.models import DemoTransaction

logger = logging.getLogger(__name__)

FAULTS = {
    "none": gettext_lazy("Bình thường"),
    "lost": gettext_lazy("Trừ tiền nhưng không báo"),
    "duplicate": gettext_lazy("Báo hai lần"),
    "late": gettext_lazy("Báo muộn, thông báo đã cũ hơn 5 phút"),
    "amount": gettext_lazy("Khách sửa số tiền khi chuyển"),
    "forged": gettext_lazy("Thông báo giả"),
}
SHORT_BY_VND = 5_000
BANK_BIN, ACCOUNT, HOLDER = "999999", "9999888877776", "Tài khoản chuyên thu (trình diễn)"


class DemoGateway:
    name = "demo"
    label = str(gettext_lazy("Cổng thanh toán trình diễn"))

    def begin(self, *, reference: str, amount_vnd: int, return_url: str) -> Checkout:
        row, _new = DemoTransaction.objects.get_or_create(
            reference=reference,
            defaults={
                "provider_id": f"DEMO{secrets.token_hex(10).upper()}",
                "amount_vnd": amount_vnd,
                "return_url": return_url,
            },
        )
        return Checkout(reverse("payments:demo_gateway", args=[row.provider_id]), BANK_BIN, ACCOUNT, HOLDER)

    def account(self) -> Checkout:
        return Checkout("", BANK_BIN, ACCOUNT, HOLDER)

    def open(self, envelope: Envelope, *, at: dt.datetime) -> Notice:
        prove(envelope, secret=settings.GATEWAY_SECRET, at=at)
        try:
            told = json.loads(envelope.body)
            notice = Notice(
                provider_id=str(told["provider_id"]),
                reference=str(told["reference"]),
                amount_vnd=int(told["amount_vnd"]),
                status=str(told["status"]),
                paid_at=dt.datetime.fromisoformat(told["paid_at"]),
            )
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as reason:
            raise NotTrusted(_("Không đọc được thông báo.")) from reason
        return heed(notice)

    def query(self, *, reference: str) -> list[Notice]:
        rows = DemoTransaction.objects.filter(reference=reference).exclude(state=DemoTransaction.State.OPEN)
        return [notice_of(row) for row in rows]

    def statement(self, day: dt.date) -> Path | None:
        path = statement_path(day)
        if not path.exists() and day < timezone.localdate(timezone=LEGAL_ZONE):
            write_settlement(day)
        return path if path.exists() else None


def transaction_named(provider_id: str) -> DemoTransaction:
    row = DemoTransaction.objects.filter(provider_id=provider_id).first()
    if row is None:
        raise NotFound(_("Không có giao dịch này."))
    return row


def notice_of(row: DemoTransaction) -> Notice:
    status = PAID if row.state == DemoTransaction.State.PAID else FAILED
    return Notice(row.provider_id, row.reference, row.amount_vnd, status, row.paid_at or timezone.now())


def act(*, provider_id: str, paid: bool, fault: str, at: dt.datetime) -> DemoTransaction:
    """The customer pays or walks away, once; then the portal is told, as well or badly as ``fault`` says."""
    state = DemoTransaction.State.PAID if paid else DemoTransaction.State.FAILED
    amount = transaction_named(provider_id).amount_vnd
    amount -= min(amount, SHORT_BY_VND) if paid and fault == "amount" else 0
    DemoTransaction.objects.filter(provider_id=provider_id, state=DemoTransaction.State.OPEN).update(
        state=state, paid_at=at, amount_vnd=amount
    )
    row = transaction_named(provider_id)
    for envelope in envelopes(notice_of(row), fault=fault, at=at):
        deliver(envelope)
    return row


def envelopes(notice: Notice, *, fault: str, at: dt.datetime) -> list[Envelope]:
    """The notifications this fault lets through."""
    if fault == "lost":
        return []
    body = json.dumps(
        {
            "provider_id": notice.provider_id,
            "reference": notice.reference,
            "amount_vnd": notice.amount_vnd,
            "status": notice.status,
            "paid_at": notice.paid_at.isoformat(),
        }
    ).encode()
    timestamp = str(int(at.timestamp()) - (301 if fault == "late" else 0))
    secret = secrets.token_hex() if fault == "forged" else settings.GATEWAY_SECRET
    return [Envelope(timestamp, sign(secret, timestamp, body), body)] * (2 if fault == "duplicate" else 1)


def deliver(envelope: Envelope) -> None:
    """Server to server. A portal that does not answer is asked no more: it re-queries, and reads the file."""
    try:
        requests.post(
            settings.PUBLIC_URL + reverse("payments:notify", args=[DemoGateway.name]),
            data=envelope.body,
            headers={
                "Content-Type": "application/json",
                "X-Timestamp": envelope.timestamp,
                "X-Signature": envelope.signature,
            },
            timeout=3,
        )
    except requests.RequestException as reason:
        logger.warning("the demo gateway could not reach the portal: %s", type(reason).__name__)


def statement_path(day: dt.date) -> Path:
    return Path(settings.SETTLEMENT_DIR) / f"{DemoGateway.name}-{day:%Y-%m-%d}.csv"


def write_settlement(day: dt.date) -> Path:
    """The gateway's settlement file of ``day`` (00:00–24:00 Vietnamese time), replaced as a whole."""
    start = dt.datetime.combine(day, dt.time(), LEGAL_ZONE)
    rows = DemoTransaction.objects.filter(
        state=DemoTransaction.State.PAID, paid_at__gte=start, paid_at__lt=start + dt.timedelta(days=1)
    ).order_by("paid_at", "pk")
    content = statements.write(
        [notice_of(row) for row in rows], gateway=DemoGateway.name, day=day, secret=settings.GATEWAY_SECRET
    )
    path = statement_path(day)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.write_bytes(content)
    return fresh.replace(path)
