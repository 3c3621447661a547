"""Asking another agency for its opinion: what was asked, what was shared, what it answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Attachment, Dossier, new_key
from identity.models import Agency


class Consultation(models.Model):
    """Lấy ý kiến. The asked agency sees ``question`` and ``papers`` and nothing else of the dossier.

    ``due_at`` is its own clock; the dossier's clock stands still only where ``pause_basis`` cites the law.
    """

    class Opinion(models.TextChoices):
        AGREE = "agree", _("Đồng ý")
        AGREE_IF = "agree_if", _("Đồng ý, kèm điều kiện")
        DISAGREE = "disagree", _("Không đồng ý")
        NEED_MORE = "need_more", _("Cần thêm thông tin")

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="consultations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    addressee = models.CharField(
        max_length=120, blank=True, help_text=_("Đơn vị hoặc chuyên gia trong cơ quan được hỏi")
    )
    question = models.TextField()
    step = models.CharField(
        max_length=60,
        blank=True,
        editable=False,
        help_text=_("Bước của thủ tục đã hỏi; trống nếu cán bộ hỏi"),
    )
    papers = models.ManyToManyField(Attachment, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    pause_basis = models.CharField(max_length=200, blank=True)
    opinion = models.CharField(max_length=10, choices=Opinion, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text=_("Lúc trả lời, hoặc lúc thôi chờ"))
    close_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="consultation_answered_or_given_up",
                condition=Q(closed_at=None, opinion="", close_reason="")
                | Q(closed_at__isnull=False, answered_by__isnull=False, close_reason="") & ~Q(opinion="")
                | Q(closed_at__isnull=False, opinion="") & ~Q(close_reason=""),
            ),
            models.UniqueConstraint(
                fields=["dossier", "step"], condition=~Q(step=""), name="consultation_once_a_step"
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "due_at"], condition=Q(closed_at=None), name="consultation_open")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_late(self) -> bool:
        """Answered after its day; an unanswered one is late only by the clock of whoever looks."""
        return self.closed_at is not None and self.closed_at > self.due_at
