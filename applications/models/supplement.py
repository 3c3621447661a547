"""Around a supplement request: the draft of a second one that waits for a superior, and what answers were before."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from applications.models.dossier import Attachment, Dossier
from applications.models.waiting import SupplementRequest


class SupplementDraft(models.Model):
    """A further supplement request as an officer wrote it; nothing reaches the citizen until a superior confirms.

    ``items`` as in SupplementRequest, lateness already marked.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="supplement_drafts")
    items = models.JSONField()
    legal_basis = models.CharField(max_length=200)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(closed_at=None), name="one_open_supplement_draft"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.drafted_at:%Y-%m-%d}"


class AnswerRevision(models.Model):
    """What stood at a question before the citizen changed it while answering ``request``. Append-only (trigger).

    ``source`` is empty where nothing stood there; ``paper`` is the file that was replaced, ``value`` then its hash.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="answer_revisions")
    request = models.ForeignKey(SupplementRequest, on_delete=models.PROTECT, related_name="revisions")
    question = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    source = models.CharField(max_length=40, blank=True)
    paper = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["dossier", "request"])]

    def __str__(self) -> str:
        return f"{self.dossier_id}:{self.question}"
