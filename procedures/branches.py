"""Where a form can fork: which answers its expressions tell apart, and what leads to each question."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from typing import Any

from procedures import plausible, rules
from procedures.plausible import DAYS_OF_A_YEAR
from procedures.schema import Form, Page, Question
from procedures.schema.model import CHOSEN

MOST_COMBINATIONS = 48
WIDEST = 12
"""Rows of a table that show every combination its columns decide on."""
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"|(?<![\w.'])(\d+)(?![\w.'])")
_CTX: Mapping[str, tuple[Any, ...]] = {
    "on_behalf": (False, True),
    "exempt": (False, True),
    "channel": ("online", "counter", "post"),
    "level": (0, 1, 2, 3, 4),
}


class Branches:
    def __init__(self, form: Form, today: dt.date) -> None:
        self.form = form
        self.today = today
        self._others: dict[str, list[Any]] = {}

    @cached_property
    def literals(self) -> dict[str, list[str | int]]:
        """For each name an expression looks at, directly or through computed questions: the texts and numbers
        it may be compared with."""
        found: dict[str, list[str | int]] = {}
        for expression in decisions(self.form):
            for name in self.sources(expression):
                found.setdefault(name, []).extend(literals(expression))
        for question in self.form.questions.values():
            for name in rules.compiled(question.derive).names if question.derive else ():
                if name in self.form.questions and self.form.questions[name].kind in CHOSEN:
                    found.setdefault(name, []).extend(literals(question.derive))
        return found

    def sources(self, expression: str) -> set[str]:
        """The names an expression looks at and, through their derivations, everything they follow from."""
        found: set[str] = set()
        ahead = [expression]
        while ahead:
            rule = rules.compiled(ahead.pop())
            found |= {f"ctx.{name}" for name in rule.context_names}
            for name in rule.names - found - {"ctx"}:
                found.add(name)
                question = self.form.questions.get(name)
                if question is not None and question.derive:
                    ahead.append(question.derive)
        return found

    def others(self, name: str) -> list[Any]:
        """Every answer under this name that may make a difference, the usual one first."""
        if name not in self._others:
            self._others[name] = self._find(name)
        return self._others[name]

    def _find(self, name: str) -> list[Any]:
        if name.startswith("ctx."):
            return list(_CTX.get(name[4:], ())) if name in self.literals else []
        page = self.form.groups.get(name)
        if page is not None:
            return self._rows(page)
        question = self.form.questions[name]
        if question.kind == "computed" or name not in self.literals:
            return []
        return plausible.alternatives(question, self.literals[name], today=self.today)

    def _rows(self, page: Page) -> list[Any]:
        """One table in which every combination of deciding columns stands in a row of its own."""
        deciding = self._columns(page)
        if not deciding or page.group is None:
            return []
        usual = {one.id: plausible.value(one, today=self.today) for one in page.questions}
        most = max(page.group.min, min(page.group.max, WIDEST))
        combined = itertools.islice(itertools.product(*deciding.values()), most)
        return [[usual | dict(zip(deciding, answers, strict=True)) for answers in combined]]

    def _columns(self, page: Page) -> dict[str, list[Any]]:
        looked_at: dict[str, list[str | int]] = {}
        for one in page.questions:
            for expression in _of_question(one):
                for name in rules.compiled(expression).names:
                    looked_at.setdefault(name, []).extend(literals(expression))
        return {
            one.id: plausible.alternatives(one, looked_at[one.id], today=self.today)
            for one in page.questions
            if one.id in looked_at
        }

    def turns(self, seen: Set[str], facts: Set[str]) -> Iterator[tuple[str, Any]]:
        """Every other answer at the names that came up on a walk; a register may also keep silent about a fact."""
        for name in self.form.questions:
            if name in seen:
                for other in self.others(name)[1:]:
                    yield name, other
                if name in facts and name in self.literals:
                    yield name, plausible.SILENT
        for name in seen & self.form.groups.keys():
            for table in self.others(name):
                yield name, table
        for name in sorted(self.literals):
            if name.startswith("ctx."):
                for other in self.others(name)[1:]:
                    yield name, other

    def combinations(self, target: str) -> Iterator[dict[str, Any]]:
        """Answers to everything the way to this question depends on, bounded."""
        names = sorted(name for name in self._guards(target) if self.others(name))
        every = itertools.product(*(self.others(name) for name in names))
        for answers in itertools.islice(every, MOST_COMBINATIONS):
            yield dict(zip(names, answers, strict=True))

    def _guards(self, target: str) -> set[str]:
        for page in self.form.pages:
            for question in page.questions:
                if question.id == target:
                    looked = [rule for rule in (page.show_if, question.show_if) if rule]
                    looked += [question.fact_only] if isinstance(question.fact_only, str) else []
                    found = {name for rule in looked for name in self.sources(rule)}
                    return {name for name in found if name not in self.form.groups}
        return set()


def decisions(form: Form) -> Iterator[str]:
    """Every expression that decides something; a derivation only passes on what it is made of."""
    for page in form.pages:
        yield from filter(None, [page.show_if])
        for question in page.questions:
            yield from _of_question(question)
    for condition in (*form.checks, *form.auto_decision):
        yield condition.when
    for case in form.fees.cases:
        yield from filter(None, [case.when, case.times])
    for sources in form.roles.values():
        yield from filter(None, (source.when for source in sources))


def _of_question(question: Question) -> Iterator[str]:
    own = (question.show_if, question.required, question.fact_only)
    yield from (rule for rule in own if isinstance(rule, str) and rule)
    yield from (choice.show_if for choice in question.choices if choice.show_if)


def literals(expression: str) -> list[str | int]:
    """The texts and numbers of an expression; ages in years are told as days, as spans of time are."""
    days = DAYS_OF_A_YEAR if "years_between" in expression else 1
    return [
        int(number) * days if number else one or other for one, other, number in _LITERAL.findall(expression)
    ]
