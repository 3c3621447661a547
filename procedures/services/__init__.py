"""The verbs of the catalogue. Pages, API, commands and tasks call these; nothing else changes it."""

from __future__ import annotations

from procedures.services.drafting import create_procedure, discard, edit, explain, open_draft, rebase
from procedures.services.life_events import write_life_event
from procedures.services.offerings import end_offering, set_offering
from procedures.services.publishing import (
    approve,
    follow_the_calendar,
    pass_check,
    repeal,
    send_back,
    send_to_check,
    wrote,
)

__all__ = [
    "approve",
    "create_procedure",
    "discard",
    "edit",
    "end_offering",
    "explain",
    "follow_the_calendar",
    "open_draft",
    "pass_check",
    "rebase",
    "repeal",
    "send_back",
    "send_to_check",
    "set_offering",
    "write_life_event",
    "wrote",
]
