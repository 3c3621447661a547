"""What a dossier waits for, and the work left for later."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Dossier
from applications.states import State


class Pause(models.Model):
    """An interval during which the clock does not run, with its legal basis.

    ``cause``: the state entered, or CONSULTATION while the state stays «Đang xử lý».
    """

    CONSULTATION = "consultation"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="pauses")
    cause = models.CharField(
        max_length=24, choices=[*State.choices, (CONSULTATION, _("Lấy ý kiến cơ quan khác"))]
    )
    legal_basis = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(ended_at=None), name="one_open_pause_a_dossier"
            ),
            models.CheckConstraint(
                name="pause_ends_after_start", condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.cause}"


class SupplementRequest(models.Model):
    """Form 02: everything that is missing, in one request.

    ``items``: [{question, label, reason}], with ``code`` where the reason is one of the library and ``late: true``
    where the office could have named it in its first request (``applications.one_return``).
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="supplement_requests")
    items = models.JSONField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    legal_basis = models.CharField(max_length=200, blank=True)
    late_defects = models.PositiveSmallIntegerField(
        default=0, help_text=_("Số mục lẽ ra phải nêu từ lần đầu, tính lỗi cho cơ quan")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(answered_at=None), name="one_open_supplement_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.requested_at:%Y-%m-%d}"


class Outbox(models.Model):
    """Work a verb left for later. Redis only rings the bell; the row is the truth and is swept until done."""

    class Topic(models.TextChoices):
        DECIDE = "decide", _("Quyết định tự động")
        ISSUE = "issue", _("Ký và lưu kết quả")
        LETTER = "letter", _("Ký và gửi thư xin lỗi")
        SHIP = "ship", _("Giao kết quả cho bưu chính")

    topic = models.CharField(max_length=12, choices=Topic)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "outbox"
        constraints = [models.UniqueConstraint(fields=["topic", "dossier"], name="outbox_once_a_topic")]
        indexes = [models.Index(fields=["next_at"], condition=Q(done_at=None), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.topic} {self.dossier_id}"
