"""The catalogue: procedures and their versions, who offers them, and the life events that lead to them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from identity.models import Agency, Officer
from procedures.edition import Edition
from procedures.schema import in_language


class OnlineLevel(models.TextChoices):
    """Nghị định 42/2022/NĐ-CP knows two online levels; the rest is information only."""

    FULL = "full", _("Toàn trình")
    PARTIAL = "partial", _("Một phần")
    INFORMATION = "information", _("Chỉ cung cấp thông tin")


class ProcedureField(models.Model):
    """Lĩnh vực."""

    key = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=200, unique=True)
    name_en = models.CharField(max_length=200, blank=True)
    ministry = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return in_language(self.name, self.name_en)


class LifeEvent(models.Model):
    class Audience(models.TextChoices):
        CITIZEN = "citizen", _("Công dân")
        BUSINESS = "business", _("Doanh nghiệp")

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    audience = models.CharField(max_length=8, choices=Audience)
    order = models.PositiveSmallIntegerField()
    summary = models.TextField(_("lời mở đầu"), blank=True)
    summary_en = models.TextField(blank=True)

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return in_language(self.name, self.name_en)


class Procedure(models.Model):
    """Thủ tục hành chính. ``code`` is empty where no national code could be confirmed; then ``slug`` names it."""

    slug = models.SlugField(max_length=80, unique=True)
    code = models.CharField(_("mã thủ tục"), max_length=12, unique=True, null=True, blank=True)  # noqa: DJ001 (unique)
    name = models.TextField(_("tên"))
    name_en = models.TextField(blank=True)
    field = models.ForeignKey(ProcedureField, null=True, blank=True, on_delete=models.PROTECT)
    owner = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT)
    levels = ArrayField(models.CharField(max_length=10, choices=Agency.Level), default=list)
    audience = ArrayField(models.CharField(max_length=10), default=list)
    keywords = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    life_events = models.ManyToManyField(
        LifeEvent, through="LifeEventStep", blank=True, related_name="procedures"
    )
    source = models.TextField(blank=True)
    confidence = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="procedure_code_format", condition=Q(code=None) | Q(code__regex=r"^\d\.\d{6}$")
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path_code(self) -> str:
        """What stands in ``/thu-tuc/<code>/``."""
        return self.code or self.slug

    @property
    def title(self) -> str:
        return in_language(self.name, self.name_en)


class LifeEventStep(models.Model):
    """A procedure on the page of a life event: its place there, and when one needs it."""

    lifeevent = models.ForeignKey(LifeEvent, on_delete=models.CASCADE, related_name="steps")
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="life_event_steps")
    order = models.PositiveSmallIntegerField(default=100)
    note = models.CharField(max_length=200, blank=True)
    note_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["order", "procedure__name"]
        constraints = [
            models.UniqueConstraint(fields=["lifeevent", "procedure"], name="life_event_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.lifeevent_id} {self.order}"


class ProcedureVersionQuerySet(models.QuerySet["ProcedureVersion"]):
    def in_force(self, on: dt.date) -> ProcedureVersionQuerySet:
        return self.filter(
            Q(effective_to=None) | Q(effective_to__gte=on),
            status=ProcedureVersion.Status.PUBLISHED,
            effective_from__lte=on,
        )


class ProcedureVersion(models.Model):
    """What the State promised from one day to another. Frozen once published; a dossier pins its version.

    Draft → legal check → approval by a second person → published. What a published version is today (scheduled,
    in force, superseded, repealed) follows from its dates: no job has to run at midnight.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Bản nháp")
        LEGAL_CHECK = "legal_check", _("Chờ thẩm định pháp lý")
        APPROVAL = "approval", _("Chờ người thứ hai duyệt")
        PUBLISHED = "published", _("Đã công bố")

    class Stage(models.TextChoices):
        """What a published version is on a day."""

        SCHEDULED = "scheduled", _("Chờ có hiệu lực")
        IN_FORCE = "in_force", _("Đang có hiệu lực")
        SUPERSEDED = "superseded", _("Đã được thay thế")
        REPEALED = "repealed", _("Đã bãi bỏ")

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    online_level = models.CharField(max_length=12, choices=OnlineLevel)
    decision = models.CharField(_("quyết định công bố"), max_length=120, blank=True)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    content = models.JSONField(
        default=dict, help_text="legal_bases, steps, components, time_limit, fee, result, channels"
    )
    form = models.JSONField(
        null=True, blank=True, help_text="Form definition (procedures.schema); null = no form"
    )
    processing = models.JSONField(
        default=dict, help_text="steps inside «processing», silence and supplement limits"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    edits = models.PositiveIntegerField(
        default=0, help_text="Counts changes of a draft; a stale page is refused"
    )
    change_note = models.TextField(_("thay đổi gì"), blank=True)
    burden_reason = models.TextField(_("vì sao gánh nặng tăng"), blank=True)
    repeal_decision = models.CharField(_("quyết định bãi bỏ"), max_length=120, blank=True)

    objects = ProcedureVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["procedure"], condition=~Q(status="published"), name="version_one_draft_at_a_time"
            ),
            models.CheckConstraint(
                name="version_published_is_dated",
                condition=~Q(status="published")
                | Q(effective_from__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="version_approved_by_a_second_person",
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("author")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} v{self.number}"

    def stage(self, on: dt.date) -> Stage | None:
        """None before publication."""
        if self.status != self.Status.PUBLISHED or self.effective_from is None:
            return None
        if self.effective_to is not None and self.effective_to < on:
            return self.Stage.REPEALED if self.repeal_decision else self.Stage.SUPERSEDED
        return self.Stage.SCHEDULED if self.effective_from > on else self.Stage.IN_FORCE

    @property
    def edition(self) -> Edition:
        return Edition(
            slug=self.procedure.slug,
            online_level=self.online_level,
            content=self.content,
            form=self.form,
            processing=self.processing,
        )

    @property
    def time_limit(self) -> dict[str, Any]:
        """``{value, unit, cutoff_hour?, note_vi?}`` of the catalogue record; value None = not verified."""
        limit: dict[str, Any] = self.content.get("time_limit") or {}
        return limit

    @property
    def is_automatic(self) -> bool:
        """Decided by a rule, with no officer."""
        return bool((self.form or {}).get("auto_decision"))

    @property
    def is_live(self) -> bool:
        """Can be filed here: it has a form and an online level above information."""
        return self.form is not None and self.online_level != OnlineLevel.INFORMATION


class ServiceOffering(models.Model):
    """Procedure × agency: indicators count offerings, provinces set fees and channels here."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="offerings")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="offerings")
    online_level = models.CharField(max_length=12, choices=OnlineLevel)
    fee_vnd = models.BigIntegerField(null=True, blank=True)
    fee_basis = models.CharField(max_length=200, blank=True)
    channels = ArrayField(models.CharField(max_length=10), default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "agency", "valid_from"], name="offering_once_a_period"
            ),
            models.CheckConstraint(
                name="offering_fee_not_negative", condition=Q(fee_vnd=None) | Q(fee_vnd__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} @ {self.agency_id}"


class EditorialEvent(models.Model):
    """Who did what to a version, an offering or the vocabulary, and when. Append-only (database trigger)."""

    version = models.ForeignKey(
        ProcedureVersion, null=True, blank=True, on_delete=models.CASCADE, related_name="events"
    )
    subject = models.CharField(max_length=120, blank=True, help_text="What it concerns when no version does")
    kind = models.CharField(max_length=30)
    by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject", "-at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Synonym(models.Model):
    """What people say → what the law says, owned by editors. Several meanings become a short choice."""

    say = ArrayField(models.CharField(max_length=120))
    find = ArrayField(models.CharField(max_length=200), help_text="One meaning, or the choices to offer")
    labels = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    labels_en = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    is_own = models.BooleanField(default=True, help_text="Came with the portal and no editor changed it")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="synonym_says_something", condition=Q(say__len__gte=1) & Q(find__len__gte=1)
            )
        ]

    def __str__(self) -> str:
        return ", ".join(self.say)
