"""Finding a procedure: one index a process over the catalogue in force, rebuilt when the catalogue changes."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Iterable
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db import connection

from procedures.catalogue import DATA
from procedures.index import Entry, Found, Index, Synonym
from procedures.models import Procedure, ProcedureVersion
from procedures.models import Synonym as SynonymRow

CHECK_EVERY = 2.0
"""Seconds between two looks at the catalogue's stamp; a change is found a moment after them, in every process."""
LEGAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_STAMP = """
    SELECT (SELECT count(*) || ',' || coalesce(max(id), 0) || ',' || coalesce(max(published_at)::text, '')
                   || ',' || coalesce(sum(hashtext(id || coalesce(effective_to::text, ''))), 0)
            FROM procedures_procedureversion WHERE status = 'published'),
           (SELECT coalesce(sum(hashtext(name || keywords::text)), 0) FROM procedures_procedure),
           (SELECT coalesce(sum(hashtext(id || say::text || find::text || labels::text || labels_en::text)), 0)
            FROM procedures_synonym)
"""


class _Shelf:
    """The index in use, what it was built from, and when that was last compared."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.index: Index | None = None
        self.stamp: tuple[Any, ...] = ()
        self.compared_at = 0.0
        self.must_wait = False


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
    """The next question compares with the catalogue and waits for the answer. Nobody else waits."""
    _shelf.must_wait = True


def index() -> Index:
    """The index in use. A new one is built beside it, by one thread; until it stands, the old one answers.

    Inside a transaction the caller builds: no other connection sees what it has not yet committed.
    """
    now = time.monotonic()
    ready, must_wait = _shelf.index, _shelf.must_wait
    if ready is not None and not must_wait and now - _shelf.compared_at < CHECK_EVERY:
        return ready
    if not _shelf.lock.acquire(blocking=ready is None):
        return cast(Index, ready)
    try:
        _shelf.compared_at = now
        _shelf.must_wait = False
        stamp = _stamp()
        if _shelf.index is not None and stamp == _shelf.stamp:
            return _shelf.index
        if _shelf.index is None or must_wait or connection.in_atomic_block:
            return _renew()
    finally:
        _shelf.lock.release()
    threading.Thread(target=_renew_beside, name="search index", daemon=True).start()
    return _shelf.index


def trial(synonyms: Iterable[Synonym]) -> Index:
    """An index over the same catalogue with other sayings, for an editor to compare; it answers nobody else."""
    return Index(entries(), synonyms, _words()["fillers"])


def synonyms_in_use() -> list[Synonym]:
    rows = SynonymRow.objects.values_list("say", "find", "labels", "labels_en")
    return [Synonym(*map(tuple, row)) for row in rows]


def today() -> dt.date:
    return dt.datetime.now(LEGAL_ZONE).date()


def _renew() -> Index:
    """Stamp first: what changes while the index is built is found at the next comparison."""
    stamp = _stamp()
    built = Index(_entries(), synonyms_in_use(), _words()["fillers"])
    _shelf.index, _shelf.stamp = built, stamp
    return built


def _renew_beside() -> None:
    if not _shelf.lock.acquire(blocking=False):
        return
    try:
        _renew()
    finally:
        _shelf.lock.release()
        connection.close()


def _stamp() -> tuple[Any, ...]:
    """The day counts too: versions come into force at midnight."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        return (today(), *cursor.fetchone())


@cache
def _words() -> dict[str, Any]:
    """The sayings that come with the portal, and the fillers, which hardly count."""
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
