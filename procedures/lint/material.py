"""What the rules look at: one edition read once, its texts with their places, the form where it can be loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from jsonschema import Draft202012Validator

from identity import registers
from procedures import rules, schema
from procedures.edition import Edition
from procedures.personas import Walk, walks
from procedures.schema import Form, Page, Question
from procedures.schema.errors import Fault, SchemaError

Severity = Literal["error", "warning"]

_CITATION = re.compile(
    r"(Bộ luật|Luật|Pháp lệnh|Nghị định|Nghị quyết|Thông tư|Quyết định|Hiến pháp)\b[^.;]*\d", re.IGNORECASE
)
_FORM_WORDS = ("title", "label", "hint", "why", "fail_vi", "otherwise", "declaration")
_CONTENT_WORDS = ("name_vi", "condition_vi", "note_vi")


_WORDS = {"type": ["array", "null"], "items": {"type": "string"}}
_PART = {"type": ["object", "null"]}
_record = Draft202012Validator(
    {
        "properties": {
            "components": {
                "type": ["array", "null"],
                "items": {"type": "object", "properties": {"satisfiable_from": _WORDS}},
            },
            "steps": {"type": ["array", "null"], "items": {"type": "object"}},
            "submission_channels": _WORDS,
            "time_limit": _PART,
            "fee": _PART,
            "result": _PART,
        }
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """``place`` is a path into the edition: ``content.fee``, ``form.pages[1].questions[2]``."""

    rule: str
    severity: Severity
    place: str
    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text a citizen reads, in Vietnamese or in English."""

    place: str
    words: str
    english: bool = False

    @property
    def key(self) -> str:
        return self.place.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its page and its place."""

    place: str
    page: Page
    question: Question


class Material:
    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.misshapen = frozenset(
            str(one.path[0]) for one in _record.iter_errors(edition.content) if one.path
        )
        """Keys of the record that are not what they should be; the rules go on without them."""
        self.content = {name: part for name, part in edition.content.items() if name not in self.misshapen}
        self.faults: tuple[Fault, ...] = ()
        self.form: Form | None = None
        if edition.form is not None:
            try:
                self.form = schema.load(edition.form)
            except SchemaError as error:
                self.faults = error.faults

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        found = [*_spoken(self.content, "content", _CONTENT_WORDS)]
        if self.form is not None:
            found += _spoken(self.edition.form, "form", _FORM_WORDS)
        return tuple(found)

    @cached_property
    def vietnamese(self) -> tuple[Text, ...]:
        return tuple(text for text in self.texts if not text.english)

    @cached_property
    def questions(self) -> tuple[Asked, ...]:
        if self.form is None:
            return ()
        return tuple(
            Asked(f"form.pages[{number}].questions[{nth}]", page, question)
            for number, page in enumerate(self.form.pages)
            for nth, question in enumerate(page.questions)
        )

    @cached_property
    def walks(self) -> tuple[Walk, ...]:
        return () if self.form is None else tuple(walks(self.form))

    @cached_property
    def components(self) -> list[Mapping[str, Any]]:
        return list(self.content.get("components") or [])

    def files_of(self, component: int) -> list[Asked]:
        return [one for one in self.questions if one.question.component == component]

    @cached_property
    def facts(self) -> frozenset[str]:
        """Questions a connected register may answer, and those computed from one of them."""
        found: set[str] = set()
        for one in self.questions:
            known = any(connected(source.register) for source in one.question.prefill)
            if known or (one.question.derive and rules.compiled(one.question.derive).names & found):
                found.add(one.question.id)
        return frozenset(found)

    def spared(self, asked: Asked) -> bool:
        """Not asked of somebody whom the registers know: filled in from one, or shown only without a fact."""
        if any(connected(source.register) for source in asked.question.prefill):
            return True
        shown = [rule for rule in (asked.question.show_if, asked.page.show_if) if rule]
        return any(rules.compiled(rule).names & self.facts for rule in shown)


def connected(register: str) -> bool:
    """Whether this deployment reads the register; the eID vouches for its holder at every sign-in."""
    if register == "eid":
        return True
    try:
        registers.get(register)
    except KeyError:
        return False
    return True


def cites(basis: Any) -> bool:
    """Looks like a citation of law: its kind and a number or a year."""
    return isinstance(basis, str) and _CITATION.search(basis) is not None


def _spoken(value: Any, place: str, keys: tuple[str, ...]) -> Iterator[Text]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _named(name, part, f"{place}.{name}", keys)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _spoken(part, f"{place}[{number}]", keys)


def _named(name: str, part: Any, place: str, keys: tuple[str, ...]) -> Iterator[Text]:
    if not isinstance(part, str):
        yield from _spoken(part, place, keys)
    elif name in keys and part:
        yield Text(place, part)
    elif name.endswith("_en") and part and {name[:-3], f"{name[:-3]}_vi"} & set(keys):
        yield Text(place, part, english=True)
