"""The result page of a search: the rows, the facets beside them as links, and the pages."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from identity.folding import fold
from procedures import facts, search
from procedures.index import Entry
from procedures.models import LifeEvent

PAGE = 20
MOST_FIELDS = 8
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


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    count: int
    url: str
    is_current: bool


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
        found = search.find(self.query) if self.query else None
        self.understood = found.understood if found else ""
        self._words = found.words if found else frozenset()
        entries = found.entries if found else sorted(search.entries(), key=_by_standing)
        wanted_event = asked.get("viec", "")
        self.life_event = next((one for one in LifeEvent.objects.all() if one.key == wanted_event), None)
        self._before = [one for one in entries if not wanted_event or wanted_event in one.life_events]
        self.entries = [one for one in self._before if self._passes(one, "")]

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
            title=marked(_name(entry), self._words),
            place=facts.where(record),
            fee=facts.fee(record, on=self.on),
            limit=facts.time_limit(record),
            level=facts.online_level(record),
            result=facts.in_reader_language(record.get("result", {}), "name"),
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
        if fold(word) in words:
            run.append(word)
            continue
        if run:
            out.append(format_html("<mark>{}</mark>", " ".join(run)))
            run = []
        out.append(conditional_escape(word))
    if run:
        out.append(format_html("<mark>{}</mark>", " ".join(run)))
    return mark_safe(" ".join(out))  # noqa: S308  every part was escaped above


def _by_standing(entry: Entry) -> tuple[bool, bool, str]:
    return (not entry.is_live, not entry.is_full, fold(entry.name))


def _name(entry: Entry) -> str:
    return entry.name_en if get_language() == "en" and entry.name_en else entry.name


def _field_name(entry: Entry) -> str:
    return entry.field_en if get_language() == "en" and entry.field_en else entry.field
