"""The dossier: what a person asked for, what was answered, and the append-only log of everything that happened.

Nothing here changes state by itself; the verbs in ``applications.services`` do, through ``applications.log``.
"""

from applications.models.batch import BatchItem, BatchOperation
from applications.models.bundle import Bundle, BundlePart
from applications.models.calendar import CalendarDay
from applications.models.clock import Escalation, Extension, LawfulDelay
from applications.models.condition import ConditionCheck
from applications.models.consultation import Consultation
from applications.models.counter import CounterFiling, Digitisation
from applications.models.delegation import Absence, Delegation, DelegationQuerySet, DutyEvent
from applications.models.desk_round import DeskRound, DeskRoundItem
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
from applications.models.returned_draft import ReturnedDraft
from applications.models.saved_filter import SavedFilter
from applications.models.shipment import Shipment, ShipmentNotice
from applications.models.supplement import AnswerRevision, SupplementDraft
from applications.models.waiting import Outbox, Pause, SupplementRequest

__all__ = [
    "NEVER",
    "Absence",
    "Answer",
    "AnswerRevision",
    "Attachment",
    "BatchItem",
    "BatchOperation",
    "Bundle",
    "BundlePart",
    "CalendarDay",
    "Channel",
    "ConditionCheck",
    "Consultation",
    "CounterFiling",
    "Cursor",
    "Delegation",
    "DelegationQuerySet",
    "Delivery",
    "DeskRound",
    "DeskRoundItem",
    "Digitisation",
    "Dossier",
    "DossierQuerySet",
    "DutyEvent",
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
    "ReturnedDraft",
    "SavedFilter",
    "Series",
    "Shipment",
    "ShipmentNotice",
    "SupplementDraft",
    "SupplementRequest",
    "new_key",
    "new_salt",
]
