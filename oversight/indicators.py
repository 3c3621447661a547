"""Public figures, computed from the dossiers and their events when asked for; nothing is typed in by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

ENOUGH = 5
"""Below this denominator no figure is shown: it would tell more of single people than of the service (practice)."""

COMPARABLE = 30
"""Below this denominator a figure is marked as uncertain and should not be ranked (practice)."""


@dataclass(frozen=True)
class Definition:
    key: str
    name: Any
    numerator: Any
    denominator: Any
    note: Any = ""


@dataclass(frozen=True)
class Share:
    """``numerator`` of ``denominator``; None as ``percent`` when there is too little to speak of."""

    numerator: int
    denominator: int

    @property
    def enough(self) -> bool:
        return self.denominator >= ENOUGH

    @property
    def comparable(self) -> bool:
        return self.denominator >= COMPARABLE

    @property
    def percent(self) -> float | None:
        return round(100 * self.numerator / self.denominator, 2) if self.enough else None


@dataclass(frozen=True)
class Figures:
    """The figures of one agency, or of all (``agency`` empty)."""

    agency: str
    dossiers: int
    online: Share
    answered: Share
    on_time: Share
    finished: int
    median_hours: float | None

    def share(self, key: str) -> Share:
        share: Share = getattr(self, key)
        return share


DEFINITIONS = (
    Definition(
        "online",
        _("Hồ sơ nộp trực tuyến"),
        _("hồ sơ nộp qua cổng này"),
        _("mọi hồ sơ đã nộp, kể cả tại quầy và qua bưu chính"),
        _("Mẫu số là mọi kênh, theo cách tính của hệ thống giám sát EMC."),
    ),
    Definition(
        "answered",
        _("Trả lời trong 8 giờ làm việc"),
        _("hồ sơ được tiếp nhận, từ chối hoặc yêu cầu bổ sung trong hạn trả lời"),
        _("hồ sơ đã được trả lời, cộng hồ sơ quá hạn mà chưa ai trả lời"),
        _("Hồ sơ đang chờ người nộp trả phí hoặc xin rút không tính."),
    ),
    Definition(
        "on_time",
        _("Giải quyết đúng hạn"),
        _("hồ sơ kết thúc không muộn hơn ngày hẹn trả"),
        _("hồ sơ đã tiếp nhận và có ngày hẹn, nay đã kết thúc hoặc đã quá hạn"),
        _("Hồ sơ chưa kết thúc mà quá hạn tính là trễ, trừ lúc đồng hồ dừng để chờ người nộp."),
    ),
)
MEDIAN = Definition(
    "median_hours",
    _("Thời gian giải quyết ở giữa (trung vị)"),
    _("từ lúc tiếp nhận đến lúc có kết quả, tính bằng giờ theo lịch"),
    _("hồ sơ đã có kết quả"),
    _("Một nửa số hồ sơ nhanh hơn, một nửa chậm hơn. Gồm cả ngày nghỉ và lúc chờ người nộp."),
)

_SQL = """
    WITH answer AS (
        SELECT dossier_id, min(at) AS at FROM applications_event
        WHERE kind IN ('accept', 'refuse', 'request_supplement') GROUP BY dossier_id
    ), fact AS (
        SELECT d.agency_id, d.channel = 'online' AS online,
               a.at IS NOT NULL OR (d.answer_due_at < %(at)s AND d.state = 'submitted') AS owed,
               a.at <= d.answer_due_at AS answered,
               d.accepted_at IS NOT NULL AND d.due_at IS NOT NULL AND (d.ended_at IS NOT NULL
                   OR (d.due_at < %(at)s AND d.state IN ('accepted', 'processing'))) AS judged,
               d.ended_at <= d.due_at AS on_time,
               CASE WHEN d.state IN ('completed', 'delivered')
                    THEN extract(epoch FROM d.ended_at - d.accepted_at) / 3600 END AS hours
        FROM applications_dossier d LEFT JOIN answer a ON a.dossier_id = d.id
        WHERE d.state <> 'draft'
    )
    SELECT g.name, count(*), count(*) FILTER (WHERE online),
           count(*) FILTER (WHERE owed), count(*) FILTER (WHERE owed AND answered),
           count(*) FILTER (WHERE judged), count(*) FILTER (WHERE judged AND on_time),
           count(hours), percentile_cont(0.5) WITHIN GROUP (ORDER BY hours)
    FROM fact f LEFT JOIN identity_agency g ON g.id = f.agency_id
    GROUP BY GROUPING SETS ((), (f.agency_id, g.name))
    ORDER BY grouping(f.agency_id) DESC, count(*) DESC, g.name
"""


def figures(*, at: dt.datetime) -> list[Figures]:
    """All agencies together first, then each agency, the ones with most dossiers first."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"at": at})
        return [_figures(*row) for row in cursor.fetchall()]


def _figures(
    agency: str | None,
    dossiers: int,
    online: int,
    owed: int,
    answered: int,
    judged: int,
    on_time: int,
    finished: int,
    median: float | None,
) -> Figures:
    return Figures(
        agency=agency or "",
        dossiers=dossiers,
        online=Share(online, dossiers),
        answered=Share(answered, owed),
        on_time=Share(on_time, judged),
        finished=finished,
        median_hours=round(float(median), 1) if median is not None and finished >= ENOUGH else None,
    )
