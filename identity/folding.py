"""Vietnamese text without its marks, so that «da nang», «Đà Nẵng» and «ĐÀ NẴNG» are one word."""

from __future__ import annotations

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case, no accents, đ as d, one blank between words, nothing else.

    Both spellings of a mark end the same: «hoà» and «hòa», composed and decomposed.
    """
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return _NOT_A_WORD.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()
