"""Money given back: one refund a charge, decided by one person and paid by another, every step kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models import Event
from identity.models import Agency
from payments.models.money import Charge


class RefundQuerySet(models.QuerySet["Refund"]):
    def of_agency(self, agency: Agency) -> RefundQuerySet:
        """What the agency received, or an agency right below it that has no accountant of its own."""
        own = Q(charge__dossier__agency=agency) | Q(charge__dossier__agency__parent=agency)
        return self.filter(own)


class Refund(models.Model):
    """What is owed back for a paid charge. ``basis``: the rule that gave the amount, with its source."""

    class Reason(models.TextChoices):
        WITHDRAWN = "withdrawn", _("Công dân rút hồ sơ")
        NOT_ACCEPTED = "not_accepted", _("Hồ sơ không được tiếp nhận")

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Chờ duyệt")
        APPROVED = "approved", _("Đã duyệt, chờ chi")
        PAID = "paid", _("Đã hoàn tiền")
        REFUSED = "refused", _("Không hoàn tiền")

    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="refund")
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="+", help_text=_("Việc làm phát sinh khoản hoàn")
    )
    amount_vnd = models.BigIntegerField()
    reason = models.CharField(max_length=12, choices=Reason)
    basis = models.CharField(max_length=300)
    status = models.CharField(max_length=9, choices=Status, default=Status.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Để trống khi ngân hàng tự báo"),
    )
    ended_at = models.DateTimeField(null=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="refund_amount_positive",
                condition=Q(amount_vnd__gt=0) | Q(status="refused", amount_vnd=0),
            ),
            models.CheckConstraint(
                name="refund_status_known",
                condition=Q(status__in=["requested", "approved", "paid", "refused"]),
            ),
            models.CheckConstraint(
                name="refund_approved_before_paid",
                condition=~Q(status__in=["approved", "paid"]) | Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="refund_two_persons",
                condition=(Q(requested_by=None) | Q(approved_by=None) | ~Q(requested_by=F("approved_by")))
                & (Q(paid_by=None) | Q(approved_by=None) | ~Q(paid_by=F("approved_by"))),
            ),
        ]
        indexes = [
            models.Index(
                name="refund_open", fields=["requested_at"], condition=Q(status__in=["requested", "approved"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.charge_id} {self.amount_vnd} {self.status}"


class RefundStep(models.Model):
    """One step in the life of a refund. Append-only (trigger). ``actor`` is empty for a rule or the bank."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="steps")
    status = models.CharField(max_length=9, choices=Refund.Status)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["refund", "status"], name="refund_step_once")]

    def __str__(self) -> str:
        return f"{self.refund_id} {self.status}"
