"""A declaration nobody makes: a draft of a form walked by its editor, with answers that live in the page only.

The same pages, questions and checks as a citizen's draft, over no rows at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core import signing

from applications import answering
from applications.answering import CONSENT, RAW
from applications.drafting import Draft
from applications.models import Attachment, Dossier
from identity.models import Citizen
from procedures import personas, plausible, schema
from procedures.journey import CITIZEN, COMPUTED, Answer, Journey
from procedures.models import ProcedureVersion
from procedures.personas import Walk

AGE = dt.timedelta(days=1)
SAMPLE_PAPER = ("tep-mau.pdf", 250_000)
MOST_WALKS = 60


@dataclass
class State:
    """Everything answered so far: values with their source, boxes as written, papers as (name, bytes)."""

    answers: dict[str, tuple[Any, str]] = field(default_factory=dict)
    raw: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    papers: dict[str, tuple[str, int]] = field(default_factory=dict)
    agreed: list[str] | None = None

    def sealed(self, version: int) -> str:
        """For a hidden box. Signed, so that what comes back is what was given out, for this version."""
        return signing.dumps(vars(self), salt=f"preview:{version}", compress=True)

    @classmethod
    def opened(cls, sealed: str, version: int) -> State:
        """An unreadable or old one starts afresh: nothing but a preview is lost."""
        try:
            return cls(**signing.loads(sealed, salt=f"preview:{version}", max_age=AGE))
        except signing.BadSignature:
            return cls()

    @classmethod
    def of_walk(cls, form: schema.Form, walk: Walk) -> State:
        """As if the made-up person of the walk had filled every page."""
        state = cls(raw={page.id: None for page in form.pages}, agreed=[])
        for name, answer in walk.answers.items():
            question = form.questions.get(name)
            if question is not None and question.kind == "file":
                state.papers[name] = SAMPLE_PAPER
            elif answer.source != COMPUTED:
                state.answers[name] = (answer.value, answer.source)
        return state

    @classmethod
    def of_registers(cls, walk: Walk, agreed: list[str]) -> State:
        """Before anything was typed: only what the registers agreed to (and the eID) say of the person."""
        own = {CITIZEN, COMPUTED}
        facts = {
            name: (answer.value, answer.source)
            for name, answer in walk.answers.items()
            if answer.source not in own and (answer.source in agreed or answer.source == "eid")
        }
        return cls(answers=facts, agreed=agreed)


class Trial(Draft):
    """A Draft whose dossier was never stored."""

    key = ""
    ended = None

    def __init__(
        self,
        version: ProcedureVersion,
        state: State,
        *,
        at: dt.datetime,
        trying: Mapping[str, Any] | None = None,
    ) -> None:
        person = Citizen(name=plausible.NAMES[0], assurance_level=2)
        super().__init__(
            Dossier(version=version, submitter=person, created_at=at, key=""), at=at, trying=trying
        )
        self.state = state

    @cached_property
    def form(self) -> schema.Form:
        return answering.form_of_version(self.dossier.version)

    @cached_property
    def journey(self) -> Journey:
        answers = {name: Answer(value, source) for name, (value, source) in self.state.answers.items()}
        answers |= {name: Answer(value) for name, value in (self.trying or {}).items()}
        answers |= {name: Answer(paper[0]) for name, paper in self.state.papers.items()}
        context = answering.context_of(self.dossier, at=self.at)
        return Journey(self.form, answers, context, commune_exists=answering.commune_exists)

    @cached_property
    def kept(self) -> dict[str, Any]:
        raw = {RAW + page: written for page, written in self.state.raw.items()}
        values = {name: value for name, (value, _source) in self.state.answers.items()}
        return values | raw | {CONSENT: self.state.agreed}

    @cached_property
    def papers(self) -> dict[str, Attachment]:
        order = list(self.form.questions)
        return {
            name: Attachment(pk=order.index(name) + 1, question=name, name=paper[0], size=paper[1])
            for name, paper in self.state.papers.items()
            if name in self.form.questions
        }

    def again(self) -> Trial:
        """The same after the state changed."""
        return self.as_if({})

    def as_if(self, answers: Mapping[str, Any]) -> Trial:
        other = Trial(self.dossier.version, self.state, at=self.at, trying=answers)
        other.form = self.form
        return other

    def keep(self, answers: Mapping[str, Any]) -> None:
        self.state.answers |= {name: (value, CITIZEN) for name, value in answers.items()}

    def drop_paper(self, number: int) -> None:
        self.state.papers = {
            name: paper for name, paper in self.state.papers.items() if self.papers[name].pk != number
        }


def walks(form: schema.Form, *, at: dt.datetime) -> list[Walk]:
    """The made-up people who try the form; the first knows nothing, of the second every register knows."""
    return personas.walks(form, today=answering.legal_day(at), most=MOST_WALKS)


def named_as_written(version: ProcedureVersion) -> ProcedureVersion:
    """The heading of the draft's pages is the name the draft gives the procedure, not the one in force."""
    procedure = version.procedure
    procedure.name = version.content.get("name_vi") or procedure.name
    procedure.name_en = version.content.get("name_en") or procedure.name_en
    return version
