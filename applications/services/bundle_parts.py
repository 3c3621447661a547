"""What a bundle would become: for each part its version in force, its answers, its agency and fee. Writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from applications import answering, prefill, routing
from applications.answering import CONSENT
from applications.models import Attachment, Dossier, Result
from applications.services.drafts import agreed_only, claims_of
from applications.services.intake import fee_of
from identity.errors import Refused
from identity.models import Agency
from procedures import bundles
from procedures.journey import CITIZEN, Answer, Journey
from procedures.models import Procedure, ProcedureVersion
from procedures.schema import Form

Fetch = Callable[[str, str], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Filled:
    """The form of a bundle with everything written in it; ``papers`` by their question."""

    form: Dossier
    journey: Journey
    agreed: Collection[str]
    papers: Mapping[str, Attachment]


@dataclass(frozen=True)
class Prepared:
    """A part ready to be filed. ``papers``: its file questions, each with the paper that answers it."""

    version: ProcedureVersion
    answers: Mapping[str, Answer]
    papers: Mapping[str, Attachment]
    agreed: Collection[str]
    journey: Journey
    needs_matching: bool


@dataclass(frozen=True)
class Prospect:
    """What the citizen is told of a part before handing in; ``obstacle`` says what stands against it."""

    procedure: Procedure | None
    waits_for: Procedure | None
    agency: Agency | None = None
    fee_vnd: int | None = None
    obstacle: str = ""


def is_bundle(version: ProcedureVersion) -> bool:
    return bool(bundles.parts_of(version.procedure.slug))


def wanted_parts(journey: Journey, slug: str) -> list[bundles.Part]:
    """The parts these answers ask for. A part whose predecessor is not wanted is not wanted either."""
    parts: list[bundles.Part] = []
    for part in bundles.parts_of(slug):
        known = {one.procedure for one in parts}
        if bundles.wanted(part, journey) and (not part.after or part.after in known):
            parts.append(part)
    return parts


def in_force(slug: str, *, at: dt.datetime) -> ProcedureVersion:
    """Today's version of a part. Raises Refused where it cannot be filed here."""
    today = ProcedureVersion.objects.in_force(answering.legal_day(at)).filter(procedure__slug=slug)
    version = today.select_related("procedure").order_by("-number").first()
    if version is None or not version.is_live:
        raise Refused(_("Thủ tục này chưa nộp được trên cổng; hãy xem cách nộp ở trang thủ tục."))
    return version


def filled(form: Dossier, *, at: dt.datetime) -> Filled:
    """The stored form of a bundle."""
    consent = form.answers.filter(question=CONSENT).first()
    papers = {one.question: one for one in form.attachments.filter(removed_at=None)}
    agreed = list(consent.value or []) if consent else []
    return Filled(form, answering.journey_of(form, at=at), agreed, papers)


def prepare(
    whole: Filled,
    part: bundles.Part,
    *,
    result: Mapping[str, str],
    at: dt.datetime,
    fetch: Fetch | None = None,
) -> Prepared:
    """The answers of ``part`` from the form of its bundle, then from the registers the citizen agreed to.

    ``result``: ``result_of`` the part waited for; ``fetch``: how registers are asked. Asks other systems: never
    inside a transaction. Raises Refused where the part cannot be filed today.
    """
    version = in_force(part.procedure, at=at)
    questions = answering.form_of_version(version)
    person = whole.form.submitter
    child = _unsaved(whole.form, version, at)
    context = answering.context_of(child, at=at)
    given = bundles.carry(whole.journey, questions, part, result)
    found = prefill.gather(
        questions,
        citizen_number=person.number,
        fetch=fetch or agreed_only(whole.agreed),
        at=at,
        claims=claims_of(person),
        answered=given,
        context=context,
    )
    answers = {**found.answers, **given}
    pairs = bundles.papers(whole.journey.form, questions, part)
    papers = {own: whole.papers[name] for own, name in pairs.items() if name in whole.papers}
    sent = {name: Answer(paper.sha256, CITIZEN, paper.at) for name, paper in papers.items()}
    journey = Journey(questions, {**answers, **sent}, context, commune_exists=answering.commune_exists)
    needs_matching = found.needs_matching or whole.form.needs_matching
    return Prepared(version, answers, papers, whole.agreed, journey, needs_matching)


def prospects(whole: Filled, *, at: dt.datetime) -> list[Prospect]:
    """Every part as far as it can be seen before anything is handed in; no register is asked."""
    parts = wanted_parts(whole.journey, whole.form.version.procedure.slug)
    slugs = [part.procedure for part in parts]
    procedures = {one.slug: one for one in Procedure.objects.filter(slug__in=slugs)}
    return [_prospect(whole, part, procedures, at) for part in parts]


def result_of(dossier: Dossier) -> dict[str, str] | None:
    """Number, agency and findings of a released result that grants; None while, or where, there is none."""
    released = Result.objects.filter(
        dossier=dossier, kind=Result.Kind.GRANT, status=Result.Status.RELEASED
    ).first()
    if released is None or dossier.agency is None:
        return None
    stated = {field["label"]: str(field["value"]) for field in released.fields if "value" in field}
    findings = dossier.version.processing.get("findings", [])
    return {
        "number": released.number,
        "agency": dossier.agency.name,
        **{one["id"]: stated.get(one["label"], "") for one in findings},
    }


def forms_of(version: ProcedureVersion, *, at: dt.datetime) -> list[Form]:
    """The forms of the parts, to name what they take from registers; empty for a procedure that is no bundle."""
    slugs = [part.procedure for part in bundles.parts_of(version.procedure.slug)]
    today = ProcedureVersion.objects.in_force(answering.legal_day(at)).filter(procedure__slug__in=slugs)
    return [answering.form_of_version(one) for one in today.select_related("procedure") if one.is_live]


def _prospect(
    whole: Filled, part: bundles.Part, procedures: Mapping[str, Procedure], at: dt.datetime
) -> Prospect:
    procedure, waits_for = procedures.get(part.procedure), procedures.get(part.after)
    try:
        prepared = prepare(whole, part, result={}, at=at, fetch=lambda _register, _key: None)
        child = _unsaved(whole.form, prepared.version, at)
        agency = routing.competent_agency(child, prepared.journey.values(), on=answering.legal_day(at))
        child.agency = agency
        return Prospect(procedure, waits_for, agency, fee_of(child, prepared.journey, at=at))
    except Refused as refused:
        return Prospect(procedure, waits_for, obstacle=refused.message)


def _unsaved(form: Dossier, version: ProcedureVersion, at: dt.datetime) -> Dossier:
    return Dossier(version=version, submitter=form.submitter, channel=form.channel, created_at=at)
