"""Finding a procedure: one index a process over the catalogue in force, rebuilt when the catalogue changes."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from procedures.catalogue import DATA
from procedures.index import Entry, Found, Index, Synonym
from procedures.models import Procedure, ProcedureVersion

CHECK_EVERY = 2.0
"""Seconds between two looks at the catalogue's stamp; a publication is found at the latest after them."""
LEGAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_STAMP = """
    SELECT (SELECT count(*) || ',' || coalesce(max(id), 0) || ',' || coalesce(max(published_at)::text, '')
            FROM procedures_procedureversion),
           (SELECT coalesce(sum(hashtext(name || keywords::text)), 0) FROM procedures_procedure)
"""


class _Shelf:
    """The index in use and when its stamp was last compared."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.index: Index | None = None
        self.stamp: tuple[Any, ...] = ()
        self.compared_at = 0.0


_shelf = _Shelf()


def find(query: str) -> Found:
    """Procedures that answer a question in everyday words, best first."""
    return index().find(query)


def entries() -> list[Entry]:
    """The whole catalogue in force."""
    return index().entries


def stamp() -> tuple[Any, ...]:
    """What the index was built from: the same in every process that has seen the same catalogue."""
    index()
    return _shelf.stamp


def forget() -> None:
    """Compare with the catalogue at the next question."""
    _shelf.compared_at = 0.0


def index() -> Index:
    now = time.monotonic()
    ready = _shelf.index
    if ready is not None and now - _shelf.compared_at < CHECK_EVERY:
        return ready
    with _shelf.lock:
        stamp = _stamp()
        if _shelf.index is None or stamp != _shelf.stamp:
            _shelf.index, _shelf.stamp = _build(), stamp
        _shelf.compared_at = now
        return _shelf.index


def today() -> dt.date:
    return dt.datetime.now(LEGAL_ZONE).date()


def _stamp() -> tuple[Any, ...]:
    """The day counts too: versions come into force at midnight."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        return (today(), *cursor.fetchone())


def _build() -> Index:
    words = _words()
    synonyms = [Synonym(tuple(row["say"]), row["find"]) for row in words["synonyms"]]
    return Index(_entries(), synonyms, words["fillers"])


@cache
def _words() -> dict[str, Any]:
    """The editors' list of what people say."""
    words: dict[str, Any] = json.loads((DATA / "synonyms.json").read_text(encoding="utf-8"))
    return words


def _entries() -> list[Entry]:
    procedures = Procedure.objects.select_related("field", "owner").prefetch_related("life_events")
    by_id = procedures.in_bulk()
    versions = ProcedureVersion.objects.in_force(today()).order_by("number").defer("form", "processing")
    live = set(ProcedureVersion.objects.in_force(today()).exclude(form=None).values_list("pk", flat=True))
    latest = {version.procedure_id: version for version in versions}
    return [_entry(by_id[pk], version, version.pk in live) for pk, version in latest.items()]


def _entry(procedure: Procedure, version: ProcedureVersion, has_form: bool) -> Entry:
    field, owner = procedure.field, procedure.owner
    return Entry(
        path_code=procedure.path_code,
        name=procedure.name,
        name_en=procedure.name_en,
        keywords=tuple(procedure.keywords),
        field=field.name if field else "",
        field_en=field.name_en if field else "",
        field_key=field.key if field else "",
        owner=owner.name if owner else "",
        owner_key=owner.key if owner else "",
        audience=tuple(procedure.audience),
        life_events=tuple(event.key for event in procedure.life_events.all()),
        record=version.content,
        is_full="components" in version.content,
        is_live=has_form and version.online_level != "information",
    )
