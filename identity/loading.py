"""Bring a table in line with a list of rows, in a few statements, and say what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Counts:
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.created + other.created, self.updated + other.updated, self.unchanged + other.unchanged
        )

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def sync(
    rows: Iterable[Row], existing: Iterable[Row], *, key: Sequence[str], fields: Sequence[str]
) -> Counts:
    """Create rows whose ``key`` is new, update those where one of ``fields`` differs; delete nothing.

    Afterwards every row carries its primary key. Fields outside ``fields`` are set at creation only.
    """
    stored = {_values(row, key): row for row in existing}
    created, updated, unchanged = [], [], 0
    for row in rows:
        known = stored.get(_values(row, key))
        if known is None:
            created.append(row)
            continue
        row.pk = known.pk
        if _values(row, fields) == _values(known, fields):
            unchanged += 1
        else:
            updated.append(row)
    if created:
        type(created[0])._default_manager.bulk_create(created, batch_size=1000)
    if updated:
        type(updated[0])._default_manager.bulk_update(updated, list(fields), batch_size=500)
    return Counts(len(created), len(updated), unchanged)


def _values(row: models.Model, names: Sequence[str]) -> tuple[Any, ...]:
    """Foreign keys by their id, so that nothing is fetched to compare."""
    columns = {field.name: field.attname for field in row._meta.concrete_fields}
    return tuple(getattr(row, columns[name]) for name in names)
