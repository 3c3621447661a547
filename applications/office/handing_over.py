"""Results on paper that wait to reach somebody: at the counter, for the post, and what came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from applications import access
from applications.models import Delivery, Dossier, Result, Shipment
from applications.office.clock import Chip
from applications.states import State
from identity.models import Officer

MOST = 100
TONES = {
    Shipment.Status.WAITING: ("", "clock"),
    Shipment.Status.REFUSED: ("error", "x-c"),
    Shipment.Status.ACCEPTED: ("info", "swap"),
    Shipment.Status.MOVING: ("info", "swap"),
    Shipment.Status.DELIVERED: ("success", "check-c"),
    Shipment.Status.RETURNED: ("error", "alert"),
}


@dataclass(frozen=True)
class Row:
    """A result that waits; ``shipment`` is the parcel now open, if any."""

    dossier: Dossier
    number: str
    since: dt.datetime | None
    shipment: Shipment | None

    @property
    def chip(self) -> Chip | None:
        if self.shipment is None:
            return None
        tone, icon = TONES[Shipment.Status(self.shipment.status)]
        return Chip(tone, icon, str(Shipment.Status(self.shipment.status).label))

    @property
    def is_for_office(self) -> bool:
        """Nothing happens until somebody of the office acts."""
        return self.shipment is None or self.shipment.status in Shipment.FOR_THE_OFFICE


@dataclass(frozen=True)
class Waiting:
    """The three lists of the page, oldest first, each cut at MOST."""

    counter: Sequence[Row]
    to_post: Sequence[Row]
    with_carrier: Sequence[Row]


def waiting(officer: Officer) -> Waiting:
    released = access.dossiers_for_officer(officer).filter(state=State.COMPLETED)
    number = Result.objects.filter(dossier=OuterRef("pk")).values("number")[:1]
    shown = released.defer("version__form", "version__content").annotate(result_number=Subquery(number))
    counter = list(shown.filter(delivery=Delivery.COUNTER).order_by("ended_at", "pk")[:MOST])
    post = list(shown.filter(delivery=Delivery.POST).order_by("ended_at", "pk")[:MOST])
    parcels = Shipment.objects.filter(dossier__in=[one.pk for one in post], closed_at=None)
    open_parcels = {one.dossier_id: one for one in parcels}
    rows = [_row(one, open_parcels.get(one.pk)) for one in post]
    return Waiting(
        [_row(one, None) for one in counter],
        [row for row in rows if row.is_for_office],
        [row for row in rows if not row.is_for_office],
    )


def _row(dossier: Dossier, shipment: Shipment | None) -> Row:
    return Row(dossier, getattr(dossier, "result_number", "") or "", dossier.ended_at, shipment)
