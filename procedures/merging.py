"""Taking a draft over to a newer version: what the draft changed stays, the rest follows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from procedures.edition import Edition

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Merged:
    edition: Edition
    conflicts: tuple[str, ...]
    """Places both sides changed differently; there the draft's own text stands."""


def rebase(base: Edition, draft: Edition, newer: Edition) -> Merged:
    """Three-way merge by key, in lists of things with a name of their own by that name, in other lists as a whole.

    An upload box belongs to a paper, not to a number: it follows its paper wherever the merge puts that.
    """
    conflicts: list[str] = []
    sides = (base, draft, newer)
    by_paper = all(_papers(one) is not None for one in sides)
    old, own, new = map(_with_names, sides) if by_paper else sides
    parts = {
        name: _merge(getattr(old, name), getattr(own, name), getattr(new, name), name, conflicts)
        for name in ("online_level", "content", "form", "processing")
    }
    merged = Edition(slug=draft.slug, **parts)
    return Merged(_with_numbers(merged, conflicts) if by_paper else merged, tuple(conflicts))


def _papers(edition: Edition) -> list[str] | None:
    """Names of the papers in their order; None where two share one."""
    papers = edition.content.get("components")
    named = _named(papers) if isinstance(papers, list) else {}
    return None if named is None else list(named)


def _with_names(edition: Edition) -> Edition:
    papers = _papers(edition) or []

    def name(component: Any) -> Any:
        is_one = isinstance(component, int) and 0 <= component < len(papers)
        return papers[component] if is_one else component

    return _with_components(edition, lambda question: {**question, "component": name(question["component"])})


def _with_numbers(edition: Edition, conflicts: list[str]) -> Edition:
    papers = _papers(edition) or []

    def number(question: Mapping[str, Any]) -> Mapping[str, Any]:
        component = question["component"]
        if not isinstance(component, str):
            return question
        if component in papers:
            return {**question, "component": papers.index(component)}
        conflicts.append(f"form.{question.get('id')}.component")
        return {key: value for key, value in question.items() if key != "component"}

    return _with_components(edition, number)


def _with_components(edition: Edition, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Edition:
    pages = (edition.form or {}).get("pages")
    if not isinstance(pages, list):
        return edition
    changed = [_page(page, change) for page in pages]
    return replace(edition, form={**(edition.form or {}), "pages": changed})


def _page(page: Any, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    if not isinstance(page, Mapping) or not isinstance(page.get("questions"), list):
        return page
    questions = [
        change(one) if isinstance(one, Mapping) and "component" in one else one for one in page["questions"]
    ]
    return {**page, "questions": questions}


def _merge(base: Any, mine: Any, theirs: Any, place: str, conflicts: list[str]) -> Any:
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    if all(isinstance(one, Mapping) for one in (base, mine, theirs)):
        return _merge_keys(base, mine, theirs, place, conflicts)
    if all(isinstance(one, list) for one in (base, mine, theirs)):
        return _merge_rows(base, mine, theirs, place, conflicts)
    conflicts.append(place)
    return mine


def _merge_rows(
    base: list[Any], mine: list[Any], theirs: list[Any], place: str, conflicts: list[str]
) -> list[Any]:
    """Rows that bear a name are merged one by one, in the order of the side that moved them."""
    named = [_named(rows) for rows in (base, mine, theirs)]
    if any(one is None for one in named):
        conflicts.append(place)
        return mine
    old, own, new = (one or {} for one in named)
    merged = _merge_keys(old, own, new, place, conflicts)
    moved, moved_there = _moved(old, own), _moved(old, new)
    if moved and moved_there and _moved(own, new):
        conflicts.append(f"{place} (thứ tự)")
    leading, following = (own, new) if moved else (new, own)
    return [merged[name] for name in _woven(list(leading), list(following)) if name in merged]


def _merge_keys(
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    place: str,
    conflicts: list[str],
) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for key in dict.fromkeys([*mine, *theirs]):
        old, own, new = (side.get(key, MISSING) for side in (base, mine, theirs))
        value = _merge(old, own, new, f"{place}.{key}", conflicts)
        if value is not MISSING:
            merged[key] = value
    return merged


def _named(rows: list[Any]) -> dict[str, Any] | None:
    """Rows by ``id``, papers and steps of the record by their name; None where a row has none or two share one."""
    names = [row.get("id") or row.get("name_vi") if isinstance(row, Mapping) else None for row in rows]
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) != len(names):
        return None
    return dict(zip(names, rows, strict=True))  # type: ignore[arg-type]


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether what both have stands in another order."""
    return [name for name in before if name in after] != [name for name in after if name in before]


def _woven(leading: list[str], following: list[str]) -> list[str]:
    """``leading``, with what only ``following`` has after its neighbour there."""
    woven = list(leading)
    for place, name in enumerate(following):
        if name not in leading:
            woven.insert(woven.index(following[place - 1]) + 1 if place else 0, name)
    return woven
