"""Verbs of the way out: the log becomes deliveries, deliveries become signed batches, answers become events.

A delivery exists before anything is sent and ends only with the partner's acknowledgement, so a lost Redis, a
killed worker or a partner that is down for a day loses nothing. The receiver takes each event id once.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

import requests
from django.db import transaction
from django.db.models import F

from applications import feed
from applications import services as dossiers
from applications.models import Dossier, Event
from applications.states import INSIDE_KINDS, NATIONAL_CODE
from exchange import messages, signing
from exchange.models import Delivery, Partner

OWN_KINDS = INSIDE_KINDS | {"partner_acknowledged", "partner_status"}
"""What came from partners does not go back to them, and who in an office holds a dossier is no news."""

BATCH = 100
TIMEOUT = 5.0
LEASE = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(minutes=5)
LONGEST_ANSWER = 256 * 1024


class NotAnswered(Exception):
    """The partner did not take the batch; the words are safe to keep (no address, no content)."""


def due(*, at: dt.datetime) -> list[Partner]:
    """Partners that receive and are neither being served nor paused."""
    return list(
        Partner.objects.filter(is_active=True, busy_until__lte=at).exclude(webhook_url="").order_by("pk")
    )


def collect(*, partner: Partner, at: dt.datetime, limit: int = 500) -> int:
    """Turn the next events of the log into deliveries, in its order; returns how many events were read."""
    agencies = set(partner.agencies.values_list("pk", flat=True))
    procedures = set(partner.procedures.values_list("pk", flat=True))
    with feed.batch(f"exchange:{partner.key}", limit=limit) as events:
        Delivery.objects.bulk_create(
            [
                Delivery(partner=partner, event=event, dossier_id=event.dossier_id, next_at=at)
                for event in events
                if event.kind not in OWN_KINDS and event.to_state in NATIONAL_CODE
                if not agencies or event.dossier.agency_id in agencies
                if not procedures or event.dossier.version.procedure_id in procedures
            ],
            ignore_conflicts=True,
        )
        return len(events)


def send(*, partner: Partner, at: dt.datetime) -> int:
    """Send one batch; returns how many events were acknowledged. Zero: nothing to do, somebody else is at it,
    or the partner did not answer and is left alone for a while."""
    deliveries = _claim(partner, at)
    if not deliveries:
        return 0
    try:
        received = _post(partner, [delivery.event for delivery in deliveries], at)
    except NotAnswered as failure:
        _pause(partner, deliveries, str(failure), at)
        return 0
    taken = [one for one in deliveries if messages.event_id(one.event) in received]
    for delivery in taken:
        _acknowledge(partner, delivery, at)
    _ask_again([one for one in deliveries if one not in taken], Delivery.Status.SENT, "not acknowledged", at)
    partner.failures, partner.busy_until = 0, at
    partner.save(update_fields=["failures", "busy_until"])
    return len(taken)


def _claim(partner: Partner, at: dt.datetime) -> list[Delivery]:
    """Take the partner for ourselves and the next delivery of each dossier; nothing when somebody was faster."""
    with transaction.atomic():
        free = Partner.objects.select_for_update(skip_locked=True).filter(pk=partner.pk, busy_until__lte=at)
        if not free.exists():
            return []
        rows = Delivery.objects.filter(partner=partner).ready(at)  # type: ignore[attr-defined]
        related = ("event__dossier__version__procedure", "event__dossier__agency")
        deliveries = list(rows.select_related(*related)[:BATCH])
        if deliveries:
            Partner.objects.filter(pk=partner.pk).update(busy_until=at + LEASE)
            Delivery.objects.filter(pk__in=[one.pk for one in deliveries]).update(attempts=F("attempts") + 1)
        return deliveries


def _post(partner: Partner, events: Sequence[Event], at: dt.datetime) -> set[str]:
    """Ids the partner acknowledged. Raises NotAnswered for anything but a whole 2xx answer."""
    body = messages.body(events)
    headers = signing.sign(
        partner.secret, message_id=messages.batch_id(events), timestamp=int(at.timestamp()), body=body
    )
    try:
        with requests.post(
            partner.webhook_url,
            data=body,
            headers={**headers, "content-type": "application/json"},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            if not 200 <= response.status_code < 300:
                raise NotAnswered(f"HTTP {response.status_code}")
            content = b""
            for chunk in response.iter_content(1024):
                content += chunk
                if len(content) > LONGEST_ANSWER:
                    raise NotAnswered("answer is too long")
        return _acknowledged(json.loads(content))
    except (requests.RequestException, OSError, ValueError) as error:
        raise NotAnswered(type(error).__name__) from error


def _acknowledged(answer: Any) -> set[str]:
    """``{"acknowledgements": [{"id", "received_at"}]}``. Raises ValueError for another shape."""
    rows = answer.get("acknowledgements") if isinstance(answer, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ValueError("acknowledgements expected")
    return {str(row.get("id")) for row in rows}


def _acknowledge(partner: Partner, delivery: Delivery, at: dt.datetime) -> None:
    """The delivery ends; the citizen's timeline shows it when the event had changed the state."""
    with transaction.atomic():
        dossier = Dossier.objects.select_for_update().get(pk=delivery.dossier_id)
        ended = (
            Delivery.objects.filter(pk=delivery.pk)
            .unfinished()
            .update(  # type: ignore[attr-defined]
                status=Delivery.Status.ACKNOWLEDGED, answered_at=at, error=""
            )
        )
        event = delivery.event
        if ended and event.from_state != event.to_state:
            dossiers.record_acknowledgement(dossier=dossier, partner=partner.key, event_seq=event.seq, at=at)


def _pause(partner: Partner, deliveries: Sequence[Delivery], error: str, at: dt.datetime) -> None:
    """The circuit opens: growing pauses for the whole partner, the other partners go on."""
    failures = min(partner.failures + 1, 30)
    partner.failures, partner.busy_until = failures, at + wait(failures)
    partner.save(update_fields=["failures", "busy_until"])
    _ask_again(deliveries, Delivery.Status.FAILED, error, at)


def _ask_again(deliveries: Sequence[Delivery], status: str, error: str, at: dt.datetime) -> None:
    """A failed batch may go at once when the partner is back; one event it alone left out waits longer."""
    for delivery in deliveries:
        delay = wait(delivery.attempts + 1) if status == Delivery.Status.SENT else dt.timedelta()
        Delivery.objects.filter(pk=delivery.pk).unfinished().update(  # type: ignore[attr-defined]
            status=status, error=error[:200], next_at=at + delay
        )


def wait(failures: int) -> dt.timedelta:
    """1 s, 2 s, 4 s … 5 min, each shortened by up to half at random so that workers do not march in step."""
    longest = min(dt.timedelta(seconds=2 ** min(failures - 1, 20)), LONGEST_WAIT)
    return longest * (0.5 + random.random() / 2)  # noqa: S311  not a secret
