"""Partner systems: what is sent to them, and what they sent."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from applications.models import Dossier, Event
from identity.models import Agency
from procedures.models import Procedure


class Partner(models.Model):
    """A ministry's or province's system. ``busy_until`` is lease, pause and circuit breaker in one: until then
    nobody sends to it, because a worker is just sending or because it did not answer."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    webhook_url = models.URLField(blank=True, help_text=_("Để trống: hệ thống này chỉ gửi, không nhận"))
    secret = models.CharField(max_length=200, help_text="whsec_… (Standard Webhooks)")
    application = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    agencies = models.ManyToManyField(Agency, blank=True, help_text=_("Để trống: mọi cơ quan"))
    procedures = models.ManyToManyField(Procedure, blank=True, help_text=_("Để trống: mọi thủ tục"))
    is_active = models.BooleanField(default=True)
    busy_until = models.DateTimeField(default=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unfinished(self) -> DeliveryQuerySet:
        return self.exclude(status=Delivery.Status.ACKNOWLEDGED)

    def ready(self, at: dt.datetime) -> DeliveryQuerySet:
        """The first unfinished event of each dossier: a later one waits until the earlier is acknowledged."""
        earlier = Delivery.objects.filter(
            partner=OuterRef("partner"), dossier=OuterRef("dossier"), pk__lt=OuterRef("pk")
        ).unfinished()
        return self.unfinished().filter(~Exists(earlier), next_at__lte=at).order_by("pk")


_UNFINISHED = ~Q(status="acknowledged")


class Delivery(models.Model):
    """One event on its way to one partner. Rows are made in the order of the log; none is ever given up."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Chờ gửi")
        SENT = "sent", _("Đã gửi, chưa được xác nhận")
        ACKNOWLEDGED = "acknowledged", _("Đã xác nhận")
        FAILED = "failed", _("Lần gửi gần nhất không thành, sẽ gửi lại")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["partner", "event"], name="event_once_a_partner"),
            models.CheckConstraint(
                name="delivery_acknowledged_is_dated",
                condition=~Q(status="acknowledged") | Q(answered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "id"], condition=_UNFINISHED, name="delivery_queue"),
            models.Index(
                fields=["partner", "dossier", "id"], condition=_UNFINISHED, name="delivery_of_dossier"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.event_id} {self.status}"


class Inbound(models.Model):
    """One status a partner reported, once per its own ``external_id``. Keeps no text: that stands in the log."""

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("Đã ghi nhận")
        OUTDATED = "outdated", _("Đã có bước mới hơn")
        QUARANTINED = "quarantined", _("Không nhận, xem lý do")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="inbound")
    external_id = models.CharField(max_length=80)
    dossier_code = models.CharField(max_length=40, blank=True)
    national_code = models.PositiveSmallIntegerField(null=True, blank=True)
    occurred_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome)
    reason = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "inbound"
        constraints = [models.UniqueConstraint(fields=["partner", "external_id"], name="inbound_once")]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.external_id} {self.outcome}"
