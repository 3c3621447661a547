"""The answer of the State, and the number series it is numbered from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Dossier
from identity.models import Agency


class Result(models.Model):
    """What the State answered: a grant or a reasoned refusal. Drafting, signing and releasing are separate acts."""

    class Kind(models.TextChoices):
        GRANT = "grant", _("Kết quả giải quyết")
        REFUSAL = "refusal", _("Từ chối giải quyết")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Dự thảo")
        SIGNING = "signing", _("Chờ ký số")
        SIGNED = "signed", _("Đã ký")
        RELEASED = "released", _("Đã phát hành")
        REVOKED = "revoked", _("Đã thu hồi")

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="result")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.GRANT)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    fields = models.JSONField(default=list, help_text="[{label, label_en, value}] as drafted")
    findings = models.JSONField(default=dict, help_text="{id: text} as stated when it was proposed")
    reason = models.TextField(blank=True)
    number = models.CharField(_("số văn bản"), max_length=60, blank=True)
    verify_code = models.CharField(max_length=16, unique=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    signer_name = models.CharField(max_length=150, blank=True)
    signer_title = models.CharField(max_length=300, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    path = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="result_signed_has_file",
                condition=Q(status__in=["draft", "signing"]) | ~Q(sha256="") & Q(signed_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="result_number_once"),
        ]

    def __str__(self) -> str:
        return self.number or self.verify_code

    @property
    def own_title(self) -> str:
        """The signer's own, as the certificate names it: the last line, below whom it was signed for."""
        return self.signer_title.rpartition("\n")[2]


class Series(models.Model):
    """The last number given: dossier codes per agency and day, result numbers per agency and year."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=24)
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "series"
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.name} {self.last}"
