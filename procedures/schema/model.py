"""The shape of a form. Everything is frozen: a published version and its form never change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import get_language

_TYPED = """
text long_text name org_name date partial_date time year citizen_id identity_document passport_no tax_code
phone email address money integer decimal code
"""
TYPED = frozenset(_TYPED.split())
CHOSEN = frozenset({"choice", "multi_choice", "boolean", "country", "ethnicity", "religion"})
KINDS = TYPED | CHOSEN | {"file", "computed"}

# What an unanswered question is worth inside an expression: text '' and yes/no null; numbers 0, so that a
# comparison with an unanswered number never breaks the page.
_BLANK: dict[str, Any] = {"boolean": None, "decimal": 0.0} | dict.fromkeys(("money", "integer", "year"), 0)
_BLANK_PARTS = {
    "address": ("detail", "commune_code", "country"),
    "identity_document": ("type", "number", "issue_date", "issuer"),
}


def in_language(vi: str, en: str) -> str:
    """The English text where the reader chose English and there is one, else the Vietnamese one."""
    return en if en and (get_language() or "vi").startswith("en") else vi


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    label_en: str = ""
    show_if: str = ""

    @property
    def text(self) -> str:
        return in_language(self.label, self.label_en)


def _standard_choices() -> Mapping[str, tuple[Choice, ...]]:
    lists = json.loads(Path(__file__).with_name("lists.json").read_text(encoding="utf-8"))
    return MappingProxyType({kind: tuple(Choice(**row) for row in rows) for kind, rows in lists.items()})


STANDARD_CHOICES = _standard_choices()


@dataclass(frozen=True, slots=True)
class Prefill:
    """Where the State already keeps the answer: a register, whose record, and the path inside it."""

    register: str
    path: str
    role: str = "requester"


@dataclass(frozen=True, slots=True)
class RoleSource:
    """One way to know a person's number: a path in the record of another role, or being that role itself."""

    of: str
    register: str = ""
    path: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    kind: str
    label: str
    label_en: str = ""
    hint: str = ""
    hint_en: str = ""
    why: str = ""
    why_en: str = ""
    element: str = ""
    of: str = ""
    required: bool | str = False
    show_if: str = ""
    choices: tuple[Choice, ...] = ()
    prefill: tuple[Prefill, ...] = ()
    proposed: bool = False
    fact_only: bool | str = False
    derive: str = ""
    value_kind: str = "text"
    component: int | None = None
    min: int | float | str | None = None
    max: int | float | str | None = None
    max_length: int | None = None
    format: str = ""
    sensitive: bool = False
    basis: str = ""
    """The article of law that makes this question lawful although a connected register holds the answer."""
    on_form: bool = False
    blank_no: int | None = None

    @property
    def text(self) -> str:
        return in_language(self.label, self.label_en)

    @property
    def hint_text(self) -> str:
        return in_language(self.hint, self.hint_en)

    @property
    def why_text(self) -> str:
        return in_language(self.why, self.why_en)

    @property
    def value_of(self) -> str:
        """The kind of the value, also where the system computes it."""
        return self.value_kind if self.kind == "computed" else self.kind


def blank(question: Question) -> Any:
    return blank_of(question.value_of)


def blank_of(kind: str) -> Any:
    if kind in ("multi_choice", "file"):
        return []
    if kind in _BLANK_PARTS:
        return dict.fromkeys(_BLANK_PARTS[kind], "")
    return _BLANK.get(kind, "")


def in_expressions(question: Question, value: Any) -> Any:
    """The value as expressions read it: every part of an address is there, a decimal is never a whole number."""
    kind = question.value_of
    if kind in _BLANK_PARTS and isinstance(value, Mapping):
        return blank_of(kind) | {name: value[name] for name in _BLANK_PARTS[kind] if value.get(name)}
    if kind == "decimal" and isinstance(value, int):
        return float(value)
    return value


def fits(question: Question, value: Any) -> bool:
    """Whether a register's value is of the sort this question is about; a register can be wrong."""
    known = blank_of(question.value_of)
    if known is None or isinstance(value, bool):
        return known is None and isinstance(value, bool)
    if isinstance(known, int | float):
        return isinstance(value, int | float) and abs(value) <= 10**15
    return isinstance(value, type(known))


def is_blank(value: Any) -> bool:
    """Nothing was answered. 0 and false are answers."""
    if isinstance(value, Mapping):
        return not any(value.values())
    return value is None or value == "" or value == []


@dataclass(frozen=True, slots=True)
class Group:
    """The page repeats: its questions are the columns, the answer is a list of rows under this id."""

    id: str
    label: str
    label_en: str = ""
    min: int = 1
    max: int = 50
    prefill: tuple[Prefill, ...] = ()

    @property
    def text(self) -> str:
        return in_language(self.label, self.label_en)


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    title: str
    questions: tuple[Question, ...]
    title_en: str = ""
    show_if: str = ""
    group: Group | None = None

    @property
    def text(self) -> str:
        return in_language(self.title, self.title_en)


@dataclass(frozen=True, slots=True)
class Condition:
    """A named rule that must hold. The words say what is wrong when it does not."""

    id: str
    when: str
    fail_vi: str
    fail_en: str = ""
    question: str = ""

    @property
    def fail(self) -> str:
        return in_language(self.fail_vi, self.fail_en)


@dataclass(frozen=True, slots=True)
class Eligibility:
    id: str
    label: str
    pass_when: bool
    otherwise: str
    label_en: str = ""
    otherwise_en: str = ""

    @property
    def text(self) -> str:
        return in_language(self.label, self.label_en)

    @property
    def otherwise_text(self) -> str:
        return in_language(self.otherwise, self.otherwise_en)


@dataclass(frozen=True, slots=True)
class FeeCase:
    when: str
    label: str
    amount_vnd: int | None
    label_en: str = ""
    times: str = ""


@dataclass(frozen=True, slots=True)
class Fees:
    kind: str
    legal_basis: str
    cases: tuple[FeeCase, ...]


@dataclass(frozen=True, slots=True)
class ResultField:
    """A field of the result: a question's answer, or `issued` when the issuing agency fills it."""

    label: str
    source: str
    label_en: str = ""

    @property
    def text(self) -> str:
        return in_language(self.label, self.label_en)


@dataclass(frozen=True)
class Form:
    procedure_id: str
    official_form: str
    pages: tuple[Page, ...]
    declaration: str = ""
    declaration_en: str = ""
    eligibility: tuple[Eligibility, ...] = ()
    roles: Mapping[str, tuple[RoleSource, ...]] = field(default_factory=dict)
    checks: tuple[Condition, ...] = ()
    fees: Fees = Fees("none", "", ())
    auto_decision: tuple[Condition, ...] = ()
    result_fields: tuple[ResultField, ...] = ()

    @property
    def declaration_text(self) -> str:
        return in_language(self.declaration, self.declaration_en)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question outside a repeating group, by id, in the order of the form."""
        return {one.id: one for page in self.pages if page.group is None for one in page.questions}

    @cached_property
    def groups(self) -> Mapping[str, Page]:
        return {page.group.id: page for page in self.pages if page.group is not None}

    def page(self, page_id: str) -> Page | None:
        return next((page for page in self.pages if page.id == page_id), None)

    def blanks(self) -> dict[str, Any]:
        """Every name an expression may use, unanswered."""
        return {one.id: blank(one) for one in self.questions.values()} | {name: [] for name in self.groups}

    def scope(self, values: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """What an expression about the whole form reads: these values, blanks elsewhere, and ctx."""
        known = {
            name: in_expressions(self.questions[name], value)
            for name, value in values.items()
            if name in self.questions
        }
        return {**self.blanks(), **values, **known, "ctx": dict(context)}

    def __iter__(self) -> Iterator[Page]:
        return iter(self.pages)
