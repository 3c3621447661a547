"""A procedure as the search knows it: its facts, the phrases it is known by and how much each counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from identity.folding import fold
from procedures.spelling import keys_of, marks, words_of

NAME, CLAUSE, SAYING, RESULT, ENGLISH, FIELD, PAPER = 1.0, 0.92, 0.95, 0.8, 0.85, 0.4, 0.2
CLAUSES = re.compile(r"[,;:–(/]| - ")
LATER_ACT = re.compile(
    r"(?:thu tuc )?(cap lai|cap doi|gia han|thu hoi|dieu chinh|sua doi|thay doi|cham dut|tam ngung|huy bo|huy|xoa"
    r"|giai the|chuyen doi|dang ki lai|khoi phuc|dang ki thay doi|bo sung|mien nhiem|tam dinh chi|rut|tra lai) "
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One procedure as the search pages and the API show it; ``record`` is the catalogue's own."""

    path_code: str
    name: str
    name_en: str
    keywords: tuple[str, ...]
    field: str
    field_en: str
    field_key: str
    owner: str
    owner_key: str
    audience: tuple[str, ...]
    life_events: tuple[str, ...]
    record: Mapping[str, Any]
    is_full: bool
    is_live: bool


def phrases_of(entry: Entry) -> Iterator[tuple[str, float]]:
    """What a procedure is called and speaks of, and how much each counts."""
    record = entry.record
    yield entry.name, NAME
    clause = CLAUSES.split(entry.name.removeprefix("Liên thông: "))[0]
    if len(clause) < len(entry.name) and len(words_of(clause)) > 2:
        yield clause, CLAUSE
    for keyword in entry.keywords:
        yield keyword, NAME
    if entry.name_en:
        yield entry.name_en, ENGLISH
    result = (record.get("result") or {}).get("name_vi")
    if result:
        yield result, RESULT
    if entry.field:
        yield entry.field, FIELD
    for component in record.get("components") or ():
        yield component["name_vi"], PAPER


def terms_of(typed: Sequence[str], keys: Sequence[str]) -> Iterator[str]:
    """Words, pairs of neighbours, and («=») words with their marks."""
    yield from keys
    yield from (f"{a} {b}" for a, b in zip(keys, keys[1:], strict=False))
    yield from (f"={told}" for told in map(marks, typed))


def later_act(name: str) -> frozenset[str]:
    """What a name does to something that exists already: «cấp lại», «gia hạn»."""
    found = LATER_ACT.match(" ".join(keys_of(name)))
    return frozenset((found[1], found[1].split()[-1])) if found else frozenset()


def standing(entry: Entry) -> tuple[bool, bool, str]:
    """Order among equals: what can be filed here, then what is described in full, then by name."""
    return (not entry.is_live, not entry.is_full, fold(entry.name))
