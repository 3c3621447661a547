"""Answers as a person reads them: the value in words, where it comes from, and when it was taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.prefill import EID
from applications.wording import in_words
from procedures import rules
from procedures.facts import REGISTERS
from procedures.journey import CITIZEN, COMPUTED, Answer, Journey
from procedures.schema import Page, Question, is_blank

SOURCES = {
    **REGISTERS,
    EID: gettext_lazy("Định danh điện tử"),
    COMPUTED: gettext_lazy("Tính từ các câu trả lời khác"),
    CITIZEN: gettext_lazy("Bạn điền"),
}


@dataclass(frozen=True)
class Fact:
    """One row: label, value in words, source, and whether the citizen reported it as wrong."""

    question: str
    label: str
    words: str
    source: str
    at: dt.datetime | None = None
    page: str = ""
    correction: str = ""

    @property
    def source_words(self) -> str:
        name = str(SOURCES.get(self.source, self.source))
        if self.at is None:
            return name
        taken = timezone.localtime(self.at)
        if taken.date() == timezone.localdate():
            return _("%(source)s, lấy lúc %(time)s hôm nay") % {"source": name, "time": f"{taken:%H:%M}"}
        day = f"{taken.day}/{taken.month}/{taken.year}"
        return _("%(source)s, lấy ngày %(date)s") % {"source": name, "date": day}

    @property
    def is_empty(self) -> bool:
        return not self.words

    @property
    def from_state(self) -> bool:
        return self.source not in (CITIZEN, COMPUTED)


class Reader:
    """Turns the answers of one journey into rows, with what the citizen reported as wrong."""

    def __init__(self, journey: Journey, corrections: Mapping[str, str]) -> None:
        self.journey = journey
        self.corrections = corrections

    def fact(self, question: Question, answer: Answer, page: Page) -> Fact:
        return Fact(
            question.id,
            question.text,
            in_words(question, answer.value),
            answer.source,
            answer.at if answer.source not in (CITIZEN, COMPUTED) else None,
            page.id,
            self.corrections.get(question.id, ""),
        )

    def known(self, pages: Iterable[Page]) -> list[Fact]:
        """Facts from registers on these pages; what the system computed is not shown as knowledge of the State."""
        return [
            self.fact(question, answer, page)
            for page in pages
            if page.group is None
            for question, answer in self.journey.known(page)
            if answer.source != COMPUTED and not is_blank(answer.value)
        ]

    def rows(self, page: Page) -> list[Fact]:
        """The rows of a repeating page, each in one line."""
        answer = self.journey.answer(page.group.id) if page.group else None
        if page.group is None or answer is None:
            return []
        return [
            Fact(
                page.group.id,
                f"{page.group.text} {number}",
                "; ".join(
                    f"{one.text}: {in_words(one, row[one.id])}"
                    for one in page.questions
                    if not is_blank(row.get(one.id))
                ),
                answer.source,
                answer.at if answer.source != CITIZEN else None,
                page.id,
            )
            for number, row in enumerate(answer.value, 1)
        ]


@dataclass(frozen=True)
class Sections:
    """What the check page and the confirmation show: written by the person, held by the State, papers."""

    own: list[Fact]
    state: list[Fact]
    spared: list[Fact]


def sections(reader: Reader) -> Sections:
    own: list[Fact] = []
    state: list[Fact] = []
    for page in reader.journey.open_pages:
        for fact in [*reader.rows(page), *_answered(reader, page)]:
            (state if fact.from_state else own).append(fact)
    return Sections(own, state, spared_papers(reader.journey))


def _answered(reader: Reader, page: Page) -> Iterable[Fact]:
    """Everything that counts on a page; optional questions left open are named too."""
    if page.group is not None:
        return
    asked = {question.id for question in reader.journey.to_ask(page)}
    for question in reader.journey.visible(page):
        answer = reader.journey.answer(question.id)
        if question.value_of == "file" or (answer is not None and answer.source == COMPUTED):
            continue
        if answer is not None:
            yield reader.fact(question, answer, page)
        elif question.id in asked:
            yield Fact(question.id, question.text, "", CITIZEN, None, page.id)


def spared_papers(journey: Journey) -> list[Fact]:
    """Papers nobody has to hand in because a register already holds what they would prove."""
    spared = []
    for page in journey.form.pages:
        shown = set(journey.visible(page))
        for question in page.questions:
            if question.kind != "file" or question in shown or not question.show_if:
                continue
            sources = [journey.answer(name) for name in rules.compiled(question.show_if).names]
            if sources and all(one is not None and one.source not in (CITIZEN, COMPUTED) for one in sources):
                known = sources[-1]
                spared.append(
                    Fact(question.id, question.text, "", known.source if known else "", None, page.id)
                )
    return spared
