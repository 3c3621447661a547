"""How much of a paid fee goes back. Pure: the rule of a version, how far the dossier had come, the amount paid.

No general rule of law has been found and verified: the rule is data of the version (``content.fee.refund``), else the
deployment's own (settings ``REFUND_UNTIL``, ``REFUND_BASIS``), and whichever applied is written on the refund.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STAGES = ("submitted", "accepted", "processing")
"""How far a dossier had come when it was given up."""
UNTIL = {"never": 0, "acceptance": 1, "processing": 2, "decision": 3}
"""Before what it must be given up for the money to go back: so many of the stages still give it back."""


@dataclass(frozen=True, slots=True)
class Rule:
    until: str
    basis: str


def rule_of(fee: Mapping[str, Any], *, usual: Rule) -> Rule:
    """The rule of the version's fee, else ``usual``."""
    written = fee.get("refund")
    return Rule(written["until"], written["basis"]) if written else usual


def owed_vnd(rule: Rule, *, stage: str, paid_vnd: int) -> int:
    """Whole đồng: all of it or nothing. Raises ValueError for a stage or a rule nobody knows."""
    if rule.until not in UNTIL:
        raise ValueError(rule.until)
    return paid_vnd if STAGES.index(stage) < UNTIL[rule.until] else 0
