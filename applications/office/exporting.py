"""What a file of dossiers holds: which dossiers, in which order, and the columns of each row, in Vietnamese."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import access, legal, printing, wording
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier, Export
from applications.office import clock, filtering, inbox, queues
from applications.office.sheets import Cell
from applications.states import State
from identity.models import Officer
from procedures.models import ProcedureVersion

CHUNK = 1000
REGISTER_COLUMNS = (
    "Số vào sổ",
    "Mã hồ sơ",
    "Thủ tục",
    "Người nộp",
    "Cơ quan giải quyết",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày chuyển xử lý",
    "Ngày có kết quả",
    "Ngày trả kết quả",
    "Cách nhận kết quả",
    "Tình trạng",
)
LIST_COLUMNS = (
    "Mã hồ sơ",
    "Thủ tục",
    "Mã thủ tục",
    "Người nộp",
    "Trạng thái",
    "Việc kế tiếp",
    "Người giữ",
    "Kênh nộp",
    "Xã, phường",
    "Nộp lúc",
    "Tiếp nhận lúc",
    "Hạn",
    "Hẹn lại",
    "Kết thúc lúc",
    "Phí, lệ phí phải nộp (đồng)",
    "Đã nộp (đồng)",
)
"""Records, therefore always Vietnamese; also what the applicant reads in the access log."""
COLUMNS = {Export.Kind.REGISTER: REGISTER_COLUMNS, Export.Kind.LIST: LIST_COLUMNS}


def of_register(officer: Officer, *, first: dt.date, last: dt.date, most: int) -> list[int]:
    """Dossiers accepted from ``first`` to ``last``, in the order of acceptance; at most ``most``."""
    accepted = access.dossiers_for_officer(officer).filter(
        accepted_at__gte=dt.datetime.combine(first, dt.time(), LEGAL_ZONE),
        accepted_at__lt=dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), LEGAL_ZONE),
    )
    return list(accepted.order_by("accepted_at", "pk").values_list("pk", flat=True)[:most])


def of_list(officer: Officer, *, tab: str, query: str, now: dt.datetime, most: int) -> list[int]:
    """Dossiers of a tab of the inbox under the filters of its address, in the order of the page."""
    calendar, (filters, _wrong) = legal.calendar(officer.agency_id), filtering.parse(QueryDict(query))
    parted = inbox.parted(officer, filters, now=now, calendar=calendar)[tab]
    asked = queues.clause_of(
        access.dossiers_for_officer(officer).filter(
            inbox.narrowed(officer, filters, now=now, calendar=calendar)
        )
    )
    return queues.page(asked, parted, newest_first=tab in queues.NEWEST_FIRST, size=most)[0]


def scope(export: Export) -> str:
    """What the file is of, in few words; no name of a person."""
    asked = export.parameters
    if export.kind == Export.Kind.REGISTER:
        first, last = (dt.date.fromisoformat(asked[name]) for name in ("first", "last"))
        return _("Tiếp nhận từ %(first)s đến %(last)s") % {
            "first": date_format(first, "j/n/Y"),
            "last": date_format(last, "j/n/Y"),
        }
    tab = str(queues.LABELS[asked["tab"]])
    return (
        _("Nhóm «%(tab)s», có lọc") % {"tab": tab} if asked["query"] else _("Nhóm «%(tab)s»") % {"tab": tab}
    )


def rows(export: Export) -> Iterator[list[list[Cell]]]:
    """The rows of the file as the dossiers are now, a chunk at a time; memory does not grow with the file."""
    told: Callable[[Sequence[Dossier]], list[list[Cell]]]
    told = _entries if export.kind == Export.Kind.REGISTER else _lines
    versions: dict[int, ProcedureVersion] = {}
    whole = access.dossiers_for_officer(export.officer).select_related(None)
    light = whole.select_related("submitter", "organisation", "assignee", "agency")
    for start in range(0, len(export.dossiers), CHUNK):
        numbers = export.dossiers[start : start + CHUNK]
        yield told(_chunk(light, numbers, versions))


def _chunk(
    light: QuerySet[Dossier], numbers: Sequence[int], versions: dict[int, ProcedureVersion]
) -> list[Dossier]:
    by_id = light.in_bulk(list(numbers))
    found = [by_id[one] for one in numbers if one in by_id]
    new = {one.version_id for one in found} - versions.keys()
    heavy = ("form", "content")
    known = ProcedureVersion.objects.select_related("procedure").defer(*heavy)
    versions |= known.in_bulk(list(new))
    for dossier in found:
        dossier.version = versions[dossier.version_id]
    return found


def _entries(dossiers: Sequence[Dossier]) -> list[list[Cell]]:
    return [
        [
            one.entry,
            one.dossier_code,
            one.procedure,
            one.applicant,
            one.agency,
            one.received_on,
            one.due_on,
            one.passed_on,
            one.returned_on,
            one.delivered_on,
            one.delivery,
            one.note,
        ]
        for one in printing.entries_of(dossiers)
    ]


def _lines(dossiers: Sequence[Dossier]) -> list[list[Cell]]:
    codes = {dossier.commune_code for dossier in dossiers} - {""}
    places = {code: wording.commune_name(code) for code in codes}
    return [_line(dossier, places) for dossier in dossiers]


def _line(dossier: Dossier, places: Mapping[str, str]) -> list[Cell]:
    procedure: Any = dossier.version.procedure
    applicant = dossier.organisation.name if dossier.organisation else dossier.submitter.name
    return [
        dossier.code or "",
        cast(str, procedure.name),
        procedure.path_code,
        applicant,
        str(State(dossier.state).label),
        inbox.next_act(dossier),
        dossier.assignee.full_name if dossier.assignee else "",
        str(dossier.get_channel_display()),
        places.get(dossier.commune_code, ""),
        dossier.submitted_at,
        dossier.accepted_at,
        clock.promise(dossier),
        dossier.reappointed_at,
        dossier.ended_at,
        dossier.fee_vnd,
        dossier.paid_vnd,
    ]
