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
    """Three-way merge by key, in lists of things with an ``id`` by that id, in other lists as a whole."""
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
    named = [_by_id(one) for one in (base, mine, theirs)]
    if all(one is not None for one in named):
        old, own, new = (one or {} for one in named)
        return list(_merge_keys(old, own, new, place, conflicts).values())
    conflicts.append(place)
    return mine


def _merge_keys(
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    place: str,
    conflicts: list[str],
) -> dict[str, Any]:
    """The draft's order first; what the newer version added follows its place at the end."""
    merged: dict[str, Any] = {}
    for key in [*mine, *(key for key in theirs if key not in mine)]:
        old, own, new = (side.get(key, MISSING) for side in (base, mine, theirs))
        value = _merge(old, own, new, f"{place}.{key}", conflicts)
        if value is not MISSING:
            merged[key] = value
    return merged


def _by_id(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) and "id" in row for row in value):
        return None
    return {row["id"]: row for row in value}
