"""What a value of a catalogue file may be: each rule says why one is wrong, or nothing. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CODE = re.compile(r"[0-9]\.[0-9]{6}")
UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")
"""What JSON can spell and PostgreSQL cannot keep."""
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_KEYWORD, LONGEST_SLUG = 120, 80
DEAREST = 10**12

Rule = Callable[[Any], str]
"""Why a value is wrong, or an empty text."""


@dataclass(frozen=True, slots=True)
class Fault:
    path: str
    reason: str


class InvalidCatalogue(Exception):
    """The file has faults; nothing was imported."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__(f"{len(found)} lỗi")
        self.faults = found


def fields_of(
    value: Mapping[str, Any], path: str, rules: Mapping[str, Rule], *, optional: frozenset[str]
) -> Iterator[Fault]:
    for key in rules.keys() - value.keys() - optional:
        yield Fault(f"{path}.{key}", "thiếu; điều chưa biết thì ghi null")
    for key, inner in value.items():
        rule = rules.get(key)
        reason = rule(inner) if rule else "tên trường không có trong định dạng"
        if reason:
            yield Fault(f"{path}.{shown(key)}", reason)


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not UNWRITABLE.search(value)


def text(value: Any) -> str:
    return "" if is_text(value) else "phải là một câu chữ, không để trống, không có ký tự lạ"


def maybe_text(value: Any) -> str:
    """English may still be missing; lint says so."""
    return "" if value == "" else text(value)


def slug(value: Any) -> str:
    good = is_text(value) and SLUG.fullmatch(value) and len(value) <= LONGEST_SLUG
    return "" if good else f"phải là chữ thường, số và dấu gạch nối, nhiều nhất {LONGEST_SLUG} ký tự"


def keyword(value: Any) -> str:
    too_long = isinstance(value, str) and len(value) > LONGEST_KEYWORD
    return f"từ khóa dài quá {LONGEST_KEYWORD} ký tự" if too_long else text(value)


def code(value: Any) -> str:
    return "" if is_text(value) and CODE.fullmatch(value) else "mã phải có dạng N.NNNNNN, ví dụ 1.001193"


def whole(value: Any) -> str:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= DEAREST
    return "" if good else "phải là số nguyên không âm, hoặc null"


def hour(value: Any) -> str:
    return "" if not whole(value) and value < 24 else "phải là giờ trong ngày, từ 0 đến 23"


def flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "phải là true hoặc false"


def day(value: Any) -> str:
    return "" if is_day(value) else "phải là ngày có thật, dạng 2025-07-01"


def is_day(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def any_object(value: Any) -> str:
    return "" if isinstance(value, dict) else "phải là một đối tượng JSON"


def or_null(rule: Rule) -> Rule:
    return lambda value: "" if value is None else rule(value)


def one_of(allowed: frozenset[str], what: str) -> Rule:
    def check(value: Any) -> str:
        known = isinstance(value, str) and value in allowed
        return "" if known else f"{what} «{shown(value)}» không có trong danh mục; hãy ghi đúng như danh mục"

    return check


def shown(value: Any) -> str:
    """The beginning of what was found, for a sentence."""
    text = value if isinstance(value, str) else str(value)[:200]
    return text if len(text) <= 60 else f"{text[:60]}…"


def list_of(rule: Rule, least: int = 0) -> Rule:
    def check(value: Any) -> str:
        if not isinstance(value, list) or len(value) < least:
            return f"phải là danh sách có ít nhất {least} mục" if least else "phải là danh sách"
        return next((reason for item in value if (reason := rule(item))), "")

    return check


def whole_object(value: Any, rules: Mapping[str, Rule], optional: frozenset[str] = frozenset()) -> str:
    """The first thing wrong with a small object, in one sentence."""
    if not isinstance(value, dict):
        return "phải là một đối tượng JSON"
    wrong = next(fields_of(value, "", rules, optional=optional), None)
    return f"{wrong.path.lstrip('.')}: {wrong.reason}" if wrong else ""


def each(value: Any, rules: Mapping[str, Rule]) -> str:
    return list_of(lambda item: whole_object(item, rules))(value)
