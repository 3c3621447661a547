"""The desk of the registry clerk: signed results that wait for their number or for release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications import access, actors, legal
from applications.models import Dossier, Result
from applications.office import clock, evidence, inbox, queues, signing
from applications.services.releasing_many import ACTS
from applications.states import State
from identity.models import Officer, Role

_WAITING = [queues.Branch(State.PROCESSING, step_kind=kind) for kind in ("number", "release")]


@dataclass(frozen=True)
class Waiting:
    """``is_ready``: this desk can do what the step waits for now."""

    dossier: Dossier
    title: str
    next_act: str
    state: clock.Chip
    due: clock.Chip
    is_ready: bool


@dataclass(frozen=True)
class Desk:
    rows: Sequence[Waiting]
    total: str
    next_key: str

    @property
    def ready(self) -> int:
        return sum(row.is_ready for row in self.rows)


def read(officer: Officer, *, after: str = "", now: dt.datetime) -> Desk:
    """One page of the own agency, nearest deadline first."""
    calendar, by = legal.calendar(officer.agency_id), actors.at_desk(officer, at=now)
    whole = access.dossiers_for_officer(officer).filter(by.reach({Role.REGISTRY_CLERK}))
    asked = queues.clause_of(whole)
    ids, following = queues.page(asked, _WAITING, after=queues.place(after))
    dossiers = inbox.in_order(whole.select_related("result"), ids)
    evidence.share_versions(dossiers)
    rows = [
        _row(one, clock.due_chip(one, now=now, calendar=calendar))
        for one in dossiers
        if hasattr(one, "result")
    ]
    total = inbox.spoken_count(queues.counts(asked, {"total": _WAITING})["total"])
    return Desk(rows, total, str(following) if following else "")


def _row(dossier: Dossier, due: clock.Chip) -> Waiting:
    kind, sealed = dossier.step_kind, dossier.result.status == Result.Status.SIGNED
    if kind == "number":
        state = clock.Chip("info", "pen", _("Chờ cho số"))
    elif sealed:
        state = clock.Chip("success", "check-c", _("Đã ký, chờ phát hành"))
    else:
        state = clock.Chip("", "clock", _("Đang ghi chữ ký số"))
    return Waiting(
        dossier=dossier,
        title=signing.title_of(dossier, dossier.result),
        next_act=_("Cho số") if kind == "number" else _("Phát hành"),
        state=state,
        due=due,
        is_ready=kind in ACTS and (sealed or kind != "release"),
    )
