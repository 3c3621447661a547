"""The legal clock of a dossier: the pure arithmetic of ``deadlines`` fed with the calendar table and the version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.conf import settings

from applications import deadlines
from applications.models import CalendarDay, Dossier, Extension, OfficeShift
from procedures.models import ProcedureVersion
from procedures.schema import in_language

ANSWER_HOURS = 8
"""Working hours in which a submission is answered (Nghị định 45/2020/NĐ-CP; article not verified)."""

SUPPLEMENT_DAYS = 30
"""Days a citizen has to supplement unless the version says otherwise (practice, configurable per version)."""


def calendar(agency_id: int | None = None) -> deadlines.Calendar:
    """The national calendar, with the hours of the agency where it keeps its own."""
    overrides = {
        day.date: deadlines.Override(in_language(day.name, day.name_en), day.is_working)
        for day in CalendarDay.objects.all()
    }
    return deadlines.Calendar(overrides, own=hours_of(agency_id) if agency_id else ())


def hours_of(agency_id: int) -> tuple[deadlines.Hours, ...]:
    rows = OfficeShift.objects.filter(agency_id=agency_id).order_by(
        "weekday", "-valid_from", "valid_to", "opens"
    )
    periods = groupby(rows, key=lambda row: (row.weekday, row.valid_from, row.valid_to))
    return tuple(
        deadlines.Hours(weekday, tuple((row.opens, row.closes) for row in shifts), first, last)
        for (weekday, first, last), shifts in periods
    )


def answer_due(received_at: dt.datetime, agency_id: int | None) -> dt.datetime:
    """By when a submission must be accepted, refused or returned for a supplement."""
    return deadlines.due_at(
        received_at=received_at, value=ANSWER_HOURS, unit="working_hours", calendar=calendar(agency_id)
    ).due_at


def deadline_for(
    version: ProcedureVersion,
    received_at: dt.datetime,
    pauses: Sequence[deadlines.Pause] = (),
    *,
    agency_id: int | None = None,
    extension: deadlines.Extension | None = None,
) -> deadlines.Deadline | None:
    """The promise of the version, counted from ``received_at``; None when the catalogue knows no term, or a draft
    has not said its unit yet."""
    return promise(version.time_limit, received_at, pauses, calendar=calendar(agency_id), extension=extension)


def promise(
    limit: Mapping[str, Any],
    received_at: dt.datetime,
    pauses: Sequence[deadlines.Pause],
    *,
    calendar: deadlines.Calendar,
    extension: deadlines.Extension | None = None,
) -> deadlines.Deadline | None:
    """The same for a time limit and a calendar already at hand."""
    if limit.get("value") is None or limit.get("unit") not in deadlines.UNITS:
        return None
    return deadlines.due_at(
        received_at=received_at,
        value=int(limit["value"]),
        unit=limit["unit"],
        calendar=calendar,
        cutoff_hour=limit.get("cutoff_hour"),
        pauses=pauses,
        extension=extension,
    )


def deadline_of(
    dossier: Dossier, *, now: dt.datetime, extension: deadlines.Extension | None = None
) -> deadlines.Deadline | None:
    """The deadline of an accepted dossier with all its pauses; an open pause counts as lasting until ``now``.

    ``extension``: as if it had been granted; else the one that was.
    """
    if dossier.accepted_at is None:
        return None
    return deadline_for(
        dossier.version,
        dossier.accepted_at,
        pauses_of(dossier, now=now),
        agency_id=dossier.agency_id,
        extension=extension or extension_of(Extension.objects.filter(dossier=dossier).first()),
    )


def pauses_of(dossier: Dossier, *, now: dt.datetime) -> list[deadlines.Pause]:
    """All since the acceptance; an open one counts as lasting until ``now``."""
    return [
        deadlines.Pause(p.started_at, max(p.ended_at or now, p.started_at))
        for p in dossier.pauses.filter(started_at__gte=dossier.accepted_at)
    ]


def extension_of(granted: Extension | None) -> deadlines.Extension | None:
    return deadlines.Extension(granted.value, granted.unit, granted.legal_basis) if granted else None


def extension_allowed(version: ProcedureVersion) -> deadlines.Extension | None:
    """What ``processing.extension`` of the version allows: {"value", "unit", "legal_basis"}."""
    rule = version.processing.get("extension")
    return deadlines.Extension(int(rule["value"]), rule["unit"], rule["legal_basis"]) if rule else None


def reappointment(version: ProcedureVersion, at: dt.datetime, agency_id: int | None) -> dt.datetime:
    """The new date an apology proposes: ``processing.reappointment_days``, else the setting, in working days."""
    days = int(version.processing.get("reappointment_days", settings.REAPPOINTMENT_DAYS))
    return deadlines.due_at(
        received_at=at, value=days, unit="working_days", calendar=calendar(agency_id)
    ).due_at


def supplement_days(version: ProcedureVersion) -> int:
    return int(version.processing.get("supplement_days", SUPPLEMENT_DAYS))


def form_set(at: dt.datetime) -> str:
    """The printed forms in force: Thông tư 03/2025/TT-VPCP from 15/9/2025, before it Thông tư 01/2018/TT-VPCP."""
    return "TT03_2025" if at.astimezone(deadlines.LEGAL_ZONE).date() >= dt.date(2025, 9, 15) else "TT01_2018"
