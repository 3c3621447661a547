"""What a published version asks of people, counted once a day: the version is frozen, the day may matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

from procedures.models import ProcedureVersion
from procedures.personas import burden_of
from procedures.schema import SchemaError

Counters = Mapping[str, Mapping[str, int]]


def counters(version: ProcedureVersion, *, on: dt.date) -> Counters:
    """By persona (``unknown``, ``known`` to the registers); empty where there is no form, or one that cannot run."""
    return _counted(_Counted(version), on) if version.form is not None else {}


class _Counted:
    """A version under its key, so that its form need not be compared."""

    def __init__(self, version: ProcedureVersion) -> None:
        self.version = version
        self.key = (version.pk, version.edits, version.published_at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Counted) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=2000)
def _counted(held: _Counted, on: dt.date) -> Counters:
    try:
        return burden_of(held.version.edition, today=on)
    except SchemaError:
        return {}
