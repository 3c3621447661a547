"""Check, declare, hand in, and the lasting confirmation."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import answering, legal, papers_sent, routing, services
from applications.drafting import CHECK_STEP, Draft, step_of
from applications.facts import sections
from applications.models import Channel, Dossier
from applications.pinning import Outdated
from applications.services import Incomplete
from applications.services.bundle_parts import Filled, Prospect, is_bundle, prospects
from applications.services.intake import REQUIRED_LEVEL
from applications.states import State
from applications.views.opening import own_dossier
from applications.views.starting import onward
from applications.wording import in_words
from identity.access import citizen_required
from identity.errors import Refused
from identity.models import Agency
from procedures import fees
from procedures.journey import Journey

DECLARATION = "cam_doan"
UNPROCESSABLE = 422
HandIn = Callable[[HttpRequest, Draft], HttpResponse]


@dataclass(frozen=True)
class Promise:
    """What happens on submission: who receives, what it costs, by when. Unknown parts say why."""

    agency: Agency | None
    lines: Sequence[fees.FeeLine]
    fee_vnd: int | None
    due_at: dt.datetime | None
    obstacles: tuple[str, ...]


def promise_of(draft: Draft) -> Promise:
    obstacles: list[str] = []
    agency: Agency | None = None
    lines: list[fees.FeeLine] = []
    total: int | None = None
    handed_in = copy.copy(draft.dossier)  # the draft itself has no agency yet
    try:
        agency = routing.competent_agency(handed_in, draft.journey.values(), on=answering.legal_day(draft.at))
        handed_in.agency = agency
        context = answering.context_of(handed_in, at=draft.at)
        lines = fees.fee_lines(draft.form, draft.journey.values(), context)
        total = fees.total(lines)
    except Refused as refused:
        obstacles.append(refused.message)
    except fees.FeeUnknown as unknown:
        words = _("%(fee)s: địa phương chưa công bố mức thu trên cổng. Hãy nộp tại quầy.")
        obstacles.append(words % {"fee": unknown})
    if draft.filing is None and draft.dossier.submitter.assurance_level < REQUIRED_LEVEL:
        obstacles.append(_("Nộp hồ sơ cần định danh điện tử mức 2. Hãy đăng nhập lại bằng tài khoản mức 2."))
    deadline = legal.deadline_for(draft.dossier.version, draft.at, agency_id=agency.pk if agency else None)
    return Promise(agency, lines, total, deadline.due_at if deadline else None, tuple(obstacles))


@citizen_required
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Everything on one page, then the one act. A second submit leads to the same confirmation."""
    dossier = own_dossier(request, code)
    if dossier.bundled:
        return redirect("applications:bundle", code=dossier.bundle.code)
    if dossier.state != State.DRAFT:
        return redirect("applications:submitted", code=dossier.path_code)
    dossier.channel = Channel.ONLINE  # what a counter began, its owner goes on with at home
    return ask_check(request, Draft(dossier, at=timezone.now()), hand_in=_submit)


def ask_check(request: HttpRequest, draft: Draft, *, hand_in: HandIn) -> HttpResponse:
    """The check of a draft, whoever types; ``hand_in`` is the one act behind its button."""
    if draft.consented is None or draft.next_page() is not None:
        if draft.consented is not None:
            messages.info(request, _("Trước khi kiểm tra lại, còn trang này cần xong."))
        return onward(draft)
    if request.method == "POST":
        if DECLARATION not in request.POST:
            return _show_check(request, draft, missing=True)
        return hand_in(request, draft)
    return _show_check(request, draft)


def back_to_mend(request: HttpRequest, draft: Draft, refusal: Incomplete | Refused) -> HttpResponse:
    """To the page where what kept the draft from being handed in can be mended."""
    if isinstance(refusal, Incomplete):
        messages.error(request, _("Hồ sơ còn thiếu thông tin. Hãy xem các chỗ được đánh dấu."))
        return onward(draft.again())
    messages.error(request, refusal.message)
    return redirect(draft.address("move_draft" if isinstance(refusal, Outdated) else "check"))


def _submit(request: HttpRequest, draft: Draft) -> HttpResponse:
    try:
        if is_bundle(draft.dossier.version):
            bundle = services.submit_bundle(dossier=draft.dossier, by=draft.actor, at=draft.at)
            return redirect("applications:bundle", code=bundle.code)
        dossier = services.submit(dossier=draft.dossier, by=draft.actor, at=draft.at)
    except (Incomplete, Refused) as refusal:
        return back_to_mend(request, draft, refusal)
    if dossier.state == State.PAYMENT_REQUESTED:
        return redirect("payments:pay", code=dossier.code)
    return redirect("applications:submitted", code=dossier.code)


def check_context(draft: Draft, *, missing: bool = False) -> dict[str, Any]:
    """What ``applications/check.html`` shows. ``missing``: the declaration was not ticked."""
    bundled = is_bundle(draft.dossier.version)
    return {
        **draft.frame,
        "prospects": _prospects(draft) if bundled else [],
        "step": step_of(draft, CHECK_STEP),
        "sections": sections(draft.reader),
        "papers": papers_sent.in_order(list(draft.papers.values()), draft.form),
        "promise": promise_of(draft),
        "declaration": draft.form.declaration_text,
        "missing": missing,
        "back": draft.journey.pages[-1] if draft.journey.pages else None,
    }


def _prospects(draft: Draft) -> list[Prospect]:
    whole = Filled(draft.dossier, draft.journey, draft.consented or [], draft.papers)
    return prospects(whole, at=draft.at)


def _show_check(request: HttpRequest, draft: Draft, *, missing: bool = False) -> HttpResponse:
    context = check_context(draft, missing=missing)
    return render(request, "applications/check.html", context, status=UNPROCESSABLE if missing else 200)


@citizen_required
def statement(request: HttpRequest, code: str) -> HttpResponse:
    """The official declaration, to read before sending and to keep afterwards."""
    dossier = own_dossier(request, code)
    return show_statement(request, Draft(dossier, at=dossier.submitted_at or timezone.now()))


def show_statement(request: HttpRequest, draft: Draft) -> HttpResponse:
    dossier = draft.dossier
    if dossier.state == State.DRAFT:
        dossier.agency = promise_of(draft).agency
    context = statement_context(dossier, answering.journey_of(dossier, at=draft.at))
    return render(request, "applications/statement.html", context | draft.frame)


def statement_context(dossier: Dossier, journey: Journey) -> dict[str, Any]:
    """What ``applications/statement.html`` prints: every question of the official form, answered or not."""
    printed = [one for one in journey.form.questions.values() if one.on_form]
    rows = [
        (one.text, in_words(one, answer.value) if (answer := journey.answer(one.id)) else "")
        for one in sorted(printed, key=lambda one: one.blank_no or len(printed))
        if one.kind != "file"
    ]
    return {"dossier": dossier, "form": journey.form, "rows": rows, "groups": papers_sent.tables(journey)}


@citizen_required
def submitted(request: HttpRequest, code: str) -> HttpResponse:
    """The confirmation; its address lasts and shows the same as long as the dossier exists."""
    dossier = own_dossier(request, code)
    if dossier.bundled:
        return redirect("applications:bundle", code=dossier.bundle.code)
    if dossier.state == State.DRAFT:
        return redirect("applications:check", code=dossier.key)
    at = dossier.submitted_at or timezone.now()
    draft = Draft(dossier, at=at)
    deadline = legal.deadline_for(dossier.version, at, agency_id=dossier.agency_id)
    context = {
        "dossier": dossier,
        "sent": papers_sent.everything(dossier, draft.journey),
        "due_at": dossier.due_at or (deadline.due_at if deadline else None),
        "automatic": dossier.version.is_automatic,
    }
    return render(request, "applications/submitted.html", context)
