"""Giving money back: a granted withdrawal asks for it, one accountant approves, another (or the bank) records it.

This reads the event log; the verbs of a dossier know nothing of refunds.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from applications import feed
from applications.actors import Actor
from applications.models import Dossier, Event
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Role
from notifications import services as notifications
from payments import refund_rules
from payments.gateways.base import Notice
from payments.models import Attempt, Charge, Refund, RefundStep
from payments.services import ledger

Status = Refund.Status
REASONS = {"grant_withdrawal": Refund.Reason.WITHDRAWN, "refuse": Refund.Reason.NOT_ACCEPTED}
"""Events after which a fee may have to go back."""


def open_refunds(*, limit: int = 500) -> int:
    """Open a refund for every paid charge of a dossier given up since; returns how many events were read."""
    with feed.batch("refunds", limit=limit) as events:
        for event in events:
            open_for(event=event)
        return len(events)


def open_for(*, event: Event) -> int:
    """Open the refunds that follow from one event; returns how many charges it concerned. Safe to repeat."""
    if event.kind not in REASONS:
        return 0
    charges = Charge.objects.filter(dossier=event.dossier_id, state=Charge.State.SETTLED)
    for charge in charges:
        _open(charge, event)
    return len(charges)


def approve_refund(*, refund: Refund, by: Actor, at: dt.datetime) -> Refund:
    """The accountant agrees. Raises Forbidden for whoever caused the refund, Conflict when it is decided already."""
    _needs_finance(by)
    waiting = Refund.objects.filter(pk=refund.pk, status=Status.REQUESTED)
    with transaction.atomic():
        moved = waiting.exclude(requested_by=by.user_id).update(
            status=Status.APPROVED, approved_by_id=by.user_id
        )
        _moved(refund, moved, by.user_id, refund.requested_by_id)
        _step(refund, at, by.user_id)
    return refund


def refuse_refund(*, refund: Refund, reason: str, by: Actor, at: dt.datetime) -> Refund:
    """No money goes back; the reason is shown to the citizen. Raises Refused without one."""
    _needs_finance(by)
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do không hoàn tiền; công dân đọc được lý do này."))
    waiting = Refund.objects.filter(pk=refund.pk, status=Status.REQUESTED)
    with transaction.atomic():
        moved = waiting.exclude(requested_by=by.user_id).update(status=Status.REFUSED, ended_at=at)
        _moved(refund, moved, by.user_id, refund.requested_by_id)
        _step(refund, at, by.user_id, reason.strip())
        _tell(refund, at)
    return refund


def record_refund(*, refund: Refund, evidence: str, by: Actor, at: dt.datetime) -> Refund:
    """A second accountant records that the money went out. ``evidence``: the number of the payment order."""
    _needs_finance(by)
    if not evidence.strip():
        raise Refused(_("Hãy ghi số lệnh chi hoặc số giao dịch của ngân hàng."))
    approved = Refund.objects.filter(pk=refund.pk, status=Status.APPROVED)
    with transaction.atomic():
        moved = approved.exclude(approved_by=by.user_id).update(
            status=Status.PAID, paid_by_id=by.user_id, ended_at=at
        )
        _moved(refund, moved, by.user_id, refund.approved_by_id)
        _paid(refund, evidence.strip(), at, by.user_id)
    return refund


def take_notice(*, attempt: Attempt, notice: Notice, at: dt.datetime) -> bool:
    """The gateway says the payment went back: true when that is an approved refund, now or already recorded."""
    refund = Refund.objects.filter(charge=attempt.charge_id, amount_vnd=notice.amount_vnd).first()
    if refund is None or attempt.state != Attempt.State.SETTLED or attempt.provider_id != notice.provider_id:
        return False
    approved = Refund.objects.filter(pk=refund.pk, status=Status.APPROVED)
    with transaction.atomic():
        if approved.update(status=Status.PAID, ended_at=at):
            refund.refresh_from_db()
            _paid(refund, notice.provider_id, at, None)
    refund.refresh_from_db()
    return refund.status == Status.PAID


def _open(charge: Charge, event: Event) -> None:
    """Once a charge: a second reading of the same event finds it there."""
    dossier = event.dossier
    usual = refund_rules.Rule(settings.REFUND_UNTIL, settings.REFUND_BASIS)
    rule = refund_rules.rule_of(dossier.version.content.get("fee") or {}, usual=usual)
    amount = refund_rules.owed_vnd(rule, stage=_stage(dossier), paid_vnd=charge.amount_vnd)
    refund, new = Refund.objects.get_or_create(
        charge=charge,
        defaults={
            "event": event,
            "amount_vnd": amount,
            "reason": REASONS[event.kind],
            "basis": rule.basis[:300],
            "status": Status.REQUESTED if amount else Status.REFUSED,
            "requested_by_id": event.actor_id,
            "requested_at": event.at,
            "ended_at": None if amount else event.at,
        },
    )
    if new:
        _step(refund, event.at, event.actor_id if amount else None, "" if amount else rule.basis)
        _tell(refund, event.at)


def _stage(dossier: Dossier) -> str:
    if Event.objects.filter(dossier=dossier, kind="pass_on").exists():
        return "processing"
    return "accepted" if dossier.accepted_at else "submitted"


def _paid(refund: Refund, evidence: str, at: dt.datetime, actor_id: int | None) -> None:
    charge = Charge.objects.select_related("dossier__agency").get(pk=refund.charge_id)
    attempt = charge.attempts.get(state=Attempt.State.SETTLED)
    ledger.post(
        f"refund {attempt.reference}",
        debit=ledger.revenue(charge, charge.dossier),
        credit=ledger.gateway(attempt),
        amount_vnd=refund.amount_vnd,
        attempt=attempt,
        refund=refund,
        at=at,
    )
    _step(refund, at, actor_id, evidence)
    _tell(refund, at)


def _moved(refund: Refund, moved: int, actor_id: int | None, first_id: int | None) -> None:
    refund.refresh_from_db()
    if moved:
        return
    if actor_id is not None and actor_id == first_id:
        raise Forbidden(_("Cần người thứ hai: người đã làm bước trước không tự làm bước này."))
    raise Conflict(
        _("Khoản hoàn này đang ở trạng thái «%(status)s».") % {"status": refund.get_status_display()}
    )


def _step(refund: Refund, at: dt.datetime, actor_id: int | None, note: str = "") -> None:
    RefundStep.objects.create(refund=refund, status=refund.status, at=at, actor_id=actor_id, note=note[:300])


def _tell(refund: Refund, at: dt.datetime) -> None:
    dossier = Dossier.objects.select_related("submitter").get(charges=refund.charge_id)
    notifications.queue(
        recipient_id=dossier.submitter.user_id,
        template=f"refund.{refund.status}",
        key=f"refund-{refund.pk}-{refund.status}",
        at=at,
        params={"code": dossier.code},
    )


def _needs_finance(by: Actor) -> None:
    if Role.FINANCE not in by.roles:
        raise Forbidden(_("Chỉ kế toán làm được việc hoàn tiền."))
