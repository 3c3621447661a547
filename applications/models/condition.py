"""What an officer found about the conditions no machine can judge."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Dossier


class ConditionCheck(models.Model):
    """The present finding on one condition of ``processing.checklist``; every earlier one is an Event."""

    class Outcome(models.TextChoices):
        MET = "met", _("Đạt")
        NOT_MET = "not_met", _("Không đạt")
        NOT_APPLICABLE = "not_applicable", _("Không áp dụng")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="condition_checks")
    condition = models.CharField(max_length=40)
    outcome = models.CharField(max_length=16, choices=Outcome)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "condition"], name="one_finding_a_condition")
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.condition}"
