"""Files of dossiers: asked for by an officer, written by a worker, fetched by the same officer, removed in time."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import shutil
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from applications import bell
from applications.models import Export
from applications.office import exporting, queues
from applications.office.sheets import TABLES
from identity.errors import DomainError, NotFound, Refused
from identity.models import Officer

logger = logging.getLogger(__name__)
MOST_WAITING = 5
MOST_ATTEMPTS = 5
LEASE = dt.timedelta(seconds=60)
"""A worker says at every chunk that it lives; another takes over when it has been silent so long."""
TO_EXPORT = "Tải danh sách hồ sơ về máy"
"""Purpose as the person reads it in the access log: a record, therefore always Vietnamese."""


class TakenOver(Exception):
    """Another worker writes this file now."""


class Expired(DomainError):
    """The file was there and has been removed."""

    code = "expired"
    status = 410


def ask_register(*, officer: Officer, first: dt.date, last: dt.date, format: str, at: dt.datetime) -> Export:
    """The register of the agency from ``first`` to ``last`` as a file. Raises Refused."""
    most = settings.MOST_EXPORTED_ROWS + 1
    found = exporting.of_register(officer, first=first, last=last, most=most)
    parameters = {"first": first.isoformat(), "last": last.isoformat()}
    return _asked(officer, Export.Kind.REGISTER, parameters, format, found, at)


def ask_list(*, officer: Officer, tab: str, query: str, format: str, at: dt.datetime) -> Export:
    """A tab of the inbox with the filters of ``query`` as a file. Raises Refused."""
    if tab not in queues.LABELS:
        raise Refused(_("Không có nhóm việc này. Hãy mở lại hộp việc."))
    most = settings.MOST_EXPORTED_ROWS + 1
    found = exporting.of_list(officer, tab=tab, query=query, now=at, most=most)
    return _asked(officer, Export.Kind.LIST, {"tab": tab, "query": query}, format, found, at)


def _asked(
    officer: Officer, kind: str, parameters: Mapping[str, Any], format: str, found: list[int], at: dt.datetime
) -> Export:
    if format not in Export.Format.values:
        raise Refused(_("Hãy chọn tệp XLSX hoặc CSV."))
    if not found:
        raise Refused(_("Không có hồ sơ nào để xuất. Hãy đổi bộ lọc hoặc khoảng ngày."))
    if len(found) > settings.MOST_EXPORTED_ROWS:
        raise Refused(
            _("Danh sách dài hơn %(most)d hồ sơ. Hãy thu hẹp bộ lọc hoặc khoảng ngày, rồi xuất từng phần.")
            % {"most": settings.MOST_EXPORTED_ROWS}
        )
    with transaction.atomic():
        Officer.objects.select_for_update().get(pk=officer.pk)
        waiting = Export.objects.of_officer(officer).filter(status=Export.Status.WAITING)  # type: ignore[attr-defined]
        if waiting.count() >= MOST_WAITING:
            raise Refused(
                _("Đang có %(most)d tệp chưa tạo xong. Hãy đợi các tệp đó rồi xuất tiếp.")
                % {"most": MOST_WAITING}
            )
        export = Export.objects.create(
            officer=officer, agency_id=officer.agency_id, kind=kind, parameters=dict(parameters),
            format=format, dossiers=found, total=len(found), asked_at=at, next_at=at,
        )  # fmt: skip
        transaction.on_commit(partial(ring, export.pk))
    return export


def ring(number: int) -> None:
    bell.ring("applications.write_export", number, queue="default")


def due(*, at: dt.datetime, limit: int = 20) -> list[int]:
    """Files nobody is writing and whose turn it is."""
    waiting = Export.objects.filter(status=Export.Status.WAITING, next_at__lte=at).order_by("next_at")
    return list(waiting.values_list("pk", flat=True)[:limit])


def write_export(*, number: int, at: dt.datetime) -> bool:
    """Write one file; safe to call twice, and again after a worker was killed. Returns whether it is there now.

    Half a file is never offered: it lies in the worker's own folder until it is whole.
    """
    export = _claimed(number, at)
    if export is None:
        return False
    folder = _folder(export)
    try:
        path = folder / f"{export.attempts}.{export.format}"
        _write(export, path, at)
        return _keep(export, path, at)
    except TakenOver:
        return False
    except Exception as error:  # whatever is wrong with one file must not stop the others
        logger.exception("export %s failed", export.pk)
        _failed(export, error, at)
        return False
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _claimed(number: int, at: dt.datetime) -> Export | None:
    with transaction.atomic():
        waiting = Export.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            pk=number, status=Export.Status.WAITING, next_at__lte=at
        )
        export = waiting.select_related("officer__agency", "officer__user").first()
        if export is None:
            return None
        if export.attempts >= MOST_ATTEMPTS or not _still_may(export):
            export.status = Export.Status.FAILED
        export.attempts += 1
        export.rows, export.next_at = 0, at + LEASE
        export.save(update_fields=["status", "attempts", "rows", "next_at"])
    _drop_stored(export)
    return export if export.status == Export.Status.WAITING else None


def _still_may(export: Export) -> bool:
    return export.officer.is_active and export.officer.agency_id == export.agency_id


def _folder(export: Export) -> Path:
    """An empty folder for this attempt; what a killed worker left of an earlier one is gone."""
    for left in settings.EXPORT_DIR.glob(f"{export.pk}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder: Path = settings.EXPORT_DIR / f"{export.pk}-{export.attempts}"
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _write(export: Export, path: Path, at: dt.datetime) -> None:
    began = time.monotonic()
    columns = exporting.COLUMNS[Export.Kind(export.kind)]
    with translation.override("vi"), TABLES[export.format](path, columns) as table:
        for chunk in exporting.rows(export):
            for row in chunk:
                table.write(row)
            seconds = dt.timedelta(seconds=time.monotonic() - began)
            _say(export, at + seconds, rows=F("rows") + len(chunk))


def _say(export: Export, now: dt.datetime, **changes: Any) -> None:
    """Progress, and the sign of life. Raises TakenOver when the file is no longer ours."""
    mine = Export.objects.filter(pk=export.pk, status=Export.Status.WAITING, attempts=export.attempts)
    if not mine.update(next_at=now + LEASE, **changes):
        raise TakenOver


def _keep(export: Export, path: Path, at: dt.datetime) -> bool:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        stored = default_storage.save(_place(export, export.attempts), File(file))
    mine = Export.objects.filter(pk=export.pk, status=Export.Status.WAITING, attempts=export.attempts)
    kept = mine.update(
        status=Export.Status.READY,
        path=stored,
        sha256=digest,
        size=path.stat().st_size,
        ready_at=at,
        expires_at=at + dt.timedelta(days=settings.EXPORT_DAYS),
        error="",
    )
    if not kept:
        default_storage.delete(stored)
    return bool(kept)


def _place(export: Export, attempt: int) -> str:
    return f"exports/{export.pk}-{attempt}.{export.format}"


def _drop_stored(export: Export) -> None:
    """A worker killed between storing the file and saying so left one nobody knows."""
    for attempt in range(1, export.attempts):
        default_storage.delete(_place(export, attempt))


def _failed(export: Export, error: Exception, at: dt.datetime) -> None:
    last = export.attempts >= MOST_ATTEMPTS
    Export.objects.filter(pk=export.pk, status=Export.Status.WAITING, attempts=export.attempts).update(
        status=Export.Status.FAILED if last else Export.Status.WAITING,
        error=type(error).__name__,
        next_at=at + LEASE * 2**export.attempts,
    )


def fetch_export(*, number: int, officer: Officer, at: dt.datetime) -> Export:
    """The finished file, recorded as read with every person it names. Raises NotFound and Expired.

    Only for the officer who asked, at the agency it was asked for; the page refuses a closed post beforehand.
    """
    with transaction.atomic():
        export = Export.objects.of_officer(officer).select_for_update().filter(pk=number).first()  # type: ignore[attr-defined]
        if export is None or export.status in (Export.Status.WAITING, Export.Status.FAILED):
            raise NotFound(_("Không có tệp này, hoặc tệp của người khác."))
        if export.status == Export.Status.REMOVED or export.is_over(at):
            raise Expired(_("Tệp đã hết hạn và đã được xóa. Hãy xuất lại danh sách."))
        _record(export, officer, at)
    found: Export = export
    return found


def _record(export: Export, officer: Officer, at: dt.datetime) -> None:
    """One row a dossier, in one statement: a hundred thousand take about a second."""
    columns = list(exporting.COLUMNS[Export.Kind(export.kind)])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_dataaccess (at, officer_id, agency_id, subject_id, purpose, fields, dossier_code)"
            " SELECT %s, %s, %s, d.submitter_id, %s, %s::varchar[], coalesce(d.code, '') FROM applications_dossier d"
            " WHERE d.id = ANY(%s)",
            [at, officer.user_id, officer.agency_id, TO_EXPORT, columns, export.dossiers],
        )


def remove_exports(*, at: dt.datetime, limit: int = 100) -> int:
    """Delete the files whose days are over, and what they listed; returns how many."""
    over = Export.objects.filter(status=Export.Status.READY, expires_at__lte=at).order_by("expires_at")
    removed = 0
    for export in over.defer("dossiers")[:limit]:
        default_storage.delete(export.path)
        removed += Export.objects.filter(pk=export.pk, status=Export.Status.READY).update(
            status=Export.Status.REMOVED, path="", dossiers=[]
        )
    return removed
