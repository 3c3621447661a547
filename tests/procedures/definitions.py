"""The definitions the portal ships, and a small one for tests of the engine itself."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from procedures import schema

FOLDER = Path(schema.__file__).parents[1] / "definitions"
SHIPPED = ("birth-registration", "judicial-record", "chemical-import-declaration")
"""The models of quality; all the others are looked at in `test_definitions`."""
ALL = tuple(sorted(path.stem for path in FOLDER.glob("*.json") if "." not in path.stem))


@cache
def shipped(name: str) -> schema.Form:
    return schema.load(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def definition(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    page = {"id": "only", "title": "Trang", "questions": list(questions)}
    return {"procedure_id": "try", "official_form": "Mẫu thử", "pages": [page]} | more


def question(kind: str = "text", name: str = "q", **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "label": "Câu hỏi"} | more


def one(kind: str, **more: Any) -> schema.Question:
    return schema.load(definition(question(kind, **more))).pages[0].questions[0]
