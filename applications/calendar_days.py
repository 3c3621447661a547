"""The days that differ from their weekday: loaded from the yearly decisions, compared with a second source.

Our own list holds the years that were checked by hand. Years around it come from the ``holidays`` package,
marked so: Tết follows the moon and swaps follow a yearly decision, so they are replaced once it is out.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import holidays
from django.db import transaction

from applications.models import CalendarDay
from identity.loading import Counts, sync

PACKAGE = (
    f"gói holidays {importlib.metadata.version('holidays')} (VN); chưa đối chiếu quyết định nghỉ hằng năm"
)
PACKAGE_YEARS = (2022, 2023, 2027)
SATURDAY = 5
Kind = CalendarDay.Kind


@dataclass(frozen=True)
class Difference:
    """A day on which the two sources disagree, and what it does to the legal clock."""

    date: dt.date
    ours: str
    package: str
    affects_deadlines: bool
    explanation: str


@transaction.atomic
def load(document: Mapping[str, Any]) -> Counts:
    """Load ``holidays.json`` and seed the years it does not cover. Safe to repeat."""
    rows = [*_ours(document), *(day for year in PACKAGE_YEARS for day in _from_package(year))]
    fields = ["name", "name_en", "kind", "is_working", "source"]
    return sync(rows, CalendarDay.objects.all(), key=["date"], fields=fields)


def differences(document: Mapping[str, Any]) -> list[Difference]:
    """Every day of our checked years that the ``holidays`` package tells otherwise."""
    ours = {day.date: day for day in _ours(document)}
    notes = {row["date"]: row.get("note", "") for row in document["days"]}
    theirs = {day.date: day for year in sorted({d.year for d in ours}) for day in _from_package(year)}
    found = []
    for date in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(date), theirs.get(date)
        if mine and other and mine.is_working == other.is_working:
            continue
        found.append(
            Difference(
                date=date,
                ours=mine.name if mine else "",
                package=other.name if other else "",
                affects_deadlines=_works(date, mine) != _works(date, other),
                explanation=_explain(date, mine, notes.get(date.isoformat(), "")),
            )
        )
    return found


def _explain(date: dt.date, mine: CalendarDay | None, note: str) -> str:
    if mine is None and date.weekday() >= SATURDAY:
        return "Rơi vào ngày nghỉ hằng tuần: không làm đổi hạn, danh sách của cổng không ghi."
    if mine is not None and mine.kind in (Kind.SWAP, Kind.MAKE_UP):
        return f"Hoán đổi ngày làm việc mà gói không có. {note}".strip()
    return note or "Khác nhau, cần đối chiếu quyết định nghỉ của năm."


def _works(date: dt.date, day: CalendarDay | None) -> bool:
    return day.is_working if day else date.weekday() < SATURDAY


def _ours(document: Mapping[str, Any]) -> list[CalendarDay]:
    return [
        CalendarDay(
            date=dt.date.fromisoformat(row["date"]),
            name=row["name_vi"],
            name_en=row["name_en"],
            kind=row["kind"],
            is_working=row["is_working_day"],
            source=f"holidays.json, độ tin cậy {row['confidence']}",
        )
        for row in document["days"]
    ]


def _from_package(year: int) -> list[CalendarDay]:
    calendar = holidays.country_holidays("VN", years=year, language="vi")
    english = holidays.country_holidays("VN", years=year, language="en_US")
    days = [
        CalendarDay(
            date=date,
            name=name,
            name_en=english.get(date, ""),
            kind=_kind(name),
            is_working=False,
            source=PACKAGE,
        )
        for date, name in calendar.items()
    ]
    make_up = (date for date in calendar.weekend_workdays if date.year == year)
    days += [
        CalendarDay(
            date=date,
            name="Làm bù",
            name_en="Make-up working day",
            kind=Kind.MAKE_UP,
            is_working=True,
            source=PACKAGE,
        )
        for date in make_up
    ]
    return days


def _kind(name: str) -> str:
    if "thay cho ngày" in name:
        return Kind.SWAP
    return Kind.COMPENSATORY if "nghỉ bù" in name else Kind.PUBLIC_HOLIDAY
