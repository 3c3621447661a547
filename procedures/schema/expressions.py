"""Every expression of a form in its order, with what it can give, given everything that stands before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from procedures.schema import types
from procedures.schema.model import Condition, Form, Page, Question
from procedures.schema.typecheck import Checked, check, where
from procedures.schema.types import Type, join

Role = Literal[
    "page",
    "question",
    "choice",
    "required",
    "fact_only",
    "derive",
    "check",
    "decision",
    "fee",
    "times",
    "role",
]


@dataclass(frozen=True, slots=True)
class Place:
    """One expression: where it stands, what it decides, what it can give; ``repeated`` over so many rows."""

    path: str
    role: Role
    expression: str
    checked: Checked
    question: Question | None = None
    repeated: int = 1

    @property
    def always(self) -> bool | None:
        """The one truth value it can have; None while it varies."""
        value = self.checked.result.constant
        return value if isinstance(value, bool) and not self.checked.problems else None


class Walk:
    """``places`` in order; ``env``: what each name can be, once the whole form is walked."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.env: dict[str, Type] = {"ctx": Type("map", parts=types.CONTEXT)}
        self.later = {one.id for one in form.questions.values()} | form.groups.keys()
        self.places: list[Place] = []
        for number, page in enumerate(form.pages):
            self._page(f"pages[{number}]", page)
        self._after()

    def _look(
        self,
        path: str,
        role: Role,
        expression: str,
        env: Mapping[str, Type] | None = None,
        question: Question | None = None,
        repeated: int = 1,
    ) -> Place:
        known = self.env if env is None else env
        checked = check(
            expression, known, later=self.later - known.keys(), own=question.id if question else ""
        )
        place = Place(path, role, expression, checked, question, repeated)
        self.places.append(place)
        return place

    def _page(self, path: str, page: Page) -> None:
        hidden = bool(page.show_if) and self._look(f"{path}.show_if", "page", page.show_if).always is False
        env = self.env if page.group is None else dict(self.env)
        repeated = page.group.max if page.group else 1
        for number, question in enumerate(page.questions):
            known = self._question(f"{path}.questions[{number}]", question, env, repeated, hidden)
            perhaps = bool(page.show_if or question.show_if)
            env[question.id] = join(known, types.blank_type(question.value_of)) if perhaps else known
        if page.group is not None:
            columns = {one.id: env[one.id] for one in page.questions}
            rows = types.of_rows(page)
            most = 0 if hidden else rows.most
            self.env[page.group.id] = replace(rows, most=most, of=Type("map", parts=columns))

    def _question(
        self, path: str, question: Question, env: dict[str, Type], repeated: int, hidden: bool
    ) -> Type:
        def look(role: Role, place: str, expression: str) -> Place:
            return self._look(f"{path}.{place}", role, expression, env, question, repeated)

        known = types.of_question(question)
        if question.show_if and look("question", "show_if", question.show_if).always is False:
            hidden = True
        for name, rule in (("required", question.required), ("fact_only", question.fact_only)):
            if isinstance(rule, str):
                look(name, name, rule)  # type: ignore[arg-type]
        gone = [
            choice.code
            for number, choice in enumerate(question.choices)
            if choice.show_if and look("choice", f"choices[{number}].show_if", choice.show_if).always is False
        ]
        if gone and known.can is not None:
            known = replace(known, can=known.can - set(gone))
        if question.derive:
            known = _derived(question, known, look("derive", "derive", question.derive).checked)
        return types.blank_type(question.value_of) if hidden else known

    def _after(self) -> None:
        """Rules that look at the whole form."""
        self.later = set()
        for role, sources in self.form.roles.items():
            for number, source in enumerate(sources):
                if source.when:
                    self._look(f"roles.{role}[{number}].when", "role", source.when)
        for number, one in enumerate(self.form.checks):
            self._look(f"checks[{number}].when", "check", one.when, self._answered(one))
        for number, one in enumerate(self.form.auto_decision):
            self._look(f"auto_decision[{number}].when", "decision", one.when)
        for number, case in enumerate(self.form.fees.cases):
            self._look(f"fees.cases[{number}].when", "fee", case.when)
            if case.times:
                known = where(case.when, self.env)
                self._look(f"fees.cases[{number}].times", "times", case.times, known)

    def _answered(self, condition: Condition) -> Mapping[str, Type]:
        """A check is judged only once its question has an answer that can be read."""
        known = self.env.get(condition.question)
        if known is None:
            return self.env
        can = known.can - {""} if known.can is not None and known.sort == "text" else known.can
        return {**self.env, condition.question: replace(known, blank=False, null=False, can=can)}


def _derived(question: Question, known: Type, checked: Checked) -> Type:
    result = checked.result
    if result.null and result.sort not in ("null", "truth"):
        result = join(replace(result, null=False), types.blank_type(question.value_of))
    if result.sort == "null" or result.sort != known.sort:
        return known
    if question.kind == "computed":
        return join(result, types.blank_type(question.value_of)) if result.sort == "map" else result
    return join(known, result)
