"""The dossier: what a person asked for, what was answered, and the append-only log of everything that happened.

Nothing here changes state by itself; the verbs in ``applications.services`` do, through ``applications.log``.
"""

from applications.models.calendar import CalendarDay
from applications.models.clock import Escalation, Extension, LawfulDelay
from applications.models.condition import ConditionCheck
from applications.models.consultation import Consultation
from applications.models.dossier import (
    NEVER,
    Answer,
    Attachment,
    Channel,
    Delivery,
    Dossier,
    DossierQuerySet,
    new_key,
    new_salt,
)
from applications.models.event import Cursor, Event, EventNote
from applications.models.export import Export
from applications.models.held import HeldForm
from applications.models.hours import FrontDesk, OfficeShift
from applications.models.letter import FormNumber, Letter
from applications.models.result import Result, Series
from applications.models.saved_filter import SavedFilter
from applications.models.supplement import AnswerRevision, SupplementDraft
from applications.models.waiting import Outbox, Pause, SupplementRequest

__all__ = [
    "NEVER",
    "Answer",
    "AnswerRevision",
    "Attachment",
    "CalendarDay",
    "Channel",
    "ConditionCheck",
    "Consultation",
    "Cursor",
    "Delivery",
    "Dossier",
    "DossierQuerySet",
    "Escalation",
    "Event",
    "EventNote",
    "Export",
    "Extension",
    "FormNumber",
    "FrontDesk",
    "HeldForm",
    "LawfulDelay",
    "Letter",
    "OfficeShift",
    "Outbox",
    "Pause",
    "Result",
    "SavedFilter",
    "Series",
    "SupplementDraft",
    "SupplementRequest",
    "new_key",
    "new_salt",
]
