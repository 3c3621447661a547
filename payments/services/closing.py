"""What the finance role does with a difference, and closing the day. No day closes over a silent difference."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from applications.actors import Actor
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Role
from payments.gateways.base import PAID, Notice
from payments.models import Break, Statement
from payments.services.recording import Outcome, record

NOTE_AT_LEAST = 10


def record_break(*, item: Break, by: Actor | None, at: dt.datetime) -> Break:
    """Record a payment the gateway has and the portal missed; ``by`` is empty when the signed file alone decides.

    Raises Conflict when the money does not fit: wrong amount, paid already, or the dossier no longer waits.
    """
    if by is not None:
        _needs_finance(by)
    if (
        item.kind not in (Break.Kind.MISSING_HERE, Break.Kind.STATUS)
        or item.theirs_vnd is None
        or not item.paid_at
    ):
        raise Conflict(_("Khoản lệch này không ghi nhận được; hãy giải trình."))
    notice = Notice(item.provider_id, item.reference, item.theirs_vnd, PAID, item.paid_at)
    with transaction.atomic():
        _resolved(item, _("Ghi nhận theo tệp đối soát, hồ sơ đi tiếp."), by, at)
        if record(gateway=item.gateway, notice=notice, at=at) not in (Outcome.SETTLED, Outcome.KNOWN):
            raise Conflict(
                _("Chưa ghi nhận được: số tiền không khớp, khoản đã nộp, hoặc hồ sơ không chờ tiền.")
            )
    return item


def resolve(*, item: Break, note: str, by: Actor, at: dt.datetime) -> Break:
    """Say in writing how a difference ended. Raises Refused (no real explanation), Conflict (already done)."""
    _needs_finance(by)
    if len(note.strip()) < NOTE_AT_LEAST:
        raise Refused(_("Hãy ghi cách xử lý, ít nhất %(count)d chữ cái.") % {"count": NOTE_AT_LEAST})
    return _resolved(item, note.strip()[:300], by, at)


def close_day(*, statement: Statement, by: Actor, at: dt.datetime) -> Statement:
    """Lock the day of this file. Raises Conflict while a break is open or a newer file has come."""
    _needs_finance(by)
    open_breaks = Break.objects.filter(
        gateway=OuterRef("gateway"), day=OuterRef("day"), state=Break.State.OPEN
    )
    newer = Statement.objects.filter(
        gateway=OuterRef("gateway"), day=OuterRef("day"), received_at__gt=OuterRef("received_at")
    )
    closed = Statement.objects.filter(
        ~Exists(open_breaks), ~Exists(newer), pk=statement.pk, closed_at=None
    ).update(closed_at=at, closed_by_id=by.user_id)
    statement.refresh_from_db()
    if not closed:
        raise Conflict(
            _("Chưa đóng được ngày: còn khoản lệch chưa xử lý, có tệp mới hơn, hoặc ngày đã đóng.")
        )
    return statement


def _resolved(item: Break, note: str, by: Actor | None, at: dt.datetime) -> Break:
    changed = Break.objects.filter(pk=item.pk, state=Break.State.OPEN).update(
        state=Break.State.RESOLVED, note=note, resolved_at=at, resolved_by_id=by.user_id if by else None
    )
    item.refresh_from_db()
    if not changed:
        raise Conflict(_("Khoản lệch này đã được xử lý."), at=str(item.resolved_at))
    return item


def _needs_finance(by: Actor) -> None:
    if Role.FINANCE not in by.roles:
        raise Forbidden(_("Chỉ kế toán xử lý được khoản lệch."))
