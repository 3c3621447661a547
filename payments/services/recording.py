"""What a gateway says about money becomes: settled, parked for a person, or already known. Never lost, never twice.

The order of arrival does not matter (paid beats failed beats expired), because money that moved is a fact.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from django.db import connection, transaction
from django.utils.translation import gettext as _

from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier
from applications.services import record_payment
from applications.states import State
from payments.gateways.base import FAILED, PAID, REFUNDED, Notice
from payments.models import Attempt, Break, Charge, Receipt
from payments.services import ledger
from payments.services.refunding import take_notice


class Outcome(StrEnum):
    SETTLED = "settled"
    KNOWN = "known"
    NOT_PAID = "not_paid"
    PARKED = "parked"
    REFUNDED = "refunded"


def record(*, gateway: str, notice: Notice, at: dt.datetime) -> Outcome:
    """Take a proved notice in. Repeats change nothing."""
    attempt = Attempt.objects.filter(gateway=gateway, reference=notice.reference).first()
    if attempt is None:
        return _park(gateway, notice, Break.Kind.MISSING_HERE, None, at)
    if notice.status == FAILED:
        return _not_paid(attempt, at)
    if notice.status == REFUNDED and take_notice(attempt=attempt, notice=notice, at=at):
        return Outcome.REFUNDED
    if notice.status != PAID:
        return _park(gateway, notice, Break.Kind.STATUS, attempt, at)
    if notice.amount_vnd != attempt.amount_vnd:
        return _park(gateway, notice, Break.Kind.AMOUNT, attempt, at)
    if attempt.state == Attempt.State.SETTLED and attempt.provider_id == notice.provider_id:
        return Outcome.KNOWN
    return _settle(attempt, notice, at)


def _settle(attempt: Attempt, notice: Notice, at: dt.datetime) -> Outcome:
    with transaction.atomic():
        dossier = (
            Dossier.objects.select_for_update(of=("self",))
            .select_related("version", "agency")
            .get(charges__attempts=attempt)
        )
        charge = Charge.objects.select_for_update().get(pk=attempt.charge_id)
        attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
        if attempt.state == Attempt.State.SETTLED and attempt.provider_id == notice.provider_id:
            return Outcome.KNOWN
        if charge.state == Charge.State.SETTLED:
            return _park(attempt.gateway, notice, Break.Kind.DUPLICATE, attempt, at)
        if charge.state != Charge.State.OPEN or not _waits_for(dossier, charge) or _taken(attempt, notice):
            return _park(attempt.gateway, notice, Break.Kind.STATUS, attempt, at)
        _post(attempt, charge, dossier, notice, at)
        receipt = _issue_receipt(charge, dossier, at)
        record_payment(dossier=dossier, amount_vnd=charge.amount_vnd, reference=receipt.number, at=at)
        _answer_parked(attempt, at)
    return Outcome.SETTLED


def _waits_for(dossier: Dossier, charge: Charge) -> bool:
    return dossier.state == State.PAYMENT_REQUESTED and dossier.unpaid_vnd == charge.amount_vnd


def _taken(attempt: Attempt, notice: Notice) -> bool:
    """The gateway uses one name for two payments: a person must look."""
    same = Attempt.objects.filter(gateway=attempt.gateway, provider_id=notice.provider_id)
    return same.exclude(pk=attempt.pk).exists()


def _answer_parked(attempt: Attempt, at: dt.datetime) -> None:
    """This payment was parked while its dossier could not take it; now it is recorded."""
    Break.objects.filter(
        gateway=attempt.gateway,
        provider_id=attempt.provider_id,
        kind__in=[Break.Kind.STATUS, Break.Kind.MISSING_HERE],
        state=Break.State.OPEN,
    ).update(state=Break.State.RESOLVED, resolved_at=at, note=_("Đã ghi nhận, hồ sơ đi tiếp."))


def _post(attempt: Attempt, charge: Charge, dossier: Dossier, notice: Notice, at: dt.datetime) -> None:
    """Settle the attempt and the charge; the gateway owes the agency."""
    attempt.state, attempt.provider_id = Attempt.State.SETTLED, notice.provider_id
    attempt.paid_at, attempt.ended_at = notice.paid_at, at
    attempt.save(update_fields=["state", "provider_id", "paid_at", "ended_at"])
    charge.state, charge.ended_at = Charge.State.SETTLED, at
    charge.save(update_fields=["state", "ended_at"])
    charge.attempts.filter(state=Attempt.State.STARTED).update(state=Attempt.State.EXPIRED, ended_at=at)
    ledger.post(
        attempt.reference,
        debit=ledger.gateway(attempt),
        credit=ledger.revenue(charge, dossier),
        amount_vnd=charge.amount_vnd,
        attempt=attempt,
        at=at,
    )


def _issue_receipt(charge: Charge, dossier: Dossier, at: dt.datetime) -> Receipt:
    """The next number of the agency's year. The row lock of the series is held until commit: no gap, no repeat."""
    agency, year = ledger.agency_of(dossier), at.astimezone(LEGAL_ZONE).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO applications_series (agency_id, name, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (agency_id, name) DO UPDATE SET last = applications_series.last + 1 RETURNING last",
            [agency.pk, f"receipt-{year}"],
        )
        serial = cursor.fetchone()[0]
    return Receipt.objects.create(
        charge=charge,
        dossier=dossier,
        agency=agency,
        year=year,
        serial=serial,
        number=f"{agency.identifier or agency.pk}-{year % 100:02}-{serial:07}",
        amount_vnd=charge.amount_vnd,
        issued_at=at,
    )


def _not_paid(attempt: Attempt, at: dt.datetime) -> Outcome:
    """Only an attempt nobody paid can fail; a later «paid» still wins."""
    Attempt.objects.filter(pk=attempt.pk, state__in=[Attempt.State.STARTED, Attempt.State.EXPIRED]).update(
        state=Attempt.State.FAILED, ended_at=at
    )
    return Outcome.NOT_PAID


def _park(gateway: str, notice: Notice, kind: str, attempt: Attempt | None, at: dt.datetime) -> Outcome:
    """Keep what does not fit for a person of the finance role; the same words twice are one break."""
    Break.objects.bulk_create(
        [
            Break(
                gateway=gateway,
                day=notice.paid_at.astimezone(LEGAL_ZONE).date(),
                kind=kind,
                attempt=attempt,
                provider_id=notice.provider_id[:64],
                reference=notice.reference[:64],
                ours_vnd=attempt.amount_vnd if attempt else None,
                theirs_vnd=notice.amount_vnd,
                paid_at=notice.paid_at,
                found_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    return Outcome.PARKED
