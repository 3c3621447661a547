"""Help with the expression language: what a rule may read, ready-made patterns, what is wrong in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures import rules
from procedures.editor import kinds

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
_UNKNOWN = re.compile(r"unknown name (ctx\.)?(\w+)")


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


def problems(expression: str, known: Iterable[Known]) -> list[str]:
    """What the checker says of a rule, for an editor."""
    if not expression:
        return []
    return list(_told(rules.problems(expression, [one.id for one in known])))


def _told(found: Sequence[str]) -> Iterator[str]:
    for problem in found:
        name = _UNKNOWN.fullmatch(problem)
        if name and name[1]:
            yield _("Cổng không cho biết «ctx.%(name)s».") % {"name": name[2]}
        elif name:
            yield _("Không có câu trả lời «%(name)s» đứng trước chỗ này.") % {"name": name[2]}
        elif problem.startswith("unknown function "):
            yield _("Không có hàm «%(name)s».") % {"name": problem.rsplit(" ", 1)[-1]}
        elif problem == "not a valid expression":
            yield _("Máy chưa đọc được điều kiện này: xem lại dấu nháy, dấu ngoặc và phép so sánh.")
        else:
            yield _("Điều kiện dài hoặc lồng nhau quá mức cho phép. Hãy tách thành nhiều câu.")


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
