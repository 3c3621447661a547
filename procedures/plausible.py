"""Believable answers by kind of question, for test personas: always the same, always within the bounds.

The people are invented; the numbers have the shape and the check digit the law gives them, the commune exists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from procedures.schema import Question
from procedures.schema.model import CHOSEN

SILENT = "\0"
"""In place of the answer of a register: it keeps silent and the person is asked."""
COMMUNE = "20242"
ADDRESS = MappingProxyType({"detail": "12 Lê Hồng Phong", "commune_code": COMMUNE, "country": "VN"})
ABROAD = MappingProxyType({"detail": "5 Rue de la Paix, Paris", "commune_code": "", "country": "FR"})
NAMES = ("Nguyễn Thị An", "Lê Văn Bình", "H’Hen Niê", "Trần Minh Châu")
NUMBERS = MappingProxyType({"female": "048195001234", "male": "048092004321"})
MALE = frozenset({"father", "groom", "husband", "adoptive_father"})
NEWBORN = frozenset({"child", "ward"})
FREE_FORM = MappingProxyType(
    {
        "time": "08:30",
        "passport_no": "C1234567",
        "phone": "0905123456",
        "email": "nguoi.thu@example.vn",
        "org_name": "Công ty Trách nhiệm hữu hạn Ví Dụ",
        "text": "Nội dung thử",
        "long_text": "Nội dung thử để kiểm tra biểu mẫu.",
    }
)
CODES = MappingProxyType({"cas": "1310-73-2", "hs": "28151100"})
TAX_CODE = "0316000126"
EARLIEST_YEAR = 1900
DAYS_OF_A_YEAR = 365
NUMERIC = MappingProxyType({"integer": 1, "decimal": 1.5, "money": 1_000_000, "year": 1995})


def value(question: Question, *, today: dt.date) -> Any:
    """One answer a person could give. Choices: the first; raises KeyError for a computed question."""
    kind = question.kind
    if kind in NUMERIC:
        return _within(question, NUMERIC[kind])
    if kind in CHOSEN:
        return _chosen(question)
    if kind in FREE_FORM:
        return FREE_FORM[kind][: question.max_length]
    return _MADE[kind](question, today)


def _chosen(question: Question) -> Any:
    if question.kind == "boolean":
        return True
    codes = [choice.code for choice in question.choices]
    first = "VN" if question.kind == "country" and "VN" in codes else codes[0]
    return [first] if question.kind == "multi_choice" else first


def _within(question: Question, number: float) -> int | float:
    if isinstance(question.min, int | float):
        number = max(number, question.min)
    if isinstance(question.max, int | float):
        number = min(number, question.max)
    return number


def _number(question: Question, today: dt.date) -> str:
    return NUMBERS["male" if question.of in MALE else "female"]


def _document(question: Question, today: dt.date) -> Mapping[str, str]:
    return {
        "type": "citizen_card",
        "number": _number(question, today),
        "issue_date": "2021-08-15",
        "issuer": "Bộ Công an",
    }


def _date(question: Question, today: dt.date) -> str:
    born = dt.date(1992, 9, 5) if question.of in MALE else dt.date(1995, 3, 12)
    usual = born if "birth" in question.element and question.of not in NEWBORN else today - dt.timedelta(20)
    return within(question, usual, today=today).isoformat()


def within(question: Question, day: dt.date, *, today: dt.date) -> dt.date:
    low, high = (
        today if bound == "today" else dt.date.fromisoformat(bound) if isinstance(bound, str) else None
        for bound in (question.min, question.max)
    )
    if low is not None:
        day = max(day, low)
    return day if high is None else min(day, high)


def _name(question: Question, today: dt.date) -> str:
    return NAMES[1 if question.of in MALE else 0]


_MADE: Mapping[str, Callable[[Question, dt.date], Any]] = {
    "name": _name,
    "date": _date,
    "partial_date": _date,
    "citizen_id": _number,
    "identity_document": _document,
    "tax_code": lambda question, today: TAX_CODE,
    "address": lambda question, today: dict(ADDRESS),
    "code": lambda question, today: CODES.get(question.format, "AB123456")[: question.max_length],
    "file": lambda question, today: ["tep-thu"],
}


def alternatives(question: Question, literals: Sequence[str | int], *, today: dt.date) -> list[Any]:
    """Answers that rules may tell apart: the usual one first, then those the expressions name, then blank where
    the question may be left open. ``literals``: texts and numbers found in the expressions."""
    usual = value(question, today=today)
    found = [usual, *_told_apart(question, literals, today)]
    if question.required is not True and question.kind != "boolean":
        found.append("")
    return [one for number, one in enumerate(found) if one not in found[:number]]


def _told_apart(question: Question, literals: Sequence[str | int], today: dt.date) -> list[Any]:
    kind = question.kind
    if kind == "boolean":
        return [False]
    if kind in CHOSEN:
        return _codes(question, literals)
    if kind in ("date", "partial_date"):
        return _days(question, literals, today)
    if kind in NUMERIC:
        near = [one + step for one in literals if isinstance(one, int) for step in (-1, 0, 1)]
        least = EARLIEST_YEAR if kind == "year" else 0
        return [number for number in near if number >= least and number == _within(question, number)]
    if kind == "address":
        return [dict(ABROAD)] if "VN" in literals else []
    return []


def _days(question: Question, literals: Sequence[str | int], today: dt.date) -> list[str]:
    """On both sides of every span a rule names, in days; else one long ago and one to come."""
    spans = [one for one in literals if isinstance(one, int) and one < 200 * DAYS_OF_A_YEAR]
    margin = {one: 30 if one and one % DAYS_OF_A_YEAR == 0 else 1 for one in spans}
    days = [today - dt.timedelta(days=one + step) for one in spans for step in (-margin[one], margin[one])]
    days += [today - dt.timedelta(days=20 * DAYS_OF_A_YEAR), today + dt.timedelta(days=30)]
    return [within(question, day, today=today).isoformat() for day in days]


def _codes(question: Question, literals: Sequence[str | int]) -> list[Any]:
    """Every choice a rule names and one that none does."""
    codes = [choice.code for choice in question.choices]
    named = [code for code in codes if code in literals]
    other = [code for code in codes if code not in literals][:1]
    return [[code] if question.kind == "multi_choice" else code for code in [*named, *other]]
