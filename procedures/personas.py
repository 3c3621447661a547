"""Test personas: made-up people who walk a form, so that its burden and its branches are known before it is used.

Two standard personas: of ``unknown`` no register knows anything, of ``known`` every connected register answers.
Walks vary their answers wherever an expression looks, until every reachable page and question was seen. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Literal

from django.utils.translation import gettext as _

from identity import registers
from procedures import burden, plausible, rules
from procedures.branches import Branches, literals
from procedures.edition import Edition
from procedures.journey import CITIZEN, COMPUTED, Answer, Journey
from procedures.plausible import SILENT
from procedures.schema import AnswerError, Form, Page, Question, clean, display, load
from procedures.schema.model import Group, Prefill

Persona = Literal["unknown", "known"]
PERSONAS: tuple[Persona, ...] = ("unknown", "known")
MOST_ADAPTATIONS = 8
MOST_TRIALS = 12


@dataclass(frozen=True, slots=True)
class Walk:
    """One way through: the pages seen, what stood on them, the burden, and what stopped it ('' at the end)."""

    name: str
    persona: Persona
    pages: tuple[str, ...]
    asked: Mapping[str, tuple[str, ...]]
    """Questions to ask, by page."""
    seen: frozenset[str]
    """Every question and table that stood on a visited page, asked, known or computed."""
    burden: burden.Burden
    answers: Mapping[str, Answer]
    stuck: str = ""
    refused: bool = False
    """The answer this walk is about is not offered on it."""

    @property
    def varied(self) -> frozenset[str]:
        """Questions this person, or a register, could have answered otherwise."""
        return self.seen & (self.questions | self.facts)

    @property
    def questions(self) -> frozenset[str]:
        """Everything asked, on whichever page."""
        return frozenset(name for names in self.asked.values() for name in names)

    @property
    def facts(self) -> frozenset[str]:
        """Answered by a register."""
        given = (name for name, one in self.answers.items() if one.source not in (CITIZEN, COMPUTED))
        return frozenset(given)


class Person(Mapping[str, Answer]):
    """Answers each question as it comes up; ``choices`` are the answers this walk is about."""

    def __init__(self, form: Form, persona: Persona, choices: Mapping[str, Any], today: dt.date) -> None:
        self.form = form
        self.persona = persona
        self.choices = choices
        self.today = today
        self.adapted: dict[str, Any] = {}
        self._given: dict[str, Answer | None] = {}

    def __getitem__(self, name: str) -> Answer:
        if name not in self._given:
            self._given[name] = self._answer(name)
        answer = self._given[name]
        if answer is None:
            raise KeyError(name)
        return answer

    def __iter__(self) -> Iterator[str]:
        return (name for name in [*self.form.questions, *self.form.groups] if self.get(name) is not None)

    def __len__(self) -> int:
        return sum(1 for name in self)

    def _answer(self, name: str) -> Answer | None:
        wanted = self.adapted.get(name, self.choices.get(name))
        page = self.form.groups.get(name)
        if page is not None and page.group is not None:
            source = self._source(page.group)
            given = wanted if isinstance(wanted, list) else rows(page, page.group, self.today)
            return Answer(given, source or CITIZEN) if given else None
        question = self.form.questions[name]
        if question.kind == "computed":
            return None
        source = "" if wanted == SILENT else self._source(question)
        if wanted is None or wanted == SILENT:
            if not source and question.fact_only is True:
                return None
            wanted = plausible.value(question, today=self.today)
        if source:
            return Answer(_kept(question, wanted, self.today), source)
        return Answer(wanted)

    def _source(self, one: Question | Group) -> str:
        """The register that answers; a fact that holds for some people only is there when the walk is about it."""
        if self.persona == "unknown" or (rare(one) and one.id not in self.choices):
            return ""
        return next((source.register for source in one.prefill if _answers(source)), "")

    @property
    def prefilled(self) -> dict[str, Answer]:
        return {name: answer for name, answer in self._given.items() if answer and answer.source != CITIZEN}

    def adapt(self, journey: Journey) -> bool:
        """Mends answers the form does not accept as they are; false when there is nothing to mend."""
        mended: dict[str, Any] = {}
        for page in journey.open_pages:
            mended |= {
                one.id: ""
                for one, answer in journey.known(page)
                if answer.source == CITIZEN and one.id not in self.choices
            }
            for one in journey.to_ask(page) if page.group is None else ():
                offered = [choice.code for choice in journey.choices(one)]
                answer = journey.answer(one.id)
                if answer and offered and one.id not in self.choices and not _offered(answer.value, offered):
                    mended[one.id] = [offered[0]] if one.kind == "multi_choice" else offered[0]
        return self._mend(mended)

    def _mend(self, mended: Mapping[str, Any]) -> bool:
        new = {name: value for name, value in mended.items() if self.adapted.get(name) != value}
        self.adapted |= new
        for name in new:
            self._given.pop(name, None)
        return bool(new)

    def instead(self, name: str, value: Any) -> Person:
        """The same person with one other answer."""
        other = Person(self.form, self.persona, self.choices, self.today)
        other.adapted = {**self.adapted, name: value}
        return other


def rows(page: Page, group: Group, today: dt.date) -> list[dict[str, Any]]:
    row = {one.id: plausible.value(one, today=today) for one in page.questions}
    return [dict(row) for _number in range(max(1, group.min))]


def _answers(source: Prefill) -> bool:
    if source.register == "eid":
        return True
    try:
        registers.get(source.register)
    except KeyError:
        return False
    return True


def rare(one: Question | Group) -> bool:
    """An exemption, a status: most people have none, so nobody is asked."""
    return isinstance(one, Question) and one.fact_only is True and one.kind == "choice"


def _offered(value: Any, offered: list[str]) -> bool:
    return set(offered).issuperset(value if isinstance(value, list) else [value])


def legal_today() -> dt.date:
    return dt.datetime.now(rules.LEGAL_ZONE).date()


def context(today: dt.date) -> dict[str, Any]:
    return rules.context(today=today, local_fee=0)


def counters(form: Form, *, today: dt.date | None = None) -> dict[Persona, burden.Burden]:
    """What the form asks of somebody unknown to every register, and of somebody known to all of them."""
    return {persona: standard(form, persona, today=today).burden for persona in PERSONAS}


def burden_of(edition: Edition, *, today: dt.date | None = None) -> dict[str, dict[str, int]]:
    """The counters of an edition as the catalogue publishes them; empty where there is no form."""
    if edition.form is None:
        return {}
    found = counters(load(edition.form), today=today)
    return {persona: asdict(one) for persona, one in found.items()}


def standard(form: Form, persona: Persona, *, today: dt.date | None = None) -> Walk:
    """A standard persona's straight way through the form."""
    return walk(form, persona, {}, today=today)


def walk(form: Form, persona: Persona, choices: Mapping[str, Any], *, today: dt.date | None = None) -> Walk:
    """``choices``: what this walk answers differently, by question id or ``ctx.`` name."""
    on = today or legal_today()
    person = Person(form, persona, choices, on)
    ctx = context(on) | {name[4:]: value for name, value in choices.items() if name.startswith("ctx.")}
    name = _name(form, persona, choices)
    journey = Journey(form, person, ctx)
    for _attempt in range(MOST_ADAPTATIONS):
        if not person.adapt(journey):
            break
        journey = Journey(form, person, ctx)
    if journey.errors():
        person, journey = _obliging(person, journey)
    return _walked(name, person, journey)


def _obliging(person: Person, journey: Journey) -> tuple[Person, Journey]:
    """Tries other answers to the questions a failed check looks at, so that a walk stops only where it must."""
    for check in person.form.checks:
        if check.question not in dict(journey.errors()):
            continue
        for name, other in islice(_others(person, check.when), MOST_TRIALS):
            tried = person.instead(name, other)
            way = Journey(person.form, tried, journey.context)
            if len(way.errors()) < len(journey.errors()):
                person, journey = tried, way
                break
    return person, journey


def _others(person: Person, expression: str) -> Iterator[tuple[str, Any]]:
    told = literals(expression)
    for name in sorted(rules.compiled(expression).names - person.choices.keys()):
        question = person.form.questions.get(name)
        if question is not None and question.kind != "computed":
            for other in plausible.alternatives(question, told, today=person.today):
                yield name, other


def _walked(name: str, person: Person, journey: Journey) -> Walk:
    pages: list[str] = []
    asked: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    stuck = ""
    for page in journey.open_pages:
        here = journey.to_ask(page)
        seen |= _seen(journey, page)
        if here:
            pages.append(page.id)
            asked[page.id] = tuple(one.id for one in here)
        errors = journey.page_errors(page) if here else ()
        if errors:
            stuck = errors[0][1]
            break
    count = burden.count(journey, person.prefilled)
    answers = {one: answer for one in journey.values() if (answer := journey.answer(one))}
    refused = any(
        one.id in person.choices
        and not _offered(answer.value, [choice.code for choice in journey.choices(one)])
        for one in person.form.questions.values()
        if one.choices and (answer := answers.get(one.id))
    )
    return Walk(
        name, person.persona, tuple(pages), asked, frozenset(seen), count, answers, stuck, refused=refused
    )


def _seen(journey: Journey, page: Page) -> set[str]:
    if page.group is None:
        return {one.id for one in journey.visible(page)}
    answer = journey.answer(page.group.id)
    return {page.group.id, *(name for row in (answer.value if answer else ()) for name in row)}


def walks(form: Form, *, today: dt.date | None = None, most: int = 200) -> list[Walk]:
    """The standard personas first, then one walk for every answer that some expression can tell apart, then
    combinations for what was not reached yet. Always the same walks, at most ``most``."""
    search = _Search(form, today or legal_today(), most)
    search.forks()
    search.combine()
    return search.found


class _Search:
    def __init__(self, form: Form, today: dt.date, most: int) -> None:
        self.form, self.today, self.most = form, today, most
        self.branches = Branches(form, today)
        self.found: list[Walk] = []
        self.tried: set[str] = set()
        self.queue: deque[tuple[Persona, dict[str, Any]]] = deque([("unknown", {}), ("known", {})])
        self.reached: set[str] = set()

    def forks(self) -> None:
        """Breadth first: each answer that makes a difference once, from the first walk on which it came up."""
        while self.queue and len(self.found) < self.most:
            self._step(*self.queue.popleft())

    def _step(self, persona: Persona, choices: dict[str, Any]) -> None:
        one = walk(self.form, persona, choices, today=self.today)
        if one.refused:
            self.tried -= {_key(name, value) for name, value in choices.items()}
            return
        self.found.append(one)
        self.reached |= one.seen
        for name, other in (
            *self.branches.turns(one.varied | (one.seen & self.form.groups.keys()), one.facts),
            *self._rare(persona),
        ):
            if name not in choices and (key := _key(name, other)) not in self.tried:
                self.tried.add(key)
                self.queue.append((persona, {**choices, name: other}))

    def _rare(self, persona: Persona) -> Iterator[tuple[str, Any]]:
        for one in self.form.questions.values() if persona == "known" else ():
            if rare(one) and any(_answers(source) for source in one.prefill):
                yield one.id, plausible.value(one, today=self.today)

    def combine(self) -> None:
        """Combinations of answers for every question still unseen; only a walk that reaches it is kept."""
        for target in [
            *self.form.questions,
            *(one.id for page in self.form.groups.values() for one in page.questions),
        ]:
            if target in self.reached:
                continue
            for choices in self.branches.combinations(target):
                if len(self.found) >= self.most:
                    return
                hits = [walk(self.form, persona, choices, today=self.today) for persona in PERSONAS]
                if hit := next((one for one in hits if target in one.seen), None):
                    self.queue.append((hit.persona, choices))
                    self.forks()
                    break


def _kept(question: Question, value: Any, today: dt.date | None = None) -> Any:
    """As a reader would keep it; bounds that exclude each other leave no good answer, only this one."""
    try:
        return clean(question, value, today=today)
    except AnswerError:
        return value


def _key(name: str, value: Any) -> str:
    return f"{name} {value!r}"


def _name(form: Form, persona: Persona, choices: Mapping[str, Any]) -> str:
    first = (
        _("chưa cơ sở dữ liệu nào trả lời") if persona == "unknown" else _("mọi cơ sở dữ liệu đều trả lời")
    )
    told = [_told(form, name, value) for name, value in choices.items()]
    return first + (" · " + _("khi: %(answers)s") % {"answers": ", ".join(told)} if told else "")


def _told(form: Form, name: str, value: Any) -> str:
    page = form.groups.get(name)
    if page is not None and page.group is not None:
        return f"{page.group.text} = " + _("%(count)s dòng") % {"count": len(value)}
    question = form.questions.get(name)
    if question is None:
        return f"{name} = {value}"
    if value == SILENT:
        shown = _("không tra cứu được")
    elif question.kind == "boolean":
        shown = _("Có") if value else _("Không")
    elif question.kind == "file":
        shown = _("đã gửi tệp")
    else:
        shown = display(question, _kept(question, value)) if value != "" else ""
    return f"{question.text} = {shown or _('bỏ trống')}"
