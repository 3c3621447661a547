"""Filing with the help of an officer: who came, how the officer knew, what was agreed, which papers were scanned."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Attachment, Dossier
from identity.models import Agency


class CounterFiling(models.Model):
    """The citizen files, an officer types: ``dossier.submitter`` stays the citizen, ``filed_by`` the officer.

    ``identified_by`` and ``consent`` are the act that stands in place of an eID session.
    """

    class Identified(models.TextChoices):
        CARD = "card", _("Xem thẻ căn cước bản gốc")
        APP = "app", _("Xem căn cước điện tử trên ứng dụng VNeID")
        COPY = "copy", _("Bản sao có chứng thực, gửi kèm theo đường bưu chính")
        LIST = "list", _("Danh sách do cơ quan lập khi phục vụ người này")

    class Consent(models.TextChoices):
        PRESENT = "present", _("Người nộp có mặt, nghe đọc và nói đồng ý")
        SIGNED = "signed", _("Người nộp đồng ý bằng chữ ký trên giấy")
        OFFICE = "office", _("Cơ quan lập theo nhiệm vụ, không hỏi từng người")

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, related_name="counter_filing")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    identified_by = models.CharField(max_length=8, choices=Identified)
    consent = models.CharField(max_length=8, choices=Consent)
    consented_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="counter_filing_copy_needs_signature",
                condition=~models.Q(identified_by="copy") | models.Q(consent="signed"),
            ),
            models.CheckConstraint(
                name="counter_filing_list_is_the_offices",
                condition=models.Q(identified_by="list", consent="office")
                | (~models.Q(identified_by="list") & ~models.Q(consent="office")),
            ),
        ]
        indexes = [models.Index(fields=["agency", "-consented_at"])]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.consent}"


class Digitisation(models.Model):
    """A paper scanned at the counter («số hóa»), and whether the officer held the original beside it."""

    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="digitisation")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    original_seen = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.attachment_id} {self.at:%Y-%m-%d}"
