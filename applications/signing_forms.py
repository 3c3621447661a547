"""How a paper says that its signer stands in for somebody: abbreviations of administrative practice, kept as data.

``data/signing_forms.json`` names the source of each and whether its wording was verified; none has been so far.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class SigningForm:
    """``abbreviation`` stands before the title of the person signed for: «KT. Chủ tịch»."""

    code: str
    abbreviation: str
    name: str
    basis: str
    verified: bool


@cache
def known() -> dict[str, SigningForm]:
    stored = json.loads((Path(__file__).parent / "data" / "signing_forms.json").read_text())
    return {one["code"]: SigningForm(**one) for one in stored}


def block(code: str, *, title: str, own_title: str) -> str:
    """The two lines over a signature: whose power is used, then the signer's own title."""
    form = known().get(code)
    return f"{form.abbreviation if form else 'Thay'} {title}\n{own_title}"
