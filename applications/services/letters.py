"""The apology for being late (Form 04): drafted by the clock, mended by the office, signed by a person, sent once.

Thông tư 03/2025/TT-VPCP Mẫu 04 (Thông tư 01/2018/TT-VPCP Mẫu 04 before 15/9/2025); re-appointed once only:
Nghị định 61/2018/NĐ-CP Điều 19 (article not verified).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from applications import legal, lettering, numbering
from applications.actors import SYSTEM, Actor
from applications.models import Dossier, LawfulDelay, Letter, Outbox
from applications.printed_forms import Kind
from applications.services.clock import is_overdue
from applications.services.moving import allow, conflict, remark
from applications.wording import step_name
from identity.errors import Refused
from identity.models import Role

EDITORS = (Role.CASE_OFFICER, Role.APPROVER, Role.LEADER)
SIGNERS = (Role.APPROVER, Role.LEADER)


def draft_letter(*, dossier: Dossier, at: dt.datetime) -> Letter:
    """Draft the apology of an overdue dossier with a proposed reason and date. Raises Conflict when it has one."""
    if not is_overdue(dossier, at):
        raise Refused(_("Hồ sơ chưa quá hạn nên chưa cần thư xin lỗi."))
    new_due_at = legal.reappointment(dossier.version, at, dossier.agency_id)
    with transaction.atomic():
        remark(
            dossier,
            "apology_drafted",
            by=SYSTEM,
            at=at,
            data={"new_due_at": new_due_at.isoformat()},
            guards={"reappointed_at": None, "due_at": dossier.due_at},
        )
        if Letter.objects.filter(dossier=dossier).exists():
            raise conflict(dossier, "apology_drafted")
        return Letter.objects.create(
            dossier=dossier, reason=_proposed_reason(dossier), new_due_at=new_due_at, drafted_at=at
        )


def revise_letter(
    *, dossier: Dossier, reason: str, new_due_at: dt.datetime, by: Actor, at: dt.datetime
) -> Letter:
    """Change the reason and the new date of the draft."""
    allow(by, *EDITORS)
    _check(reason, new_due_at, at)
    with transaction.atomic():
        remark(
            dossier,
            "apology_revised",
            by=by,
            at=at,
            data={"new_due_at": new_due_at.isoformat()},
            note=reason.strip(),
            roles=EDITORS,
        )
        return _change(dossier, reason=reason.strip(), new_due_at=new_due_at)


def sign_letter(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Letter:
    """Decide to send the apology as drafted; a worker makes the signature and sends it (``send_letter``)."""
    allow(by, *SIGNERS)
    letter = Letter.objects.filter(dossier=dossier).first()
    if letter is None:
        raise Refused(_("Hồ sơ chưa có dự thảo thư xin lỗi."))
    _check(letter.reason, letter.new_due_at, at)
    if not is_overdue(dossier, at):
        raise Refused(_("Hồ sơ không còn quá hạn nên không cần thư xin lỗi."))
    with transaction.atomic():
        remark(
            dossier,
            "apology_signed",
            by=by,
            at=at,
            data={"new_due_at": letter.new_due_at.isoformat()},
            guards={"reappointed_at": None},
            outbox=Outbox.Topic.LETTER,
            roles=SIGNERS,
        )
        numbering.give(dossier, Kind.APOLOGY, at=at)
        return _change(
            dossier,
            reason=letter.reason,
            new_due_at=letter.new_due_at,
            status=Letter.Status.SIGNING,
            signer_id=by.user_id,
            signer_name=by.name,
            signer_title=by.signature_title(SIGNERS, dossier),
            signed_at=at,
        )


def send_letter(*, dossier: Dossier, at: dt.datetime) -> Letter:
    """Render, sign, store and send the letter. Repeatable: one already sent is returned as it is.

    The slow part runs outside any transaction; the row is claimed by its status, so it is sent once.
    """
    letter = Letter.objects.get(dossier=dossier)
    if letter.status != Letter.Status.SIGNING:
        return letter
    path, digest = lettering.produce(dossier, letter)
    with transaction.atomic():
        claimed = Letter.objects.filter(pk=letter.pk, status=Letter.Status.SIGNING).update(
            status=Letter.Status.SENT, sent_at=at, path=path, sha256=digest
        )
        if claimed:
            remark(
                dossier,
                "apology_sent",
                by=SYSTEM,
                at=at,
                data={"sha256": digest, "new_due_at": letter.new_due_at.isoformat()},
                note=letter.reason,
                sets={"reappointed_at": letter.new_due_at},
            )
    letter.refresh_from_db()
    return letter


def _check(reason: str, new_due_at: dt.datetime, at: dt.datetime) -> None:
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do chậm; người nộp đọc được lý do này."))
    if new_due_at <= at:
        raise Refused(_("Ngày hẹn mới đã qua. Hãy chọn một ngày sau hôm nay."))


def _change(dossier: Dossier, **columns: object) -> Letter:
    """Only a draft changes; the row of the dossier is already locked. A lost race undoes the event as well."""
    draft = Letter.objects.filter(dossier=dossier, status=Letter.Status.DRAFT)
    if LawfulDelay.objects.filter(dossier=dossier).exists() or not draft.update(**columns):
        raise conflict(dossier, "apology_signed")
    return Letter.objects.get(dossier=dossier)


def _proposed_reason(dossier: Dossier) -> str:
    """In Vietnamese, as the paper is: where the dossier lies."""
    with override("vi"):
        step = step_name(dossier.current_step)
    where = f"ở bước «{step}»" if step else "tại bộ phận tiếp nhận"
    return f"Hồ sơ còn đang {where}, cơ quan cần thêm thời gian để hoàn tất."
