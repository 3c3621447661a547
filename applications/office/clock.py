"""How the legal clock of a dossier is told: a chip of colour, icon and words. Pure, given the calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.deadlines import LEGAL_ZONE, Calendar
from applications.models import Dossier
from applications.states import ENDED, PAUSED, State

SOON_DAYS = 1
"""«Sắp hạn»: due today or on the next working day (practice)."""


@dataclass(frozen=True)
class Chip:
    """``tone`` is the colour class, never alone: icon and words say the same. ``note`` is the line below."""

    tone: str
    icon: str
    text: str
    note: str = ""


def promise(dossier: Dossier) -> dt.datetime | None:
    """What is owed next: the answer to a submission, then the result."""
    return dossier.answer_due_at if dossier.state == State.SUBMITTED else dossier.due_at


def soon_until(now: dt.datetime, calendar: Calendar) -> dt.datetime:
    """The end of the next working day."""
    day = now.astimezone(LEGAL_ZONE).date()
    for _day in range(SOON_DAYS):
        day = calendar.next_working(day + dt.timedelta(days=1))
    return calendar.closing(day)


def due_chip(dossier: Dossier, *, now: dt.datetime, calendar: Calendar) -> Chip:
    if dossier.state in ENDED:
        return _ended(dossier)
    if dossier.state in PAUSED:
        return Chip("", "pause", _("Tạm dừng"))
    due = promise(dossier)
    if due is None:
        return Chip("", "clock", _("Chưa có thời hạn"))
    if due < now:
        return _overdue(dossier, due, now, calendar)
    days = _working_days(now, due, calendar)
    note = _("Hẹn %(when)s") % {"when": spoken(due, now)}
    if dossier.state == State.SUBMITTED:
        when = date_format(due.astimezone(LEGAL_ZONE), "H:i" if days == 0 else "H:i j/n")
        tone, icon = ("warning", "alert") if days == 0 else ("success", "clock")
        return Chip(tone, icon, _("Trả lời trước %(when)s") % {"when": when})
    if days == 0:
        return Chip("warning", "alert", _("Hạn hôm nay"), note)
    text = ngettext("Còn %(days)d ngày làm việc", "Còn %(days)d ngày làm việc", days) % {"days": days}
    return Chip(
        "warning" if days <= SOON_DAYS else "success", "alert" if days <= SOON_DAYS else "clock", text, note
    )


def step_chip(due: dt.datetime, *, now: dt.datetime, calendar: Calendar) -> Chip:
    """The step's own part of the term: a help to plan by, not a promise to the citizen."""
    note = _("Hạn của bước: %(when)s.") % {"when": spoken(due, now)}
    if due < now:
        return Chip("error", "alert", _("Bước này đã trễ"), note)
    days = _working_days(now, due, calendar)
    if days == 0:
        return Chip("warning", "alert", _("Bước này đến hạn hôm nay"), note)
    left = ngettext("Bước này còn %(days)d ngày làm việc", "Bước này còn %(days)d ngày làm việc", days)
    return Chip("success", "clock", left % {"days": days}, note)


def spoken(moment: dt.datetime, now: dt.datetime) -> str:
    """«17:00 hôm nay», else «17:00 7/5»."""
    local = moment.astimezone(LEGAL_ZONE)
    if local.date() == now.astimezone(LEGAL_ZONE).date():
        return _("%(time)s hôm nay") % {"time": date_format(local, "H:i")}
    return date_format(local, "H:i j/n")


def _ended(dossier: Dossier) -> Chip:
    if dossier.due_at is None or dossier.ended_at is None:
        return Chip("", "check", _("Đã kết thúc"))
    if dossier.ended_at <= dossier.due_at:
        return Chip("success", "check-c", _("Đúng hạn"))
    return Chip("error", "stop", _("Trễ hạn"))


def _overdue(dossier: Dossier, due: dt.datetime, now: dt.datetime, calendar: Calendar) -> Chip:
    days = _working_days(due, now, calendar)
    note = _("Hẹn %(when)s") % {"when": spoken(due, now)}
    if dossier.reappointed_at is not None:
        note = _("Hẹn lại %(when)s") % {"when": spoken(dossier.reappointed_at, now)}
    if dossier.state == State.SUBMITTED:
        return Chip("error", "stop", _("Quá hạn trả lời"), note)
    if days == 0:
        late = _("Quá hạn từ %(when)s") % {"when": spoken(due, now)}
        return Chip("error", "stop", late, note if dossier.reappointed_at else "")
    return Chip("error", "stop", _("Quá hạn %(days)d ngày") % {"days": days}, note)


def _working_days(start: dt.datetime, end: dt.datetime, calendar: Calendar) -> int:
    """Working days after the day of ``start`` up to the day of ``end``."""
    first, last = start.astimezone(LEGAL_ZONE).date(), end.astimezone(LEGAL_ZONE).date()
    return sum(calendar.is_working(first + dt.timedelta(days=n)) for n in range(1, (last - first).days + 1))
