"""The legal clock: pure arithmetic on working days and hours. No database, no settings, no current time.

Rules and their source:
- the day of acceptance is day 0, counting starts on the next day: Bộ luật Dân sự 2015 Điều 147;
- a term in calendar days or months that ends on a day off ends on the next working day: Điều 148 khoản 5;
- Saturdays, Sundays and holidays are off, make-up Saturdays count: Bộ luật Lao động 2019 Điều 111, 112 and the
  yearly swap decisions;
- a term of 0 working days ends the same day, or the next working day when accepted after the cut-off hour
  (15:00 for civil status: Luật Hộ tịch 2014 và hướng dẫn; for other cut-offs the catalogue record says so);
- a pause stops the clock from its start to its end; the day on which it starts is used, the day on which it ends
  is not (practice);
- a term in days ends when the office closes (practice: 17:00).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

LEGAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNITS = ("working_days", "working_hours", "days", "hours", "months")
_HORIZON = 366 * 20


class DeadlineError(ValueError):
    """The question itself is wrong (unknown unit, negative term, pause that ends before it starts)."""


@dataclass(frozen=True)
class Override:
    """A day that differs from its weekday: a holiday, a swap day off, or a make-up working Saturday."""

    name: str
    is_working: bool


@dataclass(frozen=True)
class Calendar:
    """Overrides by date and the daily office hours (practice: 8 hours in two shifts)."""

    overrides: Mapping[dt.date, Override]
    shifts: tuple[tuple[dt.time, dt.time], ...] = (
        (dt.time(7, 30), dt.time(11, 30)),
        (dt.time(13, 0), dt.time(17, 0)),
    )

    def is_working(self, day: dt.date) -> bool:
        override = self.overrides.get(day)
        return override.is_working if override else day.weekday() < 5

    def next_working(self, day: dt.date) -> dt.date:
        """``day`` itself when it is a working day, else the first working day after it."""
        for offset in range(_HORIZON):
            candidate = day + dt.timedelta(days=offset)
            if self.is_working(candidate):
                return candidate
        raise DeadlineError("the calendar has no working day")

    def closing(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, self.shifts[-1][1], LEGAL_ZONE)


@dataclass(frozen=True)
class Pause:
    """From ``start`` to ``end`` (both aware) the agency waits for somebody else."""

    start: dt.datetime
    end: dt.datetime

    def covers(self, day: dt.date) -> bool:
        return _local(self.start).date() < day <= _local(self.end).date()


@dataclass(frozen=True)
class Day:
    """One cell of the day ruler: ``kind`` is received, counted, off or paused; ``number`` counts the used days."""

    date: dt.date
    kind: str
    number: int = 0
    name: str = ""


@dataclass(frozen=True)
class Deadline:
    """``due_at`` is aware (legal zone); ``days`` spell out how it came about; ``explain`` says it in words."""

    due_at: dt.datetime
    days: tuple[Day, ...]
    explain: tuple[str, ...]


def due_at(
    *,
    received_at: dt.datetime,
    value: int,
    unit: str,
    calendar: Calendar,
    cutoff_hour: int | None = None,
    pauses: Sequence[Pause] = (),
) -> Deadline:
    """When the answer is owed, and why. Raises DeadlineError for an impossible question."""
    if received_at.tzinfo is None:
        raise DeadlineError("received_at needs a time zone")
    if unit not in UNITS:
        raise DeadlineError(f"unit must be one of {', '.join(UNITS)}")
    if value < 0:
        raise DeadlineError("value must not be negative")
    if any(p.end < p.start for p in pauses):
        raise DeadlineError("a pause must not end before it starts")
    received = _local(received_at)
    if unit == "working_hours":
        return _working_hours(received, value, calendar, pauses)
    if unit == "hours":
        end = received + dt.timedelta(hours=value) + sum((p.end - p.start for p in pauses), dt.timedelta())
        note = _("%(value)d giờ liên tục, tính từ %(at)s") % {"value": value, "at": _at(received)}
        return Deadline(end, (), (note,))
    return _days(received, value, unit, calendar, cutoff_hour, pauses)


def _days(
    received: dt.datetime,
    value: int,
    unit: str,
    calendar: Calendar,
    cutoff_hour: int | None,
    pauses: Sequence[Pause],
) -> Deadline:
    start, notes = _first_day(received, value, calendar, cutoff_hour)
    days = [Day(start, "received")]
    counts_only_working = unit == "working_days"
    target = value
    if unit == "months":
        target = (start + relativedelta(months=value) - start).days
    number, day = 0, start
    while number < target:
        day += dt.timedelta(days=1)
        if any(p.covers(day) for p in pauses):
            days.append(Day(day, "paused"))
        elif counts_only_working and not calendar.is_working(day):
            days.append(Day(day, "off", name=_off_name(day, calendar)))
        else:
            number += 1
            days.append(Day(day, "counted", number, _override_name(day, calendar)))
    end = calendar.next_working(day)
    while day < end:  # the last day is off: Điều 148 khoản 5
        day += dt.timedelta(days=1)
        kind = "counted" if day == end else "off"
        days.append(Day(day, kind, number if day == end else 0, _off_name(day, calendar)))
    return Deadline(calendar.closing(end), tuple(days), tuple(notes + _explain(days, calendar)))


def _first_day(
    received: dt.datetime, value: int, calendar: Calendar, cutoff_hour: int | None
) -> tuple[dt.date, list[str]]:
    """Day 0 of the term, moved to the next working day when accepted after the cut-off hour."""
    day, at = received.date(), _at(received)
    if cutoff_hour is not None and calendar.is_working(day) and received.time() >= dt.time(cutoff_hour):
        moved = calendar.next_working(day + dt.timedelta(days=1))
        late = _("Nhận %(at)s, sau %(hour)d giờ nên tính từ ngày làm việc tiếp theo %(day)s")
        return moved, [late % {"at": at, "hour": cutoff_hour, "day": _dm(moved)}]
    if not value:
        return day, [_("Nhận %(at)s, giải quyết ngay trong ngày làm việc") % {"at": at}]
    return day, [_("Nhận %(at)s, ngày nhận không tính (Bộ luật Dân sự 2015, Điều 147)") % {"at": at}]


def _explain(days: Sequence[Day], calendar: Calendar) -> list[str]:
    """«+2 ngày: 30/4, 1/5» and the other reasons why the date is not simply received + value."""
    lines = []
    holidays = [d for d in days if d.kind == "off" and d.date in calendar.overrides]
    if holidays:
        names = ", ".join(dict.fromkeys(d.name for d in holidays))
        dates = ", ".join(_dm(d.date) for d in holidays)
        lines.append(
            _("+%(count)d ngày: %(dates)s (%(names)s)")
            % {"count": len(holidays), "dates": dates, "names": names}
        )
    weekend = sum(d.kind == "off" and d.date not in calendar.overrides for d in days)
    if weekend:
        lines.append(_("+%(count)d ngày thứ Bảy, Chủ nhật") % {"count": weekend})
    for day in days:
        if day.kind == "counted" and day.date.weekday() >= 5 and day.date in calendar.overrides:
            made_up = {"day": _dm(day.date), "name": day.name}
            lines.append(_("%(day)s là ngày làm bù nên được tính (%(name)s)") % made_up)
    paused = [d for d in days if d.kind == "paused"]
    if paused:
        stopped = {"count": len(paused), "first": _dm(paused[0].date), "last": _dm(paused[-1].date)}
        lines.append(_("+%(count)d ngày đồng hồ dừng, %(first)s đến %(last)s") % stopped)
    return lines


def _working_hours(
    received: dt.datetime, value: int, calendar: Calendar, pauses: Sequence[Pause]
) -> Deadline:
    left = dt.timedelta(hours=value)
    day = received.date()
    for _unused in range(_HORIZON):
        for opening, closing in calendar.shifts if calendar.is_working(day) else ():
            start = max(dt.datetime.combine(day, opening, LEGAL_ZONE), received)
            end = dt.datetime.combine(day, closing, LEGAL_ZONE)
            for begin, finish in _without(start, end, pauses):
                if begin + left <= finish:
                    note = _("%(value)d giờ làm việc, tính từ %(at)s") % {"value": value, "at": _at(received)}
                    return Deadline(begin + left, (), (note,))
                left -= finish - begin
        day += dt.timedelta(days=1)
    raise DeadlineError("the term does not end within twenty years")


def _without(
    start: dt.datetime, end: dt.datetime, pauses: Sequence[Pause]
) -> list[tuple[dt.datetime, dt.datetime]]:
    """The parts of [start, end] outside every pause."""
    parts = [(start, end)] if start < end else []
    for pause in pauses:
        cut = []
        for begin, finish in parts:
            if pause.end <= begin or finish <= pause.start:
                cut.append((begin, finish))
                continue
            if begin < pause.start:
                cut.append((begin, pause.start))
            if pause.end < finish:
                cut.append((pause.end, finish))
        parts = cut
    return parts


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(LEGAL_ZONE)


def _off_name(day: dt.date, calendar: Calendar) -> str:
    if name := _override_name(day, calendar):
        return name
    return {5: "Thứ Bảy", 6: "Chủ nhật"}.get(day.weekday(), "")


def _override_name(day: dt.date, calendar: Calendar) -> str:
    override = calendar.overrides.get(day)
    return override.name if override else ""


def _dm(day: dt.date) -> str:
    return f"{day.day}/{day.month}"


def _at(moment: dt.datetime) -> str:
    return f"{moment:%H:%M} {moment.day}/{moment.month}/{moment.year}"
