"""A batch of 500 whose workers are killed twice: 500 outcomes, none twice, the rest done after the restart (R02)."""

from __future__ import annotations

import datetime as dt
import signal
import time

import pytest
from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from applications import actors, batching, log, services
from applications.models import BatchItem, BatchOperation, Dossier, Event
from applications.office.batches import ACTIONS, Selection
from applications.states import State
from identity.models import Officer, Role
from tests import factories
from tests.faults.machinery import Worker, measured, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 500


def submitted(officer: Officer, count: int) -> list[Dossier]:
    """Waiting to be accepted; their earlier history is no part of this story."""
    now, version, person = timezone.now(), factories.version(), factories.citizen()
    return Dossier.objects.bulk_create(
        Dossier(
            version=version,
            submitter=person,
            agency=officer.agency,
            code=f"{officer.agency.identifier}-{number:06}",
            state=State.SUBMITTED,
            created_at=now,
            submitted_at=now,
            answer_due_at=now + dt.timedelta(days=1),
        )
        for number in range(count)
    )


def confirmed(count: int) -> BatchOperation:
    """Begun and confirmed; the dry run found everything possible."""
    clerk = factories.officer(factories.commune_agency(), Role.INTAKE)
    submitted(clerk, count)
    batch = services.create_batch(
        action=ACTIONS["accept"],
        chosen=Selection(tab="waiting"),
        parameters={},
        token="t",
        officer=clerk,
        at=timezone.now(),
    )
    batch.items.update(status="ready", seq=0)
    BatchOperation.objects.update(phase="checked")
    return services.confirm_batch(batch=batch, officer=clerk, at=timezone.now())


def done() -> int:
    return BatchItem.objects.filter(status="done").count()


def each_done_once(batch: BatchOperation, count: int) -> None:
    """Item, log and dossier agree for every item."""
    batch.refresh_from_db()
    assert batch.phase == "finished"
    items = BatchItem.objects.filter(
        batch=batch, status="done", event__dossier=F("dossier"), event__kind="accept"
    )
    assert items.count() == count
    assert Event.objects.filter(kind="accept").count() == count
    assert Dossier.objects.filter(state=State.ACCEPTED, seq=1).count() == count


def killed_after(worker: Worker, least: int) -> int:
    """Freeze the whole group, look, kill: no child may finish what it has in hand."""
    wait_for(lambda: done() >= least, 60)
    worker.signal_all(signal.SIGSTOP)
    worker.kill()
    finished = done()
    assert Event.objects.filter(kind="accept").count() == finished < MANY
    return finished


def start_again(worker: Worker) -> None:
    BatchOperation.objects.update(worked_at=timezone.now() - dt.timedelta(minutes=1))
    worker.start()
    current_app.send_task("applications.sweep", queue="issue")


def test_workers_killed_twice_in_a_batch_of_500_leave_500_outcomes_and_none_twice(hire):
    worker = hire(2)
    batch = confirmed(MANY)
    first = killed_after(worker, 20)
    start_again(worker)
    second = killed_after(worker, first + 20)
    start_again(worker)
    started = time.monotonic()
    wait_for(lambda: BatchOperation.objects.filter(phase="finished").exists(), 120)
    measured(
        f"killed after {first} and {second} of {MANY}; rest {time.monotonic() - started:.1f} s after the restart"
    )
    each_done_once(batch, MANY)
    for dossier in Dossier.objects.all()[:20]:
        assert log.verify(dossier, dossier.events.order_by("seq")) == 1


class Dead(BaseException):
    """The process is gone: nothing after this line runs."""


def dies(*args, **values):
    raise Dead


def test_an_act_whose_outcome_was_not_written_did_not_happen(monkeypatch):
    batch = confirmed(2)
    with monkeypatch.context() as broken:
        broken.setattr(BatchItem, "save", dies)
        with pytest.raises(Dead):
            batching.work(batch.pk)
    assert not Event.objects.filter(kind="accept").exists()
    batching.work(batch.pk, seconds=60)
    each_done_once(batch, 2)


def test_an_outcome_written_after_the_act_is_lost_with_the_worker_and_is_caught():
    """The broken variant: act and outcome in two transactions, the worker dies between them."""
    batch = confirmed(2)
    with transaction.atomic():
        item = batch.items.select_for_update(skip_locked=True).first()
        services.accept(dossier=item.dossier, by=actors.officer(batch.officer), at=timezone.now())
    batching.work(batch.pk, seconds=60)
    with pytest.raises(AssertionError):
        each_done_once(batch, 2)


def test_a_lost_bell_costs_no_item(own_redis):
    batch = confirmed(3)
    assert own_redis.queued() >= 1
    own_redis.client.flushall()
    assert batching.take_up_idle(at=timezone.now() + batching.IDLE * 2) == 3
    each_done_once(batch, 3)
