"""From one step of the version to the next: whose turn it is, what is passed over, what opens by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import chains, steps, wording
from applications.actors import SYSTEM, Actor
from applications.models import Dossier, Event
from applications.services import asking
from applications.services.moving import move
from applications.states import EDGES, State
from applications.states import SYSTEM as MACHINE
from identity.errors import Forbidden, Refused


def begin(
    dossier: Dossier, action: str, *, by: Actor, at: dt.datetime, assignee_id: int | None = None
) -> None:
    """Enter the first step that applies."""
    chain = chains.chain_of(dossier)
    sets = {"assignee_id": assignee_id}
    _go(dossier, action, chain, steps.following(chain), by=by, at=at, data={}, sets=sets)


def advance(
    dossier: Dossier,
    action: str,
    *,
    by: Actor,
    at: dt.datetime,
    chain: steps.Chain | None = None,
    data: Mapping[str, Any] | None = None,
    note: str = "",
    outbox: str = "",
) -> None:
    """Do the act of the step waited for and enter the next that applies. Raises Forbidden (not this role's step, or
    the same hand twice), Conflict, and Refused when a consultation that follows cannot be put to anybody."""
    by = in_turn(dossier, action, by=by)
    chain = chain or chains.chain_of(dossier)
    onward = steps.following(chain, dossier.step)
    told = done_at(dossier) | dict(data or {})
    same_desk = dossier.current_step.get("role") == onward.role
    sets = {"assignee_id": dossier.assignee_id} if same_desk else {}
    _go(dossier, action, chain, onward, by=by, at=at, data=told, note=note, sets=sets, outbox=outbox)


def coming(dossier: Dossier) -> steps.Following:
    """What follows the step the dossier is at."""
    return steps.following(chains.chain_of(dossier), dossier.step)


def done_at(dossier: Dossier) -> dict[str, Any]:
    """What an event says about the step its act ended."""
    return {"step": dossier.current_step["id"]} if dossier.current_step else {}


def in_turn(dossier: Dossier, action: str, *, by: Actor) -> Actor:
    """``by`` as who may do the step: in its own role, and not in person or for anybody whose hand must differ.

    Raises Forbidden; a step of another kind is a conflict, which the move itself finds.
    """
    step = dossier.current_step
    if MACHINE in by.roles or step.get("kind") != EDGES[action].step:
        return by
    if not steps.may_act(step, by.roles):
        raise Forbidden(
            _("Bước «%(step)s» không chờ vai trò của anh/chị.") % {"step": wording.step_name(step)}
        )
    for name in step.get("different_from", ()):
        acts = Event.objects.filter(dossier=dossier, kind__in=EDGES, data__step=name)
        last = acts.order_by("-seq").first()
        done_by = {last.actor_id, last.data.get("for")} - {None} if last else set()
        free = by.with_mandates(one for one in by.mandates if one.giver_id not in done_by)
        if by.user_id in done_by or not steps.may_act(step, free.roles):
            named = next((wording.step_name(one) for one in dossier.steps if one["id"] == name), name)
            raise Forbidden(
                _("Anh/chị đã làm bước «%(step)s» nên bước này cần người khác.") % {"step": named}
            )
        by = free
    return by


def arrive(dossier: Dossier, *, at: dt.datetime, chain: steps.Chain | None = None) -> None:
    """What opens by itself: consultations of the step and those beside it; when none waits, the chain goes on.

    Repeatable: called on entering the step, when a question is closed, when the dossier is back from a pause.
    """
    if dossier.state != State.PROCESSING or dossier.current_step.get("kind") != steps.TOGETHER:
        return
    chain = chain or chains.chain_of(dossier)
    for number in steps.together(chain, dossier.step):
        asking.ask_for_step(dossier, chain.declared[number], at=at)
    if not _waits(dossier, chain):
        end_consulting(dossier=dossier, at=at, chain=chain)


def end_consulting(*, dossier: Dossier, at: dt.datetime, chain: steps.Chain | None = None) -> Dossier:
    """All that were asked by the step have answered or are no longer waited for. Raises Refused while one is."""
    chain = chain or chains.chain_of(dossier)
    if _waits(dossier, chain):
        raise Refused(_("Còn cơ quan chưa trả lời và chưa hết hạn trả lời."))
    advance(dossier, "end_consulting", by=SYSTEM, at=at, chain=chain)
    return dossier


def _waits(dossier: Dossier, chain: steps.Chain) -> bool:
    asked = [chain.declared[one]["id"] for one in steps.together(chain, dossier.step)]
    return dossier.consultations.filter(step__in=asked, closed_at=None).exists()


def _go(
    dossier: Dossier,
    action: str,
    chain: steps.Chain,
    onward: steps.Following,
    *,
    by: Actor,
    at: dt.datetime,
    data: Mapping[str, Any],
    sets: Mapping[str, Any],
    note: str = "",
    outbox: str = "",
) -> None:
    told = {**data, "skipped": list(onward.skipped)} if onward.skipped else data
    with transaction.atomic():
        move(
            dossier, action, by=by, at=at, data=told, note=note, sets={"step": onward.number, **sets},
            outbox=outbox,
        )  # fmt: skip
        arrive(dossier, at=at, chain=chain)
