"""Readers of the log: nothing read twice, nothing stepped over, whatever commits late or dies half way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import connection, transaction
from django.utils import timezone

from applications import feed, notices
from applications.actors import SYSTEM
from applications.models import Cursor, Dossier, Event
from applications.services.moving import remark
from notifications.models import Message
from tests import factories
from tests.faults import dossiers
from tests.faults.machinery import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6


def submissions(count: int) -> None:
    agency = factories.commune_agency()
    for _number in range(count):
        factories.submitted(agency)


def test_two_tellers_at_once_queue_each_message_once():
    submissions(MANY)
    read = at_once(*[lambda: notices.tell(limit=500)] * 2)
    assert sorted(read) == [0, MANY]
    assert set(Message.objects.values_list("key", flat=True)) == {
        f"event-{e.pk}" for e in Event.objects.all()
    }
    assert Message.objects.count() == MANY


def two_tellers_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the log before either goes on, if nothing keeps them apart; counts what each took."""
    both, whole, taken = threading.Barrier(2), feed.events_after, []

    def meet(*place: int, limit: int) -> list[Event]:
        events = whole(*place, limit=limit)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        taken.extend(event.pk for event in events)
        return events

    monkeypatch.setattr(feed, "events_after", meet)
    submissions(2)
    Cursor.objects.create(reader="notices")
    at_once(*[lambda: notices.tell(limit=500)] * 2)
    assert len(taken) == len(set(taken)) == 2


def test_a_reader_that_is_already_reading_keeps_the_second_one_waiting(monkeypatch):
    two_tellers_meet(monkeypatch)


def test_readers_without_the_lock_on_the_cursor_read_twice_and_are_caught(monkeypatch):
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **_: rows)
    with pytest.raises(AssertionError):
        two_tellers_meet(monkeypatch)


def test_a_teller_that_dies_half_way_leaves_neither_messages_nor_a_moved_cursor(monkeypatch):
    submissions(MANY)
    queue, calls = notices.notifications.queue, []

    def dies(**message: object) -> None:
        calls.append(queue(**message))
        if len(calls) == MANY // 2:
            raise MemoryError

    monkeypatch.setattr(notices.notifications, "queue", dies)
    with pytest.raises(MemoryError):
        notices.tell(limit=500)
    assert Message.objects.count() == 0
    assert Cursor.objects.get(reader="notices").event == 0
    monkeypatch.undo()
    assert notices.tell(limit=500) == MANY
    assert Message.objects.count() == MANY


@contextmanager
def slow_writer(dossier: Dossier) -> Iterator[None]:
    """On a connection of its own: writes an event, and commits only when the block ends."""
    written, go = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                remark(dossier, "slow", by=SYSTEM, at=timezone.now())
                written.set()
                go.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert written.wait(10)
        yield
    finally:
        go.set()
        thread.join(10)


def read() -> list[str]:
    with feed.batch("reader") as events:
        return [event.kind for event in events]


def a_late_commit() -> None:
    slow, quick = dossiers.drafts(2)
    assert read() == []
    with slow_writer(slow):
        remark(quick, "quick", by=SYSTEM, at=timezone.now())
        assert [event.kind for event in Event.objects.order_by("pk")] == ["quick"]
        during = read()
    assert during + read() == ["slow", "quick"]
    assert read() == []


def test_an_event_that_commits_after_a_later_one_is_read_once_and_in_its_place():
    a_late_commit()


def by_number(_tx: int, event_id: int, *, limit: int) -> list[Event]:
    return list(Event.objects.filter(pk__gt=event_id).order_by("pk")[:limit])


def unbounded(tx: int, event_id: int, *, limit: int) -> list[Event]:
    rows = Event.objects.filter(tx__gt=tx) | Event.objects.filter(tx=tx, pk__gt=event_id)
    return list(rows.order_by("tx", "pk")[:limit])


@pytest.mark.parametrize("careless", [by_number, unbounded])
def test_a_reader_without_the_bound_steps_over_the_late_one_and_is_caught(careless, monkeypatch):
    monkeypatch.setattr(feed, "events_after", careless)
    with pytest.raises(AssertionError, match="slow"):
        a_late_commit()
