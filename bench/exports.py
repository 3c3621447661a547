"""A list of dossiers as a file: time and memory, the usual way (everything in memory) and ours (row by row).

The usual way is what a page of a back office does: all rows through the ORM at once, one string,
one file. Ours is the worker's verb, with its progress, hash and stored file. Both must give the same table. The
limit is the database alone: the same rows as tuples, written with ``csv``.
"""

from __future__ import annotations

import csv
import io
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import override_settings

from applications import access, services
from applications.models import Export
from applications.office import exporting, sheets
from bench import inbox
from identity.models import DataAccess, Role

FLOORS = {"memory_bounded": 1.0, "usual_to_ours_memory": 2.0}
PART = 5
"""Tracing memory slows everything down several times: it is done on a part."""
MOST_MB = 48.0
"""What a worker may need for a file of any length, beside its libraries."""


def run(*, rows: int) -> list[dict[str, Any]]:
    """Files of ``rows`` dossiers; raises AssertionError when the tables differ."""
    with inbox._filled(rows * 4) as world, TemporaryDirectory() as folder:
        world.officer.roles = [Role.LEADER]
        world.officer.save()
        settings = {"MEDIA_ROOT": folder, "EXPORT_DIR": Path(folder) / "work", "MOST_EXPORTED_ROWS": rows}
        try:
            with override_settings(**settings):
                return [_measured(world, rows)]
        finally:
            Export.objects.filter(officer=world.officer).delete()


def _measured(world: inbox.World, rows: int) -> dict[str, Any]:
    found = exporting.of_list(world.officer, tab="done", query="", now=world.now, most=rows)
    whole = access.dossiers_for_officer(world.officer)
    made: dict[str, bytes] = {}

    def ours(form: str) -> None:
        export = Export.objects.create(
            officer=world.officer, agency=world.officer.agency, kind="list", format=form, dossiers=found,
            parameters={"tab": "done", "query": ""}, total=len(found), asked_at=world.now, next_at=world.now,
        )  # fmt: skip
        assert services.write_export(number=export.pk, at=world.now)
        export.refresh_from_db()
        made[form] = Path(default_storage.path(export.path)).read_bytes() if form == "csv" else b""

    def usual() -> None:
        light = whole.select_related("assignee").defer("version__form", "version__content")
        by_id = {one.pk: one for one in light.filter(pk__in=found)}
        out = io.StringIO(newline="")
        table = csv.writer(out)
        table.writerow(exporting.LIST_COLUMNS)
        table.writerows(
            [
                [sheets._told(cell) for cell in line]
                for line in exporting._lines([by_id[one] for one in found])
            ]
        )
        made["usual"] = out.getvalue().encode("utf-8-sig")

    def limit() -> None:
        out = io.StringIO(newline="")
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM applications_dossier WHERE id = ANY(%s)", [found])
            csv.writer(out).writerows(cursor)

    took = {"limit": _took(limit), "csv": _took(lambda: ours("csv")), "xlsx": _took(lambda: ours("xlsx"))}
    took["usual"] = _took(usual)
    assert made["usual"] == made["csv"], "the tables differ"
    made.clear()
    whole_list, many = list(found), len(found)
    del found[many // PART :]
    peak = {"csv": _peak(lambda: ours("csv")), "xlsx": _peak(lambda: ours("xlsx")), "usual": _peak(usual)}
    del found[many // PART // PART :]
    short = _peak(lambda: ours("xlsx"))
    found[:] = whole_list
    return {
        "job": f"a file of {many} dossiers; memory of {many // PART}, traced",
        "seconds": {name: round(value, 1) for name, value in took.items()},
        "peak_mb": {name: round(value, 1) for name, value in peak.items()},
        "peak_mb_xlsx_of_a_fifth_of_that": round(short, 1),
        "recorded_seconds": round(_took(lambda: _fetch(world)), 1),
        "memory_bounded": round(MOST_MB / max(peak["csv"], peak["xlsx"]), 2),
        "usual_to_ours_memory": round(peak["usual"] / max(peak["csv"], peak["xlsx"]), 1),
        "floors": FLOORS,
    }


def _fetch(world: inbox.World) -> None:
    """Recording who read whom; what was recorded is taken back with the world."""
    export = Export.objects.filter(officer=world.officer, status="ready").order_by("pk")[0]
    services.fetch_export(number=export.pk, officer=world.officer, at=world.now)
    assert DataAccess.objects.filter(officer=world.officer.user).count() == export.total
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM identity_dataaccess WHERE officer_id = %s", [world.officer.user_id])
        cursor.execute("RESET session_replication_role")


def _took(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _peak(work: Callable[[], None]) -> float:
    """Megabytes of Python objects alive at once."""
    tracemalloc.start()
    work()
    peak: int = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
