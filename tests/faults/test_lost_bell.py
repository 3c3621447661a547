"""Redis is only a bell: emptied, killed or hanging, it costs nobody a dossier and nobody an error page."""

from __future__ import annotations

import dataclasses
import signal
import time
from collections.abc import Callable
from queue import Empty

import pytest
from celery import current_app
from django.utils import timezone

from applications import log, services, sweeping
from applications.models import Dossier, Event, Outbox
from applications.states import State
from tests.faults import dossiers
from tests.faults.machinery import OwnRedis, measured, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 5


def timed(work: Callable[[], Dossier]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def test_a_redis_emptied_then_killed_loses_nothing_and_slows_nobody(own_redis, hire):
    waiting = dossiers.drafts(3 * MANY)
    for draft in waiting[:MANY]:
        dossiers.hand_in(draft)
    assert own_redis.queued() == MANY
    own_redis.client.flushall()
    for draft in waiting[MANY : 2 * MANY]:
        dossiers.hand_in(draft)
    own_redis.kill()
    took = [timed(lambda draft=draft: dossiers.hand_in(draft)) for draft in waiting[2 * MANY :]]
    assert max(took) <= 2
    assert Event.objects.filter(kind="submit").count() == 3 * MANY
    own_redis.start()
    assert own_redis.queued() == 0
    started = time.monotonic()
    hire(2)
    current_app.send_task("applications.sweep", queue="issue")
    wait_for(lambda: Event.objects.filter(kind="deliver").count() == 3 * MANY, 20)
    current_app.send_task("applications.sweep", queue="issue")
    wait_for(lambda: not dossiers.undone(), 5)
    measured(
        f"submit while Redis is down: at most {max(took) * 1000:.0f} ms;"
        f" {3 * MANY} done {time.monotonic() - started:.1f} s after a worker was started"
    )
    dossiers.answered_once(waiting, State.DELIVERED)


def test_officers_work_on_while_redis_is_down(own_redis):
    """Accept, pass on, propose and sign, through the verbs."""
    own_redis.kill()
    started = time.monotonic()
    [dossier] = dossiers.signing(1)
    took = time.monotonic() - started
    measured(f"accept, pass on, propose and sign while Redis is down: {took * 1000:.0f} ms together")
    assert took <= 2
    kinds = list(dossier.events.values_list("kind", flat=True))
    assert kinds == ["submit", "accept", "pass_on", "propose", "sign"]
    assert Outbox.objects.get(done_at=None).dossier == dossier


def test_a_worker_outlives_its_redis(own_redis, hire):
    worker = hire(1)
    before, after = [dossiers.drafts(1)[0] for _half in range(2)]
    dossiers.hand_in(before)
    wait_for(lambda: Event.objects.filter(kind="deliver").count() == 1, 15)
    own_redis.kill()
    dossiers.hand_in(after)
    own_redis.start()
    started = time.monotonic()
    current_app.send_task("applications.sweep", queue="issue")
    wait_for(lambda: Event.objects.filter(kind="deliver").count() == 2, 15)
    assert worker.process is not None
    assert worker.process.poll() is None
    measured(f"the same worker works again {time.monotonic() - started:.1f} s after Redis is back")


def test_a_redis_that_hangs_costs_one_time_out_and_not_one_for_each(own_redis):
    waiting = dossiers.drafts(4)
    dossiers.hand_in(waiting[0])
    assert own_redis.process is not None
    own_redis.process.send_signal(signal.SIGSTOP)
    try:
        took = [timed(lambda draft=draft: dossiers.hand_in(draft)) for draft in waiting[1:]]
    finally:
        own_redis.process.send_signal(signal.SIGCONT)
    measured(f"submit while Redis hangs: {', '.join(f'{one:.2f} s' for one in took)}")
    assert max(took[1:]) <= 2
    assert dossiers.undone() == 4


def listen(do: Callable[[str, int], object]) -> None:
    """A worker in this process: does what each message in the queue asks for, until there is none."""
    with current_app.connection_for_read() as broker, broker.SimpleQueue("issue", no_ack=True) as queue:
        while True:
            try:
                arguments = queue.get(block=False).payload[0]
            except Empty:
                return
            do(*arguments)


def issue_at_once(_topic: str, dossier_id: int) -> None:
    services.issue(dossier=Dossier.objects.get(pk=dossier_id), at=timezone.now())


def run_the_row(topic: str, dossier_id: int) -> None:
    sweeping.run(topic, dossier_id, at=timezone.now())


def signed_although(own_redis: OwnRedis, *, emptied: bool, do: Callable[[str, int], object]) -> None:
    signed = dossiers.signing(2)
    assert own_redis.queued() == 2
    if emptied:
        own_redis.client.flushall()
    listen(do)
    for topic, dossier_id in sweeping.due(at=timezone.now()):
        run_the_row(topic, dossier_id)
    dossiers.answered_once(signed, State.PROCESSING)


def only_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant: the verb leaves no row behind, the message in Redis is all there is."""
    whole = log._statement
    monkeypatch.setattr(log, "_statement", lambda entry: whole(dataclasses.replace(entry, outbox="")))


def test_an_emptied_queue_loses_no_signature(own_redis):
    signed_although(own_redis, emptied=True, do=run_the_row)
    assert Outbox.objects.count() == 2


def test_a_verb_that_only_rings_works_as_long_as_redis_does(own_redis, monkeypatch):
    only_rings(monkeypatch)
    signed_although(own_redis, emptied=False, do=issue_at_once)


def test_a_verb_that_only_rings_loses_its_work_with_the_queue_and_is_caught(own_redis, monkeypatch):
    only_rings(monkeypatch)
    with pytest.raises(AssertionError):
        signed_although(own_redis, emptied=True, do=issue_at_once)
