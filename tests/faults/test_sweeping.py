"""The sweeper: each row once however many sweep, later and later when it fails, one bad dossier hurts nobody."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from contextlib import suppress

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from applications import actors, services, sweeping, tasks
from applications.models import Dossier, Event, Outbox, SupplementRequest
from applications.states import State
from identity.errors import Refused
from identity.models import Role
from notifications.models import Message
from tests import factories
from tests.faults import dossiers
from tests.faults.machinery import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "Lê Nguyễn An Nhiên"
MISSING = [{"question": "child_name", "label": "Họ tên của trẻ", "reason": "Thiếu chữ đệm"}]


@pytest.fixture(autouse=True)
def no_bell(monkeypatch):
    monkeypatch.setattr("applications.bell.ring_on_commit", lambda *_: None)


def replace_issue(monkeypatch: pytest.MonkeyPatch, verb) -> None:
    monkeypatch.setitem(sweeping._VERBS, Outbox.Topic.ISSUE, verb)


def two_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both take their time between reading a row and claiming it, so that they meet on each."""
    done: Counter[int] = Counter()
    replace_issue(monkeypatch, lambda *, dossier, at: done.update([dossier.pk]))
    signed = dossiers.signing(4)
    both, save = threading.Barrier(2), Outbox.save

    def slowly(row: Outbox, **options: object) -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait(0.2)
        save(row, **options)

    monkeypatch.setattr(Outbox, "save", slowly)
    at_once(tasks.sweep, tasks.sweep)
    assert done == {dossier.pk: 1 for dossier in signed}
    assert dossiers.undone() == 0


def test_two_sweeps_at_once_do_each_row_once(monkeypatch):
    two_sweeps(monkeypatch)


def test_sweeps_that_do_not_lock_the_row_do_it_twice_and_are_caught(monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    with pytest.raises(AssertionError):
        two_sweeps(monkeypatch)


def test_a_row_that_fails_waits_longer_each_time_and_is_done_when_the_fault_is_gone(monkeypatch):
    [dossier] = dossiers.signing(1)
    row, at = Outbox.objects.get(dossier=dossier), timezone.now()
    issue, waits = sweeping._VERBS[Outbox.Topic.ISSUE], []

    def fails(*, dossier: Dossier, at: dt.datetime) -> None:
        raise OSError("the signing device is away")

    replace_issue(monkeypatch, fails)
    for _attempt in range(7):
        assert not sweeping.run(row.topic, dossier.pk, at=at)
        row.refresh_from_db()
        waits.append((row.next_at - at).total_seconds())
        assert sweeping.due(at=row.next_at - dt.timedelta(microseconds=1)) == []
        assert not sweeping.run(row.topic, dossier.pk, at=at)
        at = row.next_at
    assert waits == [30, 60, 120, 240, 480, 600, 600]
    replace_issue(monkeypatch, issue)
    assert sweeping.run(row.topic, dossier.pk, at=at)
    row.refresh_from_db()
    assert (row.attempts, row.error, row.done_at) == (8, "", at)
    dossiers.answered_once([dossier], State.PROCESSING)


def test_a_fault_of_days_does_not_break_the_sweeper(monkeypatch):
    [dossier] = dossiers.signing(1)
    Outbox.objects.update(attempts=2000)
    assert sweeping.run(Outbox.Topic.ISSUE, dossier.pk, at=timezone.now())


@pytest.mark.parametrize(
    "error", [Refused(NAME), OSError(NAME), ValueError(NAME), KeyError(NAME), TypeError(NAME)], ids=repr
)
def test_what_a_failure_leaves_behind_names_the_place_and_no_person(error, monkeypatch, caplog):
    [dossier] = dossiers.signing(1)

    def breaks(*, dossier: Dossier, at: dt.datetime) -> None:
        raise error

    replace_issue(monkeypatch, breaks)
    assert not sweeping.run(Outbox.Topic.ISSUE, dossier.pk, at=timezone.now())
    kept = Outbox.objects.get(dossier=dossier).error
    assert kept.startswith(f"{type(error).__name__} at test_sweeping.py:")
    assert kept in caplog.text
    assert NAME not in kept + caplog.text


def test_one_bad_dossier_does_not_keep_the_sweep_from_the_others(monkeypatch):
    bad, *good = dossiers.signing(3)
    issue = sweeping._VERBS[Outbox.Topic.ISSUE]

    def breaks_on_one(*, dossier: Dossier, at: dt.datetime) -> None:
        if dossier.pk == bad.pk:
            raise KeyError(NAME)
        issue(dossier=dossier, at=at)

    replace_issue(monkeypatch, breaks_on_one)
    tasks.sweep()
    assert list(Outbox.objects.filter(done_at=None).values_list("dossier_id", flat=True)) == [bad.pk]
    assert Event.objects.filter(kind="result_signed").count() == len(good)
    assert Message.objects.count() == 6


def test_a_row_put_back_while_it_is_worked_on_is_not_closed(monkeypatch):
    [dossier] = dossiers.signing(1)
    later = timezone.now() + dt.timedelta(seconds=1)

    def put_back(*, dossier: Dossier, at: dt.datetime) -> None:
        Outbox.objects.filter(dossier=dossier).update(attempts=0, next_at=later, done_at=None)

    replace_issue(monkeypatch, put_back)
    sweeping.run(Outbox.Topic.ISSUE, dossier.pk, at=timezone.now())
    assert sweeping.due(at=later) == [(Outbox.Topic.ISSUE, dossier.pk)]


def waiting_for_supplement(count: int, at: dt.datetime) -> list[Dossier]:
    agency = factories.commune_agency()
    clerk = actors.officer(factories.officer(agency, Role.CASE_OFFICER))
    waiting = [factories.processing(agency, at=at) for _number in range(count)]
    for dossier in waiting:
        services.request_supplement(dossier=dossier, items=MISSING, by=clerk, at=at)
    return waiting


def test_a_supplement_never_answered_stops_the_dossier_once():
    asked = timezone.now()
    [dossier] = waiting_for_supplement(1, asked)
    end = SupplementRequest.objects.get().answer_by
    assert sweeping.expire_waiting(at=end) == 0
    at_once(*[lambda: sweeping.expire_waiting(at=end + dt.timedelta(seconds=1))] * 2)
    assert sweeping.expire_waiting(at=end + dt.timedelta(days=1)) == 0
    dossier.refresh_from_db()
    assert dossier.state == State.STOPPED
    assert Event.objects.filter(kind="expire").count() == 1
    assert SupplementRequest.objects.get().answered_at == end + dt.timedelta(seconds=1)


def test_one_dossier_that_cannot_expire_does_not_keep_the_others(monkeypatch, caplog):
    bad, *others = waiting_for_supplement(3, timezone.now())
    expire = services.expire

    def refuses_one(*, dossier: Dossier, at: dt.datetime) -> Dossier:
        if dossier.pk == bad.pk:
            raise Refused(NAME)
        return expire(dossier=dossier, at=at)

    monkeypatch.setattr(services, "expire", refuses_one)
    assert sweeping.expire_waiting(at=timezone.now() + dt.timedelta(days=900)) == 2
    assert set(Event.objects.filter(kind="expire").values_list("dossier_id", flat=True)) == {
        dossier.pk for dossier in others
    }
    assert f"dossier {bad.pk} did not expire: Refused at " in caplog.text
    assert NAME not in caplog.text


def test_a_wish_to_withdraw_while_a_supplement_is_late_stops_neither_the_sweep_nor_the_dossier():
    wishing, granted, late = waiting_for_supplement(3, timezone.now())
    now = timezone.now()
    for dossier in (wishing, granted):
        services.request_withdrawal(
            dossier=dossier, reason="Không cần nữa", by=actors.citizen(dossier.submitter), at=now
        )
    clerk = actors.officer(factories.officer(granted.agency, Role.CASE_OFFICER))
    services.grant_withdrawal(dossier=granted, by=clerk, at=now)
    assert sweeping.expire_waiting(at=now + dt.timedelta(days=900)) == 1
    assert Event.objects.get(kind="expire").dossier == late
    wishing.refresh_from_db()
    assert wishing.state == State.WITHDRAWAL_REQUESTED
