"""Bundles (thủ tục liên thông): one form, several procedures. What each of them takes from the answers, as data.

Pure data of ``data/bundles.json``, by the name of the bundle's procedure. A question of a part is answered, first
match: by an expression of ``answers`` or ``facts``; by the bundle's answer to the same datum of the same person
(element and role of the national dictionary, ``roles`` translating the role); by the question of the same name where
neither has an element; else by the part's own prefill. Expressions read the bundle's questions and ``result.*``: of
the part waited for (``after``) the number, the agency and every finding. ``facts`` come from that result: the
State states them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from procedures import rules
from procedures.journey import CITIZEN, COMPUTED, Answer, Journey
from procedures.schema import Form, Page, Question, fits, is_blank

FILE = Path(__file__).with_name("data") / "bundles.json"
RESULT = "result"
_OF_RESULT = re.compile(r"\bresult\.(\w+)")
_DATES = frozenset({"date", "partial_date"})


@dataclass(frozen=True, slots=True)
class Part:
    """One procedure of a bundle."""

    procedure: str
    after: str = ""
    """The part whose granted result it needs first; empty: filed at once."""
    when: str = ""
    """Not filed unless this holds."""
    roles: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Tables that get one row: by table, the columns that are not found by element and role."""
    facts: Mapping[str, str] = field(default_factory=dict)
    register: str = ""
    """The register that the result of ``after`` was written to: the source of ``facts``."""

    def expressions(self) -> Iterator[str]:
        yield from (self.when,) if self.when else ()
        for written in (self.answers, self.facts, *self.rows.values()):
            yield from written.values()


@cache
def _data() -> Mapping[str, tuple[Part, ...]]:
    data: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return {slug: tuple(Part(**row) for row in rows) for slug, rows in data.items()}


def parts_of(slug: str) -> tuple[Part, ...]:
    """In the order they are shown and filed; empty for a procedure that is no bundle."""
    return _data().get(slug, ())


def wanted(part: Part, journey: Journey) -> bool:
    return not part.when or rules.truth(part.when, journey.scope())


def carry(journey: Journey, form: Form, part: Part, result: Mapping[str, str]) -> dict[str, Answer]:
    """The answers of ``part``, whose form is ``form``, that the bundle's journey gives. Papers: ``papers``.

    ``result``: number, agency and findings of the part waited for; empty while there is none.
    """
    scope = _scope(journey, part, result)
    given: dict[str, Answer] = {}
    for page in form.pages:
        if page.group is None:
            for question in page.questions:
                if (answer := _answer(journey, question, part, scope)) is not None:
                    given[question.id] = answer
        elif page.group.id in part.rows:
            given[page.group.id] = Answer([_row(journey, page, part, scope)], CITIZEN)
    return given


def papers(bundle: Form, form: Form, part: Part) -> dict[str, str]:
    """File questions of the part, with the bundle's question whose paper answers each."""
    found: dict[str, str] = {}
    for question in form.questions.values():
        if question.kind == "file" and (same := _same(bundle, question, part)) is not None:
            found[question.id] = same.id
    return found


def unanswered(form: Form, given: Mapping[str, Answer], context: Mapping[str, Any]) -> list[str]:
    """Questions of the part that must be answered and that neither ``given`` nor a register could answer.
    Papers are left out: they are sent, not mapped."""
    missing = (name for name, _message in Journey(form, given, context).errors())
    asked = (form.questions.get(name) for name in missing)
    return [one.id for one in asked if one is not None and one.kind != "file" and not one.prefill]


def faults(form: Form, parts: tuple[Part, ...]) -> list[str]:
    """What is wrong with the expressions of a bundle whose form is ``form``."""
    known = {*form.questions, *form.groups, RESULT}
    return [problem for part in parts for one in part.expressions() for problem in rules.problems(one, known)]


def _scope(journey: Journey, part: Part, result: Mapping[str, str]) -> dict[str, Any]:
    named = {name for one in part.expressions() for name in _OF_RESULT.findall(one)}
    return {**journey.scope(), RESULT: {name: result.get(name, "") for name in named}}


def _answer(journey: Journey, question: Question, part: Part, scope: Mapping[str, Any]) -> Answer | None:
    if question.kind in ("computed", "file"):
        return None
    for written, source in ((part.answers, CITIZEN), (part.facts, part.register)):
        if question.id in written:
            return _evaluated(question, written[question.id], source, scope)
    same = _same(journey.form, question, part)
    answer = journey.answer(same.id) if same is not None else None
    if answer is None or not fits(question, answer.value):
        return None
    if question.choices and answer.value not in {choice.code for choice in question.choices}:
        return None
    source = CITIZEN if answer.source == COMPUTED else answer.source
    return Answer(answer.value, source, answer.at)


def _evaluated(question: Question, expression: str, source: str, scope: Mapping[str, Any]) -> Answer | None:
    value = rules.evaluate(expression, scope)
    return None if is_blank(value) or not fits(question, value) else Answer(value, source)


def _row(journey: Journey, page: Page, part: Part, scope: Mapping[str, Any]) -> dict[str, Any]:
    """The one row of a table: every column by its expression, or by the datum of the same element and role."""
    written = part.rows[page.group.id] if page.group else {}
    row: dict[str, Any] = {}
    for column in page.questions:
        if column.id in written:
            answer = _evaluated(column, written[column.id], CITIZEN, scope)
        else:
            answer = _answer(journey, column, part, scope)
        row[column.id] = answer.value if answer else ""
    return row


def _same(bundle: Form, question: Question, part: Part) -> Question | None:
    """The bundle's question about the same datum of the same person."""
    of = part.roles.get(question.of, question.of)
    for one in bundle.questions.values():
        named = one.element == question.element if question.element else one.id == question.id
        if named and one.of == of and not (question.element == "" and one.element) and _alike(one, question):
            return one
    return None


def _alike(one: Question, other: Question) -> bool:
    kinds = {one.value_of, other.value_of}
    return len(kinds) == 1 or kinds == _DATES
