"""Doing the items of a batch: each in a transaction of its own, shared by any number of workers, none twice.

An item is claimed by its row lock (SKIP LOCKED) and its outcome is written in the transaction of the act itself: a
worker killed at any moment leaves either both or neither. Locks are taken item → dossier → charge → message. The dry
run performs the very act and takes it back.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import access, actors, bell, services, sweeping
from applications.models import BatchItem, BatchOperation, Dossier, Event, Outbox, Result
from applications.office import acting, batches, evidence
from applications.office.inbox import HEAVY
from applications.services.moving import conflict
from identity.errors import DomainError, Forbidden, Refused
from identity.models import Officer

logger = logging.getLogger(__name__)
Phase, Status = BatchOperation.Phase, BatchItem.Status
IDLE = dt.timedelta(seconds=10)
"""Without a worker for so long a batch is taken up by the sweep."""
LATER = dt.timedelta(seconds=2)
_TAKEN = {Phase.CHECKING: Status.WAITING, Phase.RUNNING: Status.READY}
_CLOSED = {Phase.CHECKING: Phase.CHECKED, Phase.RUNNING: Phase.FINISHED}


class NotYet(Exception):
    """The item waits for another worker's part (the signature is being written)."""


@dataclass(frozen=True)
class Job:
    """One item in hand. ``by`` is asked for again at each item: a revoked officer acts no more."""

    batch: BatchOperation
    item: BatchItem
    act: str
    at: dt.datetime

    @property
    def typed(self) -> QueryDict:
        typed = QueryDict(mutable=True)
        for name, value in self.batch.parameters.items():
            if isinstance(value, str):
                typed[name] = value
        return typed


def work(
    batch_id: int, *, clock: Callable[[], dt.datetime] = timezone.now, seconds: float | None = None
) -> int:
    """Do items for some seconds (setting BATCH_SECONDS), then ring for the next turn; returns how many were done."""
    until = time.monotonic() + (settings.BATCH_SECONDS if seconds is None else seconds)
    batch = BatchOperation.objects.select_related("version__procedure", "agency").filter(pk=batch_id).first()
    done = 0
    while batch is not None and _one(batch, clock()):
        done += 1
        if time.monotonic() >= until:
            break
    at = clock()
    _close(batch_id, at)
    if BatchOperation.objects.filter(pk=batch_id, phase__in=_TAKEN).update(worked_at=at):
        bell.ring_for_batch_on_commit(batch_id, wait=0 if done else LATER.total_seconds())
    return done


def take_up_idle(*, at: dt.datetime, limit: int = 5) -> int:
    """Go on with batches no worker has touched for a while: lost bell, killed worker."""
    idle = BatchOperation.objects.filter(phase__in=_TAKEN, worked_at__lt=at - IDLE).order_by("worked_at")
    return sum(work(pk) for pk in list(idle.values_list("pk", flat=True)[:limit]))


def _one(batch: BatchOperation, at: dt.datetime) -> bool:
    """Do one item; False when none is free, or the batch was stopped meanwhile."""
    signed: int | None = None
    with transaction.atomic():
        batch.refresh_from_db(fields=["phase"])
        if batch.phase not in _TAKEN:
            return False
        dry = batch.phase == Phase.CHECKING
        free = BatchItem.objects.filter(batch=batch, status=_TAKEN[Phase(batch.phase)], next_at__lte=at)
        item = free.select_for_update(skip_locked=True).order_by("position").first()
        if item is None:
            return False
        acts = batches.action_of(batch).acts
        _do(Job(batch, item, acts[item.stage], at), acts, dry=dry)
        if item.status == Status.READY and not dry:
            signed = item.dossier_id
    if signed is not None:  # the paper is made outside the transaction, by whoever is first
        sweeping.run(Outbox.Topic.ISSUE, signed, at=timezone.now())
    return True


def _do(job: Job, acts: tuple[str, ...], *, dry: bool) -> None:
    item = job.item
    try:
        with transaction.atomic():
            dossier, seen = _perform(job, dry)
            if dry:
                transaction.set_rollback(True)
    except NotYet:
        item.next_at = job.at + LATER
        item.save(update_fields=["next_at"])
        return
    except DomainError as refused:
        item.status, item.message = Status.REFUSED, batches.told(refused.message)
    except Exception as error:  # whatever is wrong with one item must not stop the others
        logger.error("batch %s, item %s: %s", job.batch.key, item.position, sweeping.cause(error))
        item.status, item.message = (
            Status.FAILED,
            _("Lỗi kỹ thuật, chưa có gì thay đổi. Hãy thử lại mục này."),
        )
    else:
        if dry:
            item.status, item.seq = Status.READY, seen
        else:
            _count(item, dossier, len(acts))
    item.at = job.at
    item.save()


def _count(item: BatchItem, dossier: Dossier, acts: int) -> None:
    item.dossier, item.seq, item.message = dossier, dossier.seq, ""
    item.event = Event.objects.get(dossier=dossier, seq=dossier.seq)
    item.stage += 1
    if item.stage == acts:
        item.status, item.stage = Status.DONE, acts
        item.row = None if item.row is None else {}


def _perform(job: Job, dry: bool) -> tuple[Dossier, int]:
    """The act, and the number of the dossier's last event before it."""
    officer = _officer(job.batch)
    if job.act == batches.FILE:
        return services.file_row(
            version=job.batch.version,  # type: ignore[arg-type]
            answers=job.item.row or {},
            papers=job.batch.parameters.get("papers", []),
            findings=job.batch.parameters.get("findings", {}),
            by=actors.at_desk(officer, at=job.at),
            at=job.at,
        ), 0
    dossier = _dossier(job, officer)
    by = actors.for_dossier(officer, dossier, at=job.at)
    if not dry and acting.is_stale(dossier, str(job.item.seq)):
        raise conflict(dossier, job.act)
    seen = dossier.seq
    act = acting.Act(dossier, job.typed, by, job.at)
    if job.act == batches.TRANSFER:
        services.transfer(dossier=dossier, to=_colleague(act), reason=act.text("reason"), by=by, at=job.at)
    else:
        if job.act == "release":
            _require_signed(dossier)
        if job.act == "sign":
            evidence.require_opened(evidence.of(officer, [dossier], now=job.at).get(dossier.pk))
        acting.VERBS[job.act](act)
    return dossier, seen


def _officer(batch: BatchOperation) -> Officer:
    officer = Officer.objects.select_related("user", "agency").get(pk=batch.officer_id)
    if not officer.is_active or not officer.user.is_active or officer.agency_id != batch.agency_id:
        raise Forbidden(
            _("Tài khoản của người tạo lô đã bị thu hồi hoặc chuyển cơ quan, nên mục này không làm.")
        )
    return officer


def _dossier(job: Job, officer: Officer) -> Dossier:
    light = access.dossiers_for_officer(officer).select_related(None).select_related("version").defer(*HEAVY)
    found = light.filter(pk=cast(int, job.item.dossier_id)).first()
    if found is None:
        raise access.nothing_there()
    found.agency = job.batch.agency
    return found


def _require_signed(dossier: Dossier) -> None:
    """Releasing waits for a signature that a worker still owes."""
    owed = Outbox.objects.filter(topic=Outbox.Topic.ISSUE, dossier=dossier, done_at=None)
    if owed.exists() and Result.objects.filter(dossier=dossier, status=Result.Status.SIGNING).exists():
        raise NotYet


def _colleague(act: acting.Act) -> Officer:
    chosen = act.text("assignee")
    known = Officer.objects.select_related("user").filter(agency=act.dossier.agency_id, is_active=True)
    found = known.filter(user=int(chosen)).first() if acting.NUMBER.fullmatch(chosen) else None
    if found is None:
        raise Refused(_("Người được giao không còn làm việc ở cơ quan này. Hãy chọn lại."))
    return found


def _close(batch_id: int, at: dt.datetime) -> None:
    """The phase ends when no item is left for it; one in another worker's hands is still left."""
    for phase, status in _TAKEN.items():
        left = Exists(BatchItem.objects.filter(batch=OuterRef("pk"), status=status))
        changes: dict[str, object] = {"phase": _CLOSED[phase], "worked_at": at}
        if phase == Phase.RUNNING:
            changes["finished_at"] = at
        BatchOperation.objects.filter(~left, pk=batch_id, phase=phase).update(**changes)
