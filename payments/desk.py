"""The figures of the finance desk («Đối soát»): what the portal recorded, what the gateway says, what is apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from payments.models import Attempt, Break, LedgerEntry, Statement
from payments.reconcile import day_bounds


@dataclass(frozen=True, slots=True)
class Side:
    count: int
    amount_vnd: int


@dataclass(frozen=True)
class Day:
    """Everything the page of one gateway and day shows."""

    day: dt.date
    portal: Side
    statement: Statement | None
    breaks: list[Break]
    debit_vnd: int
    credit_vnd: int
    receipt_gaps: int

    @property
    def provider(self) -> Side | None:
        return Side(self.statement.count, self.statement.total_vnd) if self.statement else None

    @property
    def difference_vnd(self) -> int | None:
        return self.provider.amount_vnd - self.portal.amount_vnd if self.provider else None

    @property
    def matched(self) -> int:
        """Matched in the file, plus lost ones recorded since."""
        if self.statement is None:
            return 0
        recorded = [
            b for b in self.breaks if b.attempt and b.attempt.state == "settled" and b.kind == "missing_here"
        ]
        return int(self.statement.report["matched"]["count"]) + len(recorded)

    @property
    def all_items(self) -> int:
        """Payments known to either side: the base of the matched share."""
        if self.statement is None:
            return self.portal.count
        return self.statement.count + int(self.statement.report["missing_there"]["count"])

    @property
    def share(self) -> float:
        return round(100 * self.matched / self.all_items, 2) if self.all_items else 100.0

    @property
    def open_breaks(self) -> list[Break]:
        return [item for item in self.breaks if item.state == Break.State.OPEN]

    @property
    def resolved(self) -> list[Break]:
        return [item for item in self.breaks if item.state == Break.State.RESOLVED]

    @property
    def by_kind(self) -> list[dict[str, Any]]:
        groups = []
        for kind in Break.Kind:
            items = [item for item in self.open_breaks if item.kind == kind]
            if items:
                groups.append(
                    {"kind": kind, "items": items, "amount_vnd": sum(item.amount_vnd for item in items)}
                )
        return groups

    @property
    def open_vnd(self) -> int:
        return sum(item.amount_vnd for item in self.open_breaks)

    @property
    def can_close(self) -> bool:
        balanced = self.debit_vnd == self.credit_vnd and not self.receipt_gaps
        return bool(self.statement and not self.statement.closed_at and not self.open_breaks and balanced)


def day_of(gateway: str, day: dt.date) -> Day:
    start, end = day_bounds(day)
    settled = Attempt.objects.filter(
        gateway=gateway, state=Attempt.State.SETTLED, paid_at__gte=start, paid_at__lt=end
    )
    portal = settled.aggregate(count=Count("pk"), amount_vnd=Coalesce(Sum("amount_vnd"), 0))
    booked = LedgerEntry.objects.filter(attempt__in=settled, refund=None).aggregate(
        debit=Coalesce(Sum("debit_vnd"), 0), credit=Coalesce(Sum("credit_vnd"), 0)
    )
    statements = Statement.objects.select_related("closed_by").filter(gateway=gateway, day=day)
    breaks = Break.objects.of_day(gateway, day)  # type: ignore[attr-defined]
    return Day(
        day=day,
        portal=Side(**portal),
        statement=statements.order_by("received_at", "pk").last(),
        breaks=list(breaks.select_related("attempt__charge__dossier", "resolved_by").order_by("kind", "pk")),
        debit_vnd=booked["debit"],
        credit_vnd=booked["credit"],
        receipt_gaps=receipt_gaps(),
    )


def receipt_gaps() -> int:
    """Numbers missing between 1 and the last one given, over all series; anything but 0 is a defect."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(gap), 0) FROM (SELECT max(serial) - count(*) AS gap FROM payments_receipt"
            " GROUP BY agency_id, year) AS series"
        )
        return int(cursor.fetchone()[0])


def latest_day(gateway: str) -> dt.date | None:
    return Statement.objects.filter(gateway=gateway).order_by("-day").values_list("day", flat=True).first()


def days_with_breaks(gateway: str) -> list[dt.date]:
    """Earlier days still held open, newest first, for the links beside the heading."""
    rows = Break.objects.filter(gateway=gateway).unresolved().values_list("day", flat=True)  # type: ignore[attr-defined]
    return list(rows.distinct().order_by("-day")[:4])
