"""What changes the promise itself: an extension, a lawful reason for being late, a pause for consultation."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from applications import deadlines, legal
from applications.actors import SYSTEM, Actor
from applications.models import Dossier, Escalation, Extension, LawfulDelay, Letter, Pause
from applications.services.moving import allow, conflict, remark
from applications.states import ANSWER_OWED, CLOCK_RUNNING
from identity.errors import Refused
from identity.models import Agency, Role


def extend(*, dossier: Dossier, reason: str, by: Actor, at: dt.datetime) -> Dossier:
    """Prolong the term once, as ``processing.extension`` of the version allows; the pure clock gives the date.

    Raises Forbidden (not an approver) and Refused (not allowed, already extended, or the day is already past).
    """
    allow(by, Role.APPROVER)
    allowed = legal.extension_allowed(dossier.version)
    if allowed is None:
        raise Refused(
            _("Thủ tục này không cho gia hạn. Hãy giải quyết đúng hạn hoặc gửi thư xin lỗi khi trễ.")
        )
    if Extension.objects.filter(dossier=dossier).exists():
        raise Refused(_("Hồ sơ đã gia hạn một lần nên không gia hạn được nữa."))
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do gia hạn; người nộp đọc được lý do này."))
    _must_run(dossier)
    if dossier.due_at is None or dossier.due_at <= at:
        raise Refused(_("Hồ sơ đã quá hạn nên không gia hạn được; hãy gửi thư xin lỗi và hẹn lại."))
    deadline = legal.deadline_of(dossier, now=at, extension=allowed)
    if deadline is None:
        raise conflict(dossier, "deadline_extended")
    with transaction.atomic():
        remark(
            dossier,
            "deadline_extended",
            by=by,
            at=at,
            data={"due_at": deadline.due_at.isoformat(), "legal_basis": allowed.legal_basis},
            note=reason.strip(),
            sets={"due_at": deadline.due_at},
            guards={"due_at": dossier.due_at},
            roles={Role.APPROVER},
        )
        Extension.objects.create(
            dossier=dossier, granted_by_id=cast(int, by.user_id), granted_at=at, **vars(allowed)
        )
    return dossier


def record_delay(
    *, dossier: Dossier, legal_basis: str, reason: str, new_due_at: dt.datetime, by: Actor, at: dt.datetime
) -> LawfulDelay:
    """Record why being late is lawful, with the article and the new date; it stands in place of an apology."""
    allow(by, Role.APPROVER, Role.LEADER)
    if not legal_basis.strip() or not reason.strip():
        raise Refused(_("Hãy ghi điều luật cho phép và lý do chậm."))
    if new_due_at <= at:
        raise Refused(_("Ngày hẹn lại phải sau hôm nay."))
    if not is_overdue(dossier, at):
        raise Refused(_("Hồ sơ chưa quá hạn nên chưa cần ghi lý do chậm."))
    with transaction.atomic():
        remark(
            dossier,
            "delay_recorded",
            by=by,
            at=at,
            data={"new_due_at": new_due_at.isoformat()},
            note=f"{reason.strip()} ({legal_basis.strip()})",
            sets={"reappointed_at": new_due_at},
            guards={"reappointed_at": None},
            roles={Role.APPROVER, Role.LEADER},
        )
        if Letter.objects.filter(dossier=dossier).exclude(status=Letter.Status.DRAFT).exists():
            raise conflict(dossier, "delay_recorded")
        return LawfulDelay.objects.create(
            dossier=dossier,
            legal_basis=legal_basis.strip()[:200],
            recorded_by_id=cast(int, by.user_id),
            recorded_at=at,
        )


def escalate(*, dossier: Dossier, at: dt.datetime) -> Escalation:
    """The re-appointed day passed too: the leaders of the superior agency are told (Nghị định 61/2018 Điều 19)."""
    if dossier.reappointed_at is None or dossier.reappointed_at >= at:
        raise Refused(_("Ngày hẹn lại chưa qua."))
    agency = cast(Agency, dossier.agency)
    superior = agency.parent or agency
    with transaction.atomic():
        remark(
            dossier,
            "breach_escalated",
            by=SYSTEM,
            at=at,
            data={"superior": superior.key, "missed": dossier.reappointed_at.isoformat()},
            guards={"reappointed_at": dossier.reappointed_at},
        )
        if Escalation.objects.filter(dossier=dossier).exists():
            raise conflict(dossier, "breach_escalated")
        return Escalation.objects.create(
            dossier=dossier, superior=superior, missed=dossier.reappointed_at, at=at
        )


def promises_after(dossier: Dossier, pause: Pause | None, at: dt.datetime) -> dict[str, Any]:
    """The columns that follow from a pause that ends at ``at``; its row is already closed."""
    deadline = legal.deadline_of(dossier, now=at)
    columns: dict[str, Any] = {"due_at": deadline.due_at} if deadline else {}
    if pause is not None and dossier.reappointed_at is not None:
        waited = deadlines.Pause(pause.started_at, at)
        columns["reappointed_at"] = deadlines.moved(
            dossier.reappointed_at, waited, legal.calendar(dossier.agency_id)
        )
    return columns


def is_overdue(dossier: Dossier, at: dt.datetime) -> bool:
    return (
        dossier.state in ANSWER_OWED
        and dossier.due_at is not None
        and dossier.due_at < at
        and not Pause.objects.filter(dossier=dossier, ended_at=None).exists()
    )


def _must_run(dossier: Dossier) -> None:
    stopped = Pause.objects.filter(dossier=dossier, ended_at=None).exists()
    if dossier.state not in CLOCK_RUNNING or stopped:
        raise Refused(_("Đồng hồ của hồ sơ đang không chạy nên chưa gia hạn được."))
