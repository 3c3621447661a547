"""The one way a dossier moves: role, then table, then guard in SQL with the Event in the same statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from applications import actors, bell, log
from applications.actors import Actor
from applications.models import Dossier, Event
from applications.states import EDGES, ENDED, RETURN, State
from identity.errors import Conflict, Forbidden


def move(
    dossier: Dossier,
    action: str,
    *,
    by: Actor,
    at: dt.datetime,
    data: Mapping[str, Any] | None = None,
    note: str = "",
    sets: Mapping[str, Any] | None = None,
    guards: Mapping[str, Any] | None = None,
    outbox: str = "",
    numbering: log.Numbering | None = None,
    roles: Collection[str] = (),
) -> log.Written:
    """Perform ``action`` of the state table on ``dossier`` and write its Event.

    ``roles``: of which one is needed, where the verb asks for more than the table does. Raises Forbidden for a
    wrong role and Conflict (who, when) when the state is not, or no longer, a source.
    """
    edge = EDGES[action]
    if not by.roles & edge.roles:
        raise Forbidden(_("Vai trò của bạn không làm được việc «%(action)s».") % {"action": edge.label})
    instead = stands_for(by, roles or edge.roles, dossier, at=at)
    if edge.step and dossier.state == State.PROCESSING and dossier.current_step.get("kind") != edge.step:
        raise conflict(dossier, action)
    source, stack = dossier.state, list(dossier.return_states)
    try:
        getattr(dossier, action)()
    except TransitionNotAllowed:
        raise conflict(dossier, action) from None
    changes, conditions = (
        dict(sets or {}),
        {"step": dossier.step, **(guards or {}), **_as_lent(instead, dossier)},
    )
    if edge.remembers:
        changes["return_states"] = [*stack, source]
    if edge.target == RETURN:
        changes["return_states"], conditions["return_states"] = stack[:-1], stack
    changes |= _place(dossier, source, changes, at)
    written = log.append(
        dossier,
        log.Entry(
            kind=action,
            at=at,
            actor_id=by.user_id,
            agency_id=by.agency_id,
            from_state=source,
            to_state=dossier.state,
            data={**(data or {}), **instead},
            note=note,
            sets=changes,
            guards=conditions,
            outbox=outbox,
            numbering=numbering,
        ),
    )
    if written is None:
        raise conflict(dossier, action)
    _apply(dossier, changes, outbox)
    return written


def _place(dossier: Dossier, source: str, sets: Mapping[str, Any], at: dt.datetime) -> dict[str, Any]:
    """Columns that say whose turn it is: the step waited for (nobody's here while others are consulted), and nobody
    holds what was handed on or has ended."""
    target, step = dossier.state, sets.get("step", dossier.step)
    place: dict[str, Any] = {}
    if State.PROCESSING in (source, target):
        waiting = dossier.step_at(step) if target == State.PROCESSING else {}
        kind, role = waiting.get("kind", ""), waiting.get("role", "")
        place = {"step_kind": kind, "step_role": "" if kind == "consult" else role}
    handed_on = target == State.PROCESSING and (source == State.ACCEPTED or step != dossier.step)
    if handed_on or target in ENDED:
        holder = sets.get("assignee_id")
        place |= {"assignee_id": holder, "assigned_at": at if holder else None}
    return place


def remark(
    dossier: Dossier,
    kind: str,
    *,
    by: Actor,
    at: dt.datetime,
    data: Mapping[str, Any] | None = None,
    note: str = "",
    sets: Mapping[str, Any] | None = None,
    guards: Mapping[str, Any] | None = None,
    outbox: str = "",
    roles: Collection[str] = (),
) -> log.Written:
    """Write an Event that changes no state (a signature made, a dossier taken over by a colleague).

    ``roles``: of which one allows the act; when it is lent, the Event says by whom. Raises Forbidden when the
    delegation has ended meanwhile, Conflict when the state or one of ``guards`` (column: value) no longer holds.
    """
    instead = stands_for(by, roles, dossier, at=at)
    written = log.append(
        dossier,
        log.Entry(
            kind=kind,
            at=at,
            actor_id=by.user_id,
            agency_id=by.agency_id,
            from_state=dossier.state,
            to_state=dossier.state,
            data={**(data or {}), **instead},
            note=note,
            sets=sets or {},
            guards={**(guards or {}), **_as_lent(instead, dossier)},
            outbox=outbox,
        ),
    )
    if written is None:
        raise conflict(dossier, kind)
    _apply(dossier, sets or {}, outbox)
    return written


def _apply(dossier: Dossier, sets: Mapping[str, Any], outbox: str) -> None:
    """Bring the copy in hand up to what was written, and ring for the work left."""
    for name, value in sets.items():
        setattr(dossier, name, value)
    if outbox:
        bell.ring_on_commit(outbox, dossier.pk)


def _as_lent(instead: Mapping[str, int], dossier: Dossier) -> dict[str, int]:
    """A role lent up to a fee counts for the fee that was looked at."""
    return {"fee_vnd": dossier.fee_vnd} if instead else {}


def stands_for(by: Actor, roles: Collection[str], dossier: Dossier, *, at: dt.datetime) -> dict[str, int]:
    """For whom ``by`` uses one of ``roles`` here, as an Event keeps it; empty for an own role.

    Raises Forbidden when no delegation covers the dossier, or it ended between the page and the act.
    """
    if not by.roles & set(roles) or by.own_roles & set(roles):
        return {}
    mandate = by.mandate_for(roles, dossier)
    if mandate is None or not actors.is_lent(mandate, roles, at=at):
        raise Forbidden(_("Ủy quyền của anh/chị đã hết hiệu lực hoặc không bao gồm hồ sơ này."))
    return {"for": mandate.giver_id, "delegation": mandate.delegation_id}


def allow(by: Actor, *roles: str) -> None:
    """For acts outside the table of states. Raises Forbidden."""
    if not by.roles & set(roles):
        raise Forbidden(_("Vai trò của anh/chị không làm được việc này."))


def conflict(dossier: Dossier, action: str) -> Conflict:
    """Says what the dossier is now, who made it so and when; the copy in hand is refreshed."""
    dossier.refresh_from_db()
    if dossier.bundled:
        return Conflict(_("Tờ khai này đã nộp thành hồ sơ liên thông nên không thay đổi được nữa."))
    moves = Event.objects.select_related("actor").filter(dossier=dossier, kind__in=EDGES)
    last = moves.order_by("-seq").first()
    label = EDGES[action].label if action in EDGES else action
    if last is None:
        return Conflict(_("Hồ sơ đang là bản nháp, không làm được việc «%(action)s».") % {"action": label})
    who = last.actor.full_name if last.actor else _("Hệ thống")
    when = date_format(localtime(last.at), "DATETIME_FORMAT")
    message = _(
        "Không làm được việc «%(action)s»: hồ sơ đang ở trạng thái «%(state)s», do %(who)s cập nhật lúc %(when)s."
    ) % {"action": label, "state": State(dossier.state).label, "who": who, "when": when}
    return Conflict(message, state=dossier.state, by=who, at=last.at.isoformat())
