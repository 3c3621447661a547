"""What lint says of a draft, errors first, each with the way to its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import reverse

from procedures.lint import Finding, lint
from procedures.models import ProcedureVersion

PAGES = {"content": "edit_content", "form": "edit_form", "processing": "edit_processing"}
SECTIONS = frozenset(
    {"legal_bases", "steps", "components", "time_limit", "fee", "result", "routing", "findings"}
)
_NUMBER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Told:
    finding: Finding
    url: str

    @property
    def is_error(self) -> bool:
        return self.finding.severity == "error"


def told(version: ProcedureVersion, *, part: str = "") -> list[Told]:
    """All findings, or only those of one part (content, form, processing)."""
    found = [Told(one, way_to(version, one.place)) for one in lint(version.edition)]
    return sorted(
        (one for one in found if not part or one.finding.place.split(".")[0].split("[")[0] == part),
        key=lambda one: not one.is_error,
    )


def way_to(version: ProcedureVersion, place: str) -> str:
    """``content.components[1].name_vi`` → the page of the content, at that box."""
    part, _dot, inside = place.partition(".")
    page = reverse(f"procedures:{PAGES.get(part, 'edit_content')}", args=[version.pk])
    anchor = _NUMBER.sub(r".\1", inside)
    return f"{page}#{f'muc-{anchor}' if anchor in SECTIONS else anchor}" if anchor else page
