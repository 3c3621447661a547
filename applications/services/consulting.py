"""Asking other agencies for an opinion. The dossier stays «Đang xử lý»; each question has its own clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications.actors import SYSTEM, Actor
from applications.models import Attachment, Consultation, Dossier, Pause
from applications.services import asking, stepping
from applications.services.asking import ASKERS
from applications.services.clock import promises_after
from applications.services.moving import remark
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Agency, Role

ANSWERERS = frozenset({Role.CASE_OFFICER, Role.APPROVER, Role.SIGNER})
UNANSWERED = "Không trả lời trong hạn"
"""A record, therefore always Vietnamese."""
MOST_DAYS = 60
"""Working days; a question that needs longer is a procedure of its own."""


def consult(
    *,
    dossier: Dossier,
    agency: Agency,
    question: str,
    papers: Collection[int],
    days: int,
    by: Actor,
    at: dt.datetime,
    addressee: str = "",
) -> Consultation:
    """Ask ``agency``; it will see the question and these attachments only. ``days``: working days to answer.

    Pauses the clock where ``processing.consultation.pauses`` of the version cites the law that says so. Raises
    Forbidden, Conflict (not «Đang xử lý») or Refused (no question, own agency, foreign paper, days out of range).
    """
    if not by.roles & ASKERS or by.agency_id != dossier.agency_id:
        raise Forbidden(_("Vai trò của anh/chị không lấy ý kiến cho hồ sơ này được."))
    if not question.strip():
        raise Refused(_("Hãy ghi câu hỏi cần cơ quan khác cho ý kiến."))
    if agency.pk == dossier.agency_id:
        raise Refused(_("Đây là cơ quan của anh/chị. Hãy chọn một cơ quan khác."))
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("Số ngày làm việc để trả lời: ghi từ 1 đến %(most)s.") % {"most": MOST_DAYS})
    shared = list(Attachment.objects.filter(dossier=dossier, removed_at=None, pk__in=papers))
    if len(shared) != len(set(papers)):
        raise Refused(_("Có giấy tờ không còn trong hồ sơ. Hãy tải lại trang rồi chọn lại."))
    return asking.ask(
        dossier,
        agency,
        question.strip(),
        papers=shared,
        days=days,
        by=by,
        at=at,
        addressee=addressee.strip(),
    )


def answer_consultation(
    *, consultation: Consultation, opinion: str, text: str, by: Actor, at: dt.datetime
) -> Consultation:
    """The asked agency answers, late or not. Raises Forbidden, Conflict (closed meanwhile) or Refused."""
    if not by.roles & ANSWERERS or by.agency_id != consultation.agency_id:
        raise Forbidden(_("Vai trò của anh/chị không trả lời được câu hỏi này."))
    if opinion not in Consultation.Opinion.values:
        raise Refused(_("Hãy chọn một ý kiến."))
    if opinion != Consultation.Opinion.AGREE and not text.strip():
        raise Refused(_("Hãy ghi lý do, điều kiện hoặc thông tin cần thêm."))
    changes = {"opinion": opinion, "answer": text.strip(), "answered_by_id": by.user_id}
    data = {"asked": consultation.agency.key, "opinion": opinion, "late": at > consultation.due_at}
    return _close(consultation, "consultation_answered", changes, data, text.strip(), by, at, ANSWERERS)


def close_consultation(
    *, consultation: Consultation, reason: str, by: Actor, at: dt.datetime
) -> Consultation:
    """The asking agency waits no longer, with its reason. Raises Forbidden, Conflict (closed already) or Refused."""
    if not by.roles & ASKERS or by.agency_id != consultation.dossier.agency_id:
        raise Forbidden(_("Vai trò của anh/chị không khép được câu hỏi này."))
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do không chờ ý kiến nữa."))
    data = {"asked": consultation.agency.key}
    changes = {"close_reason": reason.strip()}
    return _close(consultation, "consultation_closed", changes, data, reason.strip(), by, at, ASKERS)


def lapse_consultation(*, consultation: Consultation, at: dt.datetime) -> Consultation:
    """A question of a step whose days are over is waited for no longer; the version may cite the article for it
    (``consult.silence``). Raises Refused (asked by a person, or days left) or Conflict (closed meanwhile)."""
    if not consultation.step or consultation.due_at >= at:
        raise Refused(_("Câu hỏi này còn hạn trả lời, hoặc do cán bộ hỏi và tự khép."))
    asked = next((one for one in consultation.dossier.steps if one["id"] == consultation.step), {})
    basis = asked.get("consult", {}).get("silence", "")
    reason = f"{UNANSWERED} ({basis})" if basis else UNANSWERED
    data = {"asked": consultation.agency.key}
    changes = {"close_reason": reason}
    return _close(consultation, "consultation_lapsed", changes, data, reason, SYSTEM, at, ())


def remind_consultation(*, consultation: Consultation, at: dt.datetime) -> Consultation:
    """Remind the asked agency once; Conflict when it was answered or reminded meanwhile."""
    dossier = consultation.dossier
    with transaction.atomic():
        asking.locked(dossier)
        waiting = Consultation.objects.filter(pk=consultation.pk, closed_at=None, reminded_at=None)
        if not waiting.update(reminded_at=at):
            raise _closed()
        remark(dossier, "consultation_reminded", by=SYSTEM, at=at, data={"asked": consultation.agency.key})
    return consultation


def _close(
    consultation: Consultation,
    kind: str,
    changes: dict[str, Any],
    data: dict[str, Any],
    note: str,
    by: Actor,
    at: dt.datetime,
    roles: Collection[str],
) -> Consultation:
    dossier = consultation.dossier
    with transaction.atomic():
        count = asking.locked(dossier)
        waiting = Consultation.objects.filter(pk=consultation.pk, closed_at=None)
        if not waiting.update(**changes, closed_at=at):
            raise _closed()
        sets = {"open_consultations": count - 1, **_clock_again(dossier, at)}
        remark(dossier, kind, by=by, at=at, data=data, note=note, sets=sets, roles=roles)
        stepping.arrive(dossier, at=at)
    consultation.refresh_from_db()
    return consultation


def _clock_again(dossier: Dossier, at: dt.datetime) -> dict[str, Any]:
    """The clock goes on when the last question that held it is closed; then the promised date moves."""
    if dossier.consultations.filter(closed_at=None).exclude(pause_basis="").exists():
        return {}
    held = Pause.objects.filter(dossier=dossier, cause=Pause.CONSULTATION, ended_at=None).first()
    if held is None:
        return {}
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    return promises_after(dossier, held, at)


def _closed() -> Conflict:
    return Conflict(_("Câu hỏi này đã được trả lời hoặc đã khép. Hãy tải lại trang."))
