"""The result page of a search: the rows, the facets beside them as links, and the pages."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from procedures import facts, search
from procedures.entries import Entry, standing
from procedures.index import Found
from procedures.models import LifeEvent
from procedures.spelling import as_written

PAGE = 20
MOST_FIELDS = 8
MOST_OWNERS = 6
LONGEST_QUESTION = 200


@dataclass(frozen=True, slots=True)
class Row:
    entry: Entry
    title: SafeString
    place: facts.Said
    fee: facts.Said
    limit: facts.Said
    level: str
    result: str
    note: str
    """When one needs it, on the page of a life event."""


@dataclass(frozen=True, slots=True)
class Step:
    order: int = 100
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    count: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A link to another question or another way on."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Facet:
    title: str
    links: list[Link]


class Listing:
    """What a query string asks for: ``q``, ``nop``, ``linh-vuc``, ``ban-la``, ``co-quan``, ``viec``, ``trang``."""

    def __init__(self, asked: QueryDict, *, on: dt.date) -> None:
        self.asked = asked
        self.on = on
        self.query = asked.get("q", "").strip()[:LONGEST_QUESTION]
        self.found = search.find(self.query) if self.query else Found(sorted(search.entries(), key=standing))
        wanted_event = asked.get("viec", "")
        self.life_event = next((one for one in LifeEvent.objects.all() if one.key == wanted_event), None)
        self._steps = _steps(self.life_event)
        entries = self.found.entries
        if wanted_event:
            entries = [one for one in entries if wanted_event in one.life_events]
        if not self.query:
            entries = sorted(entries, key=lambda one: self._steps.get(one.path_code, Step()).order)
        self._before = entries
        self.entries = [one for one in self._before if self._passes(one, "")]

    @property
    def understood(self) -> str:
        return self.found.understood

    @property
    def is_sure(self) -> bool:
        return self.found.is_sure

    @cached_property
    def choices(self) -> list[Offer]:
        """The meanings of an ambiguous question."""
        english = get_language() == "en"
        return [
            Offer(one.label_en if english else one.label, _question(one.query)) for one in self.found.choices
        ]

    @cached_property
    def nearest(self) -> list[Offer]:
        return [Offer(words, _question(words)) for words in self.found.nearest]

    @cached_property
    def life_events(self) -> list[Offer]:
        return [
            Offer(one.title, f"?{urlencode({'viec': one.key})}")
            for one in LifeEvent.objects.filter(audience=LifeEvent.Audience.CITIZEN)
        ]

    @cached_property
    def owners(self) -> list[Offer]:
        """The agencies with the most procedures."""
        names = {one.owner_key: one.owner for one in search.entries() if one.owner}
        most = Counter(one.owner_key for one in search.entries() if one.owner).most_common(MOST_OWNERS)
        return [Offer(names[key], f"?{urlencode({'co-quan': key})}") for key, _count in most]

    @property
    def clear_url(self) -> str:
        """The same question without the facets chosen."""
        query = self.asked.copy()
        for name in (*VALUES, "trang"):
            query.pop(name, None)
        return f"?{query.urlencode()}"

    @property
    def summary(self) -> str:
        """How the page of a life event begins."""
        if self.life_event is None or self.query:
            return ""
        english = get_language() == "en" and self.life_event.summary_en
        return self.life_event.summary_en if english else self.life_event.summary

    @cached_property
    def facets(self) -> list[Facet]:
        names = {one.field_key: _field_name(one) for one in self._before}
        owners = {one.owner_key: one.owner for one in self._before}
        standings = {"tai-day": _("Nộp được tại đây"), "tai-quay": _("Nộp tại quầy")}
        audiences = {"citizen": _("Công dân"), "business": _("Doanh nghiệp")}
        return [
            self._facet("nop", _("Nộp hồ sơ"), standings),
            self._facet("linh-vuc", _("Lĩnh vực"), names),
            self._facet("ban-la", _("Bạn là"), audiences),
            self._facet("co-quan", _("Cơ quan quản lý"), owners),
        ]

    @cached_property
    def rows(self) -> list[Row]:
        start = (self.page - 1) * PAGE
        return [self._row(entry) for entry in self.entries[start : start + PAGE]]

    @cached_property
    def page(self) -> int:
        asked = self.asked.get("trang", "")
        return min(max(int(asked), 1), self.pages) if asked.isdecimal() and len(asked) < 6 else 1

    @property
    def first_number(self) -> int:
        return (self.page - 1) * PAGE + 1

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.entries) // PAGE))

    @property
    def previous_url(self) -> str:
        return self._url("trang", str(self.page - 1)) if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        return self._url("trang", str(self.page + 1)) if self.page < self.pages else ""

    @property
    def is_filtered(self) -> bool:
        return any(self.asked.get(name) for name in VALUES)

    def _facet(self, name: str, title: str, labels: dict[str, str]) -> Facet:
        """Counts are of what the other facets leave, so that a link never leads to an empty page unannounced."""
        rest = [one for one in self._before if self._passes(one, name)]
        counts = Counter(value for one in rest for value in VALUES[name](one) if value)
        chosen = self.asked.get(name, "")
        shown = [value for value, _count in counts.most_common(MOST_FIELDS)]
        if chosen in labels and chosen not in shown:
            shown.append(chosen)
        links = [Link(_("Tất cả"), len(rest), self._url(name, ""), not chosen)]
        links += [
            Link(labels[value], counts[value], self._url(name, value), value == chosen)
            for value in shown
            if labels[value]
        ]
        return Facet(title, links)

    def _passes(self, entry: Entry, besides: str) -> bool:
        return all(
            self.asked[name] in values(entry)
            for name, values in VALUES.items()
            if name != besides and self.asked.get(name)
        )

    def _url(self, name: str, value: str) -> str:
        query = self.asked.copy()
        query.pop("trang", None)
        query.pop(name, None)
        if value:
            query[name] = value
        return f"?{query.urlencode()}"

    def _row(self, entry: Entry) -> Row:
        record = entry.record
        return Row(
            entry=entry,
            title=marked(_name(entry), self.found.words if self.query else frozenset()),
            place=facts.where(record),
            fee=facts.fee(record, on=self.on),
            limit=facts.time_limit(record),
            level=facts.online_level(record),
            result=facts.in_reader_language(record.get("result", {}), "name"),
            note=self._steps.get(entry.path_code, Step()).note,
        )


VALUES: dict[str, Callable[[Entry], tuple[str, ...]]] = {
    "nop": lambda one: ("tai-day",) if one.is_live else ("tai-quay",),
    "linh-vuc": lambda one: (one.field_key,),
    "ban-la": lambda one: one.audience,
    "co-quan": lambda one: (one.owner_key,),
}


def marked(name: str, words: frozenset[str]) -> SafeString:
    """The name with runs of matched words in ``<mark>``."""
    out: list[SafeString] = []
    run: list[str] = []
    for word in name.split():
        if any(one.key in words or f"={one.marks}" in words for one in as_written(word)):
            run.append(word)
            continue
        if run:
            out.append(format_html("<mark>{}</mark>", " ".join(run)))
            run = []
        out.append(conditional_escape(word))
    if run:
        out.append(format_html("<mark>{}</mark>", " ".join(run)))
    return mark_safe(" ".join(out))  # noqa: S308  every part was escaped above


def _question(query: str) -> str:
    return f"?{urlencode({'q': query})}"


def _steps(event: LifeEvent | None) -> dict[str, Step]:
    """The place of each procedure on the page of a life event, and when one needs it."""
    if event is None:
        return {}
    english = get_language() == "en"
    rows = event.steps.select_related("procedure")
    return {
        row.procedure.path_code: Step(row.order, row.note_en if english and row.note_en else row.note)
        for row in rows
    }


def _name(entry: Entry) -> str:
    return entry.name_en if get_language() == "en" and entry.name_en else entry.name


def _field_name(entry: Entry) -> str:
    return entry.field_en if get_language() == "en" and entry.field_en else entry.field
