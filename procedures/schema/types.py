"""What a value can be before anybody answers: its sort, the codes it is chosen from, its bounds and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _

from procedures.schema.model import CHOSEN, STANDARD_CHOICES, Page, Question, blank_of
from procedures.schema.readers import LARGEST, LARGEST_COUNT, LONGEST_LINE, LONGEST_TEXT

Sort = Literal["text", "whole", "decimal", "truth", "list", "map", "null", "any"]
LONGEST_RESULT = 20_000
"""Letters an expression may produce: as many as an answer may have."""
MOST_ENUMERATED = 500
MOST_FILES = 20
CODE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Type:
    sort: Sort
    can: frozenset[Any] | None = None
    """Every value (of text, of yes/no) that is possible here; None: too many to list."""
    codes: frozenset[str] | None = None
    """The choices of the question this value is an answer of, whatever was already ruled out."""
    null: bool = False
    blank: bool = False
    """A text may be ''."""
    day: bool = False
    """A text that is a whole date (or '')."""
    low: float = 0
    high: float = 0
    most: int = 0
    """Letters of a text, items of a list, at most."""
    of: Type | None = None
    parts: Mapping[str, Type] = field(default_factory=dict)

    @property
    def is_number(self) -> bool:
        return self.sort in ("whole", "decimal")

    @property
    def weight(self) -> int:
        """Steps it takes to copy such a value out of the engine."""
        if self.sort == "list":
            return self.most * max(1, len(self.of.parts) if self.of else 1)
        return len(self.parts) + self.most // 20

    @property
    def constant(self) -> Any:
        """The only value possible; None where there are several (or the value is null)."""
        if self.can is not None and len(self.can) == 1 and not self.null:
            return next(iter(self.can))
        return None


ANY = Type("any")
NULL = Type("null", null=True)
TRUTH = Type("truth", can=frozenset({True, False}))


def truth(*values: bool) -> Type:
    return Type("truth", can=frozenset(values))


def text(*values: str) -> Type:
    return Type("text", can=frozenset(values), blank="" in values, most=max(map(len, values), default=0))


def free_text(most: int, *, blank: bool = True, day: bool = False) -> Type:
    return Type("text", blank=blank, most=most, day=day)


def number(sort: Sort, low: float, high: float) -> Type:
    return Type(sort, low=low, high=high)


def listing(of: Type, most: int) -> Type:
    return Type("list", of=of, most=most)


def join(one: Type, other: Type) -> Type:
    """What holds for a value that is the one or the other. Different sorts give `any`."""
    if one.sort == "null" or other.sort == "null":
        return replace(other if one.sort == "null" else one, null=True)
    if one.sort != other.sort:
        return ANY
    can = one.can | other.can if one.can is not None and other.can is not None else None
    return Type(
        one.sort,
        can=can if can is not None and len(can) <= MOST_ENUMERATED else None,
        codes=one.codes if one.codes == other.codes else None,
        null=one.null or other.null,
        blank=one.blank or other.blank,
        day=_days_only(one) and _days_only(other),
        low=min(one.low, other.low),
        high=max(one.high, other.high),
        most=max(one.most, other.most),
        of=_join_items(one.of, other.of),
        parts={
            name: join(one.parts.get(name, text("")), other.parts.get(name, text("")))
            for name in {**one.parts, **other.parts}
        },
    )


def _days_only(one: Type) -> bool:
    return one.day or one.can == frozenset({""})


def _join_items(one: Type | None, other: Type | None) -> Type | None:
    return join(one, other) if one is not None and other is not None else one or other


def blank_type(kind: str) -> Type:
    """The one value of a question that is never answered."""
    value = blank_of(kind)
    if value is None:
        return Type("truth", can=frozenset(), null=True)
    if isinstance(value, str):
        return text("")
    if isinstance(value, list):
        return listing(text(), 0)
    if isinstance(value, Mapping):
        return Type("map", parts=dict.fromkeys(value, text("")))
    return number("decimal" if kind == "decimal" else "whole", 0, 0)


def of_question(question: Question) -> Type:
    """What the answer can be, blank included, wherever it comes from."""
    kind = question.value_of
    if kind in CHOSEN and kind != "boolean":
        return _chosen(question, kind)
    if kind in ("integer", "money", "decimal", "year"):
        return _number(question, kind)
    if kind == "boolean":
        return replace(TRUTH, null=True)
    if kind == "file":
        return listing(free_text(100, blank=False), MOST_FILES)
    if kind == "address":
        country = frozenset({"", *(one.code for one in STANDARD_CHOICES["country"])})
        parts = {"detail": free_text(200), "commune_code": free_text(5)}
        return Type("map", parts=parts | {"country": Type("text", country, country, blank=True, most=2)})
    if kind == "identity_document":
        texts = {name: free_text(200) for name in ("type", "number", "issuer")}
        return Type("map", parts=texts | {"issue_date": free_text(10, day=True)})
    long = LONGEST_TEXT if kind == "long_text" else LONGEST_LINE
    return free_text(question.max_length or long, day=kind == "date")


def _chosen(question: Question, kind: str) -> Type:
    choices = question.choices or STANDARD_CHOICES.get(kind, ())
    if not choices:
        return free_text(CODE_LENGTH)
    codes = frozenset(one.code for one in choices)
    one = Type("text", can=codes | {""}, codes=codes | {""}, blank=True, most=CODE_LENGTH)
    return listing(replace(one, can=codes, blank=False), len(codes)) if kind == "multi_choice" else one


def _number(question: Question, kind: str) -> Type:
    limits: dict[str, tuple[float, float]] = {
        "year": (0, 2200),
        "money": (0, LARGEST),
        "integer": (-LARGEST_COUNT, LARGEST_COUNT),
        "decimal": (-LARGEST, LARGEST),
    }
    low, high = limits[kind]
    if question.kind != "computed":
        low = question.min if isinstance(question.min, int | float) else low
        high = question.max if isinstance(question.max, int | float) else high
    return number("decimal" if kind == "decimal" else "whole", min(low, 0), max(high, 0))


def of_rows(page: Page) -> Type:
    """A repeating group: a list of rows, each with its columns as parts."""
    most = page.group.max if page.group else 0
    return listing(Type("map", parts={one.id: of_question(one) for one in page.questions}), most)


CONTEXT: Mapping[str, Type] = {
    "today": free_text(10, blank=False, day=True),
    "channel": free_text(20, blank=False),
    "level": number("whole", 0, 10),
    "agency": free_text(300),
    "on_behalf": TRUTH,
    "exempt": TRUTH,
    "local_fee": replace(number("whole", 0, 10**12), null=True),
    "local_fee_basis": free_text(1000),
}


def noun(one: Type) -> str:
    return {
        "text": _("ngày (năm-tháng-ngày)") if one.day else _("chữ"),
        "whole": _("số nguyên"),
        "decimal": _("số thập phân"),
        "truth": _("đúng hoặc sai"),
        "list": _("danh sách"),
        "map": _("giá trị nhiều phần"),
        "null": "null",
        "any": _("giá trị không rõ"),
    }[one.sort]


def is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
