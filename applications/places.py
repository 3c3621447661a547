"""A place as people write it on one line: «P. Bến Nghé, Q.1, TP.HCM» → commune, district, province. Pure text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from identity.folding import fold

KINDS = ("phuong", "xa", "thi tran", "dac khu")
_SHORT_KINDS = {"p": "phuong", "x": "xa", "tt": "thi tran", "dk": "dac khu"}
_DISTRICT = {"q": "quan", "h": "huyen", "tx": "thi xa", "tp": "thanh pho", "t": "tinh"}
_DISTRICTS = ("quan", "huyen", "thi xa", "thanh pho", "tinh")
_NICKNAMES = {
    "hcm": "ho chi minh", "tphcm": "ho chi minh", "tp hcm": "ho chi minh", "sai gon": "ho chi minh",
    "hn": "ha noi", "dn": "da nang", "hue": "hue", "thua thien hue": "hue", "vung tau": "ba ria vung tau",
}  # fmt: skip
_KIND = re.compile(rf"^({'|'.join(KINDS)}) (?=.)")
_LEVEL = re.compile(rf"^({'|'.join(_DISTRICTS)}) (?=.)")
_NO_COMMA = re.compile(rf"^(.+?) ((?:{'|'.join((*_DISTRICTS, *_DISTRICT))}) .+)$")
_ENTRY = re.compile(r",|;|\(|\)|\bvà\b")


@dataclass(frozen=True, slots=True)
class Place:
    """Folded. ``commune`` without its kind («ben nghe»), but «phuong 1» where the name is only a number."""

    commune: str
    kind: str = ""
    district: str = ""
    province: str = ""


def read(written: str) -> Place:
    """Commas part the levels; without commas the words quận, huyện, thị xã, thành phố, tỉnh do."""
    parts = [one for one in map(_level, map(fold, re.split(r"[,;]| - ", written))) if one]
    if not parts:
        return Place("")
    kind, commune = _commune(parts[0])
    rest = parts[1:]
    district = _bare_district(rest[0]) if rest else ""
    # «thành phố Sóc Trăng» alone may be a city of a province or a province: both are tried.
    last = rest[-1] if rest and not rest[-1].startswith(("quan ", "huyen ", "thi xa ")) else ""
    return Place(commune, kind, district, _bare(last))


def without_commas(written: str) -> str:
    """«Bến Nghé Quận 1» → «ben nghe, quan 1»; '' where no word says that a second level begins."""
    found = _NO_COMMA.match(fold(written))
    return f"{found[1]}, {found[2]}" if found and found[1] not in (*KINDS, *_SHORT_KINDS) else ""


def _level(part: str) -> str:
    first, _, rest = part.partition(" ")
    return f"{_DISTRICT[first]} {rest}" if rest and first in _DISTRICT and part not in _NICKNAMES else part


def _commune(part: str) -> tuple[str, str]:
    first, _, rest = part.partition(" ")
    glued = re.fullmatch(r"(p|x)([0-9]+)", part)
    if glued:
        part = f"{_SHORT_KINDS[glued[1]]} {glued[2]}"
    elif rest and first in _SHORT_KINDS:
        part = f"{_SHORT_KINDS[first]} {rest}"
    kind = found[1] if (found := _KIND.match(part)) else ""
    name = _KIND.sub("", part)
    return kind, f"phuong {int(name)}" if name.isdigit() and kind in ("", "phuong") else name


def _bare(province: str) -> str:
    bare = _LEVEL.sub("", province)
    return _NICKNAMES.get(province, _NICKNAMES.get(bare, bare))


def _bare_district(district: str) -> str:
    bare = _LEVEL.sub("", district)
    return district if bare.isdigit() else bare


def names(name: str) -> frozenset[str]:
    """What a unit of today may be called: with and without its kind."""
    whole = fold(name)
    return frozenset({whole, _KIND.sub("", whole)})


@lru_cache(maxsize=8192)
def entries(former: str) -> tuple[str, ...]:
    """The units a unit was formed from, folded, and what stands in brackets after them."""
    return tuple(entry for entry in map(fold, _ENTRY.split(former)) if entry)


def formed_from(former: str, place: Place) -> bool:
    """Whether a unit of that name, or a part of it, went into this one."""
    kinds = (place.kind,) if place.kind and not place.commune.startswith("phuong ") else KINDS
    endings = [f"{kind} {place.commune}" for kind in kinds] + [f"cua {place.commune}"]
    return any(
        entry == place.commune or entry in endings or entry.endswith(tuple(f" {one}" for one in endings))
        for entry in entries(former)
    )


def in_district(former: str, place: Place) -> int:
    """How surely: 2 the district stands right behind the unit, 1 somewhere, 0 nowhere."""
    found = entries(former)
    for number, entry in enumerate(found):
        if _LEVEL.match(entry) and entry.endswith(place.district):
            before = found[number - 1] if number else ""
            return 2 if before.endswith(place.commune) else 1
    return 0


def province_of(written: str, provinces: Mapping[str, Iterable[str]]) -> str:
    """The code of the province called so, now or before 1 July 2025; '' for none or for two of them."""
    bare = _bare(_level(fold(written)))
    now = [code for code, (name, former) in provinces.items() if _LEVEL.sub("", fold(name)) == bare]
    then = [
        code
        for code, (name, former) in provinces.items()
        if re.search(rf"\b{re.escape(bare)}\b", fold(former))
    ]
    found = now or then
    return found[0] if bare and len(found) == 1 else ""
