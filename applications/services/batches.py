"""Verbs on a batch: create it (the dry run begins), confirm, stop, try again. The work itself is ``batching``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from applications import bell
from applications.models import BatchItem, BatchOperation
from applications.office import batches
from applications.office.batches import BatchAction, Selection
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Officer
from procedures.models import ProcedureVersion

MOST_WORKERS = 4
A_WORKER = 25
"""Items worth a further worker."""
Phase, Status = BatchOperation.Phase, BatchItem.Status


def create_batch(
    *,
    action: BatchAction,
    chosen: Selection,
    parameters: Mapping[str, str],
    token: str,
    officer: Officer,
    at: dt.datetime,
) -> BatchOperation:
    """Keep what was chosen and begin the dry run; nothing is done to a dossier. One batch for one ``token``.

    Raises Forbidden (a role is missing) and Refused (nothing chosen, or dossiers too unlike for one decision).
    """
    _allow(officer, action, at)
    if (known := _created(officer, token)) is not None:
        return known
    try:
        with transaction.atomic():
            batch = _new(officer, action, {**(action.fixed or {}), **parameters}, token, at)
            batch.size = batches.fill(batch, batches.clauses(officer, chosen, now=at), at=at)
            if not batch.size:
                raise batches.nothing_chosen()
            batches.require_alike(batch, action)
            batch.save(update_fields=["size"])
            _ring(batch)
    except IntegrityError:
        if (known := _created(officer, token)) is None:
            raise
        return known
    return batch


def create_list_batch(
    *,
    version: ProcedureVersion,
    rows: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, Any],
    token: str,
    officer: Officer,
    at: dt.datetime,
) -> BatchOperation:
    """Keep a list of people (answers that were judged already) and begin the dry run; no dossier exists yet."""
    _allow(officer, batches.FILE_LIST, at)
    if (known := _created(officer, token)) is not None:
        return known
    if not rows:
        raise Refused(_("Danh sách chưa có dòng nào."))
    try:
        with transaction.atomic():
            batch = _new(officer, batches.FILE_LIST, parameters, token, at, version=version, size=len(rows))
            BatchItem.objects.bulk_create(
                [
                    BatchItem(batch=batch, position=number, row=dict(row), next_at=at)
                    for number, row in enumerate(rows, 1)
                ],
                batch_size=1000,
            )
            _ring(batch)
    except IntegrityError:
        if (known := _created(officer, token)) is None:
            raise
        return known
    return batch


def confirm_batch(*, batch: BatchOperation, officer: Officer, at: dt.datetime) -> BatchOperation:
    """Let the workers do what the dry run found possible. A second confirmation changes nothing.

    Raises Forbidden (somebody else's batch), Refused (nothing to do) and Conflict (the dry run is not over).
    """
    if batch.officer_id != officer.pk:
        raise Forbidden(_("Chỉ người tạo lô mới xác nhận được."))
    _allow(officer, batches.action_of(batch), at)
    with transaction.atomic():
        _lock(batch)
        if batch.phase in (Phase.RUNNING, Phase.FINISHED):
            return batch
        if batch.phase == Phase.CHECKING:
            raise Conflict(_("Lô đang chạy thử. Hãy đợi chạy thử xong rồi xác nhận."))
        if not batch.items.filter(status=Status.READY).exists():
            raise Refused(_("Không có mục nào làm được, nên không có gì để xác nhận."))
        _set(batch, phase=Phase.RUNNING, confirmed_at=batch.confirmed_at or at, worked_at=at)
        _ring(batch)
    return batch


def stop_batch(*, batch: BatchOperation, officer: Officer, at: dt.datetime) -> BatchOperation:
    """Take no further item. What is done stays done; the rest can be confirmed again."""
    with transaction.atomic():
        _lock(batch)
        if batch.phase != Phase.RUNNING:
            raise Conflict(_("Lô không đang chạy nên không dừng được."))
        _set(batch, phase=Phase.STOPPED, worked_at=at)
    return batch


def retry_batch(*, batch: BatchOperation, officer: Officer, at: dt.datetime) -> BatchOperation:
    """Send what was refused or failed through a new dry run; it is confirmed anew."""
    if batch.officer_id != officer.pk:
        raise Forbidden(_("Chỉ người tạo lô mới cho làm lại được."))
    with transaction.atomic():
        _lock(batch)
        if batch.is_at_work:
            raise Conflict(_("Lô đang chạy. Hãy đợi chạy xong, hoặc dừng lô trước."))
        again = batch.items.filter(status__in=[Status.REFUSED, Status.FAILED])
        if not again.update(status=Status.WAITING, message="", next_at=at):
            raise Refused(_("Không có mục nào bị từ chối hoặc lỗi để làm lại."))
        _set(batch, phase=Phase.CHECKING, finished_at=None, worked_at=at)
        _ring(batch)
    return batch


def _new(
    officer: Officer,
    action: BatchAction,
    parameters: Mapping[str, Any],
    token: str,
    at: dt.datetime,
    *,
    version: ProcedureVersion | None = None,
    size: int = 0,
) -> BatchOperation:
    return BatchOperation.objects.create(
        token=token,
        agency=officer.agency,
        officer=officer,
        version=version,
        action=action.name,
        parameters=dict(parameters),
        size=size,
        created_at=at,
        worked_at=at,
    )


def _created(officer: Officer, token: str) -> BatchOperation | None:
    return BatchOperation.objects.filter(officer=officer, token=token).first()


def _allow(officer: Officer, action: BatchAction, at: dt.datetime) -> None:
    if not batches.may(officer, action, at=at):
        raise Forbidden(_("Vai trò của anh/chị không làm được việc «%(action)s».") % {"action": action.label})


def _lock(batch: BatchOperation) -> None:
    batch.refresh_from_db(from_queryset=BatchOperation.objects.select_for_update(of=("self",)))


def _set(batch: BatchOperation, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(changes))


def _ring(batch: BatchOperation) -> None:
    workers = min(MOST_WORKERS, 1 + batch.size // A_WORKER)
    bell.ring_for_batch_on_commit(batch.pk, workers=workers)
