"""Filing for many people at once: the office enters a list, each person gets a dossier of their own.

The case behind it: a ward health station that issues sick-leave certificates for many people in one act (Đà Nẵng,
văn bản 593/STTTT-CNTT ngày 19/3/2022). Who may be on a list is not limited to residents of the place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from applications import answering, legal
from applications.actors import Actor
from applications.models import Attachment, Channel, CounterFiling, Dossier, Result
from applications.services.deciding import propose
from applications.services.intake import accept, fee_of, pass_on, record_submission, save_answers, start
from applications.services.moving import allow
from identity import services as identity
from identity.errors import Refused
from identity.models import Agency, Citizen, Role
from procedures.models import ProcedureVersion
from procedures.schema import Form

REQUESTER = "requester"


def file_row(
    *,
    version: ProcedureVersion,
    answers: Mapping[str, Any],
    papers: Sequence[Mapping[str, Any]],
    findings: Mapping[str, str],
    by: Actor,
    at: dt.datetime,
) -> Dossier:
    """One person of a list: filed at the counter, accepted, handed on, and proposed where the officer may.

    The log names the officer who filed, the dossier the person it is for. The deciding agency is the officer's own:
    where the person was treated, not where they live. Raises Refused for anything the form itself would refuse.
    """
    allow(by, Role.INTAKE)
    with transaction.atomic():
        dossier = start(
            version=version, submitter=_person(version, answers, at), channel=Channel.COUNTER, at=at
        )
        filing = CounterFiling.objects.create(
            dossier=dossier,
            agency_id=cast(int, by.agency_id),
            filed_by_id=cast(int, by.user_id),
            identified_by=CounterFiling.Identified.LIST,
            consent=CounterFiling.Consent.OFFICE,
            consented_at=at,
        )
        save_answers(dossier=dossier, answers=answers, by=by, at=at)
        Attachment.objects.bulk_create([Attachment(dossier=dossier, at=at, **paper) for paper in papers])
        dossier.agency = agency = Agency.objects.get(pk=cast(int, by.agency_id))
        journey = answering.journey_of(dossier, at=at)
        if errors := journey.errors():
            raise Refused(". ".join(message for _name, message in errors))
        if fee_of(dossier, journey, at=at):
            raise Refused(
                _("Thủ tục có phí, lệ phí nên từng người phải nộp riêng, không lập theo danh sách.")
            )
        record_submission(
            dossier,
            values=journey.values(),
            agency=agency,
            fee_vnd=0,
            answer_due_at=legal.answer_due(at, agency.pk),
            filing=filing,
            by=by,
            at=at,
        )
        accept(dossier=dossier, by=by, at=at)
        pass_on(dossier=dossier, by=by, at=at)
        if Role.CASE_OFFICER in by.roles:
            propose(dossier=dossier, kind=Result.Kind.GRANT, findings=findings, by=by, at=at)
    return dossier


def question_of(form: Form, element: str) -> str:
    """The question that asks this datum of the person the dossier is for; empty where none does."""
    asked = (one for one in form.questions.values() if (one.element, one.of) == (element, REQUESTER))
    return next((one.id for one in asked), "")


def _person(version: ProcedureVersion, answers: Mapping[str, Any], at: dt.datetime) -> Citizen:
    form = answering.form_of_version(version)
    known = {name: answers.get(question_of(form, name)) for name in ("date_of_birth", "sex")}
    born = known["date_of_birth"]
    return identity.enter_citizen(
        number=str(answers.get(question_of(form, "citizen_id")) or ""),
        name=str(answers.get(question_of(form, "full_name")) or ""),
        date_of_birth=dt.date.fromisoformat(born) if born else None,
        sex=str(known["sex"] or ""),
        at=at,
    )
