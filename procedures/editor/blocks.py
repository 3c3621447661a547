"""Groups of questions that many forms share, and how a question of the dictionary enters a form. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from procedures import building, dictionary

FILE = Path(__file__).parents[1] / "data" / "blocks.json"


@dataclass(frozen=True, slots=True)
class Block:
    """``pairs``: elements of the data dictionary and whose they are."""

    id: str
    label: str
    label_en: str
    about: str
    pairs: tuple[tuple[str, str], ...]

    @property
    def labels(self) -> list[str]:
        return [words[0] for pair in self.pairs if (words := dictionary.wording(*pair))]


@cache
def blocks() -> Mapping[str, Block]:
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        row["id"]: Block(
            row["id"],
            row["label"],
            row["label_en"],
            row["about"],
            tuple((one["element"], one["of"]) for one in row["questions"]),
        )
        for row in rows
    }


def asked_pairs(form: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """(element, role) already in the form → the page's title and id."""
    return {
        (question["element"], question["of"]): (page["title"], page["id"])
        for page in form["pages"]
        for question in page["questions"]
        if question.get("element") and question.get("of")
    }


def insert(form: Mapping[str, Any], page_id: str, element: str, of: str) -> building.Definition:
    """Append a question of the dictionary. Data of a person the form cannot find yet, or of a row, is not filled in
    beforehand: the source is left out until the role is described, and lint says so.

    Raises KeyError for a pair the dictionary does not have.
    """
    asked = dictionary.question(element, of, id=f"{of}_{element}"[:50])
    found = {"requester", "organisation", *form.get("roles", {})}
    repeats = any(page.get("group") for page in form["pages"] if page["id"] == page_id)
    sources = [one for one in asked.pop("prefill", []) if one.get("role", "requester") in found]
    if sources and not repeats:
        asked["prefill"] = sources
    if asked["kind"] not in ("computed", "file"):
        asked["required"] = True
    return building.add_question(form, page_id, asked)


def insert_block(form: Mapping[str, Any], page_id: str, block: Block) -> building.Definition:
    """Every question of the block the form does not ask yet."""
    built: building.Definition = dict(form)
    for element, of in block.pairs:
        if (element, of) not in asked_pairs(built):
            built = insert(built, page_id, element, of)
    return built
