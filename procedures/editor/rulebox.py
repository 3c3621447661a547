"""Help with the expression language: what a rule may read, ready-made patterns, what is wrong in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures import building, rules
from procedures.editor import kinds
from procedures.schema import SchemaError, load, shape

GROUP = "group"
PATTERNS = {
    "is": gettext_lazy("là"),
    "is_not": gettext_lazy("không phải là"),
    "answered": gettext_lazy("đã được trả lời"),
    "blank": gettext_lazy("chưa được trả lời"),
    "at_least": gettext_lazy("từ … trở lên"),
    "at_most": gettext_lazy("nhiều nhất là …"),
}
JOINTS = {
    "replace": gettext_lazy("Thay điều kiện đang có"),
    "and": gettext_lazy("Và, cùng với điều kiện đang có"),
    "or": gettext_lazy("Hoặc, bên cạnh điều kiện đang có"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that stands before the rule and may be read by it."""

    id: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def kind_name(self) -> str:
        return (
            _("Các dòng của trang lặp") if self.kind == GROUP else str(kinds.NAMES.get(self.kind, self.kind))
        )

    @property
    def options(self) -> list[tuple[str, str]]:
        """What the select offers: one entry for each choice, or the answer itself."""
        yes_no = (("true", _("Có")), ("false", _("Không"))) if self.kind == "boolean" else ()
        listed = self.choices or yes_no
        return [(f"{self.id}={code}", f"{self.label}: {label}") for code, label in listed] or [
            (self.id, self.label)
        ]


def known_before(form: Mapping[str, Any], *, page: str = "", question: str = "") -> list[Known]:
    """Answers before a question, before a page, or (neither given) all of them; an expression sees no others."""
    found: list[Known] = []
    for one in form.get("pages", []):
        if page and one["id"] == page:
            break
        columns: list[Known] = []
        for asked in one.get("questions", []):
            if question and asked["id"] == question:
                return found + columns
            columns.append(_known(asked))
        group = one.get("group")
        found += [Known(group["id"], group["label"], GROUP)] if group else columns
    return found


def _known(asked: Mapping[str, Any]) -> Known:
    kind = asked.get("value_kind", "text") if asked["kind"] == "computed" else asked["kind"]
    listed = tuple((one["code"], one["label"]) for one in asked.get("choices", ()))
    return Known(asked["id"], asked["label"], kind, listed if kind in kinds.LISTED else ())


def faults(form: building.Definition) -> Mapping[str, list[str]] | None:
    """What the checker of expressions says, by place; None while the shape of the form keeps it from looking.

    A page that is still empty gets a stand-in question, so that the rest of a draft is checked meanwhile.
    """
    pages = [
        page if page["questions"] else {**page, "questions": [STAND_IN | {"id": f"stand_in_{number}"}]}
        for number, page in enumerate(form["pages"])
    ]
    definition = {**form, "pages": pages}
    found: dict[str, list[str]] = {}
    try:
        load(definition)
    except SchemaError as error:
        if shape.faults(definition):
            return None
        for fault in error.faults:
            found.setdefault(fault.path, []).append(fault.reason)
    return found


STAND_IN = {"kind": "text", "label": "–"}


def notes(
    form: building.Definition, boxes: Mapping[str, tuple[str, str]], known: Iterable[Known]
) -> dict[str, list[str]]:
    """For each box (its place in ``form`` and its expression) what is wrong with the rule, in sentences."""
    found = faults(form)
    ids = [one.id for one in known]
    told = {
        box: (rules.problems(rule, ids) if found is None else found.get(place, [])) if rule else []
        for box, (place, rule) in boxes.items()
    }
    return {box: [f"{one[:1].upper()}{one[1:]}." for one in many] for box, many in told.items()}


def compose(known: Iterable[Known], *, answer: str, pattern: str, value: str) -> str:
    """The expression of a pattern; '' where it says nothing (no answer chosen, no value written)."""
    name, _joint, code = answer.partition("=")
    one = next((one for one in known if one.id == name), None)
    if one is None or pattern not in PATTERNS:
        return ""
    if pattern in ("answered", "blank"):
        return _answered(one, pattern == "answered")
    written = _literal(one, code or value)
    if not written:
        return ""
    if one.kind == "multi_choice":
        return f"{written} in {name}" if pattern == "is" else f"!({written} in {name})"
    sign = {"is": "==", "is_not": "!=", "at_least": ">=", "at_most": "<="}[pattern]
    return f"{name} {sign} {written}"


def joined(before: str, joint: str, added: str) -> str:
    if joint == "replace" or not before:
        return added
    sign = "&&" if joint == "and" else "||"
    return f"{_closed(before)} {sign} {_closed(added)}"


def _closed(expression: str) -> str:
    return f"({expression})" if re.search(r"&&|\|\||\?", expression) else expression


def _answered(one: Known, yes: bool) -> str:
    if one.kind in ("multi_choice", "file", GROUP):
        return f"size({one.id}) {'>' if yes else '=='} 0"
    part = {"address": ".commune_code", "identity_document": ".number"}.get(one.kind, "")
    nothing = "null" if one.kind == "boolean" else "0" if one.kind in kinds.NUMBERS else "''"
    return f"{one.id}{part} {'!=' if yes else '=='} {nothing}"


def _literal(one: Known, value: str) -> str:
    text = re.sub(r"['\"\\]", "", value).strip()
    if not text:
        return ""
    if one.kind == "boolean":
        return "true" if text.lower() in ("true", "có", "yes") else "false"
    if one.kind in kinds.NUMBERS:
        number = text.replace(" ", "").replace(",", ".")
        return number if re.fullmatch(r"-?\d+(\.\d+)?", number) else ""
    return f"'{text}'"
