"""Draining the outbox: the bell (Celery) may be lost, repeated or late; these rows are what must be done."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction

from applications import services
from applications.models import Dossier, Outbox, SupplementRequest
from identity.errors import DomainError

logger = logging.getLogger(__name__)
_VERBS = {Outbox.Topic.DECIDE: services.decide, Outbox.Topic.ISSUE: services.issue}
_CLAIM = dt.timedelta(seconds=30)
_LONGEST_WAIT = dt.timedelta(minutes=10)


def run(topic: str, dossier_id: int, *, at: dt.datetime) -> bool:
    """Do one row; safe to call twice. Returns whether the work is done."""
    with transaction.atomic():
        row = (
            Outbox.objects.select_for_update(skip_locked=True)
            .filter(topic=topic, dossier_id=dossier_id, done_at=None, next_at__lte=at)
            .first()
        )
        if row is None:
            return False
        row.attempts += 1
        row.next_at = at + min(_CLAIM * 2 ** (row.attempts - 1), _LONGEST_WAIT)
        row.save(update_fields=["attempts", "next_at"])
    dossier = Dossier.objects.select_related("version__procedure", "agency__parent", "submitter").get(
        pk=row.dossier_id
    )
    try:
        _VERBS[Outbox.Topic(row.topic)](dossier=dossier, at=at)
    except (DomainError, OSError, RuntimeError, ValueError) as error:
        logger.exception("outbox %s failed for dossier %s", row.topic, row.dossier_id)
        Outbox.objects.filter(pk=row.pk).update(error=f"{type(error).__name__}: {error}"[:300])
        return False
    Outbox.objects.filter(pk=row.pk).update(done_at=at, error="")
    return True


def due(*, at: dt.datetime, limit: int = 100) -> list[tuple[str, int]]:
    """Rows nobody has finished and whose turn it is."""
    rows = Outbox.objects.filter(done_at=None, next_at__lte=at).order_by("next_at")
    return list(rows.values_list("topic", "dossier_id")[:limit])


def expire_waiting(*, at: dt.datetime, limit: int = 100) -> int:
    """Stop dossiers whose supplement was never answered in time."""
    late = SupplementRequest.objects.filter(answered_at=None, answer_by__lt=at).select_related("dossier")[
        :limit
    ]
    for request in late:
        services.expire(dossier=request.dossier, at=at)
    return len(late)
