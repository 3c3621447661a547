"""The legal clock of a dossier: the pure arithmetic of ``deadlines`` fed with the calendar table and the version."""

from __future__ import annotations

import datetime as dt

from applications import deadlines
from applications.models import CalendarDay, Dossier
from procedures.models import ProcedureVersion

ANSWER_HOURS = 8
"""Working hours in which a submission is answered (Nghị định 45/2020/NĐ-CP; article not verified)."""

SUPPLEMENT_DAYS = 30
"""Days a citizen has to supplement unless the version says otherwise (practice, configurable per version)."""


def calendar() -> deadlines.Calendar:
    return deadlines.Calendar(
        {day.date: deadlines.Override(day.name, day.is_working) for day in CalendarDay.objects.all()}
    )


def answer_due(received_at: dt.datetime) -> dt.datetime:
    """By when a submission must be accepted, refused or returned for a supplement."""
    return deadlines.due_at(
        received_at=received_at, value=ANSWER_HOURS, unit="working_hours", calendar=calendar()
    ).due_at


def deadline_for(
    version: ProcedureVersion, received_at: dt.datetime, pauses: list[deadlines.Pause] | None = None
) -> deadlines.Deadline | None:
    """The promise of the version, counted from ``received_at``; None when the catalogue knows no term, or a draft
    has not said its unit yet."""
    limit = version.time_limit
    if limit.get("value") is None or limit.get("unit") not in deadlines.UNITS:
        return None
    return deadlines.due_at(
        received_at=received_at,
        value=int(limit["value"]),
        unit=limit["unit"],
        calendar=calendar(),
        cutoff_hour=limit.get("cutoff_hour"),
        pauses=pauses or [],
    )


def deadline_of(dossier: Dossier, *, now: dt.datetime) -> deadlines.Deadline | None:
    """The deadline of an accepted dossier with all its pauses; an open pause counts as lasting until ``now``."""
    if dossier.accepted_at is None:
        return None
    pauses = [
        deadlines.Pause(p.started_at, max(p.ended_at or now, p.started_at))
        for p in dossier.pauses.filter(started_at__gte=dossier.accepted_at)
    ]
    return deadline_for(dossier.version, dossier.accepted_at, pauses)


def supplement_days(version: ProcedureVersion) -> int:
    return int(version.processing.get("supplement_days", SUPPLEMENT_DAYS))


def form_set(at: dt.datetime) -> str:
    """The printed forms in force: Thông tư 03/2025/TT-VPCP from 15/9/2025, before it Thông tư 01/2018/TT-VPCP."""
    return "TT03_2025" if at.astimezone(deadlines.LEGAL_ZONE).date() >= dt.date(2025, 9, 15) else "TT01_2018"
