"""The legal clock: pure arithmetic on working days and hours. No database, no settings, no current time.

Rules and their source:
- the day of acceptance is day 0, counting starts on the next day: Bộ luật Dân sự 2015 Điều 147;
- a term in calendar days or months that ends on a day off ends on the next working day: Điều 148 khoản 5;
- Saturdays, Sundays and holidays are off, make-up Saturdays count: Bộ luật Lao động 2019 Điều 111, 112 and the
  yearly swap decisions;
- a term of 0 working days ends the same day, or the next working day when accepted after the cut-off hour
  (15:00 for civil status: Luật Hộ tịch 2014 và hướng dẫn; for other cut-offs the catalogue record says so);
  where a cut-off applies, what is accepted on a day off is accepted on the next working day (practice);
- a pause stops the clock from its start to its end; the day on which it starts is used, the day on which it ends
  is not, and no term ends while the clock stands: then it ends on the day the pause ends (practice);
- a term in days ends when the office closes (practice: 17:00, unless the agency's own hours say otherwise);
- an extension is a second term that begins where the first one ends (the version names its article).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

LEGAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNITS = ("working_days", "working_hours", "days", "hours", "months")
_HORIZON = 366 * 20
Shifts = tuple[tuple[dt.time, dt.time], ...]
"""Office hours of one day: (opens, closes) in order."""


class DeadlineError(ValueError):
    """The question itself is wrong (unknown unit, negative term, pause that ends before it starts)."""


@dataclass(frozen=True)
class Override:
    """A day that differs from its weekday: a holiday, a swap day off, or a make-up working Saturday."""

    name: str
    is_working: bool


@dataclass(frozen=True)
class Hours:
    """The hours an agency keeps on one weekday (0 = Monday), first and last day included."""

    weekday: int
    shifts: Shifts
    valid_from: dt.date
    valid_to: dt.date | None = None

    def apply_on(self, day: dt.date) -> bool:
        in_force = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return in_force and day.weekday() == self.weekday


@dataclass(frozen=True)
class Calendar:
    """Overrides by date, the daily office hours (practice: 8 hours in two shifts), and the agency's ``own`` ones.

    Which days count is the same for the whole country; an agency only chooses its hours on them.
    """

    overrides: Mapping[dt.date, Override]
    shifts: Shifts = (
        (dt.time(7, 30), dt.time(11, 30)),
        (dt.time(13, 0), dt.time(17, 0)),
    )
    own: tuple[Hours, ...] = ()

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

    def shifts_on(self, day: dt.date) -> Shifts:
        return next((hours.shifts for hours in self.own if hours.apply_on(day)), self.shifts)

    def closing(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, self.shifts_on(day)[-1][1], LEGAL_ZONE)

    def before(self, moment: dt.datetime, working_days: int) -> dt.datetime:
        """The same time of day, that many working days earlier."""
        local = _local(moment)
        day = local.date()
        while working_days > 0:
            day -= dt.timedelta(days=1)
            working_days -= self.is_working(day)
        return dt.datetime.combine(day, local.time(), LEGAL_ZONE)


@dataclass(frozen=True)
class Pause:
    """From ``start`` to ``end`` (both aware) the agency waits for somebody else."""

    start: dt.datetime
    end: dt.datetime

    def covers(self, day: dt.date) -> bool:
        return _local(self.start).date() < day <= _local(self.end).date()


@dataclass(frozen=True)
class Extension:
    """A lawful prolongation: a further term, in the words of its article."""

    value: int
    unit: str
    legal_basis: str


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
    extension: Extension | None = None,
) -> Deadline:
    """When the answer is owed, and why. Raises DeadlineError for an impossible question."""
    first = _one_term(received_at, value, unit, calendar, cutoff_hour, pauses)
    if extension is None:
        return first
    if extension.value < 1:
        raise DeadlineError("an extension needs a positive value")
    more = _one_term(first.due_at, extension.value, extension.unit, calendar, None, pauses)
    words = {
        "amount": amount(extension.value, extension.unit),
        "basis": extension.legal_basis,
        "due": _at(first.due_at),
    }
    return Deadline(
        more.due_at,
        (*first.days, *(_renumbered(day, first.days) for day in more.days[1:])),
        (*first.explain, _("Gia hạn %(amount)s từ %(due)s (%(basis)s)") % words, *more.explain[1:]),
    )


def moved(moment: dt.datetime, pause: Pause, calendar: Calendar) -> dt.datetime:
    """A promised ``moment`` after ``pause``: as many days later as it stood, at the end of a working day."""
    days = (_local(pause.end).date() - _local(pause.start).date()).days
    if not days:
        return moment
    return calendar.closing(calendar.next_working(_local(moment).date() + dt.timedelta(days=days)))


def worked(
    start: dt.datetime, end: dt.datetime, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> dt.timedelta:
    """Office time between two moments, without the pauses."""
    work = dt.timedelta()
    for begin, finish in _office_time(_local(start), calendar, pauses):
        if begin >= end:
            break
        work += min(finish, end) - begin
    return work


def after(
    start: dt.datetime, work: dt.timedelta, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> dt.datetime:
    """When so much office time has passed. Raises DeadlineError when it never does within twenty years."""
    for begin, finish in _office_time(_local(start), calendar, pauses):
        if begin + work <= finish:
            return begin + work
        work -= finish - begin
    raise DeadlineError("the term does not end within twenty years")


def amount(value: int, unit: str) -> str:
    """A term in words."""
    words = {
        "working_days": _("%d ngày làm việc"),
        "working_hours": _("%d giờ làm việc"),
        "days": _("%d ngày"),
        "hours": _("%d giờ"),
        "months": _("%d tháng"),
    }
    return words[unit] % value


def _renumbered(day: Day, before: Sequence[Day]) -> Day:
    used = max((one.number for one in before), default=0)
    return replace(day, number=day.number + used) if day.number else day


def _one_term(
    received_at: dt.datetime,
    value: int,
    unit: str,
    calendar: Calendar,
    cutoff_hour: int | None,
    pauses: Sequence[Pause],
) -> Deadline:
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
        end = received + dt.timedelta(hours=value)
        for pause in sorted(pauses, key=lambda one: one.start):
            end += pause.end - pause.start if pause.start < end else dt.timedelta()
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
    end, held = _not_held(calendar.next_working(day), calendar, cutoff_hour if not value else None, pauses)
    while held and day + dt.timedelta(days=1) < end:
        day += dt.timedelta(days=1)
        days.append(Day(day, "paused"))
    while day < end:  # the last day is off: Điều 148 khoản 5
        day += dt.timedelta(days=1)
        kind = "counted" if day == end else "off"
        days.append(Day(day, kind, number if day == end else 0, _off_name(day, calendar)))
    return Deadline(calendar.closing(end), tuple(days), tuple(notes + _explain(days, calendar)))


def _not_held(
    end: dt.date, calendar: Calendar, cutoff_hour: int | None, pauses: Sequence[Pause]
) -> tuple[dt.date, bool]:
    """The last day of the term, moved to the end of a pause during which it would end; whether it was moved."""
    held = False
    for pause in sorted(pauses, key=lambda one: one.start):
        if pause.start < calendar.closing(end) <= pause.end:
            back, held = _local(pause.end), True
            late = back.time() >= dt.time(cutoff_hour) if cutoff_hour is not None else False
            day = back.date()
            if calendar.is_working(day) and (late or back >= calendar.closing(day)):
                day += dt.timedelta(days=1)
            end = calendar.next_working(day)
    return end, held


def _first_day(
    received: dt.datetime, value: int, calendar: Calendar, cutoff_hour: int | None
) -> tuple[dt.date, list[str]]:
    """Day 0 of the term, moved to the next working day when accepted after the cut-off hour."""
    day, at = received.date(), _at(received)
    if cutoff_hour is not None and value and not calendar.is_working(day):
        opened = calendar.next_working(day)
        closed = _("Nhận %(at)s, ngoài ngày làm việc nên tính từ ngày làm việc tiếp theo %(day)s")
        return opened, [closed % {"at": at, "day": _dm(opened)}]
    if cutoff_hour is not None and calendar.is_working(day) and received.time() >= dt.time(cutoff_hour):
        later = calendar.next_working(day + dt.timedelta(days=1))
        late = _("Nhận %(at)s, sau %(hour)d giờ nên tính từ ngày làm việc tiếp theo %(day)s")
        return later, [late % {"at": at, "hour": cutoff_hour, "day": _dm(later)}]
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
    note = _("%(value)d giờ làm việc, tính từ %(at)s") % {"value": value, "at": _at(received)}
    return Deadline(after(received, dt.timedelta(hours=value), calendar, pauses), (), (note,))


def _office_time(
    start: dt.datetime, calendar: Calendar, pauses: Sequence[Pause]
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The stretches of open office from ``start`` on, outside every pause."""
    day = start.date()
    for _unused in range(_HORIZON):
        for opening, closing in calendar.shifts_on(day) if calendar.is_working(day) else ():
            begin = max(dt.datetime.combine(day, opening, LEGAL_ZONE), start)
            yield from _without(begin, dt.datetime.combine(day, closing, LEGAL_ZONE), pauses)
        day += dt.timedelta(days=1)


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
    return {5: _("Thứ Bảy"), 6: _("Chủ nhật")}.get(day.weekday(), "")


def _override_name(day: dt.date, calendar: Calendar) -> str:
    override = calendar.overrides.get(day)
    return override.name if override else ""


def _dm(day: dt.date) -> str:
    return f"{day.day}/{day.month}"


def _at(moment: dt.datetime) -> str:
    return f"{moment:%H:%M} {moment.day}/{moment.month}/{moment.year}"
