"""One act over several dossiers at a desk, and what became of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Dossier, new_key
from identity.models import Agency


class DeskRound(models.Model):
    """What one officer signed, or numbered and released, with one button; its page can be shared in the agency."""

    class Act(models.TextChoices):
        SIGN = "sign", _("Ký số")
        REGISTRY = "registry", _("Vào sổ, phát hành")

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    act = models.CharField(max_length=8, choices=Act)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d %H:%M}"


class DeskRoundItem(models.Model):
    """One dossier of a round; WAITING stays where the machine stopped before its turn."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Chưa làm")
        DONE = "done", _("Xong")
        CONFLICT = "conflict", _("Người khác đã xử lý trước")
        REFUSED = "refused", _("Không làm được")

    round = models.ForeignKey(DeskRound, on_delete=models.CASCADE, related_name="items")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "dossier"], name="dossier_once_a_round")]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.outcome}"
