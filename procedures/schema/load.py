"""From a definition (JSON of a catalogue) to a form, or to the list of everything wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from jsonschema import Draft202012Validator

from procedures import rules
from procedures.schema.errors import Fault, SchemaError
from procedures.schema.model import (
    CHOSEN,
    STANDARD_CHOICES,
    Choice,
    Condition,
    Eligibility,
    FeeCase,
    Fees,
    Form,
    Group,
    Page,
    Prefill,
    Question,
    ResultField,
    RoleSource,
)
from procedures.schema.structure import FORM

MOST_QUESTIONS = 1000
YES_NO = {"yes": True, "no": False}
_structure = Draft202012Validator(FORM)
Built = TypeVar("Built")


def load(definition: Mapping[str, Any]) -> Form:
    faults = [
        Fault(_path(error.absolute_path), error.message[:200]) for error in _structure.iter_errors(definition)
    ]
    if faults:
        raise SchemaError(faults)
    form = _form(definition)
    faults = list(_meaning(form))
    if faults:
        raise SchemaError(faults)
    return form


def _path(parts: Any) -> str:
    return (
        "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".") or "form"
    )


def _all(build: Callable[..., Built], rows: list[dict[str, Any]] | None) -> tuple[Built, ...]:
    return tuple(build(**row) for row in rows or ())


def _form(definition: Mapping[str, Any]) -> Form:
    fees = definition.get("fees")
    own = {name: definition[name] for name in ("declaration", "declaration_en") if name in definition}
    return Form(
        procedure_id=definition["procedure_id"],
        official_form=definition["official_form"],
        pages=tuple(_page(page) for page in definition["pages"]),
        eligibility=tuple(
            Eligibility(**{**row, "pass_when": YES_NO[row["pass_when"]]})
            for row in definition.get("eligibility", ())
        ),
        roles=MappingProxyType(
            {role: _all(RoleSource, rows) for role, rows in definition.get("roles", {}).items()}
        ),
        checks=_all(Condition, definition.get("checks")),
        fees=Fees(**{**fees, "cases": _all(FeeCase, fees["cases"])}) if fees else Fees("none", "", ()),
        auto_decision=_all(Condition, definition.get("auto_decision")),
        result_fields=_all(ResultField, definition.get("result_fields")),
        **own,
    )


def _page(raw: Mapping[str, Any]) -> Page:
    group = raw.get("group")
    return Page(
        **{
            **raw,
            "questions": tuple(_question(question) for question in raw["questions"]),
            "group": Group(**{**group, "prefill": _prefill(group)}) if group else None,
        }
    )


def _question(raw: Mapping[str, Any]) -> Question:
    choices = _all(Choice, raw.get("choices")) or STANDARD_CHOICES.get(raw["kind"], ())
    return Question(**{**raw, "choices": choices, "prefill": _prefill(raw)})


def _prefill(raw: Mapping[str, Any]) -> tuple[Prefill, ...]:
    given = raw.get("prefill", [])
    return _all(Prefill, given if isinstance(given, list) else [given])


def _meaning(form: Form) -> Iterator[Fault]:
    """Names are unique; an expression sees only what stands before it, so no rule can run in circles."""
    yield from _once("pages", [page.id for page in form.pages])
    ids = [one.id for page in form.pages for one in page.questions] + list(form.groups)
    yield from _once("questions", ids)
    if len(ids) > MOST_QUESTIONS:
        yield Fault("pages", f"more than {MOST_QUESTIONS} questions")
    known: set[str] = set()
    for number, page in enumerate(form.pages):
        yield from _page_meaning(f"pages[{number}]", page, known, form)
    yield from _after(form, known)


def _once(path: str, names: list[str]) -> Iterator[Fault]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(path, f"{name} is used more than once")


def _page_meaning(path: str, page: Page, known: set[str], form: Form) -> Iterator[Fault]:
    yield from _rule(f"{path}.show_if", page.show_if, known)
    in_row: set[str] = set()
    for number, question in enumerate(page.questions):
        place = f"{path}.questions[{number}]"
        seen = known | in_row
        yield from _rule(f"{place}.show_if", question.show_if, seen)
        yield from _rule(f"{place}.derive", question.derive, seen)
        for name, rule in (("required", question.required), ("fact_only", question.fact_only)):
            yield from _rule(f"{place}.{name}", rule if isinstance(rule, str) else "", seen)
        for nth, choice in enumerate(question.choices):
            yield from _rule(f"{place}.choices[{nth}].show_if", choice.show_if, seen)
        yield from _question_meaning(place, question, page.group)
        yield from _prefill_meaning(place, question.prefill, form)
        in_row.add(question.id)
        if page.group is None:
            known.add(question.id)
    if page.group is not None:
        yield from _prefill_meaning(f"{path}.group", page.group.prefill, form)
        if page.group.min > page.group.max:
            yield Fault(f"{path}.group", "min is above max")
        known.add(page.group.id)


def _question_meaning(path: str, question: Question, group: Group | None) -> Iterator[Fault]:
    if question.kind in CHOSEN - {"boolean"} and not question.choices:
        yield Fault(path, f"a {question.kind} question needs choices")
    if question.kind == "computed" and not question.derive:
        yield Fault(path, "a computed question needs derive")
    if question.kind == "computed" and question.required:
        yield Fault(path, "nobody can be required to answer a computed question")
    if question.proposed and not (question.prefill or question.derive):
        yield Fault(path, "proposed needs a prefill or derive to propose from")
    if question.fact_only and not (question.prefill or question.derive):
        yield Fault(path, "a fact_only question needs a prefill or derive")
    if group is not None and (question.prefill or question.derive or question.fact_only):
        yield Fault(path, "prefill, derive and fact_only stand on the group, not on its columns")
    if (question.component is not None) != (question.kind == "file"):
        yield Fault(path, "a file question, and only a file question, names its component")
    yield from _once(path, [choice.code for choice in question.choices])


def _prefill_meaning(path: str, prefill: tuple[Prefill, ...], form: Form) -> Iterator[Fault]:
    roles = {"requester", "organisation", *form.roles}
    for one in prefill:
        if one.role not in roles:
            yield Fault(f"{path}.prefill", f"unknown role {one.role}")


def _after(form: Form, known: set[str]) -> Iterator[Fault]:
    """Rules that look at the whole form."""
    for role, sources in form.roles.items():
        for number, source in enumerate(sources):
            place = f"roles.{role}[{number}]"
            yield from _rule(f"{place}.when", source.when, known)
            if source.of not in {"requester", "organisation", *form.roles}:
                yield Fault(place, f"unknown role {source.of}")
    for name, conditions in (("checks", form.checks), ("auto_decision", form.auto_decision)):
        yield from _once(name, [condition.id for condition in conditions])
        for number, condition in enumerate(conditions):
            yield from _rule(f"{name}[{number}].when", condition.when, known)
            if condition.question and condition.question not in known:
                yield Fault(f"{name}[{number}].question", f"unknown question {condition.question}")
    for number, case in enumerate(form.fees.cases):
        yield from _rule(f"fees.cases[{number}].when", case.when, known)
        yield from _rule(f"fees.cases[{number}].times", case.times, known)
    for number, field in enumerate(form.result_fields):
        if field.source != "issued" and field.source not in known:
            yield Fault(f"result_fields[{number}]", f"unknown question {field.source}")


def _rule(path: str, expression: str, known: set[str]) -> Iterator[Fault]:
    if expression:
        for problem in rules.problems(expression, known):
            yield Fault(path, problem)
