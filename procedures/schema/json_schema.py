"""The answers of a form as JSON Schema (2020-12), for machines that fill it.

A document is what `Journey.values()` gives: one property for each question that counts, nothing blank, repeating
groups as lists of rows. What JSON Schema cannot say stands beside it: `x-show-if` and `x-required-if` (expressions
of the form), `x-kind`, `x-element`, `x-of`, `x-min` and `x-max` of days (a date or `today`). English is in
`x-title-en` and `x-description-en`. Questions the system computes are `readOnly`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from procedures.schema.model import STANDARD_CHOICES, Form, Page, Question
from procedures.schema.readers import LARGEST, LARGEST_COUNT, LONGEST_LINE, LONGEST_TEXT
from procedures.schema.types import LONGEST_RESULT, MOST_FILES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TEXTS: Mapping[str, dict[str, Any]] = {
    "date": {"format": "date", "pattern": f"^{_DAY}$"},
    "partial_date": {"pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"},
    "time": {"pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    "citizen_id": {"pattern": r"^[0-9]{12}$"},
    "tax_code": {"pattern": r"^([0-9]{10}(-[0-9]{3})?|[0-9]{12})$"},
    "passport_no": {"pattern": r"^[A-Z0-9]{6,9}$"},
    "phone": {"pattern": r"^\+[1-9][0-9]{5,14}$"},
    "email": {"format": "email", "maxLength": 254},
    "name": {"minLength": 2, "maxLength": 100},
}
_CODES = {"hs": r"^[0-9]{8}$", "cas": r"^[0-9]{2,7}-[0-9]{2}-[0-9]$"}
_NUMBERS: Mapping[str, tuple[str, float, float]] = {
    "integer": ("integer", -LARGEST_COUNT, LARGEST_COUNT),
    "year": ("integer", 1850, 2200),
    "money": ("integer", 0, LARGEST),
    "decimal": ("number", -LARGEST, LARGEST),
}


def json_schema(form: Form) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    needed: list[str] = []
    for page in form.pages:
        if page.group is not None:
            properties[page.group.id] = _rows(page)
            if page.group.min > 0 and not page.show_if:
                needed.append(page.group.id)
            continue
        for question in page.questions:
            properties[question.id] = _question(question, page.show_if)
        if not page.show_if:
            needed += _needed(page.questions)
    return {
        "$schema": DIALECT,
        "title": form.official_form,
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


def _needed(questions: Sequence[Question]) -> list[str]:
    """Those every document must have: asked of everybody, whoever answers."""
    return [one.id for one in questions if one.required is True and not one.show_if and not one.fact_only]


def _rows(page: Page) -> dict[str, Any]:
    group = page.group
    if group is None:
        raise TypeError(f"{page.id} does not repeat")
    row = {
        "type": "object",
        "properties": {one.id: _column(one) for one in page.questions},
        "required": _needed(page.questions),
        "additionalProperties": False,
    }
    return _named(group.label, group.label_en) | _rules(page.show_if, False) | {
        "type": "array", "items": row, "minItems": group.min, "maxItems": group.max,
    }  # fmt: skip


def _column(question: Question) -> dict[str, Any]:
    """A cell that may stay empty is there all the same, blank."""
    filled = _question(question, "")
    if question.required is True:
        return filled
    named = {name: filled.pop(name) for name in list(filled) if name.startswith("x-") or name == "title"}
    return named | {"anyOf": [filled, {"enum": ["", None, [], {}]}]}


def _question(question: Question, page_shown: str) -> dict[str, Any]:
    shown = " && ".join(f"({rule})" for rule in (page_shown, question.show_if) if rule)
    made = _named(question.label, question.label_en, question.hint, question.hint_en)
    made |= {"x-kind": question.value_of} | _value(question) | _rules(shown, question.required)
    made |= {f"x-{name}": text for name, text in (("element", question.element), ("of", question.of)) if text}
    if question.kind == "computed":
        made["readOnly"] = True
    return made


def _named(title: str, title_en: str, hint: str = "", hint_en: str = "") -> dict[str, Any]:
    words = {"title": title, "x-title-en": title_en, "description": hint, "x-description-en": hint_en}
    return {name: text for name, text in words.items() if text}


def _rules(shown: str, required: bool | str) -> dict[str, Any]:
    made = {"x-show-if": shown} if shown else {}
    return made | ({"x-required-if": required} if isinstance(required, str) else {})


def _value(question: Question) -> dict[str, Any]:
    kind = question.value_of
    if kind in _NUMBERS:
        return _number(question, kind)
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "file":
        return {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST_FILES}
    if kind == "address":
        return _address()
    if kind == "identity_document":
        return _identity_document()
    codes = [one.code for one in question.choices or STANDARD_CHOICES.get(kind, ())]
    if codes and kind == "multi_choice":
        return {"type": "array", "items": {"enum": codes}, "minItems": 1, "uniqueItems": True}
    return {"type": "string", "enum": codes} if codes else _text(question, kind)


def _number(question: Question, kind: str) -> dict[str, Any]:
    name, low, high = _NUMBERS[kind]
    if question.kind == "computed":
        return {"type": name}
    own = [limit if isinstance(limit, int | float) else None for limit in (question.min, question.max)]
    return {
        "type": name,
        "minimum": low if own[0] is None else own[0],
        "maximum": high if own[1] is None else own[1],
    }


def _text(question: Question, kind: str) -> dict[str, Any]:
    if question.kind == "computed":
        return {"type": "string", "minLength": 1, "maxLength": LONGEST_RESULT}
    made: dict[str, Any] = {"type": "string"} | _TEXTS.get(kind, {})
    if kind == "code" and question.format:
        made["pattern"] = _CODES[question.format]
    limit = LONGEST_TEXT if kind == "long_text" else LONGEST_LINE
    if kind in ("text", "long_text", "org_name", "code"):
        made |= {"minLength": 1, "maxLength": question.max_length or limit}
    days = {"x-min": question.min, "x-max": question.max}
    return made | {name: day for name, day in days.items() if isinstance(day, str)}


def _address() -> dict[str, Any]:
    parts = {
        "detail": {"type": "string", "maxLength": 200},
        "commune_code": {"type": "string", "pattern": "^([0-9]{5})?$"},
        "country": {"enum": ["", *(one.code for one in STANDARD_CHOICES["country"])]},
    }
    return {
        "type": "object",
        "properties": parts,
        "required": ["commune_code"],
        "additionalProperties": False,
    }


def _identity_document() -> dict[str, Any]:
    parts = {
        "type": {"type": "string"},
        "number": {"type": "string", "pattern": "^[A-Z0-9]{6,12}$"},
        "issue_date": {"type": "string", "pattern": f"^({_DAY})?$"},
        "issuer": {"type": "string", "maxLength": 200},
    }
    return {"type": "object", "properties": parts, "required": ["number"], "additionalProperties": False}
