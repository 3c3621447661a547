"""One edition of a procedure as plain data: what an editor edits, lint reads and publishing freezes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Edition:
    """``content`` is the catalogue record (detailed or brief), ``form`` a form definition or None, ``processing``
    the steps and routing of the version."""

    slug: str
    online_level: str
    content: Mapping[str, Any]
    form: Mapping[str, Any] | None
    processing: Mapping[str, Any]
