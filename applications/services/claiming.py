"""Who holds a dossier: the next one by deadline and lot, letting go, handing over, taking over from someone gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from applications import access, actors
from applications.actors import SYSTEM, Actor
from applications.deadlines import LEGAL_ZONE
from applications.models import Absence, Dossier
from applications.office import queues
from applications.office.queues import Branch
from applications.services.moving import remark
from applications.states import EDGES, State
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Officer, Role
from procedures.models import ProcedureVersion

WINDOW = 200
"""Nearest free dossiers of each branch the lot is drawn from, and all with the same deadline as the last of them."""
DRAWN = 100
"""More than can be in the hands of other officers at one moment."""
TRIES = 5
SUPERIORS = (Role.APPROVER, Role.LEADER)


def claim_next(*, officer: Officer, at: dt.datetime) -> Dossier | None:
    """Give the officer the next dossier: own agency, roles and skills, free, nearest day of deadline first.

    Which of those due the same day is drawn by lot, so that nobody can choose whose dossier comes first (practice
    against favours). None when nothing is free. Raises Refused while too many are held already.
    """
    by = actors.at_desk(officer, at=at)
    with transaction.atomic():
        Officer.objects.select_for_update().get(
            pk=officer.pk
        )  # two presses of one button come one after another
        if held_by(officer) >= settings.MOST_HELD_DOSSIERS:
            raise Refused(
                _("Anh/chị đang giữ %(most)d hồ sơ. Hãy xử lý hoặc trả lại bớt trước khi nhận hồ sơ kế tiếp.")
                % {"most": settings.MOST_HELD_DOSSIERS}
            )
        for _n in range(TRIES):
            dossier = _draw(officer, by)
            if dossier is None:
                return None
            try:
                return claim(dossier=dossier, by=actors.for_dossier(officer, dossier, at=at), at=at)
            except Conflict:  # moved on between the draw and the claim
                continue
    return None


def claim(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """Take a free dossier. Raises Forbidden (not one's turn), Refused (on leave), Conflict (who holds it)."""
    return _take(dossier, "claim", None, by=by, at=at)


def let_go(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """Put a dossier one holds back for everybody."""
    if by.user_id is None or dossier.assignee_id != by.user_id:
        raise Forbidden(_("Chỉ người đang giữ mới trả lại được hồ sơ này."))
    return hold(dossier, "let_go", None, by.user_id, by=by, at=at)


def transfer(*, dossier: Dossier, to: Officer, reason: str, by: Actor, at: dt.datetime) -> Dossier:
    """Hand a dossier to a colleague, with a reason: the holder does, or an approver or leader."""
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do chuyển hồ sơ."))
    if dossier.assignee_id != by.user_id and not by.roles & set(SUPERIORS):
        raise Forbidden(_("Chỉ người đang giữ hoặc lãnh đạo mới chuyển được hồ sơ này."))
    to_actor = actors.for_dossier(to, dossier, at=at)
    if to.agency_id != dossier.agency_id or not to.is_active or not fits(dossier, to_actor):
        raise Refused(
            _("Người này không làm được bước đang chờ, hoặc không còn làm việc. Hãy chọn người khác.")
        )
    if absence := absence_of(to.user_id, at):
        message = _("%(who)s nghỉ đến hết ngày %(day)s. Hãy chọn người khác.")
        raise Refused(message % {"who": to.user.full_name, "day": f"{absence.ends_on:%d/%m/%Y}"})
    roles = () if dossier.assignee_id == by.user_id else SUPERIORS
    holder, note = dossier.assignee_id, reason.strip()
    return hold(dossier, "transfer", to.user_id, holder, by=by, at=at, note=note, roles=roles)


def take_over(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """Take a dossier whose holder no longer works here."""
    if dossier.assignee_id is None or not is_gone(dossier):
        raise Refused(_("Người đang giữ hồ sơ vẫn làm việc. Hãy nhờ người đó hoặc lãnh đạo chuyển hồ sơ."))
    return _take(dossier, "take_over", dossier.assignee_id, by=by, at=at)


def release_absent(*, at: dt.datetime, limit: int = 100) -> int:
    """Free what is held by people whose post or account is closed; returns how many."""
    gone = Officer.objects.filter(is_active=False) | Officer.objects.filter(user__is_active=False)
    held = Dossier.objects.select_related("version").filter(
        assignee__in=gone.values("user"), state__in=queues.WORKABLE
    )
    freed = 0
    for dossier in held[:limit]:
        try:
            hold(dossier, "let_go", None, dossier.assignee_id, by=SYSTEM, at=at)
            freed += 1
        except Conflict:  # somebody took it over meanwhile
            continue
    return freed


def held_by(officer: Officer) -> int:
    """How many dossiers wait for this officer by name."""
    return Dossier.objects.filter(assignee=officer.user_id, state__in=queues.WORKABLE).count()


def is_gone(dossier: Dossier) -> bool:
    """Whether the holder has no active post at the dossier's agency any more."""
    posts = Officer.objects.filter(
        user=dossier.assignee_id, agency=dossier.agency_id, is_active=True, user__is_active=True
    )
    return dossier.assignee_id is not None and not posts.exists()


def absence_of(user_id: int | None, at: dt.datetime) -> Absence | None:
    """The leave somebody is on at this instant, if any; nothing is given to them meanwhile."""
    today: Absence | None = Absence.objects.on(actors.day(at)).filter(officer__user=user_id).first()  # type: ignore[attr-defined]
    return today


def waits_for(dossier: Dossier) -> frozenset[str]:
    """Roles whose turn it is."""
    if dossier.state == State.PROCESSING:
        return frozenset({dossier.current_step.get("role", "")})
    if dossier.state == State.WITHDRAWAL_REQUESTED:
        return EDGES["grant_withdrawal"].roles
    return frozenset({Role.INTAKE})


def fits(dossier: Dossier, by: Actor) -> bool:
    """Whether the dossier waits for one of the roles, as ``queues`` lists it."""
    if dossier.agency_id != by.agency_id:
        return False
    return any(
        branch.state == dossier.state and branch.step_role in ("", dossier.current_step.get("role"))
        for branch in _turns(by)
    )


def _turns(by: Actor) -> list[Branch]:
    return queues.branch(by, State.SUBMITTED, Role.INTAKE) + queues.free_for(by)


def _draw(officer: Officer, by: Actor) -> Dossier | None:
    """One free dossier nobody else is taking at this moment, locked until the end of the transaction."""
    asked = queues.clause_of(access.dossiers_for_officer(officer))
    if officer.skills:
        known = ProcedureVersion.objects.filter(procedure__field__key__in=officer.skills)
        fitting = list(known.values_list("pk", flat=True)) or [0]
        asked &= queues.Clause("version_id = ANY(%s)", (fitting,))
    turns = _turns(by)
    if not turns:
        return None
    sql, values = _lot([asked & one.clause for one in turns])
    with connection.cursor() as cursor:
        cursor.execute(sql, [LEGAL_ZONE.key, *values])
        row = cursor.fetchone()
    whole = access.dossiers_for_officer(officer).select_related(None).select_related("version")
    light = whole.defer("version__form", "version__content")
    return light.get(pk=row[0]) if row else None


def _lot(clauses: Sequence[queues.Clause]) -> tuple[str, list[Any]]:
    window = " UNION ALL ".join(
        f"(SELECT id, owed_at FROM applications_dossier WHERE {one.sql} ORDER BY owed_at"  # noqa: S608
        f" FETCH FIRST {WINDOW} ROWS WITH TIES)"
        for one in clauses
    )
    text = f"""
        SELECT d.id FROM applications_dossier d JOIN (
            SELECT id, row_number() OVER (ORDER BY (owed_at AT TIME ZONE %s)::date, gen_random_uuid()) AS place
            FROM ({window}) AS near ORDER BY place LIMIT {DRAWN}
        ) AS drawn ON drawn.id = d.id
        WHERE d.assignee_id IS NULL ORDER BY drawn.place LIMIT 1 FOR UPDATE OF d SKIP LOCKED
    """  # noqa: S608
    return text, [value for one in clauses for value in one.params]


def _take(dossier: Dossier, kind: str, instead_of: int | None, *, by: Actor, at: dt.datetime) -> Dossier:
    if not fits(dossier, by):
        raise Forbidden(_("Bước này không chờ vai trò của anh/chị."))
    if absence := absence_of(by.user_id, at):
        message = _("Anh/chị đang nghỉ đến hết ngày %(day)s. Hãy bỏ lịch nghỉ trước khi nhận hồ sơ.")
        raise Refused(message % {"day": f"{absence.ends_on:%d/%m/%Y}"})
    return hold(dossier, kind, by.user_id, instead_of, by=by, at=at, roles=waits_for(dossier))


def hold(
    dossier: Dossier,
    kind: str,
    holder: int | None,
    instead_of: int | None,
    *,
    by: Actor,
    at: dt.datetime,
    note: str = "",
    roles: Collection[str] = (),
) -> Dossier:
    """Put the dossier into other hands, or nobody's, with one Event; ``instead_of`` must still hold it."""
    sets = {"assignee_id": holder, "assigned_at": at if holder else None}
    guards = {"assignee_id": instead_of, "step": dossier.step}
    data = {"holder": holder, "instead_of": instead_of}
    try:
        remark(dossier, kind, by=by, at=at, data=data, note=note, sets=sets, guards=guards, roles=roles)
    except Conflict as moved:
        raise _told(dossier, moved) from None
    return dossier


def _told(dossier: Dossier, moved: Conflict) -> Conflict:
    """Who holds it since when; when nobody does, the dossier itself moved on."""
    dossier.refresh_from_db()
    if dossier.assignee is None or dossier.assigned_at is None:
        return Conflict(_("Hồ sơ vừa chuyển sang bước khác. Hãy tải lại trang."), **moved.details)
    who, when = dossier.assignee.full_name, date_format(localtime(dossier.assigned_at), "DATETIME_FORMAT")
    message = _("Hồ sơ đang do %(who)s giữ từ %(when)s.") % {"who": who, "when": when}
    return Conflict(message, by=who, at=dossier.assigned_at.isoformat())
