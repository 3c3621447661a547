"""The glossary of abbreviations and words of the administration that citizens meet, one line each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from procedures.schema.model import in_language

_DATA = Path(__file__).with_name("data") / "terms.json"


@dataclass(frozen=True, slots=True)
class Term:
    vi: str
    en: str

    @property
    def gloss(self) -> str:
        return in_language(self.vi, self.en)


@cache
def terms() -> Mapping[str, Term]:
    """By the abbreviation or word exactly as written in a text."""
    rows = json.loads(_DATA.read_text(encoding="utf-8"))["terms"]
    return MappingProxyType({name: Term(**row) for name, row in rows.items()})
