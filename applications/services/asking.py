"""Putting one question to another agency: by an officer, or by a step of the procedure that asks for its opinion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from applications import deadlines, legal, log, routing
from applications.actors import SYSTEM, Actor
from applications.models import Attachment, Consultation, Dossier, Pause
from applications.services.moving import conflict, remark
from applications.states import State
from identity.models import Agency, Role

ASKERS = frozenset({Role.CASE_OFFICER, Role.APPROVER})


def ask(
    dossier: Dossier,
    agency: Agency,
    question: str,
    *,
    papers: Iterable[Attachment],
    days: int,
    by: Actor,
    at: dt.datetime,
    addressee: str = "",
    step: str = "",
) -> Consultation:
    """Open the question, with its own clock of ``days`` working days of the asked agency; one event.

    Pauses the clock of the dossier where ``processing.consultation.pauses`` cites the law. Raises Conflict when the
    dossier is not «Đang xử lý».
    """
    basis = dossier.version.processing.get("consultation", {}).get("pauses", "")
    due_at = deadlines.due_at(
        received_at=at, value=days, unit="working_days", calendar=legal.calendar(agency.pk)
    ).due_at
    with transaction.atomic():
        count = locked(dossier)
        if dossier.state != State.PROCESSING:
            raise conflict(dossier, "consulted")
        data = {
            "asked": agency.key,
            "due_at": due_at.isoformat(),
            "question": log.commitment(dossier.salt, question),
        }
        opened = {"open_consultations": count + 1}
        remark(dossier, "consulted", by=by, at=at, data=data, sets=opened, roles=ASKERS)
        if basis and not Pause.objects.filter(dossier=dossier, ended_at=None).exists():
            Pause.objects.create(dossier=dossier, cause=Pause.CONSULTATION, legal_basis=basis, started_at=at)
        consultation = Consultation.objects.create(
            dossier=dossier,
            agency=agency,
            addressee=addressee,
            question=question,
            step=step,
            asked_by_id=by.user_id,
            asked_at=at,
            due_at=due_at,
            pause_basis=basis,
        )
        consultation.papers.set(papers)
    return consultation


def ask_for_step(dossier: Dossier, step: Mapping[str, Any], *, at: dt.datetime) -> None:
    """Ask whom the step names, sharing only the papers it names. Once in the life of a dossier, and never the
    deciding agency itself. Raises Refused when the agency is not known."""
    if dossier.consultations.filter(step=step["id"]).exists():
        return
    whom = step["consult"]
    agency = routing.asked_agency(dossier, whom)
    if agency.pk == dossier.agency_id:
        return
    shared = Attachment.objects.filter(dossier=dossier, removed_at=None, question__in=whom.get("papers", []))
    ask(
        dossier,
        agency,
        step["name_vi"],
        papers=list(shared),
        days=whom["days"],
        by=SYSTEM,
        at=at,
        step=step["id"],
    )


def locked(dossier: Dossier) -> int:
    """Locks the dossier, brings the copy in hand up to date; returns how many questions are open."""
    Dossier.objects.select_for_update().only("pk").get(pk=dossier.pk)
    dossier.refresh_from_db(
        fields=["state", "return_states", "step", "assignee", "seq", "open_consultations"]
    )
    return dossier.open_consultations
