"""Everything that keeps an edition from citizens: errors block publishing, warnings are shown beside it.

Pure: an edition in, findings out, ordered by place. The rules and where each comes from: docs/lint.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from procedures.edition import Edition
from procedures.lint import completeness, language, once_only, online, shape, structure, wording
from procedures.lint.material import Finding, Material, Severity, cites

__all__ = ["Citation", "Finding", "Severity", "citations", "lint"]

Rule = Callable[[Material], Iterator[Finding]]
RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *once_only.RULES,
    *completeness.RULES,
    *online.RULES,
    *shape.RULES,
    *language.RULES,
    *wording.RULES,
)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Citation:
    """What is asked although a register holds it, and the article that allows it."""

    place: str
    basis: str


def lint(edition: Edition) -> list[Finding]:
    """All findings of all rules. A form that cannot be loaded is only told its faults and its missing content."""
    material = Material(edition)
    found = {finding for rule in RULES for finding in rule(material)}
    return sorted(found, key=lambda finding: (_place(finding.place), finding.severity, finding.rule))


def citations(edition: Edition) -> list[Citation]:
    material = Material(edition)
    found = [Citation(one.place, one.question.basis) for one in material.questions if one.question.basis]
    found += [
        Citation(f"content.components[{number}]", component["legal_basis"])
        for number, component in enumerate(material.components)
        if component.get("legal_basis")
    ]
    return [one for one in found if cites(one.basis)]


def _place(place: str) -> str:
    """Sorts pages[10] after pages[9]."""
    return _NUMBER.sub(lambda found: found[0].zfill(5), place)
