"""Lists of dossiers written to a file in the background."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from identity.models import Agency, Officer


class ExportQuerySet(models.QuerySet["Export"]):
    def of_officer(self, officer: Officer) -> ExportQuerySet:
        """Asked for by the officer at the agency of now: who moved to another agency leaves the files behind."""
        return self.filter(officer=officer, agency=officer.agency_id)


class Export(models.Model):
    """One file an officer asked for. The row is the truth: a worker takes it, writes, and closes it.

    ``parameters``: {first, last} of a register, {tab, query} of a list. ``dossiers`` holds the rows of the file in
    their order, fixed when the officer asked; a second worker writes the same rows again.
    """

    class Kind(models.TextChoices):
        REGISTER = "register", _("Sổ theo dõi")
        LIST = "list", _("Danh sách hồ sơ")

    class Format(models.TextChoices):
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV"

    class Status(models.TextChoices):
        WAITING = "waiting", _("Đang tạo")
        READY = "ready", _("Đã xong")
        FAILED = "failed", _("Không tạo được")
        REMOVED = "removed", _("Đã xóa tệp")

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="exports")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    parameters = models.JSONField()
    format = models.CharField(max_length=4, choices=Format)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    dossiers = ArrayField(models.BigIntegerField())
    total = models.PositiveIntegerField()
    rows = models.PositiveIntegerField(default=0, help_text=_("Số dòng đã ghi"))
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    path = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="export_ready_has_file",
                condition=~Q(status="ready")
                | Q(ready_at__isnull=False, expires_at__isnull=False) & ~Q(path="") & ~Q(sha256=""),
            )
        ]
        indexes = [
            models.Index(fields=["officer", "-asked_at"]),
            models.Index(fields=["next_at"], condition=Q(status="waiting"), name="export_waiting"),
            models.Index(fields=["expires_at"], condition=Q(status="ready"), name="export_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def is_over(self, at: dt.datetime) -> bool:
        """Whether the days of the file are over."""
        return self.expires_at is not None and self.expires_at <= at

    @property
    def file_name(self) -> str:
        """As it lands among the officer's files; never a name of a person."""
        words = "so-theo-doi" if self.kind == self.Kind.REGISTER else "danh-sach-ho-so"
        return f"{words}-{localtime(self.asked_at):%Y%m%d}-{self.pk}.{self.format}"
