"""The catalogue as data: the records a ministry sends, checked, imported as versions, and exported again."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
DEFINITIONS = Path(__file__).resolve().parent.parent / "definitions"


def read(name: str) -> dict[str, Any]:
    """One of the project's own data files, with its notes on where each fact comes from."""
    document: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return document


def definition(name: str) -> dict[str, Any] | None:
    """A form or processing file that came with the project; None where there is none."""
    path = DEFINITIONS / name
    if not path.exists():
        return None
    text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
    found: dict[str, Any] = json.loads(text)
    return found
