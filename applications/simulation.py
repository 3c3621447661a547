"""What a draft of a procedure would have changed for dossiers already handed in. Pure: no database, no clock.

Each dossier is replayed with its stored answers, on its own day, first under the version it was handed in under, then
under the draft. An unchanged draft must give exactly what happened. A question that is new in the draft and that a
register answers counts as looked up, not as missing: the register was not asked then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from applications import deadlines
from procedures import fees
from procedures.journey import Answer, Journey
from procedures.processing import Route, route
from procedures.schema import Form, Question

GRANT, REFUSAL = "grant", "refusal"
Reason = tuple[str, str]
"""Why a dossier no longer passes: kind (missing, invalid, check, decision, agency) and the id in the form."""


@dataclass(frozen=True)
class Terms:
    """What a version asks and promises: form, ``{value, unit, cutoff_hour?}``, and its processing (routing)."""

    form: Form
    time_limit: Mapping[str, Any]
    processing: Mapping[str, Any]


@dataclass(frozen=True)
class Recorded:
    """What happened: agency (its key), phí, lệ phí in đồng at submission, promised date, decision or ''."""

    agency: int
    fee_vnd: int
    due_at: dt.datetime | None = None
    decision: str = ""


@dataclass(frozen=True)
class Case:
    """A dossier without its name. ``context`` is what rules could read (``ctx.*``) when it was handed in."""

    key: int
    version: int
    answers: Mapping[str, Answer]
    context: Mapping[str, Any]
    submitted_at: dt.datetime
    accepted_at: dt.datetime | None
    recorded: Recorded


@dataclass(frozen=True)
class World:
    """What stands outside a form. ``agency``: (route, answers, day) → key of the competent agency, None where
    none is known. ``local``: (agency, day) → the part of ``ctx`` the agency brings: name, fee of its province."""

    calendar: deadlines.Calendar
    agency: Callable[[Route | None, Mapping[str, Any], dt.date], int | None]
    local: Callable[[int, dt.date], Mapping[str, Any]]
    commune_exists: Callable[[str], bool]


@dataclass(frozen=True)
class Outcome:
    """One dossier under one version. ``asked``: boxes and lists a person meets, rows of tables each counted."""

    reasons: frozenset[Reason]
    looked_up: frozenset[str]
    counted: frozenset[str]
    asked: int
    fee_vnd: int | None
    agency: int | None
    due_at: dt.datetime | None
    decision: str


@dataclass(frozen=True)
class Replayed:
    """One dossier before and after, side by side with what happened."""

    case: Case
    before: Outcome
    after: Outcome

    @property
    def new_reasons(self) -> frozenset[Reason]:
        return self.after.reasons - self.before.reasons

    @property
    def unlike_history(self) -> frozenset[str]:
        """In what the replay under the old version differs from what happened: the world has changed since."""
        happened, replayed = self.case.recorded, self.before
        differs = {
            "fee": replayed.fee_vnd != happened.fee_vnd,
            "agency": replayed.agency != happened.agency,
            "due": self.case.accepted_at is not None and replayed.due_at != happened.due_at,
            "decision": bool(happened.decision and replayed.decision)
            and happened.decision != replayed.decision,
        }
        return frozenset(name for name, is_other in differs.items() if is_other)


@dataclass(frozen=True)
class Report:
    replayed: tuple[Replayed, ...]

    @property
    def total(self) -> int:
        return len(self.replayed)

    @property
    def unchanged(self) -> int:
        return sum(one.before == one.after for one in self.replayed)

    @property
    def unlike_history(self) -> int:
        return sum(bool(one.unlike_history) for one in self.replayed)

    @property
    def failing(self) -> tuple[Replayed, ...]:
        return tuple(one for one in self.replayed if one.new_reasons)


def replay(cases: Iterable[Case], before: Mapping[int, Terms], after: Terms, world: World) -> Report:
    """``before``: the terms of every version the cases were handed in under, by its key."""
    return Report(
        tuple(
            Replayed(case, outcome(case, before[case.version], world), outcome(case, after, world))
            for case in cases
        )
    )


def outcome(case: Case, terms: Terms, world: World) -> Outcome:
    """The dossier under these terms. An answer that no longer fits has no say in fee, agency and decision."""
    journey = Journey(terms.form, case.answers, case.context, commune_exists=world.commune_exists)
    values = journey.values()
    reasons, looked_up = _faults(journey)
    sound = {name: value for name, value in values.items() if ("invalid", name) not in reasons}
    day = _day(case.submitted_at)
    to = route(terms.processing, terms.form.scope(sound, case.context))
    agency = world.agency(to, sound, day)
    if agency is None:
        reasons.add(("agency", ""))
    local = world.local(agency, day) if agency is not None else {}
    decision, failed = _decision(case, terms, world, local)
    return Outcome(
        reasons=frozenset(reasons | failed),
        looked_up=frozenset(looked_up),
        counted=frozenset(values),
        asked=asked(journey),
        fee_vnd=_fee(terms.form, sound, {**case.context, **local}),
        agency=agency,
        due_at=_due(case, terms, world),
        decision=decision,
    )


def asked(journey: Journey) -> int:
    """Questions put to the person; in a table each filled row asks all its columns."""
    count = 0
    for page in journey.pages:
        answer = journey.answer(page.group.id) if page.group else None
        count += len(journey.to_ask(page)) * (max(1, len(answer.value)) if answer else 1)
    return count


def _faults(journey: Journey) -> tuple[set[Reason], set[str]]:
    """Only ids leave here: the journey's own sentences may repeat an answer."""
    reasons: set[Reason] = set()
    looked_up: set[str] = set()
    questions = journey.form.questions
    failing = {
        f"{questions[one.question].text}: {one.fail}": one.id for one in journey.form.checks if one.question
    }
    for name, message in journey.errors():
        subject = name.split("-", 1)[0]
        if journey.answer(subject) is None:
            if _has_source(questions.get(subject), journey, subject):
                looked_up.add(subject)
            else:
                reasons.add(("missing", subject))
        elif message in failing:
            reasons.add(("check", failing[message]))
        else:
            reasons.add(("invalid", subject))
    return reasons, looked_up


def _has_source(question: Question | None, journey: Journey, name: str) -> bool:
    if question is not None:
        return bool(question.prefill)
    page = journey.form.groups.get(name)
    return bool(page and page.group and page.group.prefill)


def _decision(case: Case, terms: Terms, world: World, local: Mapping[str, Any]) -> tuple[str, set[Reason]]:
    """The automatic decision, taken on the day it was taken (of acceptance; until then of submission)."""
    if not terms.form.auto_decision:
        return "", set()
    day = _day(case.accepted_at or case.submitted_at)
    context = {**case.context, **local, "today": day.isoformat()}
    journey = Journey(terms.form, case.answers, context, commune_exists=world.commune_exists)
    failed: set[Reason] = {("decision", one.id) for one in journey.failed_conditions()}
    return (REFUSAL if failed else GRANT), failed


def _fee(form: Form, values: Mapping[str, Any], context: Mapping[str, Any]) -> int | None:
    """Đồng; None where the province has not told its fee."""
    try:
        return fees.total(fees.fee_lines(form, values, context))
    except fees.FeeUnknown:
        return None


def _due(case: Case, terms: Terms, world: World) -> dt.datetime | None:
    """The date promised on acceptance; None before it, or where the version knows no term."""
    limit = terms.time_limit
    if case.accepted_at is None or limit.get("value") is None:
        return None
    try:
        return deadlines.due_at(
            received_at=case.accepted_at,
            value=int(limit["value"]),
            unit=limit["unit"],
            calendar=world.calendar,
            cutoff_hour=limit.get("cutoff_hour"),
        ).due_at
    except deadlines.DeadlineError:  # a term still being written; lint says so
        return None


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(deadlines.LEGAL_ZONE).date()
