"""Everything an officer needs to decide one dossier, gathered once for the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications import access, actors, answering, checklist, issuing, legal, printing, revisions
from applications.models import Attachment, Dossier, Event, Result, SupplementDraft
from applications.office import checks, clock, consulting, inbox, legal_clock, queues
from applications.office.facts import Group, groups, reported_of
from applications.services import claiming
from applications.services.checking import JUDGED_AT
from applications.services.consulting import ASKERS
from applications.states import State, actions_for
from applications.wording import event_label, step_name
from identity.models import Officer, Role
from procedures.journey import Journey
from procedures.schema import in_language

FIRST_ACTS = (
    "accept",
    "pass_on",
    "propose",
    "approve",
    "sign",
    "release",
    "deliver",
    "grant_withdrawal",
    "request_supplement",
)
"""What moves the dossier on stands first and is the one filled button; the rest follows the table."""


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

    @property
    def step_number(self) -> int:
        return self.dossier.step + 1

    @property
    def step_name(self) -> str:
        return step_name(self.dossier.current_step)

    @property
    def later_steps(self) -> str:
        return ", ".join(step_name(step).lower() for step in self.dossier.steps[self.dossier.step + 1 :])


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
    calendar = legal.calendar(officer.agency_id)
    found = checks.registered(dossier, journey, at=now)
    shown = groups(journey, found.answers, reported_of(dossier))
    facts = [fact for group in shown for fact in group.facts]
    result = Result.objects.filter(dossier=dossier).first()
    papers = papers_of(dossier, journey)
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
        may_judge=officer.has_role(Role.CASE_OFFICER) and dossier.current_step.get("kind") in JUDGED_AT,
        actions=actions_of(dossier, officer, result, is_asking=pending.exists()),
        history=history_of(dossier),
        forms=printing.available(dossier, at=now),
        result=result,
        legal_clock=legal_clock.panel_of(officer, dossier, now=now),
        different=sum(fact.source == "different" for fact in facts),
        matched=sum(fact.source == "matched" for fact in facts),
        colleagues=colleagues_of(officer),
        holding=holding_of(dossier, officer),
        findings=findings_of(dossier, typed or {}),
        changes=revisions.changes_of(dossier, at=dossier.submitted_at or now),
        pending=pending.first(),
        consultations=consulting.asked_of(dossier, now=now),
        may_consult=dossier.state == State.PROCESSING and bool(ASKERS & set(officer.roles)),
        late_defects=sum(dossier.supplement_requests.values_list("late_defects", flat=True)),
    )


def actions_of(dossier: Dossier, officer: Officer, result: Result | None, *, is_asking: bool) -> list[Action]:
    """What this officer may do now, by the one table of states; the verbs check it again.

    ``is_asking``: a further supplement request waits for a superior, so no other one is written.
    """
    kind = dossier.current_step.get("kind", "")
    edges = actions_for(dossier.state, frozenset(officer.roles), kind)
    drafted = result is not None and result.status == Result.Status.DRAFT and dossier.step > 0
    signed = result is not None and result.status == Result.Status.SIGNED
    sealed = result is not None and result.status != Result.Status.DRAFT
    hidden = {
        "send_back": not drafted,
        "release": not signed,
        "stop": sealed,
        "request_supplement": is_asking,
    }
    shown = [Action(edge.action, str(edge.label)) for edge in edges if not hidden.get(edge.action, False)]
    return sorted(
        shown, key=lambda one: FIRST_ACTS.index(one.name) if one.name in FIRST_ACTS else len(FIRST_ACTS)
    )


def papers_of(dossier: Dossier, journey: Journey) -> list[Paper]:
    questions = journey.form.questions
    return [
        Paper(paper, questions[paper.question].text if paper.question in questions else paper.name)
        for paper in dossier.attachments.filter(removed_at=None).order_by("at", "pk")
    ]


def history_of(dossier: Dossier) -> list[Happening]:
    """Newest first, with the words that belong to each act."""
    events = Event.objects.filter(dossier=dossier).select_related("actor", "note").order_by("-seq")
    return [_happening(event) for event in events]


def colleagues_of(officer: Officer) -> list[Officer]:
    return list(
        Officer.objects.select_related("user")
        .filter(agency=officer.agency, is_active=True, roles__contains=[Role.CASE_OFFICER])
        .order_by("user__full_name")
    )


def holding_of(dossier: Dossier, officer: Officer) -> Holding:
    by, mine = actors.officer(officer), dossier.assignee_id == officer.user_id
    workable = dossier.state in queues.WORKABLE
    fits, free = claiming.fits(dossier, by), dossier.assignee_id is None
    may_transfer = workable and (mine or officer.has_role(*claiming.SUPERIORS))
    others = [one for one in staff_of(officer) if one.user_id != dossier.assignee_id] if may_transfer else []
    return Holding(
        may_claim=fits and free,
        may_let_go=workable and mine,
        may_take_over=fits and not free and not mine and claiming.is_gone(dossier),
        may_transfer=may_transfer,
        candidates=[one for one in others if claiming.fits(dossier, actors.officer(one))],
    )


def staff_of(officer: Officer) -> list[Officer]:
    """Everybody who works at the officer's agency now."""
    posts = Officer.objects.select_related("user").filter(agency=officer.agency, is_active=True)
    return list(posts.order_by("user__full_name"))


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


def _happening(event: Event) -> Happening:
    label = event_label(event.kind)
    note = getattr(event, "note", None)
    who = event.actor.full_name if event.actor else _("Hệ thống")
    return Happening(label, who, event.at, note.text if note else "")


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
