"""Reference data loaded once for many tests, and gone afterwards."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from applications import calendar_days
from identity import units
from procedures import search
from procedures.catalogue import read
from procedures.catalogue.importing import import_catalogue, load_vocabulary

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
ON = dt.date(2026, 11, 23)
_copies: dict[str, bytes] = {}
"""What the loaders wrote, table by table in the order of their keys, as PostgreSQL copies it: loading takes
seconds, copying back a fraction of one."""

_indexed: list[tuple[Any, tuple[Any, ...]]] = []
"""The index over them and its stamp."""


@contextmanager
def rolled_back(blocker: Any) -> Iterator[None]:
    """What is done inside holds for the tests of a module, each of which undoes its own changes before."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def load_reference() -> None:
    if not _copies:
        _load()
        _keep()
    else:
        with connection.cursor() as cursor:
            for table, rows in _copies.items():
                cursor.copy_expert(f"COPY {table} FROM STDIN", io.BytesIO(rows))


def search_as_loaded() -> None:
    """Put back the index of the catalogue as it was loaded; it is built once, and not again after each test that
    changed something. A stamp of another day would not fit, and the next question builds anew."""
    shelf = search._shelf
    if not _indexed:
        search.forget()
        search.index()
        _indexed.append((shelf.index, shelf.stamp))
    shelf.index, shelf.stamp = _indexed[0]
    search.forget()


def _load() -> None:
    units.load(read("administrative_units"), read("agencies"))
    calendar_days.load(read("holidays"))
    load_vocabulary()
    import_catalogue(read("procedures"), at=AT, on=ON)
    import_catalogue(read("catalogue_more"), at=AT, on=ON)


def _keep() -> None:
    """Keys are checked at the end of a transaction, so the order of tables does not matter."""
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            rows = io.BytesIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
            if rows.getvalue() and model._meta.app_label in ("identity", "procedures", "applications"):
                _copies[table] = rows.getvalue()
