"""Draining the outbox: the bell (Celery) may be lost, repeated or late; these rows are what must be done."""

from __future__ import annotations

import datetime as dt
import logging
import traceback
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from applications import services
from applications.models import Consultation, Dossier, Outbox, Shipment, SupplementRequest
from applications.states import OPEN, State
from identity.errors import DomainError

logger = logging.getLogger(__name__)
_VERBS = {
    Outbox.Topic.DECIDE: services.decide,
    Outbox.Topic.ISSUE: services.issue,
    Outbox.Topic.LETTER: services.send_letter,
    Outbox.Topic.SHIP: services.send_shipment,
}
_CLAIM = dt.timedelta(seconds=30)
REMIND_BEFORE = dt.timedelta(days=1)
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
        row.next_at = at + min(_CLAIM * 2 ** min(row.attempts - 1, 20), _LONGEST_WAIT)
        row.save(update_fields=["attempts", "next_at"])
    # A verb may have put the row back meanwhile: then it is due again and not ours to close.
    claimed = Outbox.objects.filter(pk=row.pk, attempts=row.attempts, next_at=row.next_at)
    dossier = Dossier.objects.select_related("version__procedure", "agency__parent", "submitter").get(
        pk=row.dossier_id
    )
    try:
        _VERBS[Outbox.Topic(row.topic)](dossier=dossier, at=at)
    except Exception as error:  # whatever is wrong with one dossier must not stop the others
        told = cause(error)
        logger.error("outbox %s failed for dossier %s: %s", row.topic, row.dossier_id, told)
        claimed.update(error=told)
        return False
    claimed.update(done_at=at, error="")
    return True


def due(*, at: dt.datetime, limit: int = 100) -> list[tuple[str, int]]:
    """Rows nobody has finished and whose turn it is."""
    rows = Outbox.objects.filter(done_at=None, next_at__lte=at).order_by("next_at")
    return list(rows.values_list("topic", "dossier_id")[:limit])


def expire_waiting(*, at: dt.datetime, limit: int = 100) -> int:
    """Stop dossiers whose supplement was never answered in time; returns how many were stopped.

    Only while the dossier waits for it: a citizen may have asked to withdraw meanwhile.
    """
    late = (
        SupplementRequest.objects.filter(
            answered_at=None, answer_by__lt=at, dossier__state=State.SUPPLEMENT_REQUESTED
        )
        .select_related("dossier__version")
        .order_by("answer_by")
    )
    return sum(_expire(request.dossier, at) for request in late[:limit])


def remind_consulted(*, at: dt.datetime, limit: int = 100) -> int:
    """Remind, once, agencies whose answer is due within a day or late; returns how many were reminded."""
    soon = (
        Consultation.objects.filter(
            closed_at=None, reminded_at=None, due_at__lt=at + REMIND_BEFORE, dossier__state__in=[*OPEN]
        )
        .select_related("dossier", "agency")
        .order_by("due_at")
    )
    return sum(_remind(one, at) for one in soon[:limit])


def lapse_unanswered(*, at: dt.datetime, limit: int = 100) -> int:
    """Close questions of steps whose days are over, so that the chain goes on; returns how many."""
    late = Consultation.objects.filter(closed_at=None, due_at__lt=at, dossier__state__in=[*OPEN])
    found = late.exclude(step="").select_related("dossier__version", "agency").order_by("due_at")
    return sum(_lapse(one, at) for one in found[:limit])


def _lapse(consultation: Consultation, at: dt.datetime) -> bool:
    try:
        services.lapse_consultation(consultation=consultation, at=at)
    except DomainError as error:
        logger.error("consultation %s was not closed: %s", consultation.pk, cause(error))
        return False
    return True


def _remind(consultation: Consultation, at: dt.datetime) -> bool:
    try:
        services.remind_consultation(consultation=consultation, at=at)
    except DomainError as error:
        logger.error("consultation %s was not reminded: %s", consultation.pk, cause(error))
        return False
    return True


def ask_carriers(*, at: dt.datetime, limit: int = 100) -> int:
    """Ask after parcels of which nothing was heard for a while; returns how many notices were new."""
    quiet = Shipment.objects.filter(
        status__in=Shipment.ON_THE_WAY, closed_at=None, asked_at__lte=at - settings.CARRIER_ASK_AFTER
    )
    news = 0
    for shipment in quiet.order_by("asked_at")[:limit]:
        try:
            news += services.ask_carrier(shipment=shipment, at=at)
        except DomainError as error:
            logger.warning("shipment %s could not be asked about: %s", shipment.pk, error.code)
    return news


def draft_letters(*, at: dt.datetime, limit: int = 200) -> int:
    """Draft the apology of every dossier that has become overdue without a lawful reason; returns how many."""
    late = Dossier.objects.overdue(at).filter(letter=None, lawful_delay=None)  # type: ignore[attr-defined]
    found = late.select_related("version", "agency", "submitter").order_by("due_at")[:limit]
    return sum(_each(services.draft_letter, one, at) for one in found)


def escalate_breaches(*, at: dt.datetime, limit: int = 200) -> int:
    """Bring every re-appointed date that passed as well before the superior agency; returns how many."""
    late = Dossier.objects.overdue(at).filter(reappointed_at__lt=at, escalation=None)  # type: ignore[attr-defined]
    found = late.select_related("version", "agency__parent").order_by("reappointed_at")[:limit]
    return sum(_each(services.escalate, one, at) for one in found)


def _each(verb: Callable[..., object], dossier: Dossier, at: dt.datetime) -> bool:
    """One that cannot be done must not stop the others; another worker may have been faster."""
    try:
        verb(dossier=dossier, at=at)
    except DomainError as error:
        logger.info("%s of dossier %s: %s", verb.__name__, dossier.pk, cause(error))
        return False
    return True


def _expire(dossier: Dossier, at: dt.datetime) -> bool:
    try:
        services.expire(dossier=dossier, at=at)
    except DomainError as error:
        logger.error("dossier %s did not expire: %s", dossier.pk, cause(error))
        return False
    return True


def cause(error: Exception) -> str:
    """The kind of error and our own line that met it, never its words: they may quote what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"[:300]
