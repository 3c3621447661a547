"""What is known of drafts that wait for a signature: risk flags, what the officer wrote, who has opened them.

Gathered for many at once: the number of questions to the database grows with the versions on the page, and with the
drafts only where a version has conditions a machine can judge.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext as _

from applications import access, answering, issuing
from applications.answering import CORRECTION
from applications.models import Answer, Dossier, Event, Result, ReturnedDraft, SupplementRequest
from applications.office import checks, comparing, grounds, queues, risks
from applications.office.comparing import Change
from applications.prefill import EID
from applications.services import four_eyes
from applications.states import State
from identity.errors import Refused
from identity.models import Officer
from procedures.facts import REGISTERS
from procedures.models import ProcedureVersion

TO_SIGN = "Xem dự thảo kết quả để ký"
"""Purpose of opening a draft, as the person reads it in the access log: a record, therefore always Vietnamese."""
_DECIDED = [queues.Branch(State.COMPLETED), queues.Branch(State.DELIVERED)]


@dataclass(frozen=True)
class Evidence:
    """``by_hand``: findings that differ from the suggestion, be it empty; ``opened_at``: when this signer last opened
    the draft as it now stands; ``is_own``: the signer wrote it, or it was written for them."""

    flags: Sequence[risks.Flag]
    by_hand: Sequence[Change]
    opened_at: dt.datetime | None
    is_own: bool
    matched: int

    @property
    def must_be_opened(self) -> bool:
        return bool(self.flags) and self.opened_at is None


def of(officer: Officer, dossiers: Sequence[Dossier], *, now: dt.datetime) -> dict[int, Evidence]:
    """Evidence of each dossier that has a draft, by its number."""
    drafted = _drafted(dossiers)
    answered, late, returned = _answers(dossiers), _late_defects(dossiers), _returns(dossiers)
    opened = access.last_read(officer, dossiers, purpose=TO_SIGN)
    usual = {version: _usual(officer, version) for version in {one.version_id for one in dossiers}}
    found = {}
    for dossier in dossiers:
        result = getattr(dossier, "result", None)
        if result is None:
            continue
        facts = answered.get(dossier.pk, {})
        since, written = drafted.get(dossier.pk, (None, {}))
        findings = issuing.findings_of(dossier) if result.kind == Result.Kind.GRANT else []
        by_hand = comparing.by_hand(findings, result.fields)
        case = risks.Case(
            shape=_shape(result.fields, dossier.fee_vnd),
            usual=usual[dossier.version_id],
            is_refusal=result.kind == Result.Kind.REFUSAL,
            is_self_declared=dossier.needs_matching,
            reported=facts.get("reported", 0),
            is_overdue=dossier.due_at is not None and dossier.due_at < now,
            supplements=dossier.supplement_count,
            late_defects=late.get(dossier.pk, 0),
            altered=sum(bool(change.before) for change in by_hand),
            is_outdated=since is not None and "latest" in facts and facts["latest"] > since,
            returns=returned.get(dossier.pk, 0),
        )
        seen = opened.get(str(dossier.code))
        found[dossier.pk] = Evidence(
            flags=risks.flags(case, large_fee_vnd=settings.LARGE_FEE_VND),
            by_hand=by_hand,
            opened_at=seen if seen and since and seen >= since else None,
            is_own=officer.user_id in four_eyes.authors(result.proposed_by_id, written),
            matched=facts.get("matched", 0),
        )
    return found


def require_opened(known: Evidence | None) -> None:
    """Raises Refused for a draft with a risk flag its signer has not opened; None: nothing is drafted."""
    if known is not None and known.must_be_opened:
        flags = ", ".join(flag.chip.text for flag in known.flags)
        raise Refused(_("Có cảnh báo (%(flags)s): hãy mở đọc dự thảo rồi ký.") % {"flags": flags})


def reason_of(dossier: Dossier, known: Evidence, *, now: dt.datetime, fees: answering.Fees = None) -> str:
    """Why the result says what it says, in one line that names nobody's data: a list is no recorded reading."""
    looked = list(_judged(dossier, now, fees))
    told: dict[str, list[str]] = {"ok": [], "no": [], "wait": []}
    for check in looked:
        told[check.outcome].append(check.text)
    result = dossier.result
    return grounds.line(
        grounds.Grounds(
            is_refusal=result.kind == Result.Kind.REFUSAL,
            met=told["ok"],
            failed=told["no"],
            unsure=told["wait"],
            matched=known.matched,
            stated=[change.label for change in known.by_hand if change.after],
            written=result.reason,
        )
    )


def sample_of(officer: Officer, dossiers: Sequence[Dossier]) -> Dossier | None:
    """Which of several drafts their signer reads before all are signed: a lot nobody can foresee, the same each time
    for the same drafts. None for fewer than two."""
    if len(dossiers) < 2:
        return None
    lots = {
        hashlib.sha256(f"{officer.user_id}:{one.result.verify_code}".encode()).digest(): one
        for one in dossiers
        if hasattr(one, "result")
    }
    return lots[min(lots)] if lots else None


def _judged(dossier: Dossier, now: dt.datetime, fees: answering.Fees) -> Iterable[checks.Check]:
    """Reading the form and walking the answers is the slow part: only where the version has something to judge."""
    form, processing = dossier.version.form or {}, dossier.version.processing
    if not (processing.get("conditions") or form.get("checks") or form.get("auto_decision")):
        return ()
    return checks.rules_of(dossier, answering.journey_of(dossier, at=dossier.submitted_at or now, fees=fees))


def _drafted(dossiers: Sequence[Dossier]) -> dict[int, tuple[dt.datetime | None, dict[str, Any]]]:
    """When the draft as it stands was written, and what its event says."""
    events = Event.objects.filter(dossier__in=dossiers, kind="propose").order_by("dossier", "-seq")
    found = events.distinct("dossier").values_list("dossier", "at", "data")
    return {dossier: (at, data) for dossier, at, data in found}


def _answers(dossiers: Sequence[Dossier]) -> dict[int, dict[str, Any]]:
    """When the newest answer was given, how many come from registers, how many of those the citizen calls wrong."""
    rows = Answer.objects.filter(dossier__in=dossiers).order_by().values("dossier")
    counted = rows.annotate(
        latest=Max("at"),
        matched=Count("pk", filter=Q(source__in=[*REGISTERS, EID])),
        reported=Count("pk", filter=Q(question__startswith=CORRECTION) & ~Q(value="")),
    )
    return {row["dossier"]: dict(row) for row in counted}


def _late_defects(dossiers: Sequence[Dossier]) -> dict[int, int]:
    requests = SupplementRequest.objects.filter(dossier__in=dossiers).order_by()
    return dict(requests.values_list("dossier").annotate(Sum("late_defects")))


def _returns(dossiers: Sequence[Dossier]) -> dict[int, int]:
    drafts = ReturnedDraft.objects.filter(dossier__in=dossiers).order_by()
    return dict(drafts.values_list("dossier").annotate(Count("pk")))


def _usual(officer: Officer, version_id: int) -> list[risks.Shape]:
    """The last grants of the same version in the agency, those with the latest deadline first: an index answers."""
    ours = access.dossiers_for_officer(officer).filter(version=version_id)
    ids, _place = queues.page(queues.clause_of(ours), _DECIDED, newest_first=True, size=risks.LAST)
    rows = Result.objects.filter(dossier__in=ids, kind=Result.Kind.GRANT)
    return [_shape(fields, fee) for fields, fee in rows.values_list("fields", "dossier__fee_vnd")]


def _shape(fields: Sequence[dict[str, Any]], fee_vnd: int) -> risks.Shape:
    return risks.Shape(frozenset(field["label"] for field in fields), fee_vnd)


def share_versions(dossiers: Iterable[Dossier]) -> None:
    """Give dossiers of one version the same copy of it: a form weighs many kilobytes and is read once."""
    known = list(dossiers)
    versions = ProcedureVersion.objects.select_related("procedure__field").in_bulk(
        {one.version_id for one in known}
    )
    for dossier in known:
        dossier.version = versions[dossier.version_id]
