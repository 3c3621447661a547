"""Reference data loaded once for many tests, and gone afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from applications import calendar_days
from identity import units
from procedures import search
from procedures.catalogue import read
from procedures.catalogue.importing import import_catalogue, load_vocabulary

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
ON = dt.date(2026, 11, 23)


@contextmanager
def rolled_back(blocker: Any) -> Iterator[None]:
    """What is done inside holds for the tests of a module, each of which undoes its own changes before."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def load_reference() -> None:
    units.load(read("administrative_units"), read("agencies"))
    calendar_days.load(read("holidays"))
    load_vocabulary()
    import_catalogue(read("procedures"), at=AT, on=ON)
    import_catalogue(read("catalogue_more"), at=AT, on=ON)
    search.forget()
