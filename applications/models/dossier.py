"""The dossier, its answers and its papers."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from typing import Any, cast

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, FilteredRelation, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, FSMField, transition

from applications.states import ANSWER_OWED, EDGES, FINAL, OFFICE_HOLDS, RETURN, State, return_targets
from identity.models import Agency, Citizen, Organisation
from procedures.models import ProcedureVersion


def new_key() -> str:
    """A name for a draft that cannot be guessed (96 bits)."""
    return secrets.token_urlsafe(12)


def new_salt() -> bytes:
    return secrets.token_bytes(16)


class Channel(models.TextChoices):
    ONLINE = "online", _("Trực tuyến")
    COUNTER = "counter", _("Trực tiếp tại quầy")
    POST = "post", _("Bưu chính công ích")


class Delivery(models.TextChoices):
    ELECTRONIC = "electronic", _("Bản điện tử")
    COUNTER = "counter", _("Nhận bản giấy tại quầy")
    POST = "post", _("Nhận bản giấy qua bưu chính")


NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""Stands for «no deadline», so that lists by deadline have no gaps."""
_OWED: Any = Case(
    When(state=State.SUBMITTED, then=Coalesce("answer_due_at", Value(NEVER))),
    default=Coalesce("due_at", Value(NEVER)),
)
_COVERED = [
    "version", "assignee", "channel", "needs_matching", "last_event_at", "open_consultations", "commune_code"
]  # fmt: skip
"""What lists are filtered by beside the key of their index: the index alone answers."""


class DossierQuerySet(models.QuerySet["Dossier"]):
    def of_citizen(self, citizen: Citizen) -> DossierQuerySet:
        return self.filter(submitter=citizen)

    def drafts(self) -> DossierQuerySet:
        """Still being written; the form of a bundle no longer is."""
        return self.filter(state=State.DRAFT, bundled=False)

    def at_agency(self, agency: Agency) -> DossierQuerySet:
        return self.filter(agency=agency).exclude(state=State.DRAFT)

    def open(self) -> DossierQuerySet:
        return self.exclude(state__in=[*FINAL, State.DRAFT])

    def clock_running(self) -> DossierQuerySet:
        """No pause is open."""
        open_pause = FilteredRelation("pauses", condition=Q(pauses__ended_at__isnull=True))
        return self.alias(open_pause=open_pause).filter(open_pause__isnull=True)

    def overdue(self, at: dt.datetime) -> DossierQuerySet:
        """Accepted, the promised day is past, and the office still owes the answer."""
        return self.filter(state__in=ANSWER_OWED, due_at__lt=at).clock_running()


Transition = Callable[["Dossier"], None]


def _by_edge(action: str) -> Callable[[Transition], Transition]:
    """The transition of the state table; a RETURN edge goes back to the state last left."""
    edge = EDGES[action]
    target: Any = edge.target
    if target == RETURN:
        target = GET_STATE(lambda dossier: dossier.return_states[-1], states=return_targets(edge))
    declared = transition(
        field="state", source=list(edge.sources), target=target, custom={"label": edge.label}
    )
    return cast("Callable[[Transition], Transition]", declared)


class Dossier(models.Model):
    """Hồ sơ. Pins the procedure version; ``code`` is given at submission and never changes."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    code = models.CharField(_("mã hồ sơ"), max_length=40, unique=True, null=True, editable=False)  # noqa: DJ001 (unique)
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="dossiers")
    agency = models.ForeignKey(
        Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="dossiers"
    )
    submitter = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="dossiers")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="dossiers"
    )
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.ONLINE)
    commune_code = models.CharField(
        max_length=5, blank=True, default="", db_default="", help_text=_("Xã của nơi mà thẩm quyền tính theo")
    )
    delivery = models.CharField(max_length=10, choices=Delivery, default=Delivery.ELECTRONIC)
    state = FSMField(choices=State.choices, default=State.DRAFT, protected=True, editable=False)
    return_states = ArrayField(models.CharField(max_length=24), default=list, editable=False)
    step = models.PositiveSmallIntegerField(default=0, help_text=_("Bước trong «Đang xử lý», đếm từ 0"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True, blank=True, help_text=_("Lúc người giữ nhận hồ sơ"))
    step_kind = models.CharField(max_length=24, blank=True, editable=False)
    step_role = models.CharField(
        max_length=24,
        blank=True,
        editable=False,
        help_text=_("Vai trò của bước đang chờ, chỉ khi «Đang xử lý»"),
    )
    fee_vnd = models.BigIntegerField(default=0, help_text=_("Phí, lệ phí phải nộp, đồng"))
    paid_vnd = models.BigIntegerField(default=0)
    form_set = models.CharField(max_length=12, blank=True)
    bundled = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Tờ khai đã nộp thành hồ sơ liên thông: giữ nguyên, không còn là bản nháp"),
    )
    needs_matching = models.BooleanField(default=False, help_text=_("Cơ sở dữ liệu không trả lời lúc nộp"))
    supplement_count = models.PositiveSmallIntegerField(default=0)
    open_consultations = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text=_("Số ý kiến cơ quan khác chưa trả lời")
    )
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Hạn trả lời tiếp nhận: 8 giờ làm việc")
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    reappointed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Ngày hẹn lại; ngày hẹn đầu vẫn giữ để đo đúng hạn")
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    owed_at = models.GeneratedField(
        expression=_OWED,
        output_field=models.DateTimeField(),
        db_persist=True,
        help_text=_("Hạn đang chờ: trả lời tiếp nhận, rồi kết quả"),
    )
    last_event_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Lần cuối có người làm hoặc trạng thái đổi")
    )
    seq = models.PositiveIntegerField(default=0, editable=False)
    head_hash = models.BinaryField(max_length=32, default=b"", editable=False)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="dossier_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="dossier_submitted_has_code",
                condition=Q(state=State.DRAFT)
                | Q(code__isnull=False, submitted_at__isnull=False, agency__isnull=False),
            ),
            models.CheckConstraint(
                name="dossier_money_not_negative", condition=Q(fee_vnd__gte=0, paid_vnd__gte=0)
            ),
        ]
        indexes = [
            models.Index(
                name="dossier_by_state", fields=["agency", "state", "owed_at", "id"], include=_COVERED
            ),
            models.Index(
                name="dossier_by_step_role",
                fields=["agency", "step_role", "owed_at", "id"],
                include=_COVERED,
                condition=Q(state=State.PROCESSING),
            ),
            models.Index(
                name="dossier_by_step_kind",
                fields=["agency", "step_kind", "owed_at", "id"],
                include=_COVERED,
                condition=Q(state=State.PROCESSING),
            ),
            models.Index(
                name="dossier_by_assignee",
                fields=["assignee", "state", "owed_at", "id"],
                include=["agency", *_COVERED[:1], *_COVERED[2:]],
                condition=Q(assignee__isnull=False),
            ),
            models.Index(name="dossier_by_version", fields=["agency", "version", "state", "owed_at", "id"]),
            models.Index(
                name="dossier_by_commune", fields=["agency", "commune_code", "state", "owed_at", "id"]
            ),
            models.Index(
                name="dossier_in_register",
                fields=["agency", "accepted_at", "id"],
                condition=Q(accepted_at__isnull=False),
            ),
            models.Index(fields=["submitter", "-created_at"]),
            models.Index(
                fields=["due_at"], name="dossier_answer_owed", condition=Q(state__in=sorted(ANSWER_OWED))
            ),
            models.Index(
                fields=["agency", "last_event_at"],
                name="dossier_office_holds",
                condition=Q(state__in=sorted(OFFICE_HOLDS)),
            ),
            models.Index(
                fields=["agency", "state", "owed_at", "id"],
                name="dossier_waits_elsewhere",
                condition=Q(open_consultations__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.code or self.key

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        """Only this copy forgets its state. The mixin of django-fsm lifts the protection of the field for every
        thread of the process while one refreshes, and a thread that comes between fails."""
        if fields is None or "state" in fields:
            self.__dict__.pop("state", None)
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)

    @property
    def path_code(self) -> str:
        """What stands in ``/ho-so/<code>/``: the code, or the key of a draft."""
        return self.code or self.key

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT and not self.bundled

    @property
    def unpaid_vnd(self) -> int:
        return max(0, self.fee_vnd - self.paid_vnd)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Steps inside «processing» as the pinned version declares them: id, kind, role, name_vi, name_en."""
        steps: list[dict[str, Any]] = self.version.processing.get("steps", [])
        return steps

    @property
    def current_step(self) -> dict[str, Any]:
        return self.step_at(self.step) if self.state == State.PROCESSING else {}

    def step_at(self, number: int) -> dict[str, Any]:
        """The step counted from 0; empty after the last."""
        return self.steps[number] if number < len(self.steps) else {}

    # One method for each edge of the table; bodies are empty because the verbs do the work.
    @_by_edge("submit")
    def submit(self) -> None: ...

    @_by_edge("accept")
    def accept(self) -> None: ...

    @_by_edge("refuse")
    def refuse(self) -> None: ...

    @_by_edge("pass_on")
    def pass_on(self) -> None: ...

    @_by_edge("request_supplement")
    def request_supplement(self) -> None: ...

    @_by_edge("answer_supplement")
    def answer_supplement(self) -> None: ...

    @_by_edge("request_payment")
    def request_payment(self) -> None: ...

    @_by_edge("record_payment")
    def record_payment(self) -> None: ...

    @_by_edge("request_withdrawal")
    def request_withdrawal(self) -> None: ...

    @_by_edge("grant_withdrawal")
    def grant_withdrawal(self) -> None: ...

    @_by_edge("decline_withdrawal")
    def decline_withdrawal(self) -> None: ...

    @_by_edge("stop")
    def stop(self) -> None: ...

    @_by_edge("expire")
    def expire(self) -> None: ...

    @_by_edge("propose")
    def propose(self) -> None: ...

    @_by_edge("approve")
    def approve(self) -> None: ...

    @_by_edge("verify")
    def verify(self) -> None: ...

    @_by_edge("end_consulting")
    def end_consulting(self) -> None: ...

    @_by_edge("send_back")
    def send_back(self) -> None: ...

    @_by_edge("sign")
    def sign(self) -> None: ...

    @_by_edge("number")
    def number(self) -> None: ...

    @_by_edge("release")
    def release(self) -> None: ...

    @_by_edge("deliver")
    def deliver(self) -> None: ...


class Answer(models.Model):
    """One answer with its source: the citizen, a register at a time, the vault, or computed."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    source = models.CharField(max_length=40, default="citizen")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "question"], name="one_answer_a_question")]

    def __str__(self) -> str:
        return f"{self.dossier_id}:{self.question}"


class Attachment(models.Model):
    """A paper of the dossier. The file is named by its hash; the person's own file name is only shown."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="attachments")
    question = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["dossier", "question"])]

    def __str__(self) -> str:
        return f"{self.dossier_id}:{self.name}"
