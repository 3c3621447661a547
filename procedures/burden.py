"""How much a procedure asks of a person: computed from the form and a persona, never estimated.

What is counted
- typed: every asked question answered at the keyboard, optional ones too; an address is one (its line and
  the commune picker beside it); a date is one.
- chosen: every asked question answered from a list or yes/no. A proposal already filled in costs nothing.
- uploads: every asked file.
- pages: procedure page, eID, consent, the form's pages, check-and-declare, payment if there is a fee,
  confirmation.
- clicks: one button on each page except the confirmation, one for each choice, one for each upload, one to
  tick the declaration, one to pick a way to pay, one for each row of a table after the first, one more for a
  page that grows while it is answered (without JavaScript it is sent twice). Moving between boxes is not
  counted: the cursor starts in the first box and Tab moves on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procedures import rules
from procedures.fees import fee_lines, total
from procedures.journey import CITIZEN, Answer, Journey
from procedures.schema import Form, Page, Question, in_expressions, is_blank
from procedures.schema.model import CHOSEN, TYPED

BEFORE_FORM = ("procedure", "eid", "consent")
AFTER_FORM = ("check", "confirmation")


@dataclass(frozen=True, slots=True)
class Burden:
    typed: int
    chosen: int
    uploads: int
    pages: int
    clicks: int


def measure(
    form: Form, prefilled: Mapping[str, Answer], choices: Mapping[str, Any], context: Mapping[str, Any]
) -> Burden:
    """`prefilled`: what the State knows of this persona; `choices`: what the persona answers."""
    answers = {**prefilled, **{name: Answer(value, CITIZEN) for name, value in choices.items()}}
    return count(Journey(form, answers, context), prefilled)


def count(journey: Journey, prefilled: Mapping[str, Answer]) -> Burden:
    """The burden of a walk already walked."""
    asked = [
        one
        for page in journey.pages
        for one in _asked(journey, page)
        if not _proposed(journey, one, prefilled)
    ]
    typed = sum(one.kind in TYPED for one in asked)
    chosen = sum(one.kind in CHOSEN for one in asked)
    uploads = sum(one.kind == "file" for one in asked)
    pays = total(fee_lines(journey.form, journey.values(), journey.context)) > 0
    pages = len(BEFORE_FORM) + len(journey.pages) + len(AFTER_FORM) + pays
    added_rows = sum(max(0, _rows(journey, page) - 1) for page in journey.pages)
    grown = sum(_grows(journey.to_ask(page)) for page in journey.pages)
    buttons = pages - 1 + grown
    clicks = buttons + chosen + uploads + added_rows + 1 + pays
    return Burden(typed, chosen, uploads, pages, clicks)


def _asked(journey: Journey, page: Page) -> tuple[Question, ...]:
    return journey.to_ask(page) * max(1, _rows(journey, page)) if page.group else journey.to_ask(page)


def _grows(asked: tuple[Question, ...]) -> bool:
    """A question here waits for the answer of another one on the same page."""
    ids = {question.id for question in asked}
    return any(rules.compiled(one.show_if).names & ids for one in asked if one.show_if)


def _rows(journey: Journey, page: Page) -> int:
    answer = journey.answer(page.group.id) if page.group else None
    return len(answer.value) if answer else 0


def _proposed(journey: Journey, question: Question, prefilled: Mapping[str, Answer]) -> bool:
    """Already filled in: by a register, or by a rule and left as it was."""
    if not question.proposed:
        return False
    answer = journey.answer(question.id)
    if question.id in prefilled or not question.derive or answer is None:
        return question.id in prefilled
    proposal = rules.evaluate(question.derive, journey.scope())
    return not is_blank(proposal) and in_expressions(question, answer.value) == proposal
