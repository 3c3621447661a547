"""What changed the promise of a dossier: an extension, a lawful reason for being late, a call to the superior."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Dossier
from identity.models import Agency


class Extension(models.Model):
    """The one extension of a dossier, as its version allows it."""

    class Unit(models.TextChoices):
        WORKING_DAYS = "working_days", _("ngày làm việc")
        WORKING_HOURS = "working_hours", _("giờ làm việc")
        DAYS = "days", _("ngày")
        HOURS = "hours", _("giờ")
        MONTHS = "months", _("tháng")

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="extension")
    value = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=16, choices=Unit)
    legal_basis = models.CharField(max_length=200)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.dossier_id} +{self.value} {self.unit}"


class LawfulDelay(models.Model):
    """A lawful reason for being late (for example force majeure) with its article and the new date."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="lawful_delay")
    legal_basis = models.CharField(max_length=200)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.legal_basis}"


class Escalation(models.Model):
    """A promise broken twice, brought before the leaders of the superior agency."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="escalation")
    superior = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    missed = models.DateTimeField(help_text=_("Ngày hẹn lại đã bị lỡ"))
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["superior", "-at"])]

    def __str__(self) -> str:
        return f"{self.dossier_id} → {self.superior_id}"
