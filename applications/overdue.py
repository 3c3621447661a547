"""The proof that nobody is late in silence: every overdue dossier has its letter or its lawful reason in time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from applications import deadlines, legal
from applications.models import Dossier, DossierQuerySet, Letter

NO_LETTER = "no_letter"
NOT_SIGNED = "letter_not_signed"
NOT_ESCALATED = "second_breach_not_escalated"


@dataclass(frozen=True)
class Unanswered:
    """One dossier the law was not kept for, and since when."""

    code: str
    agency: str
    due_at: dt.datetime
    missing: str


def unanswered(*, at: dt.datetime) -> list[Unanswered]:
    """Overdue for more than ``APOLOGY_HOURS`` working hours of the agency without a letter sent, a draft younger
    than that, or a lawful reason recorded; or re-appointed, late again, and the superior not told."""
    late: DossierQuerySet = Dossier.objects.overdue(at)  # type: ignore[attr-defined]
    rows = late.filter(lawful_delay=None, reappointed_at=None).exclude(letter__status=Letter.Status.SENT)
    clock = _Clock(at)
    found = [
        Unanswered(row.code or "", row.agency.key if row.agency else "", row.due_at, missing)
        for row in rows.select_related("agency", "letter").order_by("due_at").iterator()
        if row.due_at is not None and (missing := _missing(row, clock))
    ]
    again = late.filter(reappointed_at__lt=at, escalation=None).select_related("agency")
    found += [
        Unanswered(row.code or "", row.agency.key if row.agency else "", row.reappointed_at, NOT_ESCALATED)
        for row in again.order_by("reappointed_at").iterator()
        if row.reappointed_at is not None and clock.has_run_out(row.agency_id, row.reappointed_at)
    ]
    return found


def _missing(row: Dossier, clock: _Clock) -> str:
    if row.due_at is None or not clock.has_run_out(row.agency_id, row.due_at):
        return ""
    letter = getattr(row, "letter", None)
    if letter is None:
        return NO_LETTER
    return NOT_SIGNED if clock.has_run_out(row.agency_id, letter.drafted_at) else ""


class _Clock:
    """Whether the working hours of grace after a moment are over now; one calendar an agency."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self._calendars: dict[int | None, deadlines.Calendar] = {}

    def has_run_out(self, agency_id: int | None, since: dt.datetime) -> bool:
        if agency_id not in self._calendars:
            self._calendars[agency_id] = legal.calendar(agency_id)
        until = deadlines.due_at(
            received_at=since,
            value=settings.APOLOGY_HOURS,
            unit="working_hours",
            calendar=self._calendars[agency_id],
        ).due_at
        return until < self.now
