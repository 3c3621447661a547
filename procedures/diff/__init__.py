"""What differs between two editions of a procedure, typed and told in the words of its readers. Pure.

Parts are matched by what stays while they are edited: questions, pages and conditions by id, papers, steps and fee
lines by name. ``compare(x, x) == []``; an edit anywhere gives at least one change at its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from procedures.diff.burden import BurdenDelta, burden_delta
from procedures.diff.change import GROUPS, PARTS, Change, Group, Kind, Segment, segments, shown
from procedures.diff.form import form_changes
from procedures.diff.parts import compare_list, compare_parts, identical, is_records
from procedures.edition import Edition

__all__ = [
    "GROUPS",
    "PARTS",
    "BurdenDelta",
    "Change",
    "Group",
    "Kind",
    "Segment",
    "burden_delta",
    "compare",
    "segments",
    "shown",
]

_GROUP: Mapping[str, Group] = {
    "legal_bases": "legal_bases",
    "components": "papers",
    "fee": "fees",
    "time_limit": "times",
    "steps": "steps",
    "online_level": "level",
    "submission_channels": "level",
    "levels": "level",
    "levels_since_2025_07": "level",
}
_ORDER: tuple[Group, ...] = tuple(GROUPS)  # type: ignore[arg-type]


def compare(before: Edition, after: Edition) -> list[Change]:
    """Every change, group by group and in the order of the later edition within a group."""
    found = [
        *_level(before, after),
        *_content(before.content, after.content),
        *form_changes(before.form, after.form),
        *_processing(before.processing, after.processing),
    ]
    return sorted(found, key=lambda change: _ORDER.index(change.group))


def _level(before: Edition, after: Edition) -> Iterator[Change]:
    if before.online_level != after.online_level:
        yield Change(
            "changed", "level", "online_level", "online_level", before.online_level, after.online_level
        )


def _content(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    yield from _record(before, after, "content", _GROUP, "texts")


def _processing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    yield from _record(before, after, "processing", {}, "steps")


def _record(
    before: Mapping[str, Any], after: Mapping[str, Any], place: str, groups: Mapping[str, Group], usual: Group
) -> Iterator[Change]:
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        if name in before and name in after and identical(old, new):
            continue
        group, here = groups.get(name, usual), f"{place}.{name}"
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from compare_parts(old, new, group, here, name)
        elif isinstance(old, list) and isinstance(new, list) and is_records(old) == is_records(new):
            yield from compare_list(old, new, group, here)
        else:
            kind: Kind = "added" if name not in before else "removed" if name not in after else "changed"
            yield Change(kind, group, here, name, old, new)
