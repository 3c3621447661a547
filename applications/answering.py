"""Answers of a dossier as the pure form engine sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from applications import wording
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier
from procedures import rules, schema
from procedures.journey import CITIZEN, Answer, Journey
from procedures.models import ProcedureVersion, ServiceOffering

CONSENT = "consent"
"""Answer that names the registers the citizen let the portal read for this dossier."""
RAW = "raw."
"""Answer that keeps a page's boxes as they were written, readable or not, until the page is right."""
CORRECTION = "correction."
"""Answer that keeps what the citizen says is wrong in a fact of a register; never blocks."""
Fees = Sequence[ServiceOffering] | None
"""Fees already looked up for many dossiers (``fees_of``), else None."""
OLD = "old."
"""Answer set aside when the draft moved to another version: ``old.<number of the version>.<question>``."""


@lru_cache(maxsize=256)
def _loaded(version_id: int) -> schema.Form:
    """Only for published versions: they never change, so a form is parsed once a process."""
    definition = ProcedureVersion.objects.values_list("form", flat=True).get(pk=version_id)
    return schema.load(definition or {})


def form_of(dossier: Dossier) -> schema.Form:
    return form_of_version(dossier.version)


def form_of_version(version: ProcedureVersion) -> schema.Form:
    """Raises ``schema.SchemaError`` for a version that is still being written and cannot be used yet."""
    if version.status == ProcedureVersion.Status.PUBLISHED:
        return _loaded(version.pk)
    return schema.load(version.form or {})


def context_of(dossier: Dossier, *, at: dt.datetime, fees: Fees = None) -> dict[str, Any]:
    """What rules may read beside the answers (``ctx.*``)."""
    known: dict[str, Any] = {
        "channel": str(dossier.channel),
        "on_behalf": dossier.organisation_id is not None,
    }
    if dossier.agency is not None:
        known |= {"agency": dossier.agency.name} | local_fee(dossier, on=legal_day(at), fees=fees)
    return rules.context(today=legal_day(at), **known)


def legal_day(at: dt.datetime) -> dt.date:
    return at.astimezone(LEGAL_ZONE).date()


def fees_of(dossiers: Collection[Dossier]) -> list[ServiceOffering]:
    """Every fee recorded for their procedures and agencies, to be handed to ``journey_of`` of many dossiers."""
    wanted = ServiceOffering.objects.filter(
        procedure__in={one.version.procedure_id for one in dossiers},
        agency__in={one.agency_id for one in dossiers},
        fee_vnd__isnull=False,
    )
    return list(wanted.order_by("pk"))


def local_fee(dossier: Dossier, *, on: dt.date, fees: Fees = None) -> dict[str, Any]:
    """The fee the province set for this agency (People's Council resolution), where one is recorded."""
    known = fees_of([dossier]) if fees is None else fees
    mine = (one for one in known if _is_of(one, dossier))
    in_force = (one for one in mine if one.valid_from <= on and (one.valid_to is None or one.valid_to >= on))
    offering = next(in_force, None)
    return {"local_fee": offering.fee_vnd, "local_fee_basis": offering.fee_basis} if offering else {}


def _is_of(offering: ServiceOffering, dossier: Dossier) -> bool:
    return (offering.procedure_id, offering.agency_id) == (dossier.version.procedure_id, dossier.agency_id)


def journey_of(
    dossier: Dossier, *, at: dt.datetime, trying: Mapping[str, Any] | None = None, fees: Fees = None
) -> Journey:
    """The journey over the stored answers. ``trying``: what the citizen would answer instead, stored nowhere."""
    return journey_over(dossier, answers_of(dossier, trying or {}), at=at, fees=fees)


def answers_of(dossier: Dossier, trying: Mapping[str, Any]) -> dict[str, Answer]:
    """Everything stored; uploaded papers count as answers (their hash) of their file questions."""
    answers = {row.question: Answer(row.value, row.source, row.at) for row in dossier.answers.all()}
    answers |= {name: Answer(value, CITIZEN) for name, value in trying.items()}
    for paper in (one for one in dossier.attachments.all() if one.removed_at is None):
        answers[paper.question] = Answer(paper.sha256, CITIZEN, paper.at)
    return answers


def journey_over(
    dossier: Dossier, answers: Mapping[str, Answer], *, at: dt.datetime, fees: Fees = None
) -> Journey:
    context = context_of(dossier, at=at, fees=fees)
    return Journey(form_of(dossier), answers, context, commune_exists=commune_exists)


def commune_exists(code: str) -> bool:
    return bool(wording.commune_name(code))
