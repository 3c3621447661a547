"""Ask for money, try, ask the gateway again, give up. Recording money received is in ``recording``."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.actors import Actor
from applications.models import Dossier
from applications.states import CITIZEN, State
from identity.errors import Conflict, DomainError, Forbidden
from payments.breakdown import breakdown_of
from payments.gateways import connected
from payments.gateways.base import Envelope
from payments.models import Attempt, Charge
from payments.services.recording import Outcome, record

logger = logging.getLogger(__name__)

ATTEMPT_LIFETIME = dt.timedelta(minutes=30)
ASK_AFTER = dt.timedelta(seconds=60)


def open_charge(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Charge:
    """The one open obligation of the dossier, for exactly what is unpaid; opened when there is none.

    Raises Conflict when the dossier does not wait for money, Forbidden for anybody but its owner or the system.
    """
    if CITIZEN in by.roles and by.user_id != dossier.submitter.user_id:
        raise Forbidden(_("Chỉ người nộp mới thanh toán được hồ sơ này tại đây."))
    with transaction.atomic():
        locked = Dossier.objects.select_for_update(of=("self",)).select_related("version").get(pk=dossier.pk)
        if locked.state != State.PAYMENT_REQUESTED or not locked.unpaid_vnd:
            raise Conflict(_("Hồ sơ này không chờ nộp tiền."), state=locked.state)
        charge = Charge.objects.select_for_update().filter(dossier=locked, state=Charge.State.OPEN).first()
        if charge is not None and charge.amount_vnd == locked.unpaid_vnd:
            return charge
        if charge is not None:
            _cancel(charge, at)
        found = breakdown_of(locked, at=at)
        return Charge.objects.create(
            dossier=locked,
            kind=found.kind,
            amount_vnd=locked.unpaid_vnd,
            legal_basis=found.legal_basis[:300],
            lines=found.lines,
            opened_at=at,
        )


def _cancel(charge: Charge, at: dt.datetime) -> None:
    """The amount due has changed: the old obligation ends, money that still comes for it is parked."""
    Charge.objects.filter(pk=charge.pk, state=Charge.State.OPEN).update(
        state=Charge.State.CANCELLED, ended_at=at
    )
    charge.attempts.filter(state=Attempt.State.STARTED).update(state=Attempt.State.EXPIRED, ended_at=at)


def start(*, charge: Charge, gateway: str, by: Actor, at: dt.datetime) -> Attempt:
    """A live attempt with ``checkout_url``, the gateway's page. The one still running is given again, so a second
    click or a second tab can not pay twice. Raises Conflict (charge no longer open) and Unavailable."""
    _expire_old(charge, at)
    with transaction.atomic():
        locked = Charge.objects.select_for_update().get(pk=charge.pk)
        if locked.state != Charge.State.OPEN:
            raise Conflict(_("Khoản này không còn chờ nộp."), state=locked.state)
        attempt, _new = Attempt.objects.get_or_create(
            charge=locked,
            gateway=gateway,
            state=Attempt.State.STARTED,
            defaults={
                "amount_vnd": locked.amount_vnd, "started_at": at, "expires_at": at + ATTEMPT_LIFETIME
            },
        )  # fmt: skip
    if not attempt.checkout_url:
        page = reverse("payments:pay", args=[charge.dossier.path_code])
        checkout = connected.named(gateway).begin(
            reference=attempt.reference,
            amount_vnd=attempt.amount_vnd,
            return_url=f"{settings.PUBLIC_URL}{page}?ve=1",
        )
        attempt.checkout_url = checkout.url
        attempt.save(update_fields=["checkout_url"])
    return attempt


def _expire_old(charge: Charge, at: dt.datetime) -> None:
    for attempt in charge.attempts.filter(state=Attempt.State.STARTED, expires_at__lt=at):
        expire(attempt=attempt, at=at)


def settle(*, gateway: str, envelope: Envelope, at: dt.datetime) -> Outcome:
    """A notification arrived: prove it, then record what it says. Safe to repeat; raises NotTrusted."""
    return record(gateway=gateway, notice=connected.named(gateway).open(envelope, at=at), at=at)


def query(*, attempt: Attempt, at: dt.datetime) -> Attempt:
    """Ask the gateway what became of an attempt («Kiểm tra lại»). Raises Unavailable; nothing is lost then."""
    for notice in connected.named(attempt.gateway).query(reference=attempt.reference):
        record(gateway=attempt.gateway, notice=notice, at=at)
    attempt.refresh_from_db()
    return attempt


def expire(*, attempt: Attempt, at: dt.datetime) -> Attempt:
    """Time is up. The gateway is asked first; money that comes later still settles or is parked."""
    query(attempt=attempt, at=at)
    Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.STARTED, expires_at__lt=at).update(
        state=Attempt.State.EXPIRED, ended_at=at
    )
    attempt.refresh_from_db()
    return attempt


def watch(*, at: dt.datetime, limit: int = 200) -> int:
    """Ask about every attempt that has waited for a minute; give up those whose time is over.

    One gateway that fails does not hold the others back: the attempt is asked about again in a minute.
    """
    waiting = Attempt.objects.filter(state=Attempt.State.STARTED, started_at__lt=at - ASK_AFTER)
    settled = 0
    for attempt in waiting.order_by("started_at")[:limit]:
        try:
            settled += expire(attempt=attempt, at=at).state == Attempt.State.SETTLED
        except DomainError as reason:
            logger.warning("attempt %s could not be asked about: %s", attempt.pk, reason.code)
    return settled
