"""Filters of the officer's lists as they stand in the address: read, written back, and asked of the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from applications.deadlines import LEGAL_ZONE, Calendar
from applications.models import Channel
from applications.office import silence
from applications.office.queues import ANYBODY, Branch
from applications.states import OFFICE_HOLDS, State

MOST_PROCEDURES = 50
NOBODY, ME = "chua", "toi"


@dataclass(frozen=True)
class Filters:
    """Empty means «any». ``assignee`` is ``chua`` (nobody), ``toi`` (the officer) or a user id in digits."""

    procedures: tuple[str, ...] = ()
    state: str = ""
    due_from: dt.date | None = None
    due_to: dt.date | None = None
    assignee: str = ""
    channel: str = ""
    commune: str = ""
    mismatch: bool = False
    silent: bool = False

    def __bool__(self) -> bool:
        return self != Filters()

    @property
    def query(self) -> str:
        """As it stands in an address, in a fixed order, without what was not chosen."""
        pairs: list[tuple[str, str]] = [("thu-tuc", slug) for slug in self.procedures]
        for name, field, _read in _SIMPLE:
            value = getattr(self, field)
            if value:
                pairs.append((name, value.isoformat() if isinstance(value, dt.date) else str(value)))
        pairs += [(name, "1") for name, field in _TICKS.items() if getattr(self, field)]
        return urlencode(pairs)


def parse(typed: QueryDict) -> tuple[Filters, list[str]]:
    """The filters that can be read, and one sentence for each that cannot; nothing else is lost with it."""
    values: dict[str, Any] = {"procedures": tuple(filter(None, typed.getlist("thu-tuc")))[:MOST_PROCEDURES]}
    wrong = []
    for name, field, read in _SIMPLE:
        if value := typed.get(name, "").strip():
            try:
                values[field] = read(value)
            except ValueError:
                wrong.append(_WRONG[field]())
    values |= {field: bool(typed.get(name)) for name, field in _TICKS.items()}
    found = Filters(**values)
    if found.due_from and found.due_to and found.due_from > found.due_to:
        wrong.append(_("Hạn từ ngày phải không sau hạn đến ngày; hai ngày này chưa được dùng để lọc."))
        found = replace(found, due_from=None, due_to=None)
    return found, wrong


def condition(
    filters: Filters, *, user_id: int, now: dt.datetime, calendar: Calendar, versions: list[int]
) -> Q:
    """What the filters ask of a dossier. ``versions``: those of ``filters.procedures``, not empty."""
    where = Q()
    if filters.procedures:
        where &= Q(version_id__in=versions)
    equal = {"state": filters.state, "channel": filters.channel, "commune_code": filters.commune}
    where &= Q(**{column: value for column, value in equal.items() if value})
    if filters.due_from:
        where &= Q(owed_at__gte=_midnight(filters.due_from))
    if filters.due_to:
        where &= Q(owed_at__lt=_midnight(filters.due_to + dt.timedelta(days=1)))
    if filters.assignee == NOBODY:
        where &= Q(assignee=None)
    elif filters.assignee:
        where &= Q(assignee_id=user_id if filters.assignee == ME else int(filters.assignee))
    if filters.mismatch:
        where &= Q(needs_matching=True)
    if filters.silent:
        where &= silence.lying_still(silence.since(now, calendar))
    return where


def holder(filters: Filters, user_id: int) -> int | None:
    """The user asked for as holder, None where the filter names none."""
    if filters.assignee in ("", NOBODY):
        return None
    return user_id if filters.assignee == ME else int(filters.assignee)


def possible(branches: Sequence[Branch], filters: Filters, *, user_id: int) -> list[Branch]:
    """The branches that can hold a dossier the filters let through; the others need not be read."""
    return [one for one in branches if _may_hold(one, filters, user_id)]


def _may_hold(branch: Branch, filters: Filters, user_id: int) -> bool:
    if filters.state and branch.state != filters.state:
        return False
    if filters.silent and (branch.elsewhere or branch.state not in OFFICE_HOLDS):
        return False
    if not filters.assignee or branch.holder == ANYBODY:
        return True
    return branch.holder == holder(filters, user_id)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LEGAL_ZONE)


def _state(value: str) -> str:
    return _one_of(value, set(State.values) - {State.DRAFT})


def _assignee(value: str) -> str:
    if value in (NOBODY, ME) or (value.isascii() and value.isdecimal() and len(value) < 19):
        return value
    raise ValueError(value)


def _channel(value: str) -> str:
    return _one_of(value, set(Channel.values))


def _commune(value: str) -> str:
    if not (value.isascii() and value.isdecimal() and len(value) == 5):
        raise ValueError(value)
    return value


def _one_of(value: str, known: set[str]) -> str:
    if value not in known:
        raise ValueError(value)
    return value


def _day(value: str) -> dt.date:
    day = dt.date.fromisoformat(value)
    if not 2000 <= day.year <= 2200:
        raise ValueError(value)
    return day


_SIMPLE: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("trang-thai", "state", _state),
    ("han-tu", "due_from", _day),
    ("han-den", "due_to", _day),
    ("nguoi", "assignee", _assignee),
    ("kenh", "channel", _channel),
    ("xa", "commune", _commune),
)
_TICKS: Mapping[str, str] = {"lech": "mismatch", "im": "silent"}
_WRONG: Mapping[str, Callable[[], str]] = {
    "state": lambda: _("Không có trạng thái này; hãy chọn lại trong danh sách «Trạng thái»."),
    "due_from": lambda: _("«Hạn từ ngày» chưa đúng; hãy ghi năm-tháng-ngày, ví dụ 2026-05-07."),
    "due_to": lambda: _("«Hạn đến ngày» chưa đúng; hãy ghi năm-tháng-ngày, ví dụ 2026-05-07."),
    "assignee": lambda: _("Không có người giữ này; hãy chọn lại trong danh sách «Người giữ»."),
    "channel": lambda: _("Không có kênh nộp này; hãy chọn lại trong danh sách «Kênh nộp»."),
    "commune": lambda: _("Không có xã, phường này; hãy chọn lại trong danh sách «Xã, phường»."),
}
