"""The desk of the person who signs: what waits, why it may be signed, and who stands behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from applications import access, actors, hands, issuing, legal
from applications.models import Dossier, Event, Result
from applications.office import clock, queues
from applications.states import EDGES
from identity.models import Officer, Role
from procedures.journey import Journey

MOST = 200


@dataclass(frozen=True)
class Waiting:
    """One line of the desk; ``flag`` says what makes it differ from a routine grant."""

    dossier: Dossier
    title: str
    reason: str
    flag: clock.Chip
    due: clock.Chip


@dataclass(frozen=True)
class Draft:
    """The paper before it is signed: no number yet, nobody's signature."""

    title: str
    fields: Sequence[dict[str, Any]]
    reason: str
    agency: str
    is_refusal: bool


@dataclass(frozen=True)
class Hand:
    """One act of the chain of responsibility."""

    label: str
    who: str
    at: dt.datetime


@dataclass(frozen=True)
class Chosen:
    dossier: Dossier
    draft: Draft
    chain: Sequence[Hand]
    is_own: bool
    """The signer drafted it: a second person has to sign."""


def waiting(officer: Officer, *, now: dt.datetime) -> list[Waiting]:
    """Drafts waiting for a signature in the own agency, nearest deadline first."""
    calendar = legal.calendar(officer.agency_id)
    by = actors.at_desk(officer, at=now)
    whole = access.dossiers_for_officer(officer).filter(queues.at_step("sign"), by.reach({Role.SIGNER}))
    dossiers = whole.select_related("result")
    ordered = dossiers.order_by("owed_at", "pk")[:MOST]
    return [
        Waiting(
            dossier,
            _title(dossier, dossier.result),
            dossier.result.reason or _("Đủ điều kiện, trình cấp theo hồ sơ"),
            _flag(dossier),
            clock.due_chip(dossier, now=now, calendar=calendar),
        )
        for dossier in ordered
    ]


def chosen(officer: Officer, dossier: Dossier, journey: Journey) -> Chosen:
    result = Result.objects.filter(dossier=dossier).first()
    is_own = result is not None and result.proposed_by_id == officer.user_id
    return Chosen(dossier, draft_of(dossier, journey), chain_of(dossier), is_own)


def draft_of(dossier: Dossier, journey: Journey) -> Draft:
    """What was drafted; before that, what a grant would say from the facts so far."""
    result = Result.objects.filter(dossier=dossier).first()
    agency: Any = dossier.agency
    return Draft(
        title=_title(dossier, result),
        fields=result.fields if result else issuing.fields_of(dossier, journey, _unstated(dossier)),
        reason=result.reason if result else "",
        agency=agency.name,
        is_refusal=result is not None and result.kind == Result.Kind.REFUSAL,
    )


def chain_of(dossier: Dossier) -> list[Hand]:
    """Who drafted, checked and passed on, in order."""
    kinds = ("accept", "propose", "approve", "send_back", "sign")
    events = Event.objects.filter(dossier=dossier, kind__in=kinds).select_related("actor").order_by("seq")
    who = hands.names(events)
    return [Hand(str(EDGES[event.kind].label), who[event.pk], event.at) for event in events]


def _unstated(dossier: Dossier) -> dict[str, str]:
    """What the agency has still to state, shown as an open place of the draft."""
    return {one["id"]: one.get("suggest") or "…" for one in issuing.findings_of(dossier)}


def _title(dossier: Dossier, result: Result | None) -> str:
    return issuing.title_of(dossier, result) or dossier.version.procedure.name


def _flag(dossier: Dossier) -> clock.Chip:
    if dossier.result.kind == Result.Kind.REFUSAL:
        return clock.Chip("warning", "alert", _("Từ chối, đọc lý do"))
    if dossier.needs_matching:
        return clock.Chip("warning", "alert", _("Có mục dân tự khai thay CSDL"))
    return clock.Chip("success", "check-c", _("Đúng mẫu"))
