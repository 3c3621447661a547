"""One act on many dossiers: what an officer chose, how each item ended."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Dossier, new_key
from applications.models.event import Event
from identity.models import Agency, Officer
from procedures.models import ProcedureVersion


class BatchOperation(models.Model):
    """Một việc làm cho nhiều hồ sơ. The rows are the truth: workers take items until none is left for the phase.

    ``parameters``: what the officer typed once for all items, by the names of the boxes of the single act.
    ``token``: of the page it was created from, so that a button pressed twice creates one.
    """

    class Phase(models.TextChoices):
        CHECKING = "checking", _("Đang chạy thử")
        CHECKED = "checked", _("Chờ xác nhận")
        RUNNING = "running", _("Đang chạy")
        STOPPED = "stopped", _("Đã dừng")
        FINISHED = "finished", _("Đã xong")

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    token = models.CharField(max_length=16)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="batches")
    version = models.ForeignKey(
        ProcedureVersion, null=True, on_delete=models.PROTECT, related_name="+", help_text=_("Của danh sách")
    )
    action = models.CharField(max_length=24)
    parameters = models.JSONField(default=dict)
    phase = models.CharField(max_length=8, choices=Phase, default=Phase.CHECKING)
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    worked_at = models.DateTimeField(help_text=_("Lần cuối có máy làm; để lâu thì bộ quét làm tiếp"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "token"], name="batch_once_a_page"),
            models.CheckConstraint(
                name="batch_runs_when_confirmed",
                condition=Q(phase__in=["checking", "checked"]) | Q(confirmed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["worked_at"], condition=Q(phase__in=["checking", "running"]), name="batch_at_work"
            ),
            models.Index(fields=["agency", "-created_at"], name="batch_newest"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_at_work(self) -> bool:
        return self.phase in (self.Phase.CHECKING, self.Phase.RUNNING)


class BatchItem(models.Model):
    """One dossier of a batch, or one row of a list that becomes a dossier.

    ``stage``: how many of the acts of the batch are done for it. ``seq``: the dossier as the dry run saw it.
    ``row``: answers typed for a person, emptied once they stand in the person's own dossier.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Chờ chạy thử")
        READY = "ready", _("Làm được")
        DONE = "done", _("Đã làm")
        REFUSED = "refused", _("Không làm được")
        FAILED = "failed", _("Lỗi, thử lại được")

    batch = models.ForeignKey(BatchOperation, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.PROTECT, related_name="+")
    row = models.JSONField(null=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    stage = models.PositiveSmallIntegerField(default=0)
    seq = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+")
    next_at = models.DateTimeField()
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="batch_item_position"),
            models.UniqueConstraint(fields=["batch", "dossier"], name="batch_item_dossier_once"),
            models.CheckConstraint(
                name="batch_item_of_something", condition=Q(dossier__isnull=False) | Q(row__isnull=False)
            ),
            models.CheckConstraint(
                name="batch_item_done_has_event", condition=~Q(status="done") | Q(event__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "status", "position"], name="batch_item_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}#{self.position}"
