"""What the home page shows: life events, what waits for the reader, and figures counted from the tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.db.models import Q
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.models import Dossier, Result
from applications.states import State
from identity.models import AdministrativeUnit, Citizen
from procedures import search
from procedures.catalogue import read
from procedures.models import LifeEvent

POPULAR = ("birth-registration", "judicial-record", "temporary-residence", "driving-licence-exchange")
"""Editorial, not measured: the page says «Thử tìm»."""
WAITING = (State.SUPPLEMENT_REQUESTED, State.PAYMENT_REQUESTED, State.COMPLETED)
FRESH = dt.timedelta(days=14)
"""How long a delivered result stays on the home page."""
MOST = 10


@dataclass(frozen=True, slots=True)
class Event:
    key: str
    name: str
    summary: str


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for the reader: the verb first."""

    verb: str
    dossier: Dossier
    chip: str
    is_result: bool


@dataclass(frozen=True, slots=True)
class Figure:
    value: str
    unit: str
    what: str
    source: str


def life_events(audience: str) -> list[Event]:
    english = get_language() == "en"
    return [
        Event(event.key, event.name_en if english else event.name, _summary(event.key, english=english))
        for event in LifeEvent.objects.filter(audience=audience)
    ]


def tasks(citizen: Citizen, now: dt.datetime) -> list[Task]:
    """What the dossiers of this person wait for, the earliest deadline of theirs first."""
    mine = Q(state__in=WAITING) | Q(state=State.DELIVERED, result__released_at__gte=now - FRESH)
    dossiers = (
        Dossier.objects.of_citizen(citizen)
        .filter(mine)
        .select_related("version__procedure", "agency", "result")
        .prefetch_related("supplement_requests")
        .order_by("-submitted_at")[:MOST]
    )
    return sorted((_task(dossier) for dossier in dossiers), key=lambda task: task.is_result)


def figures() -> list[Figure]:
    """Counted now, from this installation's own tables; nothing is taken from elsewhere."""
    entries = search.entries()
    full, live = sum(one.is_full for one in entries), sum(one.is_live for one in entries)
    units = AdministrativeUnit.objects.in_force(search.today())
    provinces = units.filter(level=AdministrativeUnit.Level.PROVINCE).count()
    communes = units.filter(level=AdministrativeUnit.Level.COMMUNE).count()
    filed = Dossier.objects.exclude(state=State.DRAFT).count()
    signed = Result.objects.filter(status=Result.Status.RELEASED).count()
    described = _("%(full)s mô tả đầy đủ, còn lại chỉ có điều danh sách công bố nêu") % {
        "full": _number(full)
    }
    released = _("%(signed)s kết quả đã ký số và phát hành") % {"signed": _number(signed)}
    places = _("tỉnh, %(communes)s xã") % {"communes": _number(communes)}
    from_catalogue = _("Đếm từ danh mục đang có hiệu lực")
    two_levels = _("Từ 1/7/2025, không còn cấp huyện")
    return [
        Figure(_number(len(entries)), _("thủ tục"), _("tìm được trên cổng"), described),
        Figure(_number(live), _("thủ tục"), _("nộp được trực tuyến, toàn trình, tại đây"), from_catalogue),
        Figure(_number(filed), _("hồ sơ"), _("đã nộp trên bản trình diễn này"), released),
        Figure(_number(provinces), places, _("dùng chung một cổng"), two_levels),
    ]


def popular() -> list[tuple[str, str]]:
    """Path code and name of a few procedures worth a shortcut."""
    by_slug = {one.record.get("id"): one for one in search.entries()}
    english = get_language() == "en"
    found = (by_slug[slug] for slug in POPULAR if slug in by_slug)
    return [(one.path_code, one.name_en if english else one.keywords[0].capitalize()) for one in found]


def _task(dossier: Dossier) -> Task:
    if dossier.state == State.SUPPLEMENT_REQUESTED:
        request = next((one for one in dossier.supplement_requests.all() if one.answered_at is None), None)
        until = _("Nộp trước %(day)s") % {"day": _day(request.answer_by)} if request else _("Đang chờ bạn")
        count = len(request.items) if request else 0
        return Task(_("Bổ sung %(count)s mục") % {"count": count}, dossier, until, is_result=False)
    if dossier.state == State.PAYMENT_REQUESTED:
        amount = _("Thanh toán %(amount)s đồng") % {"amount": _number(dossier.unpaid_vnd)}
        return Task(amount, dossier, _("Đang chờ bạn"), is_result=False)
    return Task(_("Xem và tải kết quả"), dossier, _("Có kết quả"), is_result=True)


def _summary(key: str, *, english: bool) -> str:
    vi, en = _summaries().get(key, ("", ""))
    return en if english else vi


@cache
def _summaries() -> dict[str, tuple[str, str]]:
    return {key: (vi, en) for key, (vi, en) in read("life_events")["summaries"].items()}


def _number(value: int) -> str:
    return number_format(value, 0, force_grouping=True)


def _day(at: dt.datetime) -> str:
    return date_format(localtime(at), "j/n")
