"""«Next dossier» by sixteen officers at once, each on a connection of their own: latency, and no dossier twice."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from applications import services
from applications.models import Dossier, Event
from bench import inbox
from identity.models import Officer, Role, User

OFFICERS = 16
PRESSES = 30
CLAIM_MS = 50.0
FLOORS = {"p95_within_promise": 1.0}
PAUSE = (0.2, 0.6)
"""Seconds between two presses of one officer: far busier than people are."""


def run(*, rows: int) -> list[dict[str, Any]]:
    """Claims among ``rows`` dossiers; raises AssertionError when one dossier is given to two officers."""
    with inbox._filled(rows) as world, override_settings(MOST_HELD_DOSSIERS=10**6):
        officers = _officers(world)
        try:
            paced, given = _claimed(officers, PAUSE)
            flat_out, more = _claimed(officers, (0.0, 0.0))
        finally:
            _forget(world)
    both = given + more
    assert None not in both
    assert len(set(both)) == len(both), "one dossier was given twice"
    p50, p95 = statistics.median(paced), statistics.quantiles(paced, n=20)[18]
    return [
        {
            "job": f"claim next, {OFFICERS} officers at once among {rows} dossiers, ms",
            "p50": round(p50, 1),
            "p95": round(p95, 1),
            "without_pause_p50": round(statistics.median(flat_out), 1),
            "without_pause_p95": round(statistics.quantiles(flat_out, n=20)[18], 1),
            "claims": len(both),
            "p95_within_promise": round(CLAIM_MS / p95, 2),
            "floors": FLOORS,
        }
    ]


def _officers(world: inbox.World) -> list[Officer]:
    number = time.time_ns()
    users = User.objects.bulk_create(
        [User(username=f"claims-{number}-{n}", full_name=f"Claims {n}") for n in range(OFFICERS)]
    )
    roles = [Role.CASE_OFFICER, Role.INTAKE]
    posts = [Officer(user=user, agency=world.officer.agency, title="B", roles=roles) for user in users]
    return Officer.objects.bulk_create(posts)


def _claimed(officers: Sequence[Officer], pause: tuple[float, float]) -> tuple[list[float], list[int | None]]:
    """Milliseconds of each press, and what it gave."""
    gate = threading.Barrier(len(officers))

    def sits(officer: Officer) -> list[tuple[float, int | None]]:
        try:
            services.claim_next(officer=officer, at=timezone.now())  # opens the connection, warms the plans
            gate.wait()
            return [_press(officer, pause) for _n in range(PRESSES)]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(officers)) as pool:
        pressed = [one for found in pool.map(sits, officers) for one in found]
    return [took for took, _given in pressed], [given for _took, given in pressed]


def _press(officer: Officer, pause: tuple[float, float]) -> tuple[float, int | None]:
    time.sleep(random.uniform(*pause))
    began = time.perf_counter()
    dossier = services.claim_next(officer=officer, at=timezone.now())
    return (time.perf_counter() - began) * 1000, dossier.pk if dossier else None


def _forget(world: inbox.World) -> None:
    """The log is append-only for everybody but the bench, whose dossiers go as well."""
    ours = Dossier.objects.filter(agency=world.officer.agency, seq__gt=3).values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for start in range(0, len(ids := list(ours)), 1000):
            Event.objects.filter(dossier__in=ids[start : start + 1000])._raw_delete("default")
        cursor.execute("RESET session_replication_role")
