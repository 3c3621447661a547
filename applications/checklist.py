"""Conditions of ``processing.checklist``: what only a person can judge, and what was found so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from applications.models import ConditionCheck, Dossier
from procedures.schema import in_language

ICONS = {"met": "check-c", "not_met": "stop", "not_applicable": "pause", "": "alert"}
TONES = {"met": "ok", "not_met": "no", "not_applicable": "", "": "wait"}


@dataclass(frozen=True)
class Condition:
    """``unmet``: the sentence with which a grant is refused; ``basis``: the article that makes it a condition."""

    id: str
    label: str
    unmet: str
    required: bool
    basis: str


@dataclass(frozen=True)
class Judged:
    """One condition with what stands in its boxes: what was found, or what a refused form had typed."""

    condition: Condition
    found: ConditionCheck | None
    outcome: str
    note: str

    @property
    def icon(self) -> str:
        return ICONS[self.found.outcome if self.found else ""]

    @property
    def tone(self) -> str:
        return TONES[self.found.outcome if self.found else ""]


def declared(dossier: Dossier) -> dict[str, Condition]:
    """In the order of the version."""
    return {
        one["id"]: Condition(
            one["id"],
            in_language(one["label"], one.get("label_en", "")),
            in_language(one["unmet"], one.get("unmet_en", "")),
            one.get("required", True),
            one.get("basis", ""),
        )
        for one in dossier.version.processing.get("checklist", [])
    }


def judged(dossier: Dossier, typed: Mapping[str, str] | None = None) -> list[Judged]:
    """Every declared condition with who found what and when."""
    typed = typed or {}
    stored = {one.condition: one for one in dossier.condition_checks.select_related("by")}
    return [
        Judged(
            condition,
            found := stored.get(name),
            typed.get(f"outcome-{name}", found.outcome if found else ""),
            typed.get(f"note-{name}", found.note if found else ""),
        )
        for name, condition in declared(dossier).items()
    ]
