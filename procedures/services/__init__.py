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
from procedures.services.vocabulary import Saying, add_synonym, change_synonym, remove_synonym

__all__ = [
    "Saying",
    "add_synonym",
    "approve",
    "change_synonym",
    "create_procedure",
    "discard",
    "edit",
    "end_offering",
    "explain",
    "follow_the_calendar",
    "open_draft",
    "pass_check",
    "rebase",
    "remove_synonym",
    "repeal",
    "send_back",
    "send_to_check",
    "set_offering",
    "write_life_event",
    "wrote",
]
