"""The library of plain reasons for asking again: of every procedure, and those a version adds for itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PAPER, ANSWER = "paper", "answer"


@dataclass(frozen=True)
class Reason:
    """``of``: paper or answer, what the reason can be said of; ``text`` tells what is wrong and how to mend it."""

    code: str
    of: str
    text: str


@cache
def _general() -> tuple[Reason, ...]:
    stored = json.loads((Path(__file__).parent / "data" / "return_reasons.json").read_text())
    return tuple(Reason(**one) for one in stored)


def reasons(processing: Mapping[str, Any], of: str) -> list[Reason]:
    """What can be said of a paper or an answer; the version's own reasons (``processing.return_reasons``) first."""
    own = (
        Reason(f"own.{one['id']}", one["of"], one["label"]) for one in processing.get("return_reasons", ())
    )
    return [one for one in (*own, *_general()) if one.of == of]


def in_full(processing: Mapping[str, Any], of: str, code: str, words: str) -> str:
    """The sentence the citizen reads: the chosen reason, then the officer's own words. Unknown codes say nothing."""
    chosen = next((one.text for one in reasons(processing, of) if one.code == code), "")
    return " ".join(part for part in (chosen, words.strip()) if part)
