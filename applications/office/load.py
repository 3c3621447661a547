"""Who carries how much: held, due soon, overdue, finished and how fast, for each officer of a unit."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import legal
from applications.deadlines import LEGAL_ZONE, Calendar
from applications.office import clock, queues
from applications.states import CLOCK_RUNNING, EDGES, FINISHES, State
from applications.working_time import Stopwatch
from identity.models import Officer, Role, User

DAYS = 30
LONGEST = dt.timedelta(days=120)
"""An act that took longer since the dossier came is not measured to the end."""
SUPERIORS = (Role.APPROVER, Role.LEADER)
WORKERS = frozenset({Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER, Role.SIGNER, Role.REGISTRY_CLERK})
_STARTS = sorted({*EDGES, "claim", "take_over", "transfer"})
_HELD = """
SELECT assignee_id, count(*),
       count(*) FILTER (WHERE state = ANY(%(running)s) AND owed_at BETWEEN %(now)s AND %(until)s),
       count(*) FILTER (WHERE state = ANY(%(running)s) AND owed_at < %(now)s)
FROM applications_dossier WHERE agency_id = %(agency)s AND state = ANY(%(workable)s) GROUP BY assignee_id
"""
_FINISHED = f"""
SELECT e.actor_id, e.dossier_id, e.at, came.at
FROM applications_event e CROSS JOIN LATERAL (
    SELECT p.at FROM applications_event p
    WHERE p.dossier_id = e.dossier_id AND p.seq < e.seq AND p.kind = ANY(%(starts)s) ORDER BY p.seq DESC LIMIT 1
) AS came
WHERE e.agency_id = %(agency)s AND e.at >= %(since)s AND e.actor_id IS NOT NULL
  AND e.kind IN ({", ".join(f"'{kind}'" for kind in sorted(FINISHES))})
"""  # noqa: S608  the kinds stand in the text so that the partial index answers


@dataclass(frozen=True)
class Load:
    """``holder`` is a user id, None for what nobody holds; ``median`` is working time from coming to finishing."""

    holder: int | None
    name: str
    title: str
    held: int
    soon: int
    overdue: int
    finished: int
    median: dt.timedelta | None

    @property
    def speed(self) -> str:
        return spoken(self.median) if self.median is not None else ""


@dataclass(frozen=True)
class Unit:
    rows: Sequence[Load]
    free: Load
    total: Load


def of_unit(officer: Officer, *, now: dt.datetime) -> Unit:
    """The whole unit for an approver or leader; others see themselves and the sums, no name of a colleague."""
    calendar = legal.calendar(officer.agency_id)
    held, done = _held(officer, now, calendar), _finished(officer, now, calendar)
    posts = _posts(officer, {*held, *done} - {None})  # type: ignore[arg-type]
    rows = [_load(holder, name, title, held, done) for holder, (name, title) in posts.items()]
    shown = rows if officer.has_role(*SUPERIORS) else [one for one in rows if one.holder == officer.user_id]
    free = _load(None, _("Chưa ai giữ"), "", held, {})
    every = [worked for times in done.values() for _dossier, worked in times]
    total = Load(
        None, _("Cả đơn vị"), "",
        sum(one.held for one in (*rows, free)), sum(one.soon for one in (*rows, free)),
        sum(one.overdue for one in (*rows, free)), len({d for times in done.values() for d, _s in times}),
        _median(every),
    )  # fmt: skip
    return Unit(sorted(shown, key=lambda one: (-one.overdue, -one.held, one.name)), free, total)


Counts = Mapping[int | None, tuple[int, int, int]]
Times = Mapping[int, list[tuple[int, dt.timedelta]]]


def _held(officer: Officer, now: dt.datetime, calendar: Calendar) -> Counts:
    values: dict[str, Any] = {
        "agency": officer.agency_id,
        "workable": list(queues.WORKABLE),
        "running": [State.SUBMITTED, *sorted(CLOCK_RUNNING)],
        "now": now,
        "until": clock.soon_until(now, calendar),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD, values)
        return {holder: (held, soon, overdue) for holder, held, soon, overdue in cursor.fetchall()}


def _finished(officer: Officer, now: dt.datetime, calendar: Calendar) -> Times:
    since = now - dt.timedelta(days=DAYS)
    watch = Stopwatch(
        calendar,
        first=(since - LONGEST).astimezone(LEGAL_ZONE).date(),
        last=now.astimezone(LEGAL_ZONE).date(),
    )
    with connection.cursor() as cursor:
        cursor.execute(_FINISHED, {"agency": officer.agency_id, "since": since, "starts": _STARTS})
        rows = cursor.fetchall()
    found: dict[int, list[tuple[int, dt.timedelta]]] = defaultdict(list)
    for actor, dossier, at, came in rows:
        found[actor].append((dossier, watch.between(came, at)))
    return found


def _posts(officer: Officer, holders: set[int]) -> dict[int, tuple[str, str]]:
    """Everybody who works on dossiers here, then those who hold or finished some and are gone."""
    posts = Officer.objects.select_related("user").filter(agency=officer.agency_id, is_active=True)
    found = {
        one.user_id: (one.user.full_name, one.title)
        for one in posts
        if WORKERS & set(one.roles) or one.user_id in holders
    }
    gone = User.objects.filter(pk__in=holders - found.keys()).values_list("pk", "full_name")
    return found | {pk: (name, _("Không còn làm việc ở đơn vị")) for pk, name in gone}


def _load(holder: int | None, name: str, title: str, held: Counts, done: Times) -> Load:
    times = done.get(holder, []) if holder is not None else []
    return Load(
        holder,
        name,
        title,
        *held.get(holder, (0, 0, 0)),
        len({dossier for dossier, _s in times}),
        _median([worked for _dossier, worked in times]),
    )


def _median(times: Sequence[dt.timedelta]) -> dt.timedelta | None:
    return dt.timedelta(seconds=statistics.median(one.total_seconds() for one in times)) if times else None


def spoken(worked: dt.timedelta) -> str:
    """«2 giờ 15 phút», from a working day of 8 hours on «1,5 ngày làm việc»."""
    minutes = round(worked.total_seconds() / 60)
    if minutes >= 8 * 60:
        days = f"{minutes / 480:.1f}".replace(".", ",").removesuffix(",0")
        return _("%(days)s ngày làm việc") % {"days": days}
    hours, rest = divmod(minutes, 60)
    if hours:
        return _("%(hours)d giờ %(minutes)d phút") % {"hours": hours, "minutes": rest}
    return ngettext("%(minutes)d phút", "%(minutes)d phút", rest) % {"minutes": rest}
