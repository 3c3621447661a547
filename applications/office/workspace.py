"""Everything an officer needs to decide one dossier, gathered once for the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from applications import (
    access,
    actors,
    answering,
    chains,
    checklist,
    deadlines,
    hands,
    issuing,
    legal,
    printing,
    revisions,
    steps,
)
from applications.actors import Actor, Mandate
from applications.models import Absence, Attachment, Dossier, Event, Result, SupplementDraft
from applications.office import checks, clock, consulting, inbox, legal_clock, queues
from applications.office.facts import Group, groups, reported_of
from applications.services import claiming, four_eyes
from applications.services.asking import ASKERS
from applications.services.checking import JUDGED_AT
from applications.states import State, actions_for
from applications.wording import event_label, skipped_in_words, step_name
from identity.models import Officer, Role
from procedures.journey import Journey
from procedures.schema import in_language

FIRST_ACTS = (
    "accept",
    "pass_on",
    "verify",
    "propose",
    "approve",
    "sign",
    "number",
    "release",
    "deliver",
    "grant_withdrawal",
    "request_supplement",
)
"""What moves the dossier on stands first and is the one filled button; the rest follows the table."""
SECOND_PERSON = ("approve", "sign")
"""Steps, and their acts, that never belong to who wrote the draft."""


@dataclass(frozen=True)
class Action:
    name: str
    label: str


@dataclass(frozen=True)
class Happening:
    label: str
    who: str
    at: dt.datetime
    note: str


@dataclass(frozen=True)
class Paper:
    attachment: Attachment
    label: str

    @property
    def is_image(self) -> bool:
        return self.attachment.media_type.startswith("image/")


@dataclass(frozen=True)
class Finding:
    """What the result says that only the agency knows: asked when the result is proposed."""

    name: str
    label: str
    value: str
    required: bool


@dataclass(frozen=True)
class Holding:
    """What this officer may do about who holds the dossier."""

    may_claim: bool
    may_let_go: bool
    may_take_over: bool
    may_transfer: bool
    candidates: Sequence[Officer]


@dataclass(frozen=True)
class Workspace:
    dossier: Dossier
    state: clock.Chip
    due: clock.Chip
    groups: Sequence[Group]
    papers: Sequence[Paper]
    open_paper: Paper | None
    checks: Sequence[checks.Check]
    conditions: Sequence[checklist.Judged]
    may_judge: bool
    actions: Sequence[Action]
    history: Sequence[Happening]
    forms: Sequence[printing.Available]
    result: Result | None
    legal_clock: legal_clock.Panel
    different: int
    matched: int
    colleagues: Sequence[Officer]
    holding: Holding
    findings: Sequence[Finding]
    changes: Sequence[revisions.Change]
    pending: SupplementDraft | None
    late_defects: int
    consultations: Sequence[consulting.Asked]
    may_consult: bool
    instead_of: Sequence[Mandate]
    chain: steps.Chain
    step_due: clock.Chip | None
    needs_another: bool
    """The officer would decide on a draft of their own: a second person has to."""

    @property
    def step_number(self) -> int:
        return sum(number < self.dossier.step for number in self.chain.numbers) + 1

    @property
    def step_count(self) -> int:
        return len(self.chain.numbers)

    @property
    def step_name(self) -> str:
        """Of consultations that run together, all."""
        here = steps.together(self.chain, self.dossier.step) or (self.dossier.step,)
        return ", ".join(step_name(self.dossier.step_at(number)) for number in here)

    @property
    def later_steps(self) -> str:
        here = max((self.dossier.step, *steps.together(self.chain, self.dossier.step)))
        later = [self.chain.declared[number] for number in self.chain.numbers if number > here]
        return ", ".join(step_name(step).lower() for step in later)


def open_dossier(officer: Officer, code: str, *, purpose: str, at: dt.datetime) -> tuple[Dossier, Journey]:
    """The dossier recorded as read with the names of what the page shows, and its answers as submitted."""
    found = access.dossiers_for_officer(officer).filter(code=code).first()
    labels = _labels(_journey(found, at)) if found else []
    dossier = access.dossier_for_officer(officer, code, purpose=purpose, fields=labels, at=at)
    return dossier, _journey(dossier, at)


def build(
    officer: Officer,
    dossier: Dossier,
    journey: Journey,
    *,
    now: dt.datetime,
    paper: str = "",
    typed: Mapping[str, str] | None = None,
) -> Workspace:
    """``paper``: number of the file to show, else the first; ``typed``: what a refused button had with it."""
    calendar, by = legal.calendar(officer.agency_id), actors.for_dossier(officer, dossier, at=now)
    found = checks.registered(dossier, journey, at=now)
    shown = groups(journey, found.answers, reported_of(dossier))
    facts = [fact for group in shown for fact in group.facts]
    result = Result.objects.filter(dossier=dossier).first()
    papers = papers_of(dossier, journey)
    chain = chains.chain_of(dossier)
    is_own = decides_on_own_draft(dossier, by, result)
    pending = SupplementDraft.objects.select_related("drafted_by").filter(dossier=dossier, closed_at=None)
    return Workspace(
        dossier=dossier,
        state=inbox.state_chip(dossier),
        due=clock.due_chip(dossier, now=now, calendar=calendar),
        groups=shown,
        papers=papers,
        open_paper=next(
            (one for one in papers if str(one.attachment.pk) == paper), papers[0] if papers else None
        ),
        checks=checks.conditions(dossier, journey, found),
        conditions=checklist.judged(dossier, typed),
        may_judge=Role.CASE_OFFICER in by.roles and dossier.current_step.get("kind") in JUDGED_AT,
        actions=actions_of(dossier, by, result, is_asking=pending.exists(), is_own=is_own),
        needs_another=is_own,
        history=history_of(dossier),
        forms=printing.available(dossier, at=now),
        result=result,
        legal_clock=legal_clock.panel_of(officer, dossier, now=now),
        different=sum(fact.source == "different" for fact in facts),
        matched=sum(fact.source == "matched" for fact in facts),
        colleagues=colleagues_of(officer, now=now),
        holding=holding_of(dossier, officer, by, now=now),
        findings=findings_of(dossier, typed or {}),
        changes=revisions.changes_of(dossier, at=dossier.submitted_at or now),
        pending=pending.first(),
        consultations=consulting.asked_of(dossier, now=now),
        may_consult=dossier.state == State.PROCESSING and bool(ASKERS & by.roles),
        instead_of=by.mandates,
        chain=chain,
        step_due=step_due_of(dossier, chain, now=now, calendar=calendar),
        late_defects=sum(dossier.supplement_requests.values_list("late_defects", flat=True)),
    )


def decides_on_own_draft(dossier: Dossier, by: Actor, result: Result | None) -> bool:
    """The step waits for one of the officer's roles, and the officer, or whom they stood in for, wrote the draft."""
    waits = dossier.current_step.get("kind") in SECOND_PERSON and steps.may_act(
        dossier.current_step, by.roles
    )
    if result is None or not waits:
        return False
    return by.user_id in four_eyes.persons_behind(dossier, "propose", result.proposed_by_id)


def actions_of(
    dossier: Dossier, by: Actor, result: Result | None, *, is_asking: bool, is_own: bool
) -> list[Action]:
    """What this officer may do now, by the one table of states; the verbs check it again.

    ``is_asking``: a further supplement request waits for a superior, so no other one is written; ``is_own``: the
    draft is the officer's, so another person decides on it.
    """
    kind = dossier.current_step.get("kind", "")
    mine = steps.may_act(dossier.current_step, by.roles)
    edges = [one for one in actions_for(dossier.state, by.roles, kind) if mine or not one.step]
    drafted = result is not None and result.status == Result.Status.DRAFT and kind in SECOND_PERSON
    signed = result is not None and result.status == Result.Status.SIGNED
    sealed = result is not None and result.status != Result.Status.DRAFT
    hidden = {
        "send_back": not drafted,
        "release": not signed,
        "stop": sealed,
        "request_supplement": is_asking,
        **dict.fromkeys(SECOND_PERSON, is_own),
    }
    shown = [Action(edge.action, str(edge.label)) for edge in edges if not hidden.get(edge.action, False)]
    return sorted(
        shown, key=lambda one: FIRST_ACTS.index(one.name) if one.name in FIRST_ACTS else len(FIRST_ACTS)
    )


def step_due_of(
    dossier: Dossier, chain: steps.Chain, *, now: dt.datetime, calendar: deadlines.Calendar
) -> clock.Chip | None:
    """How the step stands against its own part of the term; nothing while the dossier is not being processed."""
    if dossier.state != State.PROCESSING:
        return None
    due = chains.due_moments(dossier, chain, now=now).get(dossier.step)
    return clock.step_chip(due, now=now, calendar=calendar) if due else None


def papers_of(dossier: Dossier, journey: Journey) -> list[Paper]:
    questions = journey.form.questions
    return [
        Paper(paper, questions[paper.question].text if paper.question in questions else paper.name)
        for paper in dossier.attachments.filter(removed_at=None)
        .select_related("digitisation__by", "digitisation__agency")
        .order_by("at", "pk")
    ]


def history_of(dossier: Dossier) -> list[Happening]:
    """Newest first, with the words that belong to each act."""
    events = Event.objects.filter(dossier=dossier).select_related("actor", "note").order_by("-seq")
    who = hands.names(events)
    return [_happening(dossier, event, who[event.pk]) for event in events]


def colleagues_of(officer: Officer, *, now: dt.datetime) -> list[Officer]:
    """Who may be given a case: those on leave are not."""
    return [one for one in present(officer, now=now) if one.has_role(Role.CASE_OFFICER)]


def holding_of(dossier: Dossier, officer: Officer, by: Actor, *, now: dt.datetime) -> Holding:
    mine = dossier.assignee_id == officer.user_id
    workable = dossier.state in queues.WORKABLE
    fits, free = claiming.fits(dossier, by), dossier.assignee_id is None
    may_transfer = workable and (mine or bool(by.roles & set(claiming.SUPERIORS)))
    here = present(officer, now=now) if may_transfer else []
    others = [one for one in here if one.user_id != dossier.assignee_id]
    able = actors.staff(others, at=now, dossier=dossier)
    return Holding(
        may_claim=fits and free,
        may_let_go=workable and mine,
        may_take_over=fits and not free and not mine and claiming.is_gone(dossier),
        may_transfer=may_transfer,
        candidates=[one for one in others if claiming.fits(dossier, able[one.pk])],
    )


def staff_of(officer: Officer) -> list[Officer]:
    """Everybody who works at the officer's agency now."""
    posts = Officer.objects.select_related("user").filter(agency=officer.agency, is_active=True)
    return list(posts.order_by("user__full_name"))


def present(officer: Officer, *, now: dt.datetime) -> list[Officer]:
    """Those of them who are not on leave."""
    away = set(Absence.objects.on(actors.day(now)).values_list("officer", flat=True))  # type: ignore[attr-defined]
    return [one for one in staff_of(officer) if one.pk not in away]


def findings_of(dossier: Dossier, typed: Mapping[str, str]) -> list[Finding]:
    return [
        Finding(
            f"finding-{one['id']}",
            in_language(one["label"], one.get("label_en", "")),
            typed.get(f"finding-{one['id']}", one.get("suggest", "")),
            bool(one.get("required")),
        )
        for one in issuing.findings_of(dossier)
    ]


def _happening(dossier: Dossier, event: Event, who: str) -> Happening:
    label = event_label(event.kind)
    note = getattr(event, "note", None)
    words = [note.text if note else "", skipped_in_words(dossier.steps, event.data)]
    return Happening(label, who, event.at, "\n".join(filter(None, words)))


def _journey(dossier: Dossier, at: dt.datetime) -> Journey:
    """As of the submission: what was true then decides, for example «trong 60 ngày»."""
    return answering.journey_of(dossier, at=dossier.submitted_at or at)


def _labels(journey: Journey) -> list[str]:
    """Names of everything shown, in Vietnamese for the person who reads the access log."""
    named = [page.group or question for page in journey.open_pages for question in journey.visible(page)]
    return list(dict.fromkeys(one.label[:80] for one in named))


def form_question(dossier: Dossier, name: str) -> str:
    """The name of one question as the access log writes it."""
    question = answering.form_of(dossier).questions.get(name)
    return question.label[:80] if question else name
