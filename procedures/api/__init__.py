"""The catalogue for machines: procedures, their versions and differences, who offers them, and all of it as a file.

Public, read only, and conditional: every answer has an ETag made from the keys and dates of what it shows.
"""

from __future__ import annotations

from procedures.api.catalogue import Catalogue
from procedures.api.life_events import LifeEventDetail, LifeEventList
from procedures.api.listing import ProcedureList
from procedures.api.offerings import OfferingList
from procedures.api.versions import (
    FormSchema,
    ProcedureDetail,
    VersionDetail,
    VersionDiff,
    VersionList,
)

__all__ = [
    "Catalogue",
    "FormSchema",
    "LifeEventDetail",
    "LifeEventList",
    "OfferingList",
    "ProcedureDetail",
    "ProcedureList",
    "VersionDetail",
    "VersionDiff",
    "VersionList",
]
