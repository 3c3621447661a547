"""Comparing records part by part and lists item by item, whatever they hold."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from procedures.diff.change import Change, Group, Kind

_NAMES = ("label", "title", "name_vi", "label_vi", "id", "of", "code", "source")


def identical(before: Any, after: Any) -> bool:
    """Equal as stored: true is not 1, and 1 is not 1.0."""
    if before is after:
        return True
    if type(before) is not type(after):
        return False
    if isinstance(before, dict):
        return len(before) == len(after) and all(
            name in after and identical(part, after[name]) for name, part in before.items()
        )
    if isinstance(before, list):
        return len(before) == len(after) and all(map(identical, before, after))
    return bool(before == after)


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def is_records(items: Any) -> bool:
    return isinstance(items, list) and bool(items) and all(isinstance(item, Mapping) for item in items)


def name_of(item: Any) -> str:
    """What a reader calls it."""
    if not isinstance(item, Mapping):
        return item if isinstance(item, str) else canonical(item)
    return next((str(item[name]) for name in _NAMES if item.get(name)), "") or canonical(item)


def key_of(item: Any) -> str:
    """What it is matched by: its id where it has one, else what it is called."""
    return str(item["id"]) if isinstance(item, Mapping) and "id" in item else name_of(item)


def compare_parts(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    group: Group,
    place: str,
    label: str,
    *,
    skip: frozenset[str] = frozenset(),
) -> Iterator[Change]:
    """One change for each key that differs."""
    for part in dict.fromkeys([*after, *before]):
        old, new = before.get(part), after.get(part)
        if part in skip or (part in before and part in after and identical(old, new)):
            continue
        kind: Kind = "added" if part not in before else "removed" if part not in after else "changed"
        yield Change(kind, group, f"{place}.{part}", label, old, new, part)


def compare_list(before: Sequence[Any], after: Sequence[Any], group: Group, place: str) -> Iterator[Change]:
    """Items added, removed, changed in their parts, or moved past others. An item that was only renamed in place is
    one change, not a removal and an addition."""
    old, new = keyed(before, key_of), keyed(after, key_of)
    renamed = _renamed(old, new)
    old = {renamed.get(key, key): at for key, at in old.items()}
    for key, at in old.items():
        if key not in new:
            yield Change("removed", group, f"{place}[{at}]", name_of(before[at]), before[at], None)
    shifted = moved([key for key in old if key in new], list(new))
    for key, at in new.items():
        item, here = after[at], f"{place}[{at}]"
        if key not in old:
            yield Change("added", group, here, name_of(item), None, item)
            continue
        was = before[old[key]]
        if isinstance(item, Mapping) and isinstance(was, Mapping):
            yield from compare_parts(was, item, group, here, name_of(item))
        elif not identical(was, item):
            yield Change("changed", group, here, name_of(item), was, item)
        if key in shifted:
            yield Change("moved", group, here, name_of(item), old[key], at)


def keyed(items: Sequence[Any], key: Callable[[Any], str]) -> dict[str, int]:
    """Positions by key; a key met again gets a number, so that nothing is lost."""
    met: Counter[str] = Counter()
    found: dict[str, int] = {}
    for at, item in enumerate(items):
        name = key(item)
        found[f"{name}#{met[name]}"] = at
        met[name] += 1
    return found


def _renamed(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, str]:
    """Old key → new key where one stands in the place of the other and neither stands anywhere else."""
    taken = {at: key for key, at in new.items()}
    if len(old) != len(new):
        return {}
    return {
        key: taken[at] for key, at in old.items() if key not in new and at in taken and taken[at] not in old
    }


def moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest of the common keys that must move to turn one order into the other (all but a longest
    increasing subsequence)."""
    position = {key: at for at, key in enumerate(before)}
    common = [key for key in after if key in position]
    tails: list[int] = []
    ends: list[str] = []
    previous: dict[str, str | None] = {}
    for key in common:
        at = bisect_left(tails, position[key])
        tails[at : at + 1] = [position[key]]
        ends[at : at + 1] = [key]
        previous[key] = ends[at - 1] if at else None
    stay: set[str] = set()
    last = ends[-1] if ends else None
    while last is not None:
        stay.add(last)
        last = previous[last]
    return set(common) - stay
