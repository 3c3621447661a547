"""Dossiers nobody touches: an alarm for the holder, later for the superior. A query over an index, no job a row."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from applications import legal
from applications.deadlines import Calendar
from applications.models import Dossier, DossierQuerySet, Escalation
from applications.office.clock import Chip
from applications.states import ENDED, OFFICE_HOLDS
from identity.models import Agency, Officer

MOST = 200


def lying_still(moment: dt.datetime) -> Q:
    """Waits for the office, not for an agency it asked, and nobody has done anything with it since ``moment``."""
    return Q(state__in=OFFICE_HOLDS, open_consultations=0, last_event_at__lt=moment)


def since(now: dt.datetime, calendar: Calendar) -> dt.datetime:
    """Without an act since then a dossier counts as lying still."""
    return calendar.before(now, settings.SILENCE_DAYS)


def alarm(dossier: Dossier, *, now: dt.datetime, calendar: Calendar) -> Chip | None:
    """The chip of a dossier that waits for the office and has seen no act for ``SILENCE_DAYS`` working days."""
    if dossier.state not in OFFICE_HOLDS or dossier.open_consultations or dossier.last_event_at is None:
        return None
    if dossier.last_event_at >= since(now, calendar):
        return None
    return Chip(
        "warning", "alert", _("%(days)d ngày làm việc không ai xử lý") % {"days": settings.SILENCE_DAYS}
    )


def for_superior(officer: Officer, *, now: dt.datetime) -> DossierQuerySet:
    """Silent for ``SILENCE_SUPERIOR_DAYS`` at the agencies below; at one with nobody above, its own."""
    moment = legal.calendar(officer.agency_id).before(now, settings.SILENCE_SUPERIOR_DAYS)
    below = Agency.objects.filter(Q(parent=officer.agency) | Q(pk=officer.agency_id, parent=None))
    # The keys first: with them the index of what the office holds is read agency by agency.
    of_them = Dossier.objects.filter(agency_id__in=list(below.values_list("pk", flat=True)))
    silent: DossierQuerySet = of_them.filter(lying_still(moment))
    rows = silent.select_related("version__procedure", "agency").defer(
        "version__content", "version__form", "version__processing"
    )
    return rows.order_by("last_event_at")[:MOST]


def broken_promises(officer: Officer) -> list[Escalation]:
    """Re-appointed days that passed as well, brought before this agency and not yet ended."""
    brought = Escalation.objects.filter(superior=officer.agency).exclude(dossier__state__in=ENDED)
    return list(
        brought.select_related("dossier__version__procedure", "dossier__agency").order_by("at")[:MOST]
    )
