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


def prepare(
    form: Dossier,
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
    whole = answering.journey_of(form, at=at)
    questions = answering.form_of_version(version)
    child = _unsaved(form, version, at)
    agreed = _agreed(form)
    given = bundles.carry(whole, questions, part, result)
    found = prefill.gather(
        questions,
        citizen_number=form.submitter.number,
        fetch=fetch or agreed_only(agreed),
        at=at,
        claims=claims_of(form.submitter),
        answered=given,
        context=answering.context_of(child, at=at),
    )
    answers = {**found.answers, **given}
    papers = _papers(form, whole.form, questions, part)
    sent = {name: Answer(paper.sha256, CITIZEN, paper.at) for name, paper in papers.items()}
    journey = answering.journey_over(child, {**answers, **sent}, at=at)
    return Prepared(version, answers, papers, agreed, journey, found.needs_matching or form.needs_matching)


def prospects(form: Dossier, journey: Journey, *, at: dt.datetime) -> list[Prospect]:
    """Every part as far as it can be seen before anything is handed in; no register is asked."""
    parts = wanted_parts(journey, form.version.procedure.slug)
    slugs = [part.procedure for part in parts]
    procedures = {one.slug: one for one in Procedure.objects.filter(slug__in=slugs)}
    return [_prospect(form, part, procedures, at) for part in parts]


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
    form: Dossier, part: bundles.Part, procedures: Mapping[str, Procedure], at: dt.datetime
) -> Prospect:
    procedure, waits_for = procedures.get(part.procedure), procedures.get(part.after)
    try:
        prepared = prepare(form, part, result={}, at=at, fetch=lambda _register, _key: None)
        child = _unsaved(form, prepared.version, at)
        agency = routing.competent_agency(child, prepared.journey.values(), on=answering.legal_day(at))
        child.agency = agency
        return Prospect(procedure, waits_for, agency, fee_of(child, prepared.journey, at=at))
    except Refused as refused:
        return Prospect(procedure, waits_for, obstacle=refused.message)


def _unsaved(form: Dossier, version: ProcedureVersion, at: dt.datetime) -> Dossier:
    return Dossier(version=version, submitter=form.submitter, channel=form.channel, created_at=at)


def _agreed(form: Dossier) -> list[str]:
    row = form.answers.filter(question=CONSENT).first()
    return list(row.value or []) if row else []


def _papers(form: Dossier, whole: Form, questions: Form, part: bundles.Part) -> dict[str, Attachment]:
    standing = {one.question: one for one in form.attachments.filter(removed_at=None)}
    pairs = bundles.papers(whole, questions, part)
    return {own: standing[name] for own, name in pairs.items() if name in standing}
