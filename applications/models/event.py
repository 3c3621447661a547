"""The append-only log of a dossier."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from applications.models.dossier import Dossier
from applications.states import FINISHES
from identity.models import Agency


class Event(models.Model):
    """One thing that happened. Append-only (trigger), hash-chained per dossier; holds no personal data.

    ``hash`` = SHA-256(``prev_hash`` ‖ canonical JSON of the row), computed in the statement that writes it.
    What a person wrote (reasons, remarks) stands in ``EventNote`` and enters ``data`` as a salted commitment.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    from_state = models.CharField(max_length=24)
    to_state = models.CharField(max_length=24)
    data = models.JSONField(default=dict)
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    tx = models.BigIntegerField(
        help_text="Transaction that wrote the row; readers order by (tx, id), see feed.py"
    )

    class Meta:
        ordering = ["dossier", "seq"]
        constraints = [models.UniqueConstraint(fields=["dossier", "seq"], name="event_seq_once")]
        indexes = [
            models.Index(fields=["tx", "id"]),
            models.Index(fields=["at"]),
            models.Index(
                name="event_finishes",
                fields=["agency", "at"],
                include=["actor", "dossier", "seq"],
                condition=Q(kind__in=sorted(FINISHES)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}#{self.seq} {self.kind}"


class EventNote(models.Model):
    """Words belonging to an event (a reason, a remark). May be erased by law; the chain stays valid."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="note")
    text = models.TextField()
    salt = models.BinaryField(max_length=16)

    def __str__(self) -> str:
        return f"note of event {self.event_id}"


class Cursor(models.Model):
    """How far a reader of the event log has come (see feed.py)."""

    reader = models.CharField(max_length=60, primary_key=True)
    tx = models.BigIntegerField(default=0)
    event = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.reader}: {self.tx}/{self.event}"
