"""The desk of the person who signs: what waits, why it may be signed, and who stands behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import access, actors, answering, hands, issuing, legal
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier, Event, Result, ReturnedDraft
from applications.office import clock, comparing, evidence, inbox, queues, returns
from applications.office.comparing import Change
from applications.office.evidence import Evidence
from applications.states import EDGES, State
from identity.errors import Refused
from identity.models import Officer, Role
from procedures.journey import Journey

PAGE = 25
_WAITING = queues.Branch(State.PROCESSING, step_kind="sign")
_SHOWN_ELSEWHERE = frozenset({"refusal", "altered", "overdue"})
"""Flags another column of the row says already."""


@dataclass(frozen=True)
class Waiting:
    """One line of the desk. ``kind`` names what may be signed together: the same procedure, the same answer."""

    dossier: Dossier
    title: str
    kind: str
    reason: str
    template: clock.Chip
    due: clock.Chip
    known: Evidence
    is_picked: bool

    @property
    def chips(self) -> list[clock.Chip]:
        return [self.template] + [one.chip for one in self.known.flags if one.key not in _SHOWN_ELSEWHERE]

    @property
    def can_be_picked(self) -> bool:
        return not (self.known.is_own or self.known.must_be_opened)


@dataclass(frozen=True)
class Alike:
    """Lines of this page that one button can sign together."""

    kind: str
    title: str
    count: int


@dataclass(frozen=True)
class Desk:
    rows: Sequence[Waiting]
    alike: Sequence[Alike]
    sample: Waiting | None
    """Of the ticked lines the one to read before all are signed."""
    total: str
    overdue: str
    today: str
    next_key: str


@dataclass(frozen=True)
class Draft:
    """The paper before it is signed: no number yet, nobody's signature. ``fields`` may carry marks of changes."""

    title: str
    fields: Sequence[Mapping[str, Any]]
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
class Before:
    """The draft that was sent back: why, and what the present one says differently."""

    why: returns.Returned
    changes: Sequence[Change]


@dataclass(frozen=True)
class Chosen:
    """``outdated``: lines where the facts now say (``before``) something else than the draft (``after``)."""

    dossier: Dossier
    draft: Draft
    reason: str
    chain: Sequence[Hand]
    known: Evidence
    outdated: Sequence[Change]
    before: Before | None
    can_sign: bool


def read(
    officer: Officer, *, after: str = "", kind: str = "", picked: Collection[str] = (), now: dt.datetime
) -> Desk:
    """One page of drafts waiting in the own agency, nearest deadline first. ``picked``: codes to tick; ``kind``: tick
    everything of this kind that can be picked."""
    calendar, by = legal.calendar(officer.agency_id), actors.at_desk(officer, at=now)
    whole = access.dossiers_for_officer(officer).filter(by.reach({Role.SIGNER}))
    asked = queues.clause_of(whole)
    ids, following = queues.page(asked, [_WAITING], after=queues.place(after), size=PAGE)
    dossiers = inbox.in_order(whole.select_related("result").prefetch_related("answers", "attachments"), ids)
    evidence.share_versions(dossiers)
    known = evidence.of(officer, dossiers, now=now)
    fees, rows = answering.fees_of(dossiers), []
    for dossier in (one for one in dossiers if one.pk in known):
        reason = evidence.reason_of(dossier, known[dossier.pk], now=now, fees=fees)
        due = clock.due_chip(dossier, now=now, calendar=calendar)
        rows.append(_row(dossier, known[dossier.pk], reason, due, kind, picked))
    count = _counts(asked, now)
    next_key = str(following) if following else ""
    ticked = [row for row in rows if row.is_picked and row.can_be_picked]
    drawn = evidence.sample_of(officer, [row.dossier for row in ticked])
    sample = next((row for row in ticked if row.dossier == drawn), None)
    return Desk(rows, _alike(rows), sample, count["total"], count["overdue"], count["today"], next_key)


def chosen(officer: Officer, dossier: Dossier, *, clean: bool, now: dt.datetime) -> Chosen:
    """The draft to read. ``clean``: without the marks of what differs from the template.

    Raises Refused where nothing was drafted.
    """
    result = Result.objects.filter(dossier=dossier).first()
    if result is None:
        raise Refused(_("Hồ sơ này chưa có dự thảo để ký."))
    dossier.result = result
    known = evidence.of(officer, [dossier], now=now)[dossier.pk]
    drafted = Event.objects.filter(dossier=dossier, kind="propose").order_by("-seq").first()
    journey = answering.journey_of(dossier, at=drafted.at if drafted else now)
    differs = _against_template(dossier, result, journey)
    findings = {one["label"] for one in issuing.findings_of(dossier)}
    draft = draft_of(dossier, journey)
    marked = draft.fields if clean else comparing.marked(result.fields, differs)
    return Chosen(
        dossier=dossier,
        draft=Draft(draft.title, marked, draft.reason, draft.agency, draft.is_refusal),
        reason=evidence.reason_of(dossier, known, now=now),
        chain=chain_of(dossier),
        known=known,
        outdated=[change for change in differs if change.label not in findings],
        before=_sent_back(dossier, result),
        can_sign=dossier.current_step.get("kind") == "sign" and result.status == Result.Status.DRAFT,
    )


def draft_of(dossier: Dossier, journey: Journey) -> Draft:
    """What was drafted; before that, what a grant would say from the facts so far."""
    result = Result.objects.filter(dossier=dossier).first()
    agency: Any = dossier.agency
    return Draft(
        title=title_of(dossier, result),
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


def kind_of(dossier: Dossier) -> str:
    """What may be signed together carries the same: procedure and answer."""
    return f"{dossier.version.procedure.slug}.{dossier.result.kind}"


def title_of(dossier: Dossier, result: Result | None) -> str:
    return issuing.title_of(dossier, result) or dossier.version.procedure.name


def _row(
    dossier: Dossier, known: Evidence, reason: str, due: clock.Chip, kind: str, picked: Collection[str]
) -> Waiting:
    own = kind_of(dossier)
    free = not (known.is_own or known.must_be_opened)
    return Waiting(
        dossier=dossier,
        title=title_of(dossier, dossier.result),
        kind=own,
        reason=reason,
        template=_template_chip(known),
        due=due,
        known=known,
        is_picked=dossier.code in picked or (free and own == kind),
    )


def _template_chip(known: Evidence) -> clock.Chip:
    told = {flag.key: flag.chip for flag in known.flags}
    if chip := told.get("refusal") or told.get("altered"):
        return chip
    filled = len(known.by_hand)
    if filled:
        text = ngettext("Điền thêm %(n)d mục", "Điền thêm %(n)d mục", filled) % {"n": filled}
        return clock.Chip("info", "pen", text)
    return clock.Chip("success", "check-c", _("Đúng mẫu"))


def _alike(rows: Sequence[Waiting]) -> list[Alike]:
    """Kinds of which the page has more than one line free to be picked."""
    free = [row for row in rows if row.can_be_picked]
    kinds = dict.fromkeys(row.kind for row in free)
    groups = [[row for row in free if row.kind == kind] for kind in kinds]
    return [Alike(group[0].kind, group[0].title, len(group)) for group in groups if len(group) > 1]


def _counts(asked: queues.Clause, now: dt.datetime) -> dict[str, str]:
    """How many wait, how many of them are overdue, how many are due today."""
    midnight = dt.datetime.combine(now.astimezone(LEGAL_ZONE).date() + dt.timedelta(days=1), dt.time.min)
    until = midnight.replace(tzinfo=LEGAL_ZONE)
    parted = {
        "total": [_WAITING],
        "overdue": [queues.Branch(State.PROCESSING, step_kind="sign", owed_to=now)],
        "today": [queues.Branch(State.PROCESSING, step_kind="sign", owed_from=now, owed_to=until)],
    }
    return {key: inbox.spoken_count(count) for key, count in queues.counts(asked, parted).items()}


def _against_template(dossier: Dossier, result: Result, journey: Journey) -> list[Change]:
    """The draft against what the facts and the suggestions of the version give by themselves."""
    if result.kind == Result.Kind.REFUSAL:
        return []
    return comparing.changes(issuing.fields_of(dossier, journey, _unstated(dossier)), result.fields)


def _sent_back(dossier: Dossier, result: Result) -> Before | None:
    last = ReturnedDraft.objects.filter(dossier=dossier).order_by("-pk").first()
    if last is None:
        return None
    reasons = [{"label": _("Lý do"), "value": last.reason}], [{"label": _("Lý do"), "value": result.reason}]
    kinds = [
        {"label": _("Đề xuất"), "value": str(Result.Kind(kind).label)} for kind in (last.kind, result.kind)
    ]
    changed = comparing.changes(
        [kinds[0], *last.fields, *reasons[0]], [kinds[1], *result.fields, *reasons[1]]
    )
    return Before(returns.told(last.event), changed)


def _unstated(dossier: Dossier) -> dict[str, str]:
    """What the agency has still to state, shown as an open place of the draft."""
    return {one["id"]: one.get("suggest") or comparing.OPEN_PLACE for one in issuing.findings_of(dossier)}
