"""The day's file: prove, classify, keep the differences, and record the payments whose notification was lost."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from applications.deadlines import LEGAL_ZONE
from identity.errors import Conflict, DomainError
from payments import reconcile as books
from payments import statements
from payments.gateways import connected
from payments.models import Break, Statement
from payments.services.closing import record_break

logger = logging.getLogger(__name__)


def reconcile(*, gateway: str, day: dt.date, path: Path, at: dt.datetime) -> dict[str, Any]:
    """Match the file of ``day`` to the portal and return the report, the same for the same file ever after.

    A payment the gateway proves with our reference and the right amount is recorded and its dossier moves on
    (the file is signed like a notification); every other difference stays an open break for the finance role.
    Raises StatementRefused (nothing stored) and Conflict (the day is closed).
    """
    sheet = statements.read(path, gateway=gateway, day=day, secret=settings.GATEWAY_SECRET)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"reconcile {gateway} {day}"])
        known = Statement.objects.filter(gateway=gateway, day=day)
        statement = known.filter(sha256=sheet.sha256).first()
        if statement is None:
            if known.filter(closed_at__isnull=False).exists():
                raise Conflict(_("Ngày này đã đóng nên không nhận tệp đối soát khác."))
            statement = Statement.objects.create(
                gateway=gateway,
                day=day,
                sha256=sheet.sha256,
                count=sheet.count,
                total_vnd=sheet.total_vnd,
                received_at=at,
                report=books.classify(sheet, gateway=gateway, day=day),
            )
            books.store(statement, at=at)
    _record_lost(gateway, day, at)
    return report_of(statement)


def report_of(statement: Statement) -> dict[str, Any]:
    """What the file showed, with how many of its differences were recorded or are still open."""
    breaks = Break.objects.of_day(statement.gateway, statement.day)  # type: ignore[attr-defined]
    recorded = breaks.filter(
        kind=Break.Kind.MISSING_HERE, attempt__state="settled", state=Break.State.RESOLVED
    )
    return {**statement.report, "recorded": recorded.count(), "open_breaks": breaks.unresolved().count()}


def _record_lost(gateway: str, day: dt.date, at: dt.datetime) -> None:
    """Each in a transaction of its own: one dossier that cannot take its money does not hold the others back."""
    lost = Break.objects.of_day(gateway, day).unresolved()  # type: ignore[attr-defined]
    for item in lost.filter(kind=Break.Kind.MISSING_HERE, attempt__isnull=False).order_by("pk"):
        try:
            record_break(item=item, by=None, at=at)
        except DomainError as reason:
            logger.warning("break %s stays open: %s", item.pk, reason.code)


def reconcile_due(*, at: dt.datetime) -> list[dict[str, Any]]:
    """Yesterday's file of every gateway, when it has arrived. A bad file is refused and tried again later."""
    day = at.astimezone(LEGAL_ZONE).date() - dt.timedelta(days=1)
    reports = []
    for name, gateway in connected.connected().items():
        path = gateway.statement(day)
        if path is None:
            continue
        try:
            reports.append(reconcile(gateway=name, day=day, path=path, at=at))
        except DomainError as reason:
            logger.warning("settlement file of %s for %s refused: %s", name, day, reason.message)
    return reports
