"""The apology for being late, and the numbers of the papers an office hands out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Dossier
from identity.models import Agency


class Letter(models.Model):
    """Form 04: one apology with a reason and a new date. Re-appointed once only, hence one a dossier."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Dự thảo")
        SIGNING = "signing", _("Đang ký số")
        SENT = "sent", _("Đã gửi")

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="letter")
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    reason = models.TextField()
    new_due_at = models.DateTimeField()
    drafted_at = models.DateTimeField()
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    signer_name = models.CharField(max_length=150, blank=True)
    signer_title = models.CharField(max_length=300, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    path = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="letter_sent_is_signed_and_kept",
                condition=Q(status="draft", signed_at=None, sent_at=None, sha256="")
                | Q(status="signing", signed_at__isnull=False, sent_at=None, sha256="")
                | Q(status="sent", signed_at__isnull=False, sent_at__isnull=False) & ~Q(sha256=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.status}"

    @property
    def own_title(self) -> str:
        """The signer's own, as the certificate names it: the last line, below whom it was signed for."""
        return self.signer_title.rpartition("\n")[2]


class FormNumber(models.Model):
    """The number of one printed form or register entry, given by the act (``seq`` of its Event) it belongs to."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="form_numbers")
    kind = models.CharField(max_length=16)
    seq = models.PositiveIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=24)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "kind", "seq"], name="form_number_once_an_act"),
            models.UniqueConstraint(fields=["agency", "series", "number"], name="form_number_never_twice"),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.series}"
