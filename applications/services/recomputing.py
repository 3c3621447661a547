"""Due dates are cached answers of a pure function: ask it again for every open dossier after a calendar change."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Max, Q

from applications import legal, log_many
from applications.deadlines import LEGAL_ZONE, Calendar, Deadline, Extension, Pause, due_at
from applications.models import Dossier, Event
from applications.models import Extension as Granted
from applications.models import Pause as PauseRow
from applications.states import ANSWER_OWED, PAUSED, State
from identity.models import Agency
from procedures.models import ProcedureVersion

BATCH = 10_000
"""Dossiers read, locked and written together; every batch is a transaction of its own."""
IN_DAYS = frozenset({"working_days", "days", "months"})
ANSWERED_ANEW = ("submit", "answer_supplement", "record_payment")
"""Events after which the answer to a submission is owed from the start."""


@dataclass
class Report:
    """``changed`` includes what a dry run would change; ``overtaken``: somebody moved the dossier meanwhile."""

    seen: int = 0
    changed: int = 0
    later: int = 0
    earlier: int = 0
    overtaken: int = 0
    questions: int = 0
    examples: list[dict[str, str]] = field(default_factory=list)


class Row(NamedTuple):
    pk: int
    code: str
    version_id: int
    agency_id: int
    state: str
    accepted_at: dt.datetime | None
    due_at: dt.datetime | None
    answer_due_at: dt.datetime | None


def recompute(
    *,
    agency: Agency | None = None,
    at: dt.datetime,
    dry_run: bool = False,
    progress: Callable[[int], object] = lambda count: None,
) -> Report:
    """Ask again; one Event for each dossier whose date really changed. Safe to repeat and to resume after a crash.

    The pure function runs once for each distinct question (version, hours, day of acceptance): that is what makes
    a million dossiers a matter of seconds. An open pause counts when it ends, not here.
    """
    report, clock = Report(), _Clock()
    for rows in _batches(agency):
        changed: dict[str, list[log_many.Redating]] = {"due_at": [], "answer_due_at": []}
        for row, column, new in _answers(rows, clock):
            old: dt.datetime | None = getattr(row, column)
            if new is None or old is None or new == old:
                continue
            changed[column].append(log_many.Redating(row.pk, old, new))
            report.later += new > old
            report.earlier += new < old
            if len(report.examples) < 5:
                report.examples.append({"code": row.code, "was": old.isoformat(), "due_at": new.isoformat()})
        for column, redatings in changed.items():
            report.changed += len(redatings)
            if redatings and not dry_run:
                report.overtaken += len(redatings) - log_many.redate(redatings, column=column, at=at)
        report.seen += len(rows)
        progress(len(rows))
    report.questions = clock.asked
    return report


def to_ask(agency: Agency | None) -> int:
    count: int = _open(agency).count()
    return count


def _open(agency: Agency | None) -> Any:
    owed = Q(state__in=ANSWER_OWED | PAUSED, accepted_at__isnull=False) | Q(state=State.SUBMITTED)
    rows = Dossier.objects.filter(owed)
    return rows.filter(agency=agency) if agency else rows


def _batches(agency: Agency | None) -> Iterator[list[Row]]:
    last = 0
    while True:
        found = _open(agency).filter(pk__gt=last).order_by("pk").values_list(*Row._fields)[:BATCH]
        rows = [Row(*values) for values in found]
        if not rows:
            return
        yield rows
        last = rows[-1].pk


def _answers(rows: Sequence[Row], clock: _Clock) -> Iterator[tuple[Row, str, dt.datetime | None]]:
    """(row, column, date) for each row of a batch, with three queries for the whole batch."""
    between = {"dossier_id__gte": rows[0].pk, "dossier_id__lte": rows[-1].pk}
    pauses: dict[int, list[Pause]] = defaultdict(list)
    for pause in PauseRow.objects.filter(**between, ended_at__isnull=False).order_by("pk"):
        pauses[pause.dossier_id].append(Pause(pause.started_at, pause.ended_at or pause.started_at))
    granted = {one.dossier_id: legal.extension_of(one) for one in Granted.objects.filter(**between)}
    submitted = [row.pk for row in rows if row.state == State.SUBMITTED]
    asked = Event.objects.filter(dossier_id__in=submitted, kind__in=ANSWERED_ANEW)
    since = dict(asked.order_by().values_list("dossier_id").annotate(Max("at"))) if submitted else {}
    for row in rows:
        if row.state == State.SUBMITTED:
            yield row, "answer_due_at", clock.answer(row, since.get(row.pk))
        elif row.accepted_at is not None:
            own = tuple(one for one in pauses.get(row.pk, ()) if one.start >= row.accepted_at)
            yield row, "due_at", clock.result(row, row.accepted_at, own, granted.get(row.pk))


class _Clock:
    """Remembers every question it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._national = legal.calendar()
        self._calendars: dict[int, Calendar] = {}
        self._limits: dict[int, dict[str, Any]] = {}
        self._known: dict[Any, dt.datetime | None] = {}

    def answer(self, row: Row, since: dt.datetime | None) -> dt.datetime | None:
        if since is None:
            return None
        calendar = self._calendar(row.agency_id)
        return self._remember(
            (row.agency_id if calendar.own else 0, since),
            lambda: due_at(
                received_at=since, value=legal.ANSWER_HOURS, unit="working_hours", calendar=calendar
            ),
        )

    def result(
        self, row: Row, accepted_at: dt.datetime, pauses: tuple[Pause, ...], extension: Extension | None
    ) -> dt.datetime | None:
        limit, calendar = self._limit(row.version_id), self._calendar(row.agency_id)
        hours = row.agency_id if calendar.own else 0
        matters: object = (accepted_at, pauses)
        if limit.get("unit") in IN_DAYS and (extension is None or extension.unit in IN_DAYS):
            matters = _days_that_matter(limit, accepted_at, pauses, calendar)
        return self._remember(
            (row.version_id, hours, matters, extension),
            lambda: legal.promise(limit, accepted_at, pauses, calendar=calendar, extension=extension),
        )

    def _remember(self, key: Any, ask: Callable[[], Deadline | None]) -> dt.datetime | None:
        if key not in self._known:
            self.asked += 1
            deadline = ask()
            self._known[key] = deadline.due_at if deadline else None
        return self._known[key]

    def _calendar(self, agency_id: int) -> Calendar:
        if agency_id not in self._calendars:
            own = legal.hours_of(agency_id)
            self._calendars[agency_id] = (
                Calendar(self._national.overrides, own=own) if own else self._national
            )
        return self._calendars[agency_id]

    def _limit(self, version_id: int) -> dict[str, Any]:
        if version_id not in self._limits:
            self._limits[version_id] = ProcedureVersion.objects.get(pk=version_id).time_limit
        return self._limits[version_id]


def _days_that_matter(
    limit: dict[str, Any], accepted_at: dt.datetime, pauses: tuple[Pause, ...], calendar: Calendar
) -> object:
    """A term in days asks only for days, and whether the office had closed or the cut-off hour had passed."""
    cutoff = limit.get("cutoff_hour")

    def of(moment: dt.datetime) -> tuple[int, bool, bool]:
        local = moment.astimezone(LEGAL_ZONE)
        is_late = cutoff is not None and local.hour >= cutoff
        return local.toordinal(), is_late, local >= calendar.closing(local.date())

    return of(accepted_at)[:2], tuple((of(pause.start), of(pause.end)) for pause in pauses)
