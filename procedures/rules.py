"""The one expression language of forms (CEL): visibility, validation, fees, automatic decisions.

Dates are ISO strings throughout (they compare in order); unanswered text is '', yes/no null, a number 0.
Nothing here calls eval: an expression is compiled by the CEL engine and sees only the names it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sized
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import cel
from django.utils.translation import gettext as _
from stdnum import casrn

from procedures import words

if TYPE_CHECKING:
    from procedures.schema.model import Condition

LEGAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MAX_LENGTH = 2000
MAX_DEPTH = 40
MAX_LOOPS = 3

CONTEXT: Mapping[str, Any] = {
    "today": "",
    "channel": "online",
    "level": 0,
    "agency": "",
    "on_behalf": False,
    "exempt": False,
    "local_fee": None,
    "local_fee_basis": "",
}
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_LOOP = re.compile(r"\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,")
_SIZE = re.compile(rf"{_TEXT.pattern}|\bsize\(")
_CTX = re.compile(r"\bctx\.(\w+)")


class RuleError(ValueError):
    def __init__(self, expression: str, reason: str) -> None:
        super().__init__(f"{reason} ({expression})")
        self.expression = expression
        self.reason = reason


def context(*, today: date, **known: Any) -> dict[str, Any]:
    """What an expression may read as ctx.*; unknown names are a programming error."""
    unknown = known.keys() - CONTEXT.keys()
    if unknown:
        raise TypeError(f"unknown context: {sorted(unknown)}")
    return {**CONTEXT, **known, "today": today.isoformat()}


def _day(text: str) -> date:
    """The engine logs what a function raises, so the message must not repeat somebody's answer."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("not a date") from None


def _date(text: str) -> str:
    return _day(text).isoformat()


def _days_between(start: str, end: str) -> int:
    return (_day(end) - _day(start)).days


def _years_between(start: str, end: str) -> int:
    born, on = _day(start), _day(end)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _letters(value: Sized) -> int:
    return len(value)


def _with_true_size(expression: str) -> str:
    """CEL counts letters in size(); this engine counts bytes (size('ắ') would be 3) and its size cannot be
    replaced, so the call is renamed to ours outside quoted text."""
    return _SIZE.sub(lambda found: "letters(" if found[0] == "size(" else found[0], expression)


def _cas_ok(text: str) -> bool:
    return bool(casrn.is_valid(text))


def _hs_ok(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{8}", text))


def _date_in_words(text: str) -> str:
    return words.date_in_words(_day(text)) if text else ""


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "date": _date,
    "days_between": _days_between,
    "years_between": _years_between,
    "letters": _letters,
    "min": min,
    "max": max,
    "cas_ok": _cas_ok,
    "hs_ok": _hs_ok,
    "date_in_words": _date_in_words,
}
# Built into the language and harmless on any input.
BUILT_IN = frozenset({"contains", "startsWith", "endsWith", "int", "double", "string"})


class Rule:
    """A compiled expression and the names it needs."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        guard(expression)
        try:
            self.program = cel.compile(_with_true_size(expression))
        except ValueError as error:
            raise RuleError(expression, _("biểu thức viết sai")) from error
        bare = _TEXT.sub("''", expression)
        references = self.program.references()
        self.names = frozenset(references["variables"]) - set(_LOOP.findall(bare))
        self.context_names = frozenset(_CTX.findall(bare))
        self.functions = {name: FUNCTIONS[name] for name in references["functions"] if name in FUNCTIONS}
        self.unknown_functions = (
            frozenset(
                name for name in references["functions"] if name.isidentifier() and name not in FUNCTIONS
            )
            - BUILT_IN
        )

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        try:
            return self.program.execute({name: scope[name] for name in self.names} | self.functions)
        except KeyError as error:
            raise RuleError(self.expression, _("không có tên %(name)s") % {"name": error}) from error
        except (RuntimeError, TypeError, ValueError, ArithmeticError) as error:
            raise RuleError(
                self.expression, _("không tính được: %(kind)s") % {"kind": type(error).__name__}
            ) from error


def guard(expression: str) -> None:
    """Bounds before a parser sees it: length, nesting, loops inside loops."""
    shown = expression[:80] + "…"
    if len(expression) > MAX_LENGTH:
        raise RuleError(shown, _("biểu thức dài quá %(most)s chữ") % {"most": MAX_LENGTH})
    depth = deepest = 0
    for letter in expression:
        depth += (letter in "([{?") - (letter in ")]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise RuleError(shown, _("biểu thức lồng sâu quá %(most)s tầng") % {"most": MAX_DEPTH})
    if len(_LOOP.findall(expression)) > MAX_LOOPS:
        raise RuleError(shown, _("biểu thức có quá %(most)s vòng lặp") % {"most": MAX_LOOPS})


@lru_cache(maxsize=8192)
def compiled(expression: str) -> Rule:
    return Rule(expression)


def problems(expression: str, known: Iterable[str]) -> list[str]:
    """Static check: everything wrong with the expression where only these names are known."""
    try:
        rule = compiled(expression)
    except RuleError as error:
        return [error.reason]
    unknown = [*sorted(rule.names - set(known) - {"ctx"})]
    unknown += [f"ctx.{name}" for name in sorted(rule.context_names - CONTEXT.keys())]
    found = [_("không có câu hỏi nào tên «%(name)s»") % {"name": name} for name in unknown]
    return found + [
        _("không có hàm nào tên «%(name)s»") % {"name": name} for name in sorted(rule.unknown_functions)
    ]


def evaluate(expression: str, scope: Mapping[str, Any]) -> Any:
    return compiled(expression).evaluate(scope)


def truth(expression: str, scope: Mapping[str, Any]) -> bool:
    value = evaluate(expression, scope)
    if not isinstance(value, bool):
        raise RuleError(expression, _("kết quả phải là đúng hoặc sai"))
    return value


def failed(conditions: Iterable[Condition], scope: Mapping[str, Any]) -> list[Condition]:
    """The named conditions that do not hold, in their order."""
    return [condition for condition in conditions if not truth(condition.when, scope)]
