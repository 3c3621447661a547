"""Reading the event log behind a cursor, safely against transactions that commit out of order.

An event becomes visible to readers only when every transaction that began before its own has ended
(``pg_snapshot_xmin``), so a reader that keeps (tx, id) can never step over a row that commits late.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import BigIntegerField, Func, Q

from applications.models import Cursor, Event


class OldestRunning(Func):
    """The oldest transaction still running: everything before it has committed or vanished for good."""

    template = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    output_field = BigIntegerField()


def events_after(tx: int, event_id: int, *, limit: int) -> list[Event]:
    """The next events in the order (tx, id)."""
    later = Q(tx__gt=tx) | Q(tx=tx, pk__gt=event_id)
    rows = Event.objects.select_related(
        "dossier__version__procedure", "dossier__agency", "dossier__submitter"
    )
    return list(rows.filter(later, tx__lt=OldestRunning()).order_by("tx", "pk")[:limit])


@contextmanager
def batch(reader: str, *, limit: int = 500) -> Iterator[list[Event]]:
    """The next events for ``reader``; its cursor moves only when the block ends well. One worker a time."""
    Cursor.objects.get_or_create(reader=reader)
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update().get(reader=reader)
        events = events_after(cursor.tx, cursor.event, limit=limit)
        yield events
        if events:
            cursor.tx, cursor.event = events[-1].tx, events[-1].pk
            cursor.save(update_fields=["tx", "event"])
