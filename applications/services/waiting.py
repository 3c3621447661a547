"""While the agency waits for somebody else: supplement, payment, withdrawal. The clock stands still meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from applications import answering, legal, log, numbering
from applications.actors import SYSTEM, Actor
from applications.models import Dossier, Outbox, Pause, SupplementRequest
from applications.printed_forms import Kind
from applications.services import stepping
from applications.services.clock import promises_after
from applications.services.intake import Incomplete
from applications.services.moving import conflict, move
from applications.states import CLOCK_RUNNING, State
from identity.errors import Forbidden, Refused

SUPPLEMENT_BASIS = "Nghị định 118/2025/NĐ-CP (thời gian bổ sung không tính vào thời hạn giải quyết)"
PAYMENT_BASIS = "Thời gian thực hiện nghĩa vụ tài chính không tính vào thời hạn giải quyết"


def request_supplement(
    *, dossier: Dossier, items: Sequence[dict[str, str]], by: Actor, at: dt.datetime
) -> SupplementRequest:
    """Ask once for everything that is missing (Form 02). ``items``: [{question, label, reason, code?}].

    Raises Refused for a second request: that one is drafted and confirmed (``services.supplementing``).
    """
    if dossier.supplement_count:
        raise Refused(_("Yêu cầu bổ sung lần hai cần căn cứ pháp lý và lãnh đạo phê duyệt."))
    require_reasons(items)
    return record_supplement(dossier, items, by=by, at=at)


def require_reasons(items: Sequence[Mapping[str, Any]]) -> None:
    if not items or any(not item.get("reason", "").strip() for item in items):
        raise Refused(_("Hãy chọn ít nhất một mục và ghi lý do cho từng mục."))


def record_supplement(
    dossier: Dossier,
    items: Sequence[Mapping[str, Any]],
    *,
    by: Actor,
    at: dt.datetime,
    legal_basis: str = "",
    roles: Collection[str] = (),
) -> SupplementRequest:
    """The write of a request whose rules were checked: state, pause, row. The clock stands still from ``at``."""
    late = sum(bool(item.get("late")) for item in items)
    number = dossier.supplement_count + 1
    with transaction.atomic():
        source = dossier.state
        move(
            dossier,
            "request_supplement",
            by=by,
            at=at,
            roles=roles,
            data={"items": log.commitment(dossier.salt, list(items)), "count": number, "late": late},
            sets={"supplement_count": number},
            guards={"supplement_count": dossier.supplement_count},
        )
        numbering.give(dossier, Kind.SUPPLEMENT, at=at)
        _pause(dossier, source, State.SUPPLEMENT_REQUESTED, SUPPLEMENT_BASIS, at)
        return SupplementRequest.objects.create(
            dossier=dossier,
            items=list(items),
            requested_by_id=cast(int, by.user_id),
            requested_at=at,
            answer_by=at + dt.timedelta(days=legal.supplement_days(dossier.version)),
            legal_basis=legal_basis,
            late_defects=late,
        )


def answer_supplement(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """The citizen has mended the marked places; the dossier goes back to where it was and the clock resumes."""
    if by.user_id != dossier.submitter.user_id:
        raise Forbidden(_("Chỉ người nộp mới bổ sung được hồ sơ này."))
    journey = answering.journey_of(dossier, at=at)
    if errors := journey.errors():
        raise Incomplete(_("Hồ sơ còn thiếu thông tin."), errors=errors)
    with transaction.atomic():
        request = (
            SupplementRequest.objects.select_for_update().filter(dossier=dossier, answered_at=None).first()
        )
        if request is None:
            raise conflict(dossier, "answer_supplement")
        move(
            dossier,
            "answer_supplement",
            by=by,
            at=at,
            data={"answers": log.commitment(dossier.salt, journey.values())},
            sets=_resume(dossier, at),
            outbox=_decide_again(dossier),
        )
        request.answered_at = at
        request.save(update_fields=["answered_at"])
        stepping.arrive(dossier, at=at)
    return dossier


def request_payment(*, dossier: Dossier, fee_vnd: int, reason: str, by: Actor, at: dt.datetime) -> Dossier:
    """Ask for a fee that is due now; ``fee_vnd`` is the new total in đồng."""
    if fee_vnd <= dossier.paid_vnd:
        raise Refused(_("Số tiền yêu cầu phải lớn hơn số đã nộp."))
    with transaction.atomic():
        source = dossier.state
        move(
            dossier,
            "request_payment",
            by=by,
            at=at,
            data={"fee_vnd": fee_vnd},
            note=reason,
            sets={"fee_vnd": fee_vnd},
        )
        _pause(dossier, source, State.PAYMENT_REQUESTED, PAYMENT_BASIS, at)
    return dossier


def record_payment(*, dossier: Dossier, amount_vnd: int, reference: str, at: dt.datetime) -> Dossier:
    """The payments floor reports money received; when the fee is covered the dossier goes back where it was.

    ``reference`` is the receipt number, not the payer's account.
    """
    with transaction.atomic():
        paid = dossier.paid_vnd + amount_vnd
        if dossier.state != State.PAYMENT_REQUESTED or paid < dossier.fee_vnd:
            raise conflict(dossier, "record_payment")
        move(
            dossier,
            "record_payment",
            by=SYSTEM,
            at=at,
            data={"amount_vnd": amount_vnd, "reference": reference},
            sets={"paid_vnd": paid, **_resume(dossier, at)},
            outbox=_decide_again(dossier),
        )
        stepping.arrive(dossier, at=at)
    return dossier


def request_withdrawal(*, dossier: Dossier, reason: str, by: Actor, at: dt.datetime) -> Dossier:
    """The owner asks to take the dossier back; not after the result is signed."""
    if by.user_id != dossier.submitter.user_id:
        raise Forbidden(_("Chỉ người nộp mới xin rút được hồ sơ này."))
    result = getattr(dossier, "result", None)
    if result is not None and result.signed_at is not None:
        raise Refused(_("Kết quả đã ký nên không rút được hồ sơ."))
    move(dossier, "request_withdrawal", by=by, at=at, note=reason)
    return dossier


def grant_withdrawal(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """Let the citizen take the dossier back; processing ends here."""
    with transaction.atomic():
        move(dossier, "grant_withdrawal", by=by, at=at, sets={"ended_at": at})
        numbering.give(dossier, Kind.STOP, at=at)
        _close_pause(dossier, at)
        SupplementRequest.objects.filter(dossier=dossier, answered_at=None).update(answered_at=at)
    return dossier


def decline_withdrawal(*, dossier: Dossier, reason: str, by: Actor, at: dt.datetime) -> Dossier:
    """Keep the dossier going, with the reason; it returns to the state it left."""
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do không cho rút hồ sơ."))
    with transaction.atomic():
        move(dossier, "decline_withdrawal", by=by, at=at, note=reason, outbox=_decide_again(dossier))
        stepping.arrive(dossier, at=at)
    return dossier


def expire(*, dossier: Dossier, at: dt.datetime) -> Dossier:
    """Nobody answered in time: the dossier is stopped (code 8)."""
    with transaction.atomic():
        move(dossier, "expire", by=SYSTEM, at=at, sets={"ended_at": at})
        numbering.give(dossier, Kind.STOP, at=at)
        _close_pause(dossier, at)
        SupplementRequest.objects.filter(dossier=dossier, answered_at=None).update(answered_at=at)
    return dossier


def _decide_again(dossier: Dossier) -> str:
    """A dossier that a rule decides is decided as soon as it is back where it was handed in."""
    back = dossier.return_states[-1:] == [State.SUBMITTED]
    return Outbox.Topic.DECIDE if back and dossier.version.is_automatic else ""


def _pause(dossier: Dossier, source: str, cause: str, basis: str, at: dt.datetime) -> None:
    """Stop the clock, if it was running; a pause for a consultation gives way, one interval at a time."""
    if source in CLOCK_RUNNING:
        _close_pause(dossier, at)
        Pause.objects.create(dossier=dossier, cause=cause, legal_basis=basis, started_at=at)


def _close_pause(dossier: Dossier, at: dt.datetime) -> Pause | None:
    pause = Pause.objects.filter(dossier=dossier, ended_at=None).first()
    if pause is not None:
        pause.ended_at = at
        pause.save(update_fields=["ended_at"])
    return pause


def _resume(dossier: Dossier, at: dt.datetime) -> dict[str, Any]:
    """End the open pause and give the columns that follow from the time waited; a consultation may go on waiting."""
    pause = _close_pause(dossier, at)
    waiting = dossier.consultations.filter(closed_at=None).exclude(pause_basis="").first()
    if waiting is not None:
        Pause.objects.create(
            dossier=dossier, cause=Pause.CONSULTATION, legal_basis=waiting.pause_basis, started_at=at
        )
    if dossier.accepted_at is None:
        return {"answer_due_at": legal.answer_due(at, dossier.agency_id)}
    return promises_after(dossier, pause, at)
