"""The tabs of the inbox as questions an index answers: each is a few branches that cannot overlap.

A branch begins with equalities one index starts with (agency, state or role of the step), so its rows come in the
order of their deadline; a tab merges the first rows of its branches. Nothing is counted past ``MOST_COUNTED`` and no
page is reached by skipping rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import actors
from applications.actors import Actor
from applications.deadlines import Calendar
from applications.models import Dossier
from applications.office import clock
from applications.states import CLOCK_RUNNING, ENDED, OPEN, State
from identity.models import Agency, Officer, Role

PAGE = 50
MOST_COUNTED = 1000
LABELS: Mapping[str, str | Promise] = {
    "waiting": _("Chờ nhận"),
    "mine": _("Của tôi"),
    "citizen": _("Chờ dân"),
    "elsewhere": _("Chờ nơi khác"),
    "signing": _("Chờ ký"),
    "soon": _("Sắp hạn"),
    "overdue": _("Quá hạn"),
    "done": _("Đã xong"),
}
NEWEST_FIRST = frozenset({"done"})
WORKABLE = (State.SUBMITTED, State.ACCEPTED, State.PROCESSING, State.WITHDRAWAL_REQUESTED, State.COMPLETED)
"""States in which an officer has something to do."""
ANYBODY = -1
_KEY = "%Y%m%dT%H%M%S.%f"
_KEY_LENGTH = 22


@dataclass(frozen=True)
class Place:
    """Where a page ended: the deadline and number of its last row."""

    owed_at: dt.datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.owed_at.astimezone(dt.UTC):{_KEY}}-{self.pk}"


def place(written: str) -> Place | None:
    """A key somebody broke begins at the first page."""
    moment, _dash, pk = written.partition("-")
    if len(moment) != _KEY_LENGTH or not (pk.isascii() and pk.isdecimal()) or len(pk) > 18:
        return None
    try:
        return Place(dt.datetime.strptime(moment + "Z", _KEY + "Z").replace(tzinfo=dt.UTC), int(pk))
    except ValueError:
        return None


@dataclass(frozen=True)
class Branch:
    """Dossiers of one state, the nearest deadline first; ``holder`` is a user id, None for nobody, ANYBODY.

    ``elsewhere``: only those that wait for an agency that was asked; ``scope``: only those a lent role is for.
    """

    state: str
    step_kind: str = ""
    step_role: str = ""
    holder: int | None = ANYBODY
    elsewhere: bool = False
    owed_from: dt.datetime | None = None
    owed_to: dt.datetime | None = None
    scope: Clause | None = None

    @property
    def clause(self) -> Clause:
        """Written by hand: the ORM would take longer to compose the statement than the index to answer it."""
        parts: list[tuple[str, Any]] = [("state = %s", self.state)]
        if self.step_kind:
            parts.append(("step_kind = %s", self.step_kind))
        if self.step_role:
            parts.append(("step_role = %s", self.step_role))
        if self.holder != ANYBODY and self.holder is not None:
            parts.append(("assignee_id = %s", self.holder))
        if self.owed_from:
            parts.append(("owed_at >= %s", self.owed_from))
        if self.owed_to:
            parts.append(("owed_at <= %s", self.owed_to))
        bare = " AND assignee_id IS NULL" if self.holder is None else ""
        bare += " AND open_consultations > 0" if self.elsewhere else ""
        whole = Clause(
            " AND ".join(sql for sql, _value in parts) + bare, tuple(value for _sql, value in parts)
        )
        return whole & self.scope if self.scope else whole


@dataclass(frozen=True)
class Clause:
    """A condition on ``applications_dossier`` as SQL text with its parameters."""

    sql: str
    params: tuple[Any, ...]

    def __and__(self, other: Clause) -> Clause:
        return Clause(f"{self.sql} AND {other.sql}", self.params + other.params)


def clause_of(rows: QuerySet[Dossier]) -> Clause:
    """What a queryset on dossiers alone asks, to be asked again of each branch."""
    sql, params = rows.select_related(None).order_by().values_list("pk").query.sql_with_params()
    _select, _where, condition = sql.partition(" WHERE ")
    return Clause(condition, tuple(params))


def branches(
    officer: Officer, *, now: dt.datetime, calendar: Calendar, colleague: int | None = None
) -> dict[str, list[Branch]]:
    """For each tab the branches whose rows together are the tab. «Mine» is the ``colleague``'s when one is named."""
    running = (State.SUBMITTED, *sorted(CLOCK_RUNNING))
    until = clock.soon_until(now, calendar)
    just_before = now - dt.timedelta(microseconds=1)
    return {
        "waiting": [Branch(State.SUBMITTED)],
        "mine": [Branch(state, holder=colleague or officer.user_id) for state in WORKABLE]
        + ([] if colleague else free_for(actors.at_desk(officer, at=now))),
        "citizen": [Branch(State.SUPPLEMENT_REQUESTED), Branch(State.PAYMENT_REQUESTED)],
        "elsewhere": [Branch(state, elsewhere=True) for state in sorted(OPEN)],
        "signing": [Branch(State.PROCESSING, step_kind="sign")],
        "soon": [Branch(state, owed_from=now, owed_to=until) for state in running],
        "overdue": [Branch(state, owed_to=just_before) for state in running],
        "done": [Branch(state) for state in sorted(ENDED)],
    }


def free_for(by: Actor) -> list[Branch]:
    """Waiting for one of the roles and held by nobody. New submissions have a tab of their own."""
    found = []
    for role in sorted(by.roles):
        found += branch(by, State.PROCESSING, role, step_role=role)
    found += branch(by, State.ACCEPTED, Role.INTAKE) + branch(by, State.COMPLETED, Role.INTAKE)
    return found + branch(by, State.WITHDRAWAL_REQUESTED, Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER)


def branch(by: Actor, state: State, *roles: str, step_role: str = "") -> list[Branch]:
    """The free dossiers of one state for whoever has one of ``roles``; a lent role only reaches what it is for."""
    wanted = set(roles)
    if not by.roles & wanted:
        return []
    lent = [one for one in by.mandates if one.roles & wanted]
    asked = None if by.own_roles & wanted else actors.covered(lent)
    scope = clause_of(Dossier.objects.filter(asked)) if asked is not None else None
    return [Branch(state, step_role=step_role, holder=None, scope=scope)]


def at_step(kind: str) -> Q:
    """Dossiers whose current processing step is of this kind."""
    return Q(state=State.PROCESSING, step_kind=kind)


def counts(asked: Clause, wanted: Mapping[str, Sequence[Branch]]) -> dict[str, int]:
    """How many dossiers each key has, at most ``MOST_COUNTED``, in one statement."""
    found, parts, values = dict.fromkeys(wanted, 0), [], []
    wanted = {key: parted for key, parted in wanted.items() if parted}
    if not wanted:
        return found
    for parted in wanted.values():
        clauses = [asked & one.clause for one in parted]
        union = " UNION ALL ".join(
            f"(SELECT 1 FROM applications_dossier WHERE {one.sql} LIMIT {MOST_COUNTED})"  # noqa: S608
            for one in clauses
        )
        parts.append(f"(SELECT count(*) FROM (SELECT 1 FROM ({union}) AS b LIMIT {MOST_COUNTED}) AS c)")  # noqa: S608
        values += [value for one in clauses for value in one.params]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), values)
        return found | dict(zip(wanted, cursor.fetchone(), strict=True))


def page(
    asked: Clause,
    parted: Sequence[Branch],
    *,
    after: Place | None = None,
    newest_first: bool = False,
    size: int | None = None,
) -> tuple[list[int], Place | None]:
    """Numbers of one page of dossiers by deadline, and where the next begins: page 1000 costs what page 1 costs."""
    size = size or PAGE
    if not parted:
        return [], None
    sql, values = page_statement(asked, parted, after=after, newest_first=newest_first, rows=size + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    ids = [pk for _moment, pk in rows[:size]]
    return ids, Place(*rows[size - 1]) if len(rows) > size else None


def page_statement(
    asked: Clause, parted: Sequence[Branch], *, after: Place | None, newest_first: bool, rows: int
) -> tuple[str, list[Any]]:
    """The statement behind ``page``: the first rows of each branch, merged."""
    way, sign = ("DESC", "<") if newest_first else ("ASC", ">")
    end = f"ORDER BY owed_at {way}, id {way} LIMIT {rows:d}"
    clauses = [asked & one.clause for one in parted]
    if after:
        clauses = [
            one & Clause(f"(owed_at, id) {sign} (%s, %s)", (after.owed_at, after.pk)) for one in clauses
        ]
    union = " UNION ALL ".join(
        f"(SELECT owed_at, id FROM applications_dossier WHERE {one.sql} {end})"  # noqa: S608
        for one in clauses
    )
    text = f"SELECT owed_at, id FROM ({union}) AS merged {end}"  # noqa: S608
    return text, [value for one in clauses for value in one.params]


def versions_seen(agency: Agency) -> list[int]:
    """Versions the agency has dossiers of."""
    return _seen(agency, "version_id")


def communes_seen(agency: Agency) -> list[str]:
    """Codes of the communes the agency has dossiers of."""
    return [code for code in _seen(agency, "commune_code") if code]


def _seen(agency: Agency, column: str) -> list[Any]:
    """Jumps from one value to the next in the index, so that the number of dossiers does not matter."""
    text = """
        WITH RECURSIVE seen AS (
            (SELECT «c» FROM applications_dossier WHERE agency_id = %(agency)s ORDER BY «c» LIMIT 1)
            UNION ALL
            SELECT (SELECT d.«c» FROM applications_dossier d
                    WHERE d.agency_id = %(agency)s AND d.«c» > seen.«c» ORDER BY d.«c» LIMIT 1)
            FROM seen WHERE seen.«c» IS NOT NULL
        )
        SELECT «c» FROM seen WHERE «c» IS NOT NULL
    """
    with connection.cursor() as cursor:
        cursor.execute(text.replace("«c»", column), {"agency": agency.pk})
        return [row[0] for row in cursor.fetchall()]
