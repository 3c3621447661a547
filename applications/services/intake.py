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
from applications.models import Answer, Channel, CounterFiling, Dossier, Outbox
from applications.printed_forms import Kind
from applications.services import filling, revising, stepping
from applications.services.moving import conflict, move
from applications.states import State
from identity.errors import Conflict, DomainError, Forbidden, Refused
from identity.models import Agency, Citizen, Organisation
from procedures import bundles, fees
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
        locked = Dossier.objects.select_for_update().only("state", "bundled", "submitter__user_id")
        current = locked.get(pk=dossier.pk)
        if current.bundled or current.state not in (State.DRAFT, State.SUPPLEMENT_REQUESTED):
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

    By its owner, online; or by the counter that opened the filing, where the officer saw the card (no eID level).
    A second submit of the same draft returns the same dossier and changes nothing. Raises Incomplete (with the
    questions), Forbidden (not the owner, or eID level too low), Refused (no competent agency known) or Outdated:
    what is handed in is judged by the version in force on that day (Luật Ban hành văn bản quy phạm pháp luật 2015
    Điều 156 khoản 1; the place of the rule in the law of 2025 not verified).
    """
    filing = _who_files(dossier, by)
    if dossier.state != State.DRAFT:
        return dossier
    if bundles.parts_of(dossier.version.procedure.slug):
        raise Refused(_("Thủ tục liên thông được nộp thành nhiều hồ sơ; hãy nộp ở trang kiểm tra."))
    if filing is None:
        dossier.channel = Channel.ONLINE
    journey = complete_journey(dossier, at=at, by_eid=filing is None)
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
            filing=filing,
            by=by,
            at=at,
        )
    except Conflict:
        if dossier.code:  # the same submit, twice at once: the first one's answer is the answer
            return dossier
        raise


def _who_files(dossier: Dossier, by: Actor) -> CounterFiling | None:
    """None for the owner, the filing for the counter. Raises Forbidden for anybody else."""
    filing = filling.filing_of(dossier, by)
    if filing is None:
        require_owner(dossier, by)
    return filing


def require_owner(dossier: Dossier, by: Actor) -> None:
    if not filling.is_owner(dossier, by):
        raise Forbidden(_("Chỉ người lập hồ sơ mới nộp được hồ sơ này."))


def complete_journey(dossier: Dossier, *, at: dt.datetime, by_eid: bool = True) -> Journey:
    """What a draft needs to be handed in; ``by_eid``: its owner does, by the means that needs a level.

    Raises Forbidden (eID level), Outdated or Incomplete.
    """
    if by_eid and dossier.submitter.assurance_level < REQUIRED_LEVEL:
        raise Forbidden(_("Nộp hồ sơ cần định danh điện tử mức 2. Hãy đăng nhập lại bằng tài khoản mức 2."))
    pinning.require_in_force(dossier, at=at)
    journey = answering.journey_of(dossier, at=at)
    if errors := journey.errors():
        raise Incomplete(_("Hồ sơ còn thiếu thông tin."), errors=errors)
    return journey


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
    filing: CounterFiling | None = None,
    by: Actor,
    at: dt.datetime,
) -> Dossier:
    """The write of a validated submission: one statement, plus one when a fee is due first.

    ``filing``: an officer hands in for the citizen; the Event says how, and the filing who.
    """
    local = at.astimezone(LEGAL_ZONE)
    day = f"{local:%y%m%d}"
    automatic = dossier.version.is_automatic and not fee_vnd
    columns = {
        "agency_id": agency.pk,
        "submitted_at": at,
        "answer_due_at": answer_due_at,
        "fee_vnd": fee_vnd,
        "channel": dossier.channel,
        "delivery": values.get("result_delivery") or dossier.delivery,
        "needs_matching": dossier.needs_matching,
        "commune_code": routing.commune_code(dossier, values, on=answering.legal_day(at)),
    }
    arguments: dict[str, Any] = {
        "by": by,
        "at": at,
        "data": {
            "answers": log.commitment(dossier.salt, values),
            "fee_vnd": fee_vnd,
            **_filed(dossier, filing),
        },
        "sets": columns,
        "guards": {"version_id": dossier.version_id, "bundled": False},
        "numbering": log.Numbering(agency.pk, day, f"{agency.identifier or agency.key.upper()}-{day}-"),
        "outbox": Outbox.Topic.DECIDE if automatic else "",
    }
    if not fee_vnd and filing is None:
        move(dossier, "submit", **arguments)
        return dossier
    with transaction.atomic():
        move(dossier, "submit", **arguments)
        if filing is not None:
            CounterFiling.objects.filter(pk=filing.pk).update(filed_by=by.user_id)
        if fee_vnd:
            move(dossier, "request_payment", by=SYSTEM, at=at, data={"fee_vnd": fee_vnd})
    return dossier


def _filed(dossier: Dossier, filing: CounterFiling | None) -> dict[str, str]:
    if filing is None:
        return {}
    return {"channel": dossier.channel, "identified_by": filing.identified_by, "consent": filing.consent}


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
    """Hand the accepted dossier to the specialised unit; the first step that applies begins."""
    stepping.begin(dossier, "pass_on", by=by, at=at, assignee_id=assignee_id)
    return dossier
