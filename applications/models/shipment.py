"""A result on paper on its way: what was given to the carrier, and everything the carrier said about it.

No address stands here: it is read from the answers at the moment of sending and goes to the carrier only.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Dossier, new_key


class Shipment(models.Model):
    """One parcel. ``reference`` names it at the carrier, so that asking twice makes one parcel."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Chờ bưu chính nhận")
        REFUSED = "refused", _("Bưu chính không nhận")
        ACCEPTED = "accepted", _("Bưu chính đã nhận")
        MOVING = "moving", _("Đang chuyển")
        DELIVERED = "delivered", _("Đã phát")
        RETURNED = "returned", _("Chuyển hoàn")

    TOLD = (Status.ACCEPTED, Status.MOVING, Status.DELIVERED, Status.RETURNED)
    """What a carrier may say."""
    ON_THE_WAY = (Status.ACCEPTED, Status.MOVING)
    FOR_THE_OFFICE = (Status.REFUSED, Status.RETURNED)

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="shipments")
    reference = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    carrier = models.CharField(max_length=20)
    tracking = models.CharField(_("số bưu gửi"), max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    told_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Lúc xảy ra điều bưu chính báo sau cùng")
    )
    asked_at = models.DateTimeField(null=True, blank=True, help_text=_("Lần cuối cổng hỏi bưu chính"))
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True, help_text=_("Đã phát, hoặc cơ quan đã lo xong"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(closed_at=None), name="one_open_shipment_a_dossier"
            ),
            models.UniqueConstraint(
                fields=["carrier", "tracking"], condition=~Q(tracking=""), name="shipment_tracking_once"
            ),
            models.CheckConstraint(
                name="shipment_on_the_way_has_tracking",
                condition=Q(status__in=["waiting", "refused"]) | ~Q(tracking=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], name="shipment_to_ask", condition=Q(status__in=["accepted", "moving"])
            )
        ]

    def __str__(self) -> str:
        return self.tracking or self.reference


class ShipmentNotice(models.Model):
    """One thing the carrier said, once by the carrier's own id (append-only); late ones change nothing."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="notices")
    carrier = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=Shipment.Status)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "provider_id"], name="shipment_notice_once"),
            models.CheckConstraint(
                name="shipment_notice_told",
                condition=Q(status__in=["accepted", "moving", "delivered", "returned"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.status}"
