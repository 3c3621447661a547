"""From the draft to the clock: start, answer, submit, accept, refuse, pass on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import answering, legal, log, numbering, pinning, routing
from applications.actors import SYSTEM, Actor
from applications.deadlines import LEGAL_ZONE
from applications.models import Answer, Channel, Dossier, Outbox
from applications.printed_forms import Kind
from applications.services import revising
from applications.services.moving import conflict, move
from applications.states import State
from identity.errors import Conflict, DomainError, Forbidden, Refused
from identity.models import Agency, Citizen, Organisation
from procedures import fees
from procedures.journey import Journey
from procedures.models import ProcedureVersion

REQUIRED_LEVEL = 2
"""Submitting needs eID level 2 (practice of the national portal; Nghị định 69/2024/NĐ-CP, article not verified)."""


class Incomplete(DomainError):
    """Something asked for is still missing; ``details['errors']`` lists (question, message)."""

    code = "incomplete"


def start(
    *,
    version: ProcedureVersion,
    submitter: Citizen,
    organisation: Organisation | None = None,
    channel: str = Channel.ONLINE,
    at: dt.datetime,
) -> Dossier:
    """Open a draft pinned to ``version``. Raises Refused when the procedure cannot be filed here today."""
    today = ProcedureVersion.objects.in_force(answering.legal_day(at))
    if not version.is_live or not today.filter(pk=version.pk).exists():
        raise Refused(_("Thủ tục này chưa nộp được trên cổng; hãy xem cách nộp ở trang thủ tục."))
    return Dossier.objects.create(
        version=version, submitter=submitter, organisation=organisation, channel=channel, created_at=at
    )


def save_answers(
    *,
    dossier: Dossier,
    answers: Mapping[str, Any],
    source: str = "citizen",
    by: Actor,
    at: dt.datetime,
    needs_matching: bool | None = None,
) -> None:
    """Keep answers of a draft (or of the marked questions of a supplement), newest value wins.

    In a supplement a question that is not marked is Refused, and the value before stays as an AnswerRevision.
    ``needs_matching`` records that a register was silent and what is declared instead is to be matched later.
    """
    with transaction.atomic():
        current = Dossier.objects.select_for_update().only("state", "submitter__user_id").get(pk=dossier.pk)
        if current.state not in (State.DRAFT, State.SUPPLEMENT_REQUESTED):
            raise conflict(dossier, "save_answers")
        if current.state == State.SUPPLEMENT_REQUESTED:
            answers = revising.keep_old_answers(dossier, answers, at=at)
        Answer.objects.bulk_create(
            [
                Answer(dossier=dossier, question=question, value=value, source=source, at=at)
                for question, value in answers.items()
            ],
            update_conflicts=True,
            unique_fields=["dossier", "question"],
            update_fields=["value", "source", "at"],
        )
        if needs_matching is not None:
            Dossier.objects.filter(pk=dossier.pk).update(needs_matching=needs_matching)
            dossier.needs_matching = needs_matching


def submit(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """Hand the dossier in: the code is given, the answer is owed within 8 working hours.

    A second submit of the same draft returns the same dossier and changes nothing. Raises Incomplete (with the
    questions), Forbidden (not the owner, or eID level too low), Refused (no competent agency known) or Outdated:
    what is handed in is judged by the version in force on that day (Luật Ban hành văn bản quy phạm pháp luật 2015
    Điều 156 khoản 1; the place of the rule in the law of 2025 not verified).
    """
    if by.user_id != dossier.submitter.user_id:
        raise Forbidden(_("Chỉ người lập hồ sơ mới nộp được hồ sơ này."))
    if dossier.state != State.DRAFT:
        return dossier
    if dossier.submitter.assurance_level < REQUIRED_LEVEL:
        raise Forbidden(_("Nộp hồ sơ cần định danh điện tử mức 2. Hãy đăng nhập lại bằng tài khoản mức 2."))
    pinning.require_in_force(dossier, at=at)
    journey = answering.journey_of(dossier, at=at)
    if errors := journey.errors():
        raise Incomplete(_("Hồ sơ còn thiếu thông tin."), errors=errors)
    values = journey.values()
    dossier.agency = agency = routing.competent_agency(dossier, values, on=answering.legal_day(at))
    fee = fee_of(dossier, journey, at=at)
    try:
        return record_submission(
            dossier,
            values=values,
            agency=agency,
            fee_vnd=fee,
            answer_due_at=legal.answer_due(at, agency.pk),
            by=by,
            at=at,
        )
    except Conflict:
        if dossier.code:  # the same submit, twice at once: the first one's answer is the answer
            return dossier
        raise


def fee_of(dossier: Dossier, journey: Journey, *, at: dt.datetime) -> int:
    """Phí, lệ phí in đồng. Raises Refused where the province has set a fee and not yet told the portal."""
    try:
        return fees.total(
            fees.fee_lines(journey.form, journey.values(), answering.context_of(dossier, at=at))
        )
    except fees.FeeUnknown as unknown:
        raise Refused(
            _("%(fee)s: địa phương chưa công bố mức thu trên cổng. Hãy nộp tại quầy.") % {"fee": unknown}
        ) from unknown


def record_submission(
    dossier: Dossier,
    *,
    values: Mapping[str, Any],
    agency: Agency,
    fee_vnd: int,
    answer_due_at: dt.datetime,
    by: Actor,
    at: dt.datetime,
) -> Dossier:
    """The write of a validated submission: one statement, plus one when a fee is due first."""
    local = at.astimezone(LEGAL_ZONE)
    day = f"{local:%y%m%d}"
    automatic = dossier.version.is_automatic and not fee_vnd
    columns = {
        "agency_id": agency.pk,
        "submitted_at": at,
        "answer_due_at": answer_due_at,
        "fee_vnd": fee_vnd,
        "delivery": values.get("result_delivery") or dossier.delivery,
        "needs_matching": dossier.needs_matching,
        "commune_code": routing.commune_code(dossier, values, on=answering.legal_day(at)),
    }
    arguments: dict[str, Any] = {
        "by": by,
        "at": at,
        "data": {"answers": log.commitment(dossier.salt, values), "fee_vnd": fee_vnd},
        "sets": columns,
        "guards": {"version_id": dossier.version_id},
        "numbering": log.Numbering(agency.pk, day, f"{agency.identifier}-{day}-"),
        "outbox": Outbox.Topic.DECIDE if automatic else "",
    }
    if not fee_vnd:
        move(dossier, "submit", **arguments)
        return dossier
    with transaction.atomic():
        move(dossier, "submit", **arguments)
        move(dossier, "request_payment", by=SYSTEM, at=at, data={"fee_vnd": fee_vnd})
    return dossier


def accept(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """Take the dossier in (Form 01): here the legal clock starts and the date is promised.

    Raises Refused while a fee due before processing is unpaid.
    """
    if dossier.unpaid_vnd:
        raise Refused(_("Chưa tiếp nhận được: phí, lệ phí chưa nộp đủ."))
    deadline = legal.deadline_for(dossier.version, at, agency_id=dossier.agency_id)
    due_at = deadline.due_at if deadline else None
    with transaction.atomic():
        move(
            dossier,
            "accept",
            by=by,
            at=at,
            data={"due_at": due_at.isoformat() if due_at else None},
            sets={"accepted_at": at, "due_at": due_at, "form_set": legal.form_set(at)},
        )
        numbering.give(dossier, Kind.RECEIPT, Kind.REGISTER, at=at)
    return dossier


def refuse(*, dossier: Dossier, reason: str, by: Actor, at: dt.datetime) -> Dossier:
    """Do not take the dossier in (Form 03). The reason is mandatory and shown to the citizen."""
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do không tiếp nhận."))
    with transaction.atomic():
        move(dossier, "refuse", by=by, at=at, note=reason.strip(), sets={"ended_at": at})
        numbering.give(dossier, Kind.REFUSAL, at=at)
    return dossier


def pass_on(*, dossier: Dossier, by: Actor, at: dt.datetime, assignee_id: int | None = None) -> Dossier:
    """Hand the accepted dossier to the specialised unit; the first processing step begins."""
    move(dossier, "pass_on", by=by, at=at, sets={"step": 0, "assignee_id": assignee_id})
    return dossier
