"""From a definition (JSON of a catalogue) to a form, or to the list of everything wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from procedures.schema import meaning, shape
from procedures.schema.errors import SchemaError
from procedures.schema.model import (
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

YES_NO = {"yes": True, "no": False}
Built = TypeVar("Built")


def load(definition: Mapping[str, Any]) -> Form:
    """Raises SchemaError with every fault of the shape, else with every fault of the meaning."""
    if found := shape.faults(definition):
        raise SchemaError(found)
    form = _form(definition)
    if found := list(meaning.faults(form)):
        raise SchemaError(found)
    return form


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
