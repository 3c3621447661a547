"""Where somebody stands in a draft: what was last written, which page comes next, what registers were agreed to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core import signing
from django.urls import reverse

from applications import answering, pinning, revisions
from applications.actors import Actor, citizen
from applications.answering import CONSENT, CORRECTION, OLD, RAW
from applications.facts import Fact, Reader
from applications.forms import PageForm
from applications.models import Attachment, CounterFiling, Dossier, SupplementRequest
from applications.states import State
from identity.models import Officer
from procedures.journey import Journey
from procedures.schema import Form, Page

TICKET_AGE = dt.timedelta(days=7)
CONSENT_STEP, CHECK_STEP = "dong-y", "kiem-tra"


class Draft:
    """A dossier being written, with everything its pages need, each read once."""

    def __init__(self, dossier: Dossier, *, at: dt.datetime, trying: Mapping[str, Any] | None = None) -> None:
        self.dossier = dossier
        self.at = at
        self.trying = trying

    shell = "base.html"
    """The page around its pages."""
    officer: Officer | None = None
    filing: CounterFiling | None = None
    """Set where an officer types at the counter."""

    @property
    def frame(self) -> dict[str, Any]:
        """What every page of the draft shows around its own content."""
        return {"draft": self, "officer": self.officer}

    def address(self, name: str, **more: Any) -> str:
        return reverse(f"applications:{name}", kwargs={"code": self.dossier.path_code, **more})

    @property
    def shelf(self) -> str:
        """Where the draft lies when it is put aside."""
        return reverse("applications:mine")

    @property
    def actor(self) -> Actor:
        return citizen(self.dossier.submitter)

    @property
    def key(self) -> str:
        """What stands in the addresses of its pages; empty where there are none (a preview)."""
        return self.dossier.key

    @cached_property
    def form(self) -> Form:
        return answering.form_of(self.dossier)

    @cached_property
    def journey(self) -> Journey:
        return answering.journey_of(self.dossier, at=self.at, trying=self.trying)

    @cached_property
    def kept(self) -> dict[str, Any]:
        return {row.question: row.value for row in self.dossier.answers.all()}

    @cached_property
    def papers(self) -> dict[str, Attachment]:
        standing = self.dossier.attachments.filter(removed_at=None).select_related("digitisation")
        return {one.question: one for one in standing}

    @property
    def corrections(self) -> dict[str, str]:
        prefix = len(CORRECTION)
        return {
            name[prefix:]: value for name, value in self.kept.items() if name.startswith(CORRECTION) and value
        }

    @property
    def reader(self) -> Reader:
        return Reader(self.journey, self.corrections)

    @property
    def consented(self) -> list[str] | None:
        agreed: list[str] | None = self.kept.get(CONSENT)
        return agreed

    @property
    def has_answers(self) -> bool:
        return bool(self.kept)

    @cached_property
    def ended(self) -> pinning.Ended | None:
        """Set when the version this draft is pinned to no longer holds."""
        return pinning.ended(self.dossier, at=self.at)

    @property
    def set_aside(self) -> list[dict[str, Any]]:
        """What was typed for an earlier version and has no question any more: label, words, paper (a key) if any."""
        return [row for name, row in sorted(self.kept.items()) if name.startswith(OLD)]

    def written(self, page: Page) -> Mapping[str, Any] | None:
        written: Mapping[str, Any] | None = self.kept.get(RAW + page.id)
        return written

    def page_form(
        self,
        page: Page,
        *,
        only: frozenset[str] | None = None,
        written: Mapping[str, Any] | None = None,
    ) -> PageForm:
        return PageForm(
            self.journey,
            page,
            written=self.written(page) if written is None else written,
            papers=self.papers,
            on=answering.legal_day(self.at),
            only=only,
        )

    def settled(
        self, page: Page, written: Mapping[str, Any], shown: frozenset[str]
    ) -> tuple[Draft, PageForm, dict[str, Any]]:
        """The draft as it would stand with these boxes, the page as it then is, and the answers read from it.
        An answer can bring up a question of the same page whose box is filled already: read on until nothing
        new is asked. A question that was not ``shown`` has no say: it keeps what is proposed. Stores nothing."""
        only = None if page.group else shown
        answers: dict[str, Any] = {}
        while True:
            draft = self.as_if(answers)
            form = draft.page_form(page, written=written, only=only)
            read = form.clean()
            if read.keys() <= answers.keys():
                return draft, form, answers
            answers = {**answers, **read}

    def as_if(self, answers: Mapping[str, Any]) -> Draft:
        """The same draft, had the citizen answered this."""
        return Draft(self.dossier, at=self.at, trying=answers)

    def again(self) -> Draft:
        """The same draft, read anew after a change."""
        return self.as_if({})

    def next_page(self) -> Page | None:
        """The first page with something missing, wrong or not yet confirmed; None when all can be checked."""
        for page in self.journey.pages:
            if self.written(page) or self.journey.page_errors(page) or self._untouched(page):
                return page
        return None

    def _untouched(self, page: Page) -> bool:
        """Optional questions deserve one look, so a page nobody has posted is shown even when nothing is due."""
        return f"{RAW}{page.id}" not in self.kept

    def facts_beside(self, page: Page) -> list[tuple[Page, list[Fact]]]:
        """Known facts of this page and of the pages skipped before it because nothing was asked there."""
        asked = {one.id for one in self.journey.pages}
        beside: list[Page] = []
        for one in self.journey.open_pages:
            if one.id == page.id:
                groups = [(each, self.reader.known([each])) for each in (*beside, one)]
                return [(each, facts) for each, facts in groups if facts]
            beside = [] if one.id in asked else [*beside, one]
        return []

    def ticket(self, page_id: str) -> str:
        """Proves that a form was given to the owner, so that what it brings may be held for the owner."""
        return signing.dumps([self.dossier.pk, page_id], salt="held")


@dataclass(frozen=True)
class Step:
    """Step ``number`` of ``count``; ``marks`` are the classes of the progress bar."""

    number: int
    count: int

    @property
    def marks(self) -> list[str]:
        return [
            "on" if at < self.number else "now" if at == self.number else ""
            for at in range(1, self.count + 1)
        ]


def step_of(draft: Draft, where: str) -> Step:
    order = [CONSENT_STEP, *(page.id for page in draft.journey.pages), CHECK_STEP]
    return Step(order.index(where) + 1 if where in order else 1, len(order))


def ticketed(ticket: str, page_id: str) -> Dossier | None:
    """The dossier a form was given out for; None for a forged, old or mismatched ticket."""
    try:
        dossier_id, page = signing.loads(ticket, salt="held", max_age=TICKET_AGE)
    except signing.BadSignature:
        return None
    if page != page_id:
        return None
    editable = (State.DRAFT, State.SUPPLEMENT_REQUESTED)
    return (
        Dossier.objects.select_related("version")
        .filter(pk=dossier_id, state__in=editable, bundled=False)
        .first()
    )


def marked(draft: Draft, request: SupplementRequest) -> list[tuple[Page, frozenset[str], dict[str, str]]]:
    """The pages a supplement request concerns: page, its questions that are open now, the officer's remarks."""
    remarks = {item["question"]: item.get("reason", "") for item in request.items}
    places = revisions.open_places(request, at=draft.at)
    found = []
    for page in draft.form.pages:
        names = {one.id for one in page.questions} | ({page.group.id} if page.group else set())
        if concerned := names & places:
            found.append((page, frozenset(concerned), {name: remarks.get(name, "") for name in concerned}))
    return found
