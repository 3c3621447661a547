"""What the State already knows of the answers to a form, with the register each one comes from.

Data of another person are looked up only when a register record of the requester (or of somebody tied to the
requester that way) names that person: a number somebody typed opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from identity.registers import RegisterUnavailable
from procedures import rules
from procedures.journey import CITIZEN, Answer, Journey
from procedures.schema import AnswerError, Form, Page, clean, clean_rows, is_blank
from procedures.schema import Prefill as Source

Fetch = Callable[[str, str], Mapping[str, Any] | None]
EID = "eid"
RELATIONSHIP = "@relationship"


@dataclass(frozen=True, slots=True)
class Prefill:
    answers: dict[str, Answer]
    unavailable: list[str]
    rejected: list[tuple[str, str]] = field(default_factory=list)

    @property
    def needs_matching(self) -> bool:
        """Some register did not answer: what the citizen declares instead is matched later."""
        return bool(self.unavailable)


def gather(
    form: Form,
    *,
    citizen_number: str,
    organisation_code: str = "",
    fetch: Fetch,
    at: datetime,
    claims: Mapping[str, Any] | None = None,
    answered: Mapping[str, Answer] | None = None,
    context: Mapping[str, Any] | None = None,
) -> Prefill:
    """Every answer the registers give. `claims`: what the eID said at sign-in. `answered`: the answers so
    far; call again after one of `depends_on(form)` was answered, it may tell who is who."""
    lookup = _Lookup(fetch, claims or {}, citizen_number, organisation_code)
    today = at.astimezone(rules.LEGAL_ZONE).date()
    scope = Journey(form, answered or {}, context or rules.context(today=today)).scope()
    roles = _Roles(form, lookup, scope)
    found: dict[str, Answer] = {}
    rejected: list[tuple[str, str]] = []
    for page in form.pages:
        for name, sources in _wanted(page):
            _take(page, name, sources, roles, at, found, rejected)
    return Prefill(found, sorted(lookup.unavailable), rejected)


def depends_on(form: Form) -> frozenset[str]:
    """Questions whose answer tells who somebody is: after them, gather again."""
    whens = [source.when for sources in form.roles.values() for source in sources if source.when]
    return frozenset(name for when in whens for name in rules.compiled(when).names) & form.questions.keys()


def registers_of(form: Form) -> frozenset[str]:
    """The registers whose facts this form takes; the eID spoke at sign-in and is not asked again."""
    wanted = [sources for page in form.pages for _name, sources in _wanted(page)]
    return frozenset(one.register for sources in wanted for one in sources) - {EID}


def merge(kept: Mapping[str, Answer], found: Mapping[str, Answer]) -> dict[str, Answer]:
    """Answers after a look-up. What the citizen wrote or corrected stays; register facts are only the new
    ones, because the old may be about somebody who is no longer the mother, the father…"""
    own = {name: answer for name, answer in kept.items() if answer.source == CITIZEN}
    return {**found, **{name: answer for name, answer in own.items() if not is_blank(answer.value)}}


def _wanted(page: Page) -> list[tuple[str, Sequence[Source]]]:
    if page.group is not None:
        return [(page.group.id, page.group.prefill)]
    return [(question.id, question.prefill) for question in page.questions]


def _take(
    page: Page,
    name: str,
    sources: Sequence[Source],
    roles: _Roles,
    at: datetime,
    found: dict[str, Answer],
    rejected: list[tuple[str, str]],
) -> None:
    """The first source with a readable value. A register can be wrong too: junk is asked, not shown."""
    for source in sources:
        raw = roles.value(source)
        if is_blank(raw):
            continue
        value, readable = _read(page, name, raw, at)
        if readable:
            found[name] = Answer(value, source.register, at)
            return
        rejected.append((name, source.register))


def _read(page: Page, name: str, raw: Any, at: datetime) -> tuple[Any, bool]:
    today = at.astimezone(rules.LEGAL_ZONE).date()
    if page.group is not None:
        rows, errors = clean_rows(page, raw, today=today)
        return rows, bool(rows) and not errors
    question = next(one for one in page.questions if one.id == name)
    try:
        value = clean(question, raw, today=today)
    except AnswerError:
        return None, False
    return value, not is_blank(value)


class _Lookup:
    """Each record is fetched once; a silent register is asked once."""

    def __init__(self, fetch: Fetch, claims: Mapping[str, Any], number: str, organisation: str) -> None:
        self.fetch = fetch
        self.number = number
        self.organisation = organisation
        self.claims = {**claims, "number": number}
        self.records: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.unavailable: set[str] = set()

    def record(self, register: str, key: str) -> Mapping[str, Any]:
        if register == EID:
            own = {self.number: self.claims, self.organisation: {"code": self.organisation}}
            return own.get(key, {})
        if register in self.unavailable:
            return {}
        if (register, key) not in self.records:
            try:
                self.records[register, key] = self.fetch(register, key) or {}
            except RegisterUnavailable:
                self.unavailable.add(register)
                return {}
        return self.records[register, key]


class _Roles:
    """Who is who: the number behind each role of the form."""

    def __init__(self, form: Form, lookup: _Lookup, scope: Mapping[str, Any]) -> None:
        self.form = form
        self.lookup = lookup
        self.scope = scope

    def value(self, source: Source) -> Any:
        if source.path == RELATIONSHIP:
            return self._relationship()
        number = self.number(source.role)
        return _at(self.lookup.record(source.register, number), source.path) if number else None

    def number(self, role: str, *, declared: bool = True, seen: tuple[str, ...] = ()) -> str:
        if role == "requester":
            return self.lookup.number
        if role == "organisation":
            return self.lookup.organisation
        if role in seen:
            return ""
        for source in self.form.roles[role]:
            if source.when and not (declared and rules.truth(source.when, self.scope)):
                continue
            number = self.number(source.of, declared=declared, seen=(*seen, role))
            if number and source.register:
                number = str(_at(self.lookup.record(source.register, number), source.path) or "")
            if number:
                return number
        return ""

    def _relationship(self) -> str:
        """The role the registers give the requester; what the requester merely declares does not count."""
        roles = (role for role in self.form.roles if self.number(role, declared=False) == self.lookup.number)
        return next(roles, "")


def _at(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
