"""Taking a draft over to a newer version: what the draft changed stays, the rest follows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procedures.edition import Edition

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Merged:
    edition: Edition
    conflicts: tuple[str, ...]
    """Places both sides changed differently; there the draft's own text stands."""


def rebase(base: Edition, draft: Edition, newer: Edition) -> Merged:
    """Three-way merge by key, in lists of things with a name of their own by that name, in other lists as a whole."""
    conflicts: list[str] = []
    parts = {
        name: _merge(getattr(base, name), getattr(draft, name), getattr(newer, name), name, conflicts)
        for name in ("online_level", "content", "form", "processing")
    }
    return Merged(Edition(slug=draft.slug, **parts), tuple(conflicts))


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
