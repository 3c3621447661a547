"""A bundle on one page: its parts with who holds them and by when, all that happened, what the citizen may do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications import access, actors, services, timeline
from applications.models import Bundle, BundlePart
from applications.states import CITIZEN, FINAL, State, actions_for
from applications.views.citizen import Row
from applications.views.opening import signed_in
from identity.access import citizen_required
from identity.errors import DomainError, NotFound

LONGEST_TIMELINE = 40
UNTOLD = frozenset({"bundle_joined", "partner_acknowledged"})
"""Said by the page itself, or of interest on the page of the one dossier only."""
_ENDED_WITHOUT_RESULT = FINAL - {State.DELIVERED}


@dataclass(frozen=True)
class PartRow:
    """One part in the list; ``row`` is its dossier as every list of dossiers shows it."""

    part: BundlePart
    row: Row | None

    @property
    def tone(self) -> str:
        if self.row is not None:
            return self.row.tone
        return {"held_up": "warning", "unfinished": "warning", "given_up": "error"}.get(self.part.stage, "")

    @property
    def icon(self) -> str:
        if self.row is not None:
            return self.row.icon
        return {"held_up": "alert", "unfinished": "pen", "given_up": "x-c"}.get(self.part.stage, "clock")

    @property
    def may_file_alone(self) -> bool:
        """Nothing of this part is under way: the citizen may file the procedure by itself."""
        if self.part.stage in (BundlePart.Stage.HELD_UP, BundlePart.Stage.GIVEN_UP):
            return True
        return self.row is not None and self.row.dossier.state in _ENDED_WITHOUT_RESULT

    @property
    def may_be_dropped(self) -> bool:
        return self.part.stage in (BundlePart.Stage.WAITING, BundlePart.Stage.HELD_UP)

    @property
    def may_withdraw(self) -> bool:
        return self.row is not None and _may_withdraw(self.row)


@dataclass(frozen=True)
class Happening:
    procedure: str
    told: timeline.Happening


@citizen_required
@require_GET
def bundle(request: HttpRequest, code: str) -> HttpResponse:
    found = access.bundle_for(signed_in(request), code)
    rows = rows_of(found, now=timezone.now())
    filed = [one.row.dossier for one in rows if one.row is not None]
    told = [
        Happening(one.version.procedure.title, each)
        for one in filed
        for each in timeline.happenings(one)
        if each.kind not in UNTOLD
    ]
    context = {
        "bundle": found,
        "rows": rows,
        "fee_vnd": sum(one.fee_vnd for one in filed),
        "unpaid_vnd": sum(one.unpaid_vnd for one in filed if one.state == State.PAYMENT_REQUESTED),
        "happenings": sorted(told, key=lambda one: one.told.at, reverse=True)[:LONGEST_TIMELINE],
        "may_withdraw": any(one.may_withdraw or one.may_be_dropped for one in rows),
    }
    return render(request, "applications/bundle.html", context)


@citizen_required
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Ask back every part that is still under way; the agencies answer one by one."""
    found = access.bundle_for(signed_in(request), code)
    if request.method != "POST":
        return render(request, "applications/bundle_withdraw.html", {"bundle": found, "missing": False})
    reason = request.POST.get("ly_do", "").strip()[:1000]
    if not reason:
        context = {"bundle": found, "missing": True}
        return render(request, "applications/bundle_withdraw.html", context, status=422)
    by = actors.citizen(found.form.submitter)
    for taken in services.withdraw_bundle(bundle=found, reason=reason, by=by, at=timezone.now()):
        if taken.refusal:
            messages.warning(request, f"{taken.part.procedure.title}: {taken.refusal}")
    messages.success(request, _("Đã gửi yêu cầu rút các hồ sơ còn rút được."))
    return redirect("applications:bundle", code=found.code)


@citizen_required
@require_POST
def part(request: HttpRequest, code: str, number: int, action: str) -> HttpResponse:
    """Try again to file one part (``thu-lai``), or no longer want it (``thoi``)."""
    found = access.bundle_for(signed_in(request), code)
    chosen = found.parts.select_related("procedure", "dossier", "bundle__form__submitter__user").filter(
        position=number - 1
    )
    one = chosen.first()
    verb = {"thu-lai": services.retry_part, "thoi": services.give_up_part}.get(action)
    if one is None or verb is None:
        raise NotFound(_("Hồ sơ liên thông không có phần này."))
    try:
        changed = verb(part=one, by=actors.citizen(found.form.submitter), at=timezone.now())
        changed.refresh_from_db()
        messages.success(request, f"{changed.procedure.title}: {changed.state_words}.")
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("applications:bundle", code=found.code)


def rows_of(found: Bundle, *, now: dt.datetime) -> list[PartRow]:
    parts = found.parts.select_related(
        "procedure",
        "after__procedure",
        "dossier__version__procedure",
        "dossier__agency",
        "dossier__submitter",
        "dossier__organisation",
    )
    return [
        PartRow(one, Row(one.dossier, now) if one.dossier is not None and one.dossier.code else None)
        for one in parts.order_by("position")
    ]


def _may_withdraw(row: Row) -> bool:
    return "request_withdrawal" in {
        edge.action for edge in actions_for(row.dossier.state, frozenset({CITIZEN}))
    }
