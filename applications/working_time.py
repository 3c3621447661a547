"""How much working time lies between two moments. Pure, given the calendar."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from itertools import accumulate

from applications.deadlines import LEGAL_ZONE, Calendar


class Stopwatch:
    """Working time of an agency from ``first`` to ``last`` (days included); each day is looked up once."""

    def __init__(self, calendar: Calendar, *, first: dt.date, last: dt.date) -> None:
        days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        shifts = [
            (dt.datetime.combine(day, opens, LEGAL_ZONE), dt.datetime.combine(day, closes, LEGAL_ZONE))
            for day in days
            if calendar.is_working(day)
            for opens, closes in calendar.shifts_on(day)
        ]
        self._opens = [opens for opens, _closes in shifts]
        self._long = [closes - opens for opens, closes in shifts]
        self._before = [*accumulate(self._long, initial=dt.timedelta())]

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Zero when ``end`` is not after ``start``; what lies outside the days of the watch is not counted."""
        return max(dt.timedelta(), self._until(end) - self._until(start))

    def _until(self, moment: dt.datetime) -> dt.timedelta:
        """Working time from the first day to ``moment``."""
        shift = bisect_right(self._opens, moment) - 1
        if shift < 0:
            return dt.timedelta()
        return self._before[shift] + min(self._long[shift], moment - self._opens[shift])
