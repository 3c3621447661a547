"""Changes of the form: pages and questions by their ids, wherever they stand now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from procedures.diff.change import Change, Group, Kind
from procedures.diff.parts import (
    compare_list,
    compare_parts,
    identical,
    is_records,
    key_of,
    keyed,
    moved,
    name_of,
)

_GROUP: Mapping[str, Group] = {
    "fees": "fees",
    "declaration": "texts",
    "declaration_en": "texts",
    "official_form": "texts",
}
_QUESTIONS = frozenset({"questions"})


@dataclass(frozen=True, slots=True)
class _Standing:
    """A question and where it stands."""

    question: Mapping[str, Any]
    page: str
    title: str
    place: str


def form_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[Change]:
    old, new = before or {}, after or {}
    if (before is None) != (after is None):
        yield Change("added" if before is None else "removed", "level", "form", "form", None, None)
    for name in dict.fromkeys([*new, *old]):
        if name == "pages" and _readable(old) and _readable(new):
            yield from _pages(old.get("pages", []), new.get("pages", []))
            continue
        group = _GROUP.get(name, "rules")
        yield from _other(name, old, new, group)


def _readable(form: Mapping[str, Any]) -> bool:
    """A draft may be malformed anywhere; pages that are no pages are compared as one value."""
    pages = form.get("pages", [])
    return not pages or (is_records(pages) and all(is_records(page.get("questions")) for page in pages))


def _other(name: str, old: Mapping[str, Any], new: Mapping[str, Any], group: Group) -> Iterator[Change]:
    was, now, place = old.get(name), new.get(name), f"form.{name}"
    if name in old and name in new and identical(was, now):
        return
    if name == "fees" and isinstance(was, Mapping) and isinstance(now, Mapping):
        yield from compare_parts(was, now, group, place, name, skip=frozenset({"cases"}))
        yield from compare_list(was.get("cases") or [], now.get("cases") or [], group, f"{place}.cases")
    elif isinstance(was, Mapping) and isinstance(now, Mapping):
        yield from compare_parts(was, now, group, place, name)
    elif isinstance(was, list) and isinstance(now, list):
        yield from compare_list(was, now, group, place)
    else:
        kind: Kind = "added" if name not in old else "removed" if name not in new else "changed"
        yield Change(kind, group, place, name, was, now)


def _pages(before: list[Any], after: list[Any]) -> Iterator[Change]:
    old, new = keyed(before, key_of), keyed(after, key_of)
    for key, at in old.items():
        if key not in new:
            yield Change(
                "removed", "fields", f"form.pages[{at}]", name_of(before[at]), _bare(before[at]), None
            )
    shifted = moved(list(old), list(new))
    for key, at in new.items():
        place, page = f"form.pages[{at}]", after[at]
        if key not in old:
            yield Change("added", "fields", place, name_of(page), None, _bare(page))
            continue
        yield from compare_parts(before[old[key]], page, "fields", place, name_of(page), skip=_QUESTIONS)
        if key in shifted:
            yield Change("moved", "fields", place, name_of(page), old[key], at)
    yield from _questions(_standings(before), _standings(after))


def _bare(page: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in page.items() if name != "questions"}


def _standings(pages: list[Any]) -> dict[str, _Standing]:
    every = [
        _Standing(question, key_of(page), name_of(page), f"form.pages[{number}].questions[{nth}]")
        for number, page in enumerate(pages)
        for nth, question in enumerate(page["questions"])
    ]
    return {key: every[at] for key, at in keyed(every, lambda one: key_of(one.question)).items()}


def _questions(old: Mapping[str, _Standing], new: Mapping[str, _Standing]) -> Iterator[Change]:
    for key, one in old.items():
        if key not in new:
            yield _whole("removed", one, one.question, None)
    shifted = _shifted(old, new)
    for key, one in new.items():
        was = old.get(key)
        if was is None:
            yield _whole("added", one, None, one.question)
            continue
        if not identical(was.question, one.question):
            parts = compare_parts(was.question, one.question, "fields", one.place, name_of(one.question))
            yield from (replace(change, page=one.title) for change in parts)
        if was.page != one.page:
            yield _whole("moved", one, was.title, one.title)
        elif key in shifted:
            yield _whole("moved", one, was.place, one.place)


def _whole(kind: Kind, one: _Standing, before: Any, after: Any) -> Change:
    return Change(kind, "fields", one.place, name_of(one.question), before, after, page=one.title)


def _shifted(old: Mapping[str, _Standing], new: Mapping[str, _Standing]) -> set[str]:
    """Questions that changed their order among those that stayed on the same page."""
    stayed = {key for key, one in new.items() if key in old and old[key].page == one.page}
    found: set[str] = set()
    for page in {new[key].page for key in stayed}:
        here = [key for key in old if key in stayed and old[key].page == page]
        found |= moved(here, [key for key in new if key in stayed and new[key].page == page])
    return found
