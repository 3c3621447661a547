"""Asking the legal clock again for every open dossier after a change of the calendar.

The limit is one SQL UPDATE of the column for the dossiers that change: no law, no event. The usual way is what a
careful Django project writes: per dossier the clock, ``save()`` and one ``create()`` for the log. Ours is
``services.recompute``. Everything happens in one transaction that is rolled back.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from applications import legal, log, services
from applications.models import CalendarDay, Dossier, Event
from applications.office import silence
from identity.models import Agency, Citizen, Officer, User
from procedures.models import Procedure, ProcedureVersion

FLOORS = {"ours_to_usual": 10.0, "million_in_a_minute": 1.0}
SAMPLE = 500
TERMS = (
    {"value": 3, "unit": "working_days"},
    {"value": 5, "unit": "working_days"},
    {"value": 15, "unit": "working_days"},
    {"value": 10, "unit": "days"},
    {"value": 1, "unit": "months"},
)
FIRST = dt.datetime(2026, 10, 1, 0, 30, tzinfo=dt.UTC)
DAYS = 50
_FILL = """
    INSERT INTO applications_dossier (key, code, version_id, agency_id, submitter_id, channel, delivery, state,
        return_states, step, fee_vnd, paid_vnd, form_set, needs_matching, supplement_count, created_at, submitted_at,
        accepted_at, due_at, last_event_at, seq, head_hash, salt, step_kind, step_role, open_consultations)
    SELECT 'bench' || n, 'BENCH-' || n, q.version, (%(agencies)s::bigint[])[1 + n %% %(offices)s], %(person)s,
        'online', 'electronic', 'processing', '{}', 0, 0, 0, 'TT03_2025', false, 0, t.at, t.at, t.at, q.due,
        CASE WHEN n %% 47 = 0 THEN t.at ELSE now() END, 0, '', '\\x00', 'examine', 'case_officer', 0
    FROM generate_series(1, %(count)s) n,
        LATERAL (SELECT 1 + n %% %(questions)s AS number, (n * 7 %% 480) * interval '1 minute' AS past) m
        JOIN unnest(%(versions)s::bigint[], %(mornings)s::timestamptz[], %(dues)s::timestamptz[])
            WITH ORDINALITY q(version, morning, due, number) USING (number),
        LATERAL (SELECT q.morning + m.past AS at) t
"""
_PAUSE = """
    INSERT INTO applications_pause (dossier_id, cause, legal_basis, started_at, ended_at)
    SELECT id, 'supplement_requested', 'bench', accepted_at + interval '1 day', accepted_at + interval '4 days'
    FROM applications_dossier WHERE key LIKE 'bench%%' AND id %% 10 = 0
"""


def run(*, count: int) -> list[dict[str, object]]:
    """Raises AssertionError when a date differs from the pure clock or a chain is broken."""
    with transaction.atomic():
        try:
            return _measure(count)
        finally:
            transaction.set_rollback(True)


def _measure(count: int) -> list[dict[str, object]]:
    _fill(count)
    paused, report = _timed(lambda: services.recompute(at=timezone.now()))
    assert report.seen >= count
    forgotten = report.changed
    added = CalendarDay(
        date=dt.date(2026, 11, 26), name="Nghỉ thêm", kind="public_holiday", is_working=False, source="bench"
    )
    added.save(force_insert=True)
    concerned, report = _timed(lambda: services.recompute(at=timezone.now()))
    _check(report.changed)
    again, idle = _timed(lambda: services.recompute(at=timezone.now()))
    assert idle.changed == 0
    limit, _rows = _timed(lambda: _limit(report.changed))
    usual = SAMPLE / _timed(_usual)[0]
    rates = {"limit": report.changed / limit, "usual": usual, "ours": report.seen / concerned}
    return [
        {
            "job": f"recompute {report.seen} due dates after a new holiday",
            "seconds": {
                f"{forgotten} whose pause was forgotten": round(paused, 1),
                f"{report.changed} concerned": round(concerned, 1),
                "nobody concerned": round(again, 1),
            },
            "per_second": {name: round(rate) for name, rate in rates.items()},
            "distinct_questions": report.questions,
            "ours_to_limit": round(limit / concerned, 2),
            "ours_to_usual": round(rates["ours"] / rates["usual"], 1),
            "million_in_a_minute": round(rates["ours"] * 60 / 1_000_000, 2),
            "floors": FLOORS,
        },
        _silence(),
    ]


def _fill(count: int) -> None:
    versions = []
    for number, limit in enumerate(TERMS):
        procedure = Procedure.objects.create(
            slug=f"bench-clock-{number}", code=f"9.99999{number}", name="Bench", name_en="Bench"
        )
        version = ProcedureVersion.objects.create(
            procedure=procedure,
            number=1,
            status=ProcedureVersion.Status.DRAFT,
            online_level="full",
            effective_from=FIRST.date(),
            content={"time_limit": limit},
            form={},
            processing={},
        )
        versions.append(version.pk)
    user = User.objects.create(username="bench-clock", full_name="Bench")
    person = Citizen.objects.create(user=user, number="001099999998", name="Bench", assurance_level=2)
    calendar = legal.calendar()
    asked = [(version, FIRST + dt.timedelta(days=day)) for version in versions for day in range(DAYS)]
    limits = dict(zip(versions, TERMS, strict=True))
    dues = [legal.promise(limits[version], at, (), calendar=calendar) for version, at in asked]
    agencies = list(Agency.objects.order_by("pk").values_list("pk", flat=True)[:200])
    values: dict[str, Any] = {
        "versions": [version for version, _at in asked],
        "mornings": [at for _version, at in asked],
        "dues": [due.due_at for due in dues if due],
        "questions": len(asked),
        "agencies": agencies,
        "offices": len(agencies),
        "person": person.pk,
        "count": count,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_FILL, values)
        cursor.execute(_PAUSE, {})
        cursor.execute("ANALYZE applications_dossier")


def _timed(work: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = work()
    return time.perf_counter() - started, answer


def _bench() -> Any:
    return Dossier.objects.filter(key__startswith="bench").select_related("version")


def _check(changed: int) -> None:
    """A sample agrees with the clock of one dossier, and its chain holds."""
    assert changed
    first, last = _bench().order_by("pk").first().pk, _bench().order_by("-pk").first().pk
    numbers = random.Random(2026).sample(range(first, last + 1), SAMPLE)  # noqa: S311
    for dossier in _bench().filter(pk__in=numbers):
        deadline = legal.deadline_of(dossier, now=timezone.now())
        assert deadline is not None
        assert dossier.due_at == deadline.due_at, dossier
        log.verify(dossier, Event.objects.filter(dossier=dossier).order_by("seq"))


def _limit(changed: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE applications_dossier SET due_at = due_at + interval '1 day' WHERE id IN"
            " (SELECT id FROM applications_dossier WHERE key LIKE 'bench%%' ORDER BY id LIMIT %s)",
            [changed],
        )


def _usual() -> None:
    for dossier in _bench().order_by("pk")[:SAMPLE]:
        with transaction.atomic():
            row = Dossier.objects.select_for_update().select_related("version").get(pk=dossier.pk)
            deadline = legal.deadline_of(row, now=timezone.now())
            assert deadline is not None
            row.due_at, row.seq = deadline.due_at, row.seq + 1
            row.save()
            Event.objects.create(
                dossier=row, seq=row.seq, at=timezone.now(), kind="bench", from_state=row.state, to_state=row.state,
                prev_hash=b"", hash=b"", tx=0,
            )  # fmt: skip


def _silence() -> dict[str, object]:
    """The superior's list when one in 47 is left lying, with the scans of its plan."""
    agency = Agency.objects.get(key="ubnd-phuong-hai-chau")
    leader = Officer.objects.filter(agency=agency.parent or agency).first() or Officer.objects.all()[0]
    seconds, rows = _timed(lambda: list(silence.for_superior(leader, now=timezone.now())))
    found = silence.for_superior(leader, now=timezone.now()).explain()
    milliseconds = round(seconds * 1000, 1)
    return {
        "job": f"silence alarm of a superior, {len(rows)} rows",
        "milliseconds": milliseconds,
        "scans": [line.strip(" ->") for line in found.splitlines() if "Scan" in line],
        "floors": {},
    }
