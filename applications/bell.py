"""Ring the workers after a commit. Nobody relies on it: the outbox is swept every few seconds anyway."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring_on_commit(topic: str, dossier_id: int) -> None:
    transaction.on_commit(partial(_ring, topic, dossier_id))


def _ring(topic: str, dossier_id: int) -> None:
    try:
        current_app.send_task(
            "applications.work", args=[topic, dossier_id], queue="issue", ignore_result=True
        )
    except OperationalError:
        logger.warning("the bell is silent; the sweeper will find %s for dossier %s", topic, dossier_id)
