"""The officer's lists across procedures: tabs with counts, filters in the address, pages by key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils.translation import gettext as _

from applications import access, legal
from applications.deadlines import LEGAL_ZONE, Calendar
from applications.models import Channel, Dossier, DossierQuerySet
from applications.office import clock, filtering, queues, returns, silence
from applications.office.filtering import Filters
from applications.states import State
from applications.wording import step_name
from identity.models import AdministrativeUnit, Officer
from procedures.models import ProcedureVersion

HEAVY = ("version__form", "version__content")
"""Columns no list shows, many kilobytes each."""
CHOICES = {
    "states": [(one.value, one.label) for one in State if one != State.DRAFT],
    "channels": Channel.choices,
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
    def shown(self) -> str:
        return spoken_count(self.count)

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
    returned: returns.Returned | None = None
    """To the person whose draft came back: by whom, and why."""


@dataclass(frozen=True)
class Inbox:
    tabs: Sequence[Tab]
    tab: Tab
    filters: Filters
    found: str
    """How many rows the tab has under the filters, in words: «12», «999+»."""
    rows: Sequence[Row]
    next_key: str
    procedures: Sequence[tuple[str, str]]
    communes: Sequence[tuple[str, str]]


def read(
    officer: Officer,
    *,
    tab: str,
    code: str = "",
    filters: Filters | None = None,
    after: str = "",
    now: dt.datetime,
) -> Inbox:
    """One page of one tab. The number of queries does not grow with the number of rows."""
    calendar, filters = legal.calendar(officer.agency_id), filters or Filters()
    whole = access.dossiers_for_officer(officer)
    other = colleague_of(officer, filters)
    named = queues.branches(officer, now=now, calendar=calendar, colleague=other.user_id if other else None)
    counted = queues.counts(queues.clause_of(whole), named)
    tabs = [Tab(key, label, counted[key]) for key, label in labels(other).items()]
    chosen = next((one for one in tabs if one.key == tab), None) or first_with_work(tabs)
    seen = ProcedureVersion.objects.filter(pk__in=queues.versions_seen(officer.agency))
    found, next_key = chosen.count, ""
    if code:
        ids = by_code(whole, officer, code, now)
        found = len(ids)
    else:
        asked = queues.clause_of(whole.filter(narrowed(officer, filters, now=now, calendar=calendar)))
        branches = filtering.possible(named[chosen.key], filters, user_id=officer.user_id)
        if filters:
            found = queues.counts(asked, {"tab": branches})["tab"]
        ids, following = queues.page(
            asked,
            branches,
            after=queues.place(after),
            newest_first=chosen.key in queues.NEWEST_FIRST,
        )
        next_key = str(following) if following else ""
    dossiers = in_order(whole, ids)
    back = returns.open_returns(one for one in dossiers if one.assignee_id == officer.user_id)
    rows = [
        replace(row_of(dossier, now=now, calendar=calendar), returned=back.get(dossier.pk))
        for dossier in dossiers
    ]
    offered = seen.order_by("procedure__name").values_list("procedure__slug", "procedure__name").distinct()
    places = communes(officer, now)
    return Inbox(tabs, chosen, filters, spoken_count(found), rows, next_key, list(offered), places)


def parted(
    officer: Officer, filters: Filters, *, now: dt.datetime, calendar: Calendar
) -> dict[str, list[queues.Branch]]:
    """For each tab the branches that can hold a dossier the filters let through."""
    other = colleague_of(officer, filters)
    named = queues.branches(officer, now=now, calendar=calendar, colleague=other.user_id if other else None)
    return {
        key: filtering.possible(branches, filters, user_id=officer.user_id) for key, branches in named.items()
    }


def colleague_of(officer: Officer, filters: Filters) -> Officer | None:
    """The colleague whose dossiers are asked for: then «mine» are theirs."""
    holder = filtering.holder(filters, officer.user_id)
    if holder is None or holder == officer.user_id:
        return None
    return Officer.objects.select_related("user").filter(agency=officer.agency_id, user=holder).first()


def labels(other: Officer | None) -> dict[str, str]:
    named = {key: str(label) for key, label in queues.LABELS.items()}
    return named | ({"mine": _("Của %(name)s") % {"name": other.user.full_name}} if other else {})


def communes(officer: Officer, now: dt.datetime) -> list[tuple[str, str]]:
    """Communes the agency has dossiers of, by name; nothing to choose where there is one alone."""
    codes = queues.communes_seen(officer.agency)
    if len(codes) < 2:
        return []
    units = AdministrativeUnit.objects.in_force(now.astimezone(LEGAL_ZONE).date())
    return list(units.filter(level="commune", code__in=codes).order_by("name").values_list("code", "name"))


def narrowed(officer: Officer, filters: Filters, *, now: dt.datetime, calendar: Calendar) -> Q:
    """What the filters of the address ask, for this officer."""
    versions = ProcedureVersion.objects.filter(procedure__slug__in=filters.procedures)
    return filtering.condition(
        filters,
        user_id=officer.user_id,
        now=now,
        calendar=calendar,
        versions=list(versions.values_list("pk", flat=True)) or [0],
    )


def in_order(whole: DossierQuerySet, ids: Sequence[int]) -> list[Dossier]:
    """The dossiers of one page, in the order of ``ids``, without the columns no list shows."""
    by_id = whole.select_related("assignee").defer(*HEAVY).in_bulk(list(ids))
    return [by_id[one] for one in ids if one in by_id]


def by_code(whole: DossierQuerySet, officer: Officer, written: str, now: dt.datetime) -> list[int]:
    """Dossiers whose code begins so, or does after the beginning of the agency or of today; nearest deadline first.

    A search by the applicant's name is not offered: it would look up a person, not a dossier of the office.
    """
    agency, today = officer.agency.identifier, now.astimezone(LEGAL_ZONE)
    written = written.upper()
    beginnings = (written, f"{agency}-{written}", f"{agency}-{today:%y%m%d}-{written}")
    where = Q()
    for beginning in beginnings:
        where |= Q(code__startswith=beginning)
    found = whole.filter(where).order_by().values_list("owed_at", "pk")
    return [pk for _moment, pk in sorted(found[: queues.PAGE])]


def spoken_count(count: int) -> str:
    return str(count) if count < queues.MOST_COUNTED else f"{queues.MOST_COUNTED - 1}+"


def first_with_work(tabs: Sequence[Tab]) -> Tab:
    """The tab to open with: mine before what anybody may take, then the first that is not empty."""
    mine = tabs[1]
    return mine if mine.count else next((one for one in tabs if one.count), mine)


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
