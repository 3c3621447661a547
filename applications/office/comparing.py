"""Two drafts of one paper side by side: which lines were added, changed or dropped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OPEN_PLACE = "…"
"""Stands in a generated draft where the agency has still to write; it counts as nothing."""
Fields = Sequence[Mapping[str, Any]]
"""Lines of a result: [{label, label_en, value}] or [{label, label_en, columns, rows}]."""


@dataclass(frozen=True)
class Change:
    """One line; ``before`` is empty where it was added, ``after`` where it was dropped."""

    label: str
    before: str
    after: str


def words(field: Mapping[str, Any]) -> str:
    """What stands at one line, a table row by row."""
    if "rows" in field:
        return "; ".join(", ".join(row) for row in field["rows"])
    value = str(field.get("value", ""))
    return "" if value == OPEN_PLACE else value


def changes(before: Fields, after: Fields) -> list[Change]:
    """In the order of ``after``, then what was dropped."""
    old = {field["label"]: words(field) for field in before}
    new = {field["label"]: words(field) for field in after}
    labels = [*new, *(label for label in old if label not in new)]
    return [
        Change(label, old.get(label, ""), new.get(label, ""))
        for label in labels
        if old.get(label, "") != new.get(label, "")
    ]


def by_hand(findings: Iterable[Mapping[str, Any]], fields: Fields) -> list[Change]:
    """What the officer wrote: each finding of the version against its suggestion."""
    written = {field["label"]: words(field) for field in fields}
    pairs = [(one["label"], one.get("suggest") or "", written.get(one["label"], "")) for one in findings]
    return [Change(label, before, after) for label, before, after in pairs if before != after]


def marked(fields: Fields, changed: Sequence[Change]) -> list[dict[str, Any]]:
    """The lines of the paper with ``was`` and ``is_changed`` at those changed; dropped lines stand last."""
    by_label = {change.label: change for change in changed}
    lines = [
        {**field, "was": by_label[field["label"]].before, "is_changed": True}
        if field["label"] in by_label
        else {**field}
        for field in fields
    ]
    dropped = [change for change in changed if not change.after]
    return lines + [{"label": one.label, "was": one.before, "is_changed": True} for one in dropped]
