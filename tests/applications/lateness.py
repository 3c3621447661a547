"""Dossiers that are late, and the instants around their promised day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from applications import actors, services
from applications.actors import Actor
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier, Letter
from identity.models import Agency, Officer, Role
from tests import factories

ACCEPTED = dt.datetime(2026, 5, 4, 9, 0, tzinfo=LEGAL_ZONE)
DUE = dt.datetime(2026, 5, 11, 17, 0, tzinfo=LEGAL_ZONE)
LATE = dt.datetime(2026, 5, 12, 8, 0, tzinfo=LEGAL_ZONE)
"""Half a working hour after the promised day ended."""
NEW = dt.datetime(2026, 5, 15, 17, 0, tzinfo=LEGAL_ZONE)
EXTENSION = {"value": 3, "unit": "working_days", "legal_basis": "Luật X, Điều 5 khoản 2"}
BIRTH = "2026-04-20"


def running(agency: Agency, **processing: Any) -> Dossier:
    """Accepted on Monday 4/5/2026 at 9:00 for five working days: due on 11/5 at 17:00."""
    version = factories.version(processing={**factories.PROCESSING, **processing})
    return factories.processing(agency, at=ACCEPTED, of=version, child_dob=BIRTH)


def actor(agency: Agency, *roles: str, name: str = "Đỗ Thị Lãnh Đạo") -> Actor:
    return actors.officer(factories.officer(agency, *roles, name=name))


def approver(agency: Agency) -> Actor:
    return actor(agency, Role.APPROVER)


def signed(dossier: Dossier, *, at: dt.datetime = LATE) -> Letter:
    """Drafted and signed, not yet sent."""
    services.draft_letter(dossier=dossier, at=at)
    return services.sign_letter(dossier=dossier, by=approver(dossier.agency), at=at)


def leader_of(agency: Agency) -> Officer:
    return factories.officer(agency, Role.LEADER, name="Phan Cấp Trên")
