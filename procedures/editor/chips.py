"""Where a version stands, in colour, icon and words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from procedures.models import ProcedureVersion

Status, Stage = ProcedureVersion.Status, ProcedureVersion.Stage
LOOKS: dict[str, tuple[str, str]] = {
    Status.DRAFT: ("pen", "info"),
    Status.LEGAL_CHECK: ("shield", "warning"),
    Status.APPROVAL: ("user", "consult"),
    Stage.SCHEDULED: ("cal", "info"),
    Stage.IN_FORCE: ("check-c", "success"),
    Stage.SUPERSEDED: ("swap", ""),
    Stage.REPEALED: ("x-c", "error"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    text: str
    icon: str
    tone: str


def chip_of(version: ProcedureVersion, on: dt.date) -> Chip:
    stage = version.stage(on) or Status(version.status)
    icon, tone = LOOKS[stage]
    return Chip(str(stage.label), icon, tone)
