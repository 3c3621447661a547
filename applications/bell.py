"""Ring the workers after a commit. Nobody relies on it: the outbox is swept every few seconds anyway."""

from __future__ import annotations

import logging
import time
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_REST = 5.0
"""Seconds without a try after a failed one: a Redis that hangs costs one person its time-out, not everybody."""
_silent_until = 0.0


def ring_on_commit(topic: str, dossier_id: int) -> None:
    transaction.on_commit(partial(ring, "applications.work", topic, dossier_id, queue="issue"))


def ring_for_batch_on_commit(batch_id: int, *, workers: int = 1, wait: float = 0) -> None:
    """``workers`` of them may share the batch; ``wait`` in seconds."""
    for _worker in range(workers):
        transaction.on_commit(partial(ring, "applications.batch", batch_id, queue="issue", wait=wait))


def ring(task: str, *args: str | int, queue: str, wait: float = 0) -> None:
    """Ask a worker for ``task`` now or after ``wait`` seconds, where a row says already what is to be done."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, args=list(args), queue=queue, ignore_result=True, countdown=wait or None)
    except OperationalError:
        _silent_until = time.monotonic() + _REST
        logger.warning("the bell is silent; the sweeper will find %s %s", task, args)
