"""A worker killed at any moment: what it was doing is done once, by the next one."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
from celery import current_app
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from applications import sweeping
from applications.models import Dossier, Event, Outbox
from applications.states import State
from tests.faults import dossiers
from tests.faults.machinery import Worker, measured, wait_for, worker_environment

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 12
DYING = """
import os, sys
import django
django.setup()
from importlib import import_module
from django.db import connection
from django.utils import timezone
from applications import sweeping
import weasyprint, pyhanko.sign.signers

def die(point, topic, dossier):
    module, name, when = point.split(":")
    module = import_module(module)
    whole = getattr(module, name)
    def dying(*args, **values):
        if when == "after":
            whole(*args, **values)
        os._exit(9)
    setattr(module, name, dying)
    verbs = import_module("applications.services.deciding")
    sweeping._VERBS = {key: getattr(verbs, key) for key in ("decide", "issue")}
    sweeping.run(topic, int(dossier), at=timezone.now())
    os._exit(0)

for argument in sys.argv[1:]:
    if (child := os.fork()) == 0:
        die(*argument.split("/"))
    print(argument.split("/")[0], os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
POINTS = {
    "applications.services.deciding:accept:before": "decide",
    "applications.services.deciding:sign:after": "decide",
    "applications.services.deciding:issue:before": "issue",
    "applications.services.deciding:decide:after": "decide",
    "applications.papers:store:before": "issue",
    "applications.papers:store:after": "issue",
    "applications.issuing:produce:after": "issue",
    "applications.services.deciding:remark:after": "issue",
    "applications.services.deciding:release:before": "issue",
    "applications.services.deciding:deliver:after": "issue",
    "applications.services.deciding:issue:after": "issue",
}
"""Where a process dies ({module:name:before or after} → the row it works on); the file is written by ``store``."""


def half_minute_later() -> None:
    """The claims of the dead run out; the test does not wait for the clock."""
    Outbox.objects.filter(done_at=None).update(next_at=F("next_at") - sweeping._CLAIM)


def killed_in_the_middle(worker: Worker) -> int:
    """Freeze, look, kill: only when a row is in somebody's hands and some are finished. Returns how many."""

    def caught() -> int:
        worker.signal_all(signal.SIGSTOP)
        finished = Event.objects.filter(kind="result_signed").count()
        if 0 < finished < MANY and Outbox.objects.filter(done_at=None, attempts=1).exists():
            return finished
        worker.signal_all(signal.SIGCONT)
        return 0

    wait_for(lambda: Event.objects.filter(kind="result_signed").exists(), 20)
    finished = int(wait_for(caught, 10))
    worker.kill()
    return finished


def test_a_worker_killed_while_issuing_leaves_each_result_issued_once(hire):
    worker = hire(2)
    handed_in = [dossiers.hand_in(draft) for draft in dossiers.drafts(MANY)]
    finished = killed_in_the_middle(worker)
    assert dossiers.undone()
    half_minute_later()
    started = time.monotonic()
    worker.start()
    current_app.send_task("applications.sweep", queue="issue")
    wait_for(lambda: not dossiers.undone(), 15)
    took = time.monotonic() - started
    measured(f"killed after {finished} of {MANY}; the rest done {took:.1f} s after the restart")
    dossiers.answered_once(handed_in, State.DELIVERED)


def dead_at(points: dict[str, str]) -> list[Dossier]:
    """One process for each point dies there; returns the dossiers they held, none of them closed."""
    handed_in = [dossiers.hand_in(draft) for draft in dossiers.drafts(len(points))]
    for dossier, topic in zip(handed_in, points.values(), strict=True):
        if topic == Outbox.Topic.ISSUE:
            assert sweeping.run(Outbox.Topic.DECIDE, dossier.pk, at=timezone.now())
    arguments = [
        f"{point}/{topic}/{dossier.pk}"
        for (point, topic), dossier in zip(points.items(), handed_in, strict=True)
    ]
    ended = subprocess.run(
        [sys.executable, "-c", DYING, *arguments],
        cwd=settings.BASE_DIR,
        env=worker_environment("redis+socket:///nowhere", settings.BASE_DIR / settings.MEDIA_ROOT),
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert ended.stdout.splitlines() == [f"{point} 9" for point in points], ended.stderr[-2000:]
    for (point, topic), dossier in zip(points.items(), handed_in, strict=True):
        assert Outbox.objects.filter(dossier=dossier, topic=topic, done_at=None).exists(), point
    return handed_in


def sweep_to_the_end() -> None:
    """A decision leaves a signature to do, so one round is not enough; a row that fails is not due again."""
    half_minute_later()
    while rows := sweeping.due(at=timezone.now()):
        for topic, dossier_id in rows:
            sweeping.run(topic, dossier_id, at=timezone.now())


def test_a_process_that_dies_at_any_named_point_leaves_work_that_the_next_run_completes():
    handed_in = dead_at(POINTS)
    sweep_to_the_end()
    dossiers.answered_once(handed_in, State.DELIVERED)


def test_a_row_closed_when_it_is_taken_loses_the_result_and_is_caught():
    """The broken variant: «done» is written before the work, as an early acknowledgement does."""
    handed_in = dead_at({"applications.papers:store:after": "issue"})
    Outbox.objects.filter(attempts=1).update(done_at=timezone.now())
    sweep_to_the_end()
    with pytest.raises(AssertionError):
        dossiers.answered_once(handed_in, State.DELIVERED)
