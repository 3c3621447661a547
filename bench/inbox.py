"""The inbox of a large agency: bare indexed SQL, the usual ORM way, and ours, for every tab and filter, in one run.

The limit is one hand-written statement that an index answers. The usual way is the former implementation of this
portal: roles looked up in the JSON steps of the version, exact counts, OFFSET pages; it may use the indexes and the
deadline column that came with ours. All three must show the same rows (the oracle takes every row and sorts by hand);
plans are read, and one that scans the whole table fails the run.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.test.utils import override_settings
from django.utils import timezone

from applications import access, legal, services
from applications.models import Dossier
from applications.office import clock, inbox, queues
from applications.office.filtering import Filters
from applications.states import CLOCK_RUNNING, ENDED, OPEN, PAUSED, State
from bench import signing
from identity.models import Agency, Citizen, Officer, Role, User
from procedures.models import Procedure, ProcedureVersion

PAGE_MS, FILTER_MS, CLAIM_MS = 150.0, 300.0, 50.0
FLOORS = {
    "page_within_promise": 1.0,
    "filters_within_promise": 1.0,
    "claim_within_promise": 1.0,
    "desk_within_promise": 1.0,
    "ours_to_usual": 2.0,
}
LARGE = 100_000
"""Below this reading the whole table can rightly be the quickest plan."""
BIG_SHARE = 0.32
"""One agency of twenty holds this part of all dossiers."""
STEPS = [
    ("examine", "case_officer"),
    ("approve", "approver"),
    ("sign", "signer"),
    ("release", "registry_clerk"),
]
_FILL = """
INSERT INTO applications_dossier
    (key, code, version_id, agency_id, submitter_id, channel, commune_code, delivery, state, return_states, step,
     step_kind, step_role, assignee_id, fee_vnd, paid_vnd, form_set, needs_matching, supplement_count,
     open_consultations, created_at, submitted_at,
     answer_due_at, accepted_at, due_at, ended_at, last_event_at, seq, head_hash, salt)
SELECT 'bench-' || n, 'B' || lpad(n::text, 9, '0'), (%(versions)s::bigint[])[1 + (n::bigint * 7919) %% %(kinds)s],
       CASE WHEN n %% 100 < %(big)s THEN %(agency)s ELSE (%(others)s::bigint[])[1 + n %% 19] END, %(person)s,
       (ARRAY['online','online','online','counter','post'])[1 + h %% 5], (20000 + h %% 60)::text, 'electronic',
       s, '{}',
       CASE WHEN s = 'processing' THEN h %% 4 ELSE 0 END,
       CASE WHEN s = 'processing' THEN (ARRAY['examine','approve','sign','release'])[1 + h %% 4] ELSE '' END,
       CASE WHEN s = 'processing'
            THEN (ARRAY['case_officer','approver','signer','registry_clerk'])[1 + h %% 4] ELSE '' END,
       CASE WHEN s IN ('accepted', 'processing') AND h %% 3 > 0 AND n %% 100 < %(big)s
            THEN (%(officers)s::bigint[])[1 + h %% 30] END,
       0, 0, '', h %% 50 = 0, 0,
       CASE WHEN s = 'processing' AND h %% 20 = 0 THEN 1 ELSE 0 END,
       t, t, t + interval '1 day', t + interval '4 hours', t + interval '10 days',
       CASE WHEN s IN ('completed', 'delivered', 'refused', 'stopped') THEN t + interval '8 days' END,
       t + interval '1 day' * (h %% 9), 3, '\\x00', '\\x00'
FROM (SELECT n, abs(hashint4(n)) AS h,
             %(now)s - interval '1 minute' * (abs(hashint4(n + 1)) %% 500000)
                 * CASE WHEN n %% 10 < 8 THEN 1 ELSE 0.04 END AS t,
             CASE WHEN n %% 10 < 8
                  THEN (ARRAY['delivered','delivered','delivered','refused','stopped'])[1 + (n/100) %% 5]
                  ELSE (ARRAY['submitted','submitted','accepted','processing','processing','processing','processing',
                              'supplement_requested','payment_requested','completed'])[1 + (n/100) %% 10] END AS s
      FROM generate_series(1, %(rows)s) AS n) AS made
"""


@dataclass
class World:
    officer: Officer
    versions: list[ProcedureVersion]
    now: dt.datetime


def run(*, rows: int, times: int, plans: str = "") -> list[dict[str, Any]]:
    """The lists with ``rows`` dossiers; raises AssertionError when rows differ or a plan scans the table."""
    with _filled(rows) as world:
        tabs = [_measure(world, tab, Filters(), times) for tab in queues.LABELS]
        filters = [
            _measure(world, tab, one, times) for tab in ("mine", "overdue", "done") for one in _asked(world)
        ]
        whole = _times(lambda: inbox.read(world.officer, tab="mine", now=world.now), times)
        filtered = [
            _times(lambda f=f, t=t: inbox.read(world.officer, tab=t, filters=f, now=world.now), times)  # type: ignore[misc]
            for t in ("mine", "done")
            for f in _asked(world)
        ]
        claims = _claims(world, 20)
        told = _plans(world, strict=rows >= LARGE)
        desk = signing.first_page_ms(world.officer.agency, world.versions, now=world.now, times=times)
    if plans:
        with open(plans, "w") as out:
            out.write("\n\n".join(told))
    slow = max(filtered)
    lines = [*tabs, *filters]
    return [
        {
            "job": f"inbox with {rows} dossiers, ms",
            "first_page_ms": round(whole, 1),
            "slowest_filter_ms": round(slow, 1),
            "claim_next_ms": round(claims, 1),
            "signing_desk_ms": round(desk, 1),
            "lists": lines,
            "page_within_promise": round(PAGE_MS / whole, 2),
            "filters_within_promise": round(FILTER_MS / slow, 2),
            "claim_within_promise": round(CLAIM_MS / claims, 2),
            "desk_within_promise": round(signing.DESK_MS / desk, 2),
            "ours_to_limit": round(statistics.median(one["limit"] / one["ours"] for one in lines), 2),
            "ours_to_usual": round(sum(one["usual"] for one in lines) / sum(one["ours"] for one in lines), 2),
            "floors": FLOORS,
        }
    ]


def _asked(world: World) -> list[Filters]:
    slug = world.versions[3].procedure.slug
    day = world.now.date()
    return [
        Filters(procedures=(slug,)),
        Filters(state=State.PROCESSING),
        Filters(due_from=day, due_to=day + dt.timedelta(days=3)),
        Filters(assignee="chua"),
        Filters(assignee="toi"),
        Filters(channel="post"),
        Filters(commune="20017"),
        Filters(mismatch=True),
        Filters(silent=True),
        Filters(procedures=(slug,), channel="post", mismatch=True, assignee="chua"),
    ]


def _measure(world: World, tab: str, filters: Filters, times: int) -> dict[str, Any]:
    """Rows and count of one list, three ways. The oracle looks at every dossier of the agency once."""
    calendar, newest = legal.calendar(), tab in queues.NEWEST_FIRST
    whole = access.dossiers_for_officer(world.officer)
    extra = inbox.narrowed(world.officer, filters, now=world.now, calendar=calendar)

    def ours() -> list[int]:
        asked = queues.clause_of(
            whole.filter(inbox.narrowed(world.officer, filters, now=world.now, calendar=calendar))
        )
        parted = inbox.parted(world.officer, filters, now=world.now, calendar=calendar)[tab]
        queues.counts(asked, {tab: parted})
        return queues.page(asked, parted, newest_first=newest)[0]

    sql, params = _bare(world, tab, filters)

    def limit() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return [row[1] for row in cursor.fetchall()]

    order = ("-owed_at", "-pk") if newest else ("owed_at", "pk")
    usual_rows = _usual(world, tab).filter(extra).order_by(*order)

    def usual() -> list[int]:
        usual_rows.aggregate(n=Count("pk"))
        return list(usual_rows.values_list("pk", flat=True)[0 : queues.PAGE])

    keys = _usual(world, tab).filter(extra).order_by().values_list("owed_at", "pk")
    wanted = [pk for _moment, pk in sorted(keys, reverse=newest)[: queues.PAGE]]
    for name, way in (("ours", ours), ("limit", limit), ("usual", usual)):
        assert way() == wanted, (tab, filters.query, name)
    took = {
        name: _times(way, times if name != "usual" else 2)
        for name, way in (("limit", limit), ("ours", ours), ("usual", usual))
    }
    return {"list": f"{tab} {filters.query}".strip(), **{name: round(ms, 2) for name, ms in took.items()}}


def _bare(world: World, tab: str, filters: Filters) -> tuple[str, list[Any]]:
    """The statement for the rows alone, composed before the clock starts."""
    calendar = legal.calendar()
    whole = access.dossiers_for_officer(world.officer)
    asked = queues.clause_of(
        whole.filter(inbox.narrowed(world.officer, filters, now=world.now, calendar=calendar))
    )
    parted = inbox.parted(world.officer, filters, now=world.now, calendar=calendar)[tab]
    if not parted:
        return "SELECT now(), 0 WHERE false", []
    newest = tab in queues.NEWEST_FIRST
    return queues.page_statement(asked, parted, after=None, newest_first=newest, rows=queues.PAGE)


def _usual(world: World, tab: str) -> QuerySet[Dossier]:
    """One OR of everything; the role of a step is looked up in the version's JSON, as before there were columns."""
    whole, officer, now = access.dossiers_for_officer(world.officer), world.officer, world.now
    at_step = Q()
    wanted = {"kind": "sign"} if tab == "signing" else {"role__in": officer.roles}
    for number in range(8):
        path = f"version__processing__steps__{number}__"
        at_step |= Q(step=number, **{path + name: value for name, value in wanted.items()})
    stepped, running = Q(state=State.PROCESSING) & at_step, Q(state__in=[State.SUBMITTED, *CLOCK_RUNNING])
    free = stepped | Q(state__in=[State.ACCEPTED, State.COMPLETED, State.WITHDRAWAL_REQUESTED])
    until = clock.soon_until(now, legal.calendar())
    return whole.filter(
        {
            "waiting": Q(state=State.SUBMITTED),
            "mine": Q(assignee=officer.user_id, state__in=queues.WORKABLE) | Q(assignee=None) & free,
            "citizen": Q(state__in=PAUSED),
            "elsewhere": Q(state__in=OPEN, open_consultations__gt=0),
            "signing": stepped,
            "soon": running & Q(owed_at__gte=now, owed_at__lte=until),
            "overdue": running & Q(owed_at__lt=now),
            "done": Q(state__in=ENDED),
        }[tab]
    )


def _plans(world: World, *, strict: bool) -> list[str]:
    """The plan of every tab and filter; of a large table none may read it from end to end."""
    told = []
    for tab in queues.LABELS:
        for filters in (Filters(), *_asked(world)):
            sql, params = _bare(world, tab, filters)
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + sql, params)
                plan = "\n".join(row[0] for row in cursor.fetchall())
            assert not strict or "Seq Scan on applications_dossier" not in plan, (
                f"{tab} {filters.query}\n{plan}"
            )
            told.append(f"-- {tab} {filters.query}\n{plan}")
    return told


def _claims(world: World, times: int) -> float:
    """Median milliseconds of claiming the next dossier; what was claimed is put back."""
    given: list[int | None] = []
    with transaction.atomic(), override_settings(MOST_HELD_DOSSIERS=10**6):

        def next_one() -> None:
            dossier = services.claim_next(officer=world.officer, at=world.now)
            given.append(dossier.pk if dossier else None)

        took = _times(next_one, times)
        transaction.set_rollback(True)
    assert None not in given
    assert len(set(given)) == len(given), "one dossier was given twice"
    return took


def _times(way: Callable[[], Any], times: int) -> float:
    """Median milliseconds, after one call that warms up."""
    way()
    taken = []
    for _n in range(times):
        began = time.perf_counter()
        way()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


@contextmanager
def _filled(rows: int) -> Iterator[World]:
    """A world of ``rows`` dossiers that is gone afterwards."""
    now = timezone.now()
    number = f"{time.time_ns() % 10**9}"
    base = ProcedureVersion.objects.filter(form__isnull=False).order_by("pk")[0]
    steps = [
        {"id": kind, "kind": kind, "role": role, "name_vi": kind, "name_en": kind} for kind, role in STEPS
    ]
    agencies = [
        Agency(key=f"bench-{number}-{n}", name=f"Bench {n}", level="commune", kind="bench") for n in range(20)
    ]
    with transaction.atomic():
        big, *others = Agency.objects.bulk_create(agencies)
        users = User.objects.bulk_create(
            [User(username=f"b{number}-{n}", full_name=f"B {n}") for n in range(31)]
        )
        person = Citizen.objects.create(user=users[30], number=f"9{number:0>11}", name="Bench")
        roles = [Role.CASE_OFFICER, Role.INTAKE]
        officer = Officer.objects.create(user=users[0], agency=big, title="B", roles=roles)
        versions = list(_versions(base, steps, number))
    values = {
        "versions": [one.pk for one in versions],
        "kinds": len(versions),
        "big": round(BIG_SHARE * 100),
        "agency": big.pk,
        "others": [one.pk for one in others],
        "officers": [one.pk for one in users[:30]],
        "person": person.pk,
        "now": now,
        "rows": rows,
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
            cursor.execute(_FILL, values)
            cursor.execute("RESET session_replication_role")
            cursor.execute("VACUUM ANALYZE applications_dossier")
        yield World(officer, versions, now)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # no row points to these
            cursor.execute("DELETE FROM applications_dossier WHERE submitter_id = %s", [person.pk])
            cursor.execute("RESET session_replication_role; RESET statement_timeout")
            cursor.execute("VACUUM applications_dossier")


def _versions(base: ProcedureVersion, steps: list[dict[str, str]], number: str) -> Iterator[ProcedureVersion]:
    """Sixty procedures with one version each."""
    for n in range(60):
        procedure = Procedure.objects.create(slug=f"bench-{number}-{n}", name=f"Bench {n}")
        yield ProcedureVersion.objects.create(
            procedure=procedure,
            number=1,
            online_level=base.online_level,
            content=base.content,
            form=base.form,
            processing={"steps": steps},
        )
