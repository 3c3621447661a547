"""Drafts that were sent back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from applications.models.dossier import Dossier
from applications.models.event import Event
from applications.models.result import Result


class ReturnedDraft(models.Model):
    """A draft as it stood when it was sent back, to compare the next one with. Append-only (trigger).

    ``event`` says who sent it back and when, its note says why; ``fields`` and ``reason`` as in Result.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="returned_drafts")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="returned_draft")
    kind = models.CharField(max_length=8, choices=Result.Kind)
    fields = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.dossier_id} #{self.event_id}"
