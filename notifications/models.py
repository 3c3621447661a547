"""The message outbox: what a person is told, written by the verb that caused it, sent later."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One message to one person on one channel. ``params`` never hold personal data (code, state, dates only)."""

    class Channel(models.TextChoices):
        INBOX = "inbox", _("Hộp thư trên cổng")
        EMAIL = "email", _("Thư điện tử")
        SMS = "sms", _("Tin nhắn")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.INBOX)
    template = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    key = models.CharField(max_length=120, unique=True, help_text=_("Một việc chỉ báo một lần"))
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=Q(sent_at=None), name="message_waiting"),
            models.Index(fields=["recipient", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.recipient_id}"
