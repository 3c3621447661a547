"""What partner systems report about a dossier: they have it, or they have moved on with it."""

from __future__ import annotations

import datetime as dt

from applications.actors import SYSTEM
from applications.models import Dossier, Event
from applications.services.moving import remark


def record_acknowledgement(*, dossier: Dossier, partner: str, event_seq: int, at: dt.datetime) -> None:
    """A partner system confirmed that it received event ``event_seq``."""
    remark(
        dossier, "partner_acknowledged", by=SYSTEM, at=at, data={"partner": partner, "event_seq": event_seq}
    )


def record_partner_status(
    *,
    dossier: Dossier,
    partner: str,
    national_code: int,
    occurred_at: dt.datetime,
    text: str,
    at: dt.datetime,
) -> bool:
    """A step a partner took itself, for the citizen's timeline. False when an equal or newer one is known."""
    known = (
        Event.objects.filter(dossier=dossier, kind="partner_status", data__partner=partner)
        .order_by("-seq")
        .values_list("data__occurred_at", flat=True)
        .first()
    )
    if known and dt.datetime.fromisoformat(known) >= occurred_at:
        return False
    remark(
        dossier,
        "partner_status",
        by=SYSTEM,
        at=at,
        data={"partner": partner, "national_code": national_code, "occurred_at": occurred_at.isoformat()},
        note=text,
    )
    return True
