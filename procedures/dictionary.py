"""The national data dictionary: what every form calls a datum, where the State keeps it, who it may be about.

Pure data of ``data/dictionary.json``. A datum is an element of somebody or something (its role): «full name» of
«the mother». Each pair has one wording, so that no two procedures ask the same thing in different words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from procedures.schema import STANDARD_CHOICES, Choice, in_language

FILE = Path(__file__).with_name("data") / "dictionary.json"
REQUESTER, ORGANISATION = "requester", "organisation"
EID = "eid"
SIGN_IN = {
    "citizen_id": "number",
    "full_name": "full_name",
    "date_of_birth": "date_of_birth",
    "sex": "sex",
    "phone": "phone",
}
"""What the eID says of the person who signed in, where the population register is silent."""
THINGS = frozenset(
    {"request", "document", "land_plot", "vehicle", "works", "chemical", "facility", "couple", "parties"}
)


@dataclass(frozen=True, slots=True)
class Element:
    id: str
    kind: str
    label: str
    label_en: str
    help: str = ""
    help_en: str = ""
    register: str = ""
    """The national register that keeps the datum, whether or not this portal is connected to it."""
    path: str = ""
    """Where in the record of that register; empty when the portal knows no place."""
    choices: tuple[Choice, ...] = ()
    sensitive: bool = False
    example: str = ""
    why: str = ""
    why_en: str = ""

    @property
    def text(self) -> str:
        return in_language(self.label, self.label_en)


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    label: str
    label_en: str

    @property
    def text(self) -> str:
        return in_language(self.label, self.label_en)


@cache
def _data() -> Mapping[str, Any]:
    data: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return data


@cache
def elements() -> Mapping[str, Element]:
    return MappingProxyType(
        {
            row["id"]: Element(
                **{**row, "choices": tuple(Choice(**choice) for choice in row.get("choices", ()))}
            )
            for row in _data()["elements"]
        }
    )


@cache
def roles() -> Mapping[str, Role]:
    return MappingProxyType({row["id"]: Role(**row) for row in _data()["roles"]})


def wording(element: str, of: str) -> tuple[str, str] | None:
    """The one Vietnamese and English label of this datum of this role; None for a pair nobody asks yet."""
    pair = _data()["wordings"].get(element, {}).get(of)
    return (pair[0], pair[1]) if pair else None


def wordings() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Every element with the roles it may be about."""
    return {
        element: {role: (pair[0], pair[1]) for role, pair in by_role.items()}
        for element, by_role in _data()["wordings"].items()
    }


def question(element: str, of: str, *, id: str) -> dict[str, Any]:
    """The question as a form definition holds it, with its prefill. A file still needs its ``component``, and
    the prefill of anybody but the requester and the organisation needs that role in the form.

    Raises KeyError for an element or a pair the dictionary does not have.
    """
    known = elements()[element]
    pair = wording(element, of)
    if pair is None:
        raise KeyError(f"{element} of {of}")
    asked: dict[str, Any] = {
        "id": id,
        "kind": known.kind,
        "label": pair[0],
        "label_en": pair[1],
        "hint": known.help,
        "hint_en": known.help_en,
        "why": known.why,
        "why_en": known.why_en,
        "element": element,
        "of": of,
        "sensitive": known.sensitive,
        "choices": [] if known.kind in STANDARD_CHOICES else [_row(choice) for choice in known.choices],
        "prefill": prefill(known, of),
    }
    return {name: value for name, value in asked.items() if value not in ("", [], False)}


def prefill(element: Element, of: str) -> list[dict[str, str]]:
    """Where the answer can be taken from, best first; empty when it must be asked."""
    if not element.path or of in THINGS or element.kind in ("file", "computed"):
        return []
    role = {} if of == REQUESTER else {"role": of}
    sources = [{"register": element.register, "path": element.path} | role]
    if of == REQUESTER and element.id in SIGN_IN:
        sources.append({"register": EID, "path": SIGN_IN[element.id]})
    if of == ORGANISATION and element.id == "business_code":
        sources.append({"register": EID, "path": "code"} | role)
    return sources


def _row(choice: Choice) -> dict[str, str]:
    return {"code": choice.code, "label": choice.label, "label_en": choice.label_en}
