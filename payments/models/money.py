"""Money for a dossier: what is owed, every try to pay it, the double-entry ledger, receipts and reconciliation.

Whole đồng only. What must never happen is forbidden by the database, not by hope: two open charges, two settled
attempts, an unbalanced transfer, a gap or a repeat in receipt numbers.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Dossier
from identity.models import Agency, Citizen

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_reference() -> str:
    """What stands in the transfer text: cannot be guessed (89 bits), can be read aloud, fits VietQR (25 signs)."""
    return "".join(secrets.choice(ALPHABET) for _i in range(18))


class ChargeQuerySet(models.QuerySet["Charge"]):
    def of_citizen(self, citizen: Citizen) -> ChargeQuerySet:
        return self.filter(dossier__submitter=citizen)


class Charge(models.Model):
    """One obligation of one dossier. ``lines``: [{label, label_en, amount_vnd, legal_basis, note}]."""

    class Kind(models.TextChoices):
        """Luật Phí và lệ phí 2015, Điều 3: phí pays for a service, lệ phí is a fixed charge."""

        PHI = "phi", _("Phí")
        LE_PHI = "le_phi", _("Lệ phí")

    class State(models.TextChoices):
        OPEN = "open", _("Chờ nộp")
        SETTLED = "settled", _("Đã nộp")
        CANCELLED = "cancelled", _("Đã hủy")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="charges")
    kind = models.CharField(max_length=6, choices=Kind)
    amount_vnd = models.BigIntegerField()
    legal_basis = models.CharField(max_length=300, blank=True)
    lines = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="charge_amount_not_negative", condition=Q(amount_vnd__gte=0)),
            models.CheckConstraint(
                name="charge_state_known", condition=Q(state__in=["open", "settled", "cancelled"])
            ),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(state="open"), name="one_open_charge_a_dossier"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.amount_vnd}"


class Attempt(models.Model):
    """One try to pay a charge. ``reference`` is ours, ``provider_id`` the gateway's name of the payment."""

    class State(models.TextChoices):
        STARTED = "started", _("Đang chờ tiền về")
        SETTLED = "settled", _("Đã nhận tiền")
        FAILED = "failed", _("Không thành công")
        EXPIRED = "expired", _("Hết giờ")

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="attempts")
    gateway = models.CharField(max_length=20)
    reference = models.CharField(max_length=25, unique=True, default=new_reference)
    provider_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    amount_vnd = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.STARTED)
    checkout_url = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True, help_text=_("Theo đồng hồ của cổng thanh toán"))
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="attempt_amount_not_negative", condition=Q(amount_vnd__gte=0)),
            models.CheckConstraint(
                name="attempt_settled_is_named",
                condition=~Q(state="settled") | Q(provider_id__isnull=False, paid_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["gateway", "provider_id"], name="provider_id_once_a_gateway"),
            models.UniqueConstraint(
                fields=["charge"], condition=Q(state="settled"), name="one_settled_attempt_a_charge"
            ),
            models.UniqueConstraint(
                fields=["charge", "gateway"],
                condition=Q(state="started"),
                name="one_live_attempt_a_gateway",
            ),
        ]
        indexes = [
            models.Index(
                fields=["gateway", "paid_at"], condition=Q(state="settled"), name="attempt_settled_day"
            ),
            models.Index(fields=["expires_at"], condition=Q(state="started"), name="attempt_live"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.state} {self.amount_vnd}"


class LedgerEntry(models.Model):
    """Half of a transfer. Append-only (trigger); every transfer sums to zero (deferred constraint trigger)."""

    transfer = models.UUIDField()
    account = models.CharField(max_length=100)
    debit_vnd = models.BigIntegerField(default=0)
    credit_vnd = models.BigIntegerField(default=0)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="entries")
    refund = models.ForeignKey(
        "payments.Refund",
        null=True,
        on_delete=models.PROTECT,
        related_name="entries",
        help_text=_("Khoản hoàn, khi tiền đi ngược lại"),
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["transfer", "account"], name="one_entry_a_transfer_and_account"),
            models.CheckConstraint(
                name="entry_is_debit_or_credit",
                condition=Q(debit_vnd__gt=0, credit_vnd=0) | Q(debit_vnd=0, credit_vnd__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.debit_vnd - self.credit_vnd:+}"


class Receipt(models.Model):
    """Biên lai điện tử, numbered without gaps per agency and year (Nghị định 123/2020/NĐ-CP). Names no payer:
    the payer is whoever owns the dossier. A cancelled receipt keeps its number."""

    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="receipt")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="receipts")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(_("số biên lai"), max_length=48, unique=True)
    amount_vnd = models.BigIntegerField()
    issued_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "serial"], name="receipt_serial_once"),
            models.CheckConstraint(name="receipt_amount_not_negative", condition=Q(amount_vnd__gte=0)),
        ]

    def __str__(self) -> str:
        return self.number


class Statement(models.Model):
    """A verified settlement file of a gateway. The latest one of a day counts; a closed day takes no other."""

    gateway = models.CharField(max_length=20)
    day = models.DateField()
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    total_vnd = models.BigIntegerField()
    received_at = models.DateTimeField()
    report = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        get_latest_by = ["received_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "day", "sha256"], name="statement_once"),
            models.UniqueConstraint(
                fields=["gateway", "day"], condition=Q(closed_at__isnull=False), name="day_closed_once"
            ),
            models.CheckConstraint(name="statement_total_not_negative", condition=Q(total_vnd__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.day}"


class StatementLine(models.Model):
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    provider_id = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, blank=True)
    amount_vnd = models.BigIntegerField()
    status = models.CharField(max_length=10)
    paid_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_line_once"),
            models.CheckConstraint(name="statement_line_not_negative", condition=Q(amount_vnd__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.amount_vnd}"


class BreakQuerySet(models.QuerySet["Break"]):
    def of_day(self, gateway: str, day: Any) -> BreakQuerySet:
        return self.filter(gateway=gateway, day=day)

    def unresolved(self) -> BreakQuerySet:
        return self.filter(state=Break.State.OPEN)


class Break(models.Model):
    """A named difference between the portal and a gateway; open until a person or a rule says how it ended.

    ``statement`` is empty when a notification was parked, before any settlement file.
    """

    class Kind(models.TextChoices):
        MISSING_HERE = "missing_here", _("Đã trả, cổng chưa ghi nhận")
        MISSING_THERE = "missing_there", _("Cổng ghi nhận, trung gian không có")
        AMOUNT = "amount", _("Lệch số tiền")
        DUPLICATE = "duplicate", _("Trả hai lần")
        STATUS = "status", _("Lệch trạng thái")

    class State(models.TextChoices):
        OPEN = "open", _("Chưa xử lý")
        RESOLVED = "resolved", _("Đã xử lý")

    gateway = models.CharField(max_length=20)
    day = models.DateField()
    kind = models.CharField(max_length=13, choices=Kind)
    statement = models.ForeignKey(
        Statement, null=True, blank=True, on_delete=models.PROTECT, related_name="breaks"
    )
    attempt = models.ForeignKey(
        Attempt, null=True, blank=True, on_delete=models.PROTECT, related_name="breaks"
    )
    provider_id = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, blank=True)
    occurrence = models.PositiveIntegerField(default=1)
    ours_vnd = models.BigIntegerField(null=True, blank=True)
    theirs_vnd = models.BigIntegerField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)

    objects = BreakQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "gateway",
                    "day",
                    "kind",
                    "provider_id",
                    "reference",
                    "occurrence",
                    "ours_vnd",
                    "theirs_vnd",
                ],
                name="break_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="break_amounts_not_negative",
                condition=(Q(ours_vnd=None) | Q(ours_vnd__gte=0))
                & (Q(theirs_vnd=None) | Q(theirs_vnd__gte=0)),
            ),
            models.CheckConstraint(
                name="break_resolved_with_a_note",
                condition=Q(state="open", resolved_at=None)
                | Q(state="resolved", resolved_at__isnull=False) & ~Q(note=""),
            ),
        ]
        indexes = [models.Index(fields=["gateway", "provider_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_id}"

    @property
    def amount_vnd(self) -> int:
        """How far apart the two sides are."""
        if self.kind == self.Kind.AMOUNT:
            return abs((self.theirs_vnd or 0) - (self.ours_vnd or 0))
        return (self.theirs_vnd if self.theirs_vnd is not None else self.ours_vnd) or 0


class DemoTransaction(models.Model):
    """The books of the demo gateway, not of the portal: what it was asked for and what its customer did."""

    class State(models.TextChoices):
        OPEN = "open", _("Chờ khách trả")
        PAID = "paid", _("Khách đã trả")
        FAILED = "failed", _("Khách không trả")

    provider_id = models.CharField(max_length=64, unique=True)
    reference = models.CharField(max_length=25, unique=True)
    amount_vnd = models.BigIntegerField()
    return_url = models.CharField(max_length=300)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="demo_amount_not_negative", condition=Q(amount_vnd__gte=0))
        ]

    def __str__(self) -> str:
        return self.provider_id
