"""The steps of one dossier: the pure chain of ``steps`` fed with its answers, its findings and its clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from applications import answering, legal, steps
from applications.models import Dossier, Result


def chain_of(dossier: Dossier, *, findings: Mapping[str, str] | None = None) -> steps.Chain:
    """Which steps apply, by the answers as of the submission. ``findings``: those about to be proposed."""
    declared = dossier.steps
    if not any(step.get("when") for step in declared):
        return steps.chain(declared, {})
    journey = answering.journey_of(dossier, at=dossier.submitted_at or dossier.created_at)
    found = {"findings": _found(dossier, findings)}
    return steps.chain(declared, found | journey.scope())


def due_moments(dossier: Dossier, chain: steps.Chain, *, now: dt.datetime) -> dict[int, dt.datetime]:
    """By when each step that applies should be done; empty before the clock runs or where no term is known."""
    deadline = legal.deadline_of(dossier, now=now)
    if deadline is None or dossier.accepted_at is None:
        return {}
    return steps.due_moments(
        chain,
        start=dossier.accepted_at,
        due=deadline.due_at,
        calendar=legal.calendar(dossier.agency_id),
        pauses=legal.pauses_of(dossier, now=now),
    )


def _found(dossier: Dossier, findings: Mapping[str, str] | None) -> dict[str, Any]:
    """What the agency stated, blank where it has not."""
    if findings is None:
        result = Result.objects.filter(dossier=dossier).only("findings").first()
        findings = result.findings if result else {}
    asked = dossier.version.processing.get("findings", [])
    return {one["id"]: findings.get(one["id"], "").strip() for one in asked}
