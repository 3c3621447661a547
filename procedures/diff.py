from __future__ import annotations

from dataclasses import dataclass

from procedures.edition import Edition


@dataclass(frozen=True, slots=True)
class BurdenDelta:
    is_heavier: bool
    text: str


def burden_delta(before: Edition, after: Edition) -> BurdenDelta:
    return BurdenDelta(False, "")


GROUPS: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Change:
    group: str
    sentence: str


def compare(before: Edition, after: Edition) -> list[Change]:
    return []
