"""The officer's lists across procedures: tabs with counts, filters in the address, pages by key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, DateTimeField, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import access, legal
from applications.deadlines import Calendar
from applications.models import Dossier, DossierQuerySet
from applications.office import clock, silence
from applications.states import CLOCK_RUNNING, ENDED, State
from applications.wording import step_name
from identity.models import Officer, Role

PAGE = 50
MOST_STEPS = 8
"""Longest chain of processing steps whose roles the «mine» filter looks at."""
_NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
_OWED = Coalesce(
    Case(
        When(state=State.SUBMITTED, then=F("answer_due_at")),
        default=F("due_at"),
        output_field=DateTimeField(),
    ),
    Value(_NEVER),
    output_field=DateTimeField(),
)
_LABELS = {
    "waiting": gettext_lazy("Chờ nhận"),
    "mine": gettext_lazy("Của tôi"),
    "supplement": gettext_lazy("Chờ dân bổ sung"),
    "payment": gettext_lazy("Chờ nộp phí"),
    "signing": gettext_lazy("Chờ ký"),
    "soon": gettext_lazy("Sắp hạn"),
    "overdue": gettext_lazy("Quá hạn"),
    "done": gettext_lazy("Đã xong"),
}
STATE_CHIPS: dict[str, tuple[str, str]] = {
    State.SUBMITTED: ("info", "plus"),
    State.SUPPLEMENT_REQUESTED: ("", "pause"),
    State.PAYMENT_REQUESTED: ("", "pause"),
    State.WITHDRAWAL_REQUESTED: ("consult", "swap"),
    State.COMPLETED: ("success", "check"),
    State.DELIVERED: ("success", "check-c"),
    State.REFUSED: ("error", "x-c"),
    State.STOPPED: ("error", "stop"),
}


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    count: int

    @property
    def is_alarm(self) -> bool:
        return self.key == "overdue" and self.count > 0


@dataclass(frozen=True)
class Row:
    dossier: Dossier
    state: clock.Chip
    due: clock.Chip
    next_act: str
    alarm: clock.Chip | None = None


@dataclass(frozen=True)
class Inbox:
    tabs: Sequence[Tab]
    tab: Tab
    rows: Sequence[Row]
    next_key: str
    procedures: Sequence[tuple[str, str]]


def read(
    officer: Officer, *, tab: str, code: str = "", procedure: str = "", after: str = "", now: dt.datetime
) -> Inbox:
    """One page of one tab. The number of queries does not grow with the number of rows."""
    calendar = legal.calendar(officer.agency_id)
    whole = access.dossiers_for_officer(officer).alias(owed=_OWED)
    filters = tab_filters(officer, now=now, calendar=calendar)
    counts = whole.aggregate(**{key: Count("pk", filter=where) for key, where in filters.items()})
    tabs = [Tab(key, str(label), counts[key]) for key, label in _LABELS.items()]
    chosen = next((one for one in tabs if one.key == tab), None) or first_with_work(tabs)
    found = whole if code else whole.filter(filters[chosen.key])
    if code:
        found = found.filter(code__icontains=code)
    if procedure:
        found = found.filter(version__procedure__slug=procedure)
    dossiers, next_key = _page(found, after)
    names = whole.values_list("version__procedure__slug", "version__procedure__name").distinct()
    rows = [row_of(dossier, now=now, calendar=calendar) for dossier in dossiers]
    return Inbox(tabs, chosen, rows, next_key, sorted(names.order_by(), key=lambda pair: pair[1]))


def first_with_work(tabs: Sequence[Tab]) -> Tab:
    """The tab to open with: mine before what anybody may take, then the first that is not empty."""
    mine = tabs[1]
    return mine if mine.count else next((one for one in tabs if one.count), mine)


def tab_filters(officer: Officer, *, now: dt.datetime, calendar: Calendar) -> dict[str, Q]:
    running = Q(state__in=[State.SUBMITTED, *CLOCK_RUNNING])
    return {
        "waiting": Q(state=State.SUBMITTED),
        "mine": _mine(officer),
        "supplement": Q(state=State.SUPPLEMENT_REQUESTED),
        "payment": Q(state=State.PAYMENT_REQUESTED),
        "signing": at_step("sign"),
        "soon": running & Q(owed__gte=now, owed__lte=clock.soon_until(now, calendar)),
        "overdue": running & Q(owed__lt=now),
        "done": Q(state__in=ENDED),
    }


def at_step(kind: str) -> Q:
    """Dossiers whose current processing step, as their own version declares it, is of this kind."""
    return _step(kind=kind)


def row_of(dossier: Dossier, *, now: dt.datetime, calendar: Calendar) -> Row:
    return Row(
        dossier,
        state_chip(dossier),
        clock.due_chip(dossier, now=now, calendar=calendar),
        next_act(dossier),
        silence.alarm(dossier, now=now, calendar=calendar),
    )


def state_chip(dossier: Dossier) -> clock.Chip:
    if dossier.current_step.get("kind") == "sign":
        return clock.Chip("info", "pen", _("Chờ ký"))
    tone, icon = STATE_CHIPS.get(dossier.state, ("info", "clock"))
    return clock.Chip(tone, icon, str(State(dossier.state).label))


def next_act(dossier: Dossier) -> str:
    """What somebody has to do next, in few words."""
    if dossier.state == State.PROCESSING:
        return step_name(dossier.current_step)
    acts = {
        State.SUBMITTED: _("Đối chiếu, tiếp nhận") if dossier.needs_matching else _("Kiểm tra, tiếp nhận"),
        State.ACCEPTED: _("Chuyển xử lý"),
        State.SUPPLEMENT_REQUESTED: _("Chờ dân"),
        State.PAYMENT_REQUESTED: _("Chờ dân nộp phí"),
        State.WITHDRAWAL_REQUESTED: _("Trả lời việc rút hồ sơ"),
        State.COMPLETED: _("Trả kết quả"),
    }
    return acts.get(State(dossier.state), "")


def _mine(officer: Officer) -> Q:
    """Given to me, or waiting for one of my roles and given to nobody else."""
    free = Q(assignee=None) | ~Q(step=0)
    mine = Q(state=State.PROCESSING, assignee=officer.user) | (free & _step(role__in=officer.roles))
    if officer.has_role(Role.INTAKE):
        mine |= Q(state__in=[State.ACCEPTED, State.COMPLETED])
    if officer.has_role(Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER):
        mine |= Q(state=State.WITHDRAWAL_REQUESTED)
    return mine


def _step(**wanted: object) -> Q:
    where = Q()
    for number in range(MOST_STEPS):
        path = f"version__processing__steps__{number}__"
        where |= Q(step=number, **{path + name: value for name, value in wanted.items()})
    return Q(state=State.PROCESSING) & where


def _page(found: DossierQuerySet, after: str) -> tuple[list[Dossier], str]:
    """The rows after the key of the last one shown: no OFFSET, so page 1000 costs what page 1 costs."""
    ordered = found.annotate(owed_key=_OWED).order_by("owed_key", "pk")
    if key := _key(after):
        ordered = ordered.filter(Q(owed_key__gt=key[0]) | Q(owed_key=key[0], pk__gt=key[1]))
    rows = list(ordered[: PAGE + 1])
    if len(rows) <= PAGE:
        return rows, ""
    last = rows[PAGE - 1]
    moment = clock.promise(last) or _NEVER
    return rows[:PAGE], f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}-{last.pk}"


def _key(after: str) -> tuple[dt.datetime, int] | None:
    """A key somebody broke begins at the first page."""
    moment, _dash, pk = after.partition("-")
    try:
        return dt.datetime.strptime(moment + "Z", "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=dt.UTC), int(pk)
    except ValueError:
        return None
