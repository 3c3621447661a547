"""Being away: recorded beforehand; from the first day nothing waits for the person, and coming back takes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from applications import actors
from applications.actors import SYSTEM, Actor, day
from applications.models import Absence, Dossier, DutyEvent
from applications.office import queues
from applications.services import claiming
from applications.services.deputising import GIVERS_FOR_OTHERS
from identity.errors import Conflict, Forbidden, NotFound, Refused
from identity.models import Officer, Role

RECORDERS = GIVERS_FOR_OTHERS | {Role.APPROVER}
"""Who may record that a colleague is away."""
LONGEST = dt.timedelta(days=366)


def record_absence(
    *,
    officer: Officer,
    starts_on: dt.date,
    ends_on: dt.date,
    reason: str,
    by: Actor,
    at: dt.datetime,
    substitute: Officer | None = None,
) -> Absence:
    """Say that ``officer`` is away from the first to the last day: what they hold goes to ``substitute``, or free.

    Raises Forbidden (somebody else's leave, no superior) and Refused (days, reason, substitute) with the mend.
    """
    if officer.agency_id != by.agency_id:
        raise Refused(_("Người này không làm việc ở cơ quan của anh/chị."))
    if officer.user_id != by.user_id and not by.own_roles & RECORDERS:
        raise Forbidden(_("Chỉ chính người đó hoặc lãnh đạo, quản trị của cơ quan ghi được ngày nghỉ."))
    if reason not in Absence.Reason.values:
        raise Refused(_("Hãy chọn loại lý do."))
    if ends_on < starts_on or ends_on - starts_on > LONGEST:
        raise Refused(_("Ngày cuối phải không trước ngày đầu và cách không quá một năm. Hãy chọn lại."))
    if ends_on < day(at):
        raise Refused(_("Những ngày này đã qua. Hãy chọn ngày cuối từ hôm nay trở đi."))
    if substitute is not None:
        _check_substitute(officer, substitute)
    with transaction.atomic():
        Officer.objects.select_for_update().get(
            pk=officer.pk
        )  # two records of the same days: the second is told
        if _overlapping(officer, starts_on, ends_on).exists():
            raise Conflict(_("Đã có ngày nghỉ trùng những ngày này. Hãy bỏ lịch cũ trước."))
        absence = Absence.objects.create(
            officer=officer,
            starts_on=starts_on,
            ends_on=ends_on,
            substitute=substitute,
            reason=reason,
            created_by_id=cast(int, by.user_id),
            created_at=at,
        )
        told = {
            "days": [starts_on.isoformat(), ends_on.isoformat()],
            "substitute": substitute.pk if substitute else None,
        }
        _audit(DutyEvent.Kind.ABSENCE_RECORDED, absence, by, at, told)
    return absence


def cancel_absence(*, absence: int, by: Actor, at: dt.datetime) -> Absence:
    """The person is here after all. Dossiers handed on stay where they are.

    Raises NotFound for one of another agency or not one's own, Conflict when cancelled already.
    """
    with transaction.atomic():
        rows = Absence.objects.select_for_update(of=("self",)).select_related("officer")
        found = rows.filter(pk=absence, officer__agency=by.agency_id).first()
        if found is None or not (found.officer.user_id == by.user_id or by.own_roles & RECORDERS):
            raise NotFound(_("Không có lịch nghỉ này, hoặc anh/chị không được bỏ."))
        if found.cancelled_at is not None:
            raise Conflict(_("Lịch nghỉ này đã được bỏ. Hãy tải lại trang."))
        found.cancelled_at = at
        found.save(update_fields=["cancelled_at"])
        _audit(DutyEvent.Kind.ABSENCE_CANCELLED, found, by, at, {})
    return found


def hand_on_held(*, at: dt.datetime, limit: int = 100) -> int:
    """Give what people on leave hold to their substitutes, or to everybody; returns how many. Repeatable."""
    away = {one.officer.user_id: one for one in _away(at)}
    held = Dossier.objects.filter(assignee__in=away, state__in=queues.WORKABLE).order_by("owed_at", "pk")
    return sum(_hand_on(pk, away, at) for pk in list(held.values_list("pk", flat=True)[:limit]))


def _hand_on(pk: int, away: Mapping[int, Absence], at: dt.datetime) -> bool:
    """One dossier; one that another worker has in hand is left to it."""
    with transaction.atomic():
        rows = Dossier.objects.select_for_update(of=("self",), skip_locked=True).select_related("version")
        dossier = rows.filter(pk=pk, assignee__in=away, state__in=queues.WORKABLE).first()
        if dossier is None or dossier.assignee_id is None:
            return False
        substitute = away[dossier.assignee_id].substitute
        ready = substitute is not None and _can_take(substitute, dossier, away, at)
        holder = substitute.user_id if substitute is not None and ready else None
        claiming.hold(dossier, "leave_handed_on", holder, dossier.assignee_id, by=SYSTEM, at=at)
    return True


def _can_take(substitute: Officer, dossier: Dossier, away: Mapping[int, Absence], at: dt.datetime) -> bool:
    here = substitute.is_active and substitute.user.is_active and substitute.user_id not in away
    return here and claiming.fits(dossier, actors.for_dossier(substitute, dossier, at=at))


def _away(at: dt.datetime) -> list[Absence]:
    today = Absence.objects.on(day(at))  # type: ignore[attr-defined]
    return list(today.select_related("officer", "substitute__user"))


def _overlapping(officer: Officer, starts_on: dt.date, ends_on: dt.date) -> QuerySet[Absence]:
    known = Absence.objects.filter(officer=officer, cancelled_at=None)
    return known.filter(starts_on__lte=ends_on, ends_on__gte=starts_on)


def _check_substitute(officer: Officer, substitute: Officer) -> None:
    if substitute.pk == officer.pk:
        raise Refused(_("Người thay phải là một đồng nghiệp khác."))
    if substitute.agency_id != officer.agency_id or not (substitute.is_active and substitute.user.is_active):
        raise Refused(_("Người thay không làm việc ở cơ quan này. Hãy chọn người khác."))


def _audit(kind: str, absence: Absence, by: Actor, at: dt.datetime, data: Mapping[str, object]) -> None:
    DutyEvent.objects.create(
        kind=kind, post=absence.officer, absence=absence, actor_id=cast(int, by.user_id), at=at, data=data
    )
