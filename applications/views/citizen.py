"""My dossiers, the life of one, and what the citizen may still do with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import actors, printing, services, timeline
from applications.models import Bundle, Dossier, Result
from applications.states import FINAL, State, actions_for
from applications.views.opening import own_dossier, signed_in
from identity.access import citizen_required
from identity.errors import NotFound
from identity.models import DataAccess

PAGE_SIZE = 20
RECENT = dt.timedelta(days=30)
OPEN, DRAFTS, DONE = "dang-lam", "ban-nhap", "da-xong"
TABS = {OPEN: gettext_lazy("Đang làm"), DRAFTS: gettext_lazy("Bản nháp"), DONE: gettext_lazy("Đã xong")}
TONES = {
    State.DRAFT: ("", "pen"),
    State.REFUSED: ("error", "x-c"),
    State.STOPPED: ("error", "stop"),
    State.SUPPLEMENT_REQUESTED: ("warning", "alert"),
    State.PAYMENT_REQUESTED: ("warning", "money"),
    State.WITHDRAWAL_REQUESTED: ("consult", "pause"),
    State.COMPLETED: ("success", "check-c"),
    State.DELIVERED: ("success", "check-c"),
}


@dataclass(frozen=True)
class Row:
    """A dossier in a list: chip in words, who holds it, what is due."""

    dossier: Dossier
    now: dt.datetime

    @property
    def tone(self) -> str:
        return TONES.get(State(self.dossier.state), ("info", "clock"))[0]

    @property
    def icon(self) -> str:
        return TONES.get(State(self.dossier.state), ("info", "clock"))[1]

    @property
    def label(self) -> str:
        return str(State(self.dossier.state).label)

    @property
    def holder(self) -> str:
        return timeline.holder(self.dossier)

    @property
    def waits_for_me(self) -> bool:
        return self.dossier.state in timeline.WAITING_FOR_CITIZEN

    @property
    def overdue(self) -> bool:
        due = self.dossier.due_at
        return due is not None and due < self.now and self.dossier.ended_at is None and not self.waits_for_me

    @property
    def has_result(self) -> bool:
        return self.dossier.state in (State.COMPLETED, State.DELIVERED)


@citizen_required
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for me first. Every filter is an address."""
    now = timezone.now()
    everything = Dossier.objects.of_citizen(signed_in(request)).select_related(  # type: ignore[attr-defined]
        "version__procedure", "agency", "submitter", "organisation"
    )
    ended = [*FINAL, State.COMPLETED]
    groups = {
        OPEN: everything.exclude(state__in=[*ended, State.DRAFT]).order_by(
            F("due_at").asc(nulls_last=True), "pk"
        ),
        DRAFTS: everything.drafts().order_by("-created_at"),
        DONE: everything.filter(state__in=ended).order_by("-ended_at", "-pk"),
    }
    tab = request.GET.get("nhom", OPEN)
    tab = tab if tab in groups else OPEN
    page = Paginator(groups[tab], PAGE_SIZE).get_page(request.GET.get("trang"))
    rows = [Row(one, now) for one in page]
    recent = groups[DONE].filter(ended_at__gte=now - RECENT)[:5] if tab == OPEN else []
    context = {
        "bundles": list(
            Bundle.objects.select_related("form__version__procedure")
            .of_citizen(signed_in(request))
            .order_by("-submitted_at")[:3]
        )  # type: ignore[attr-defined]
        if tab == OPEN
        else [],
        "tabs": [(key, label, groups[key].count(), key == tab) for key, label in TABS.items()],
        "tab": tab,
        "page": page,
        "waiting": [row for row in rows if tab == OPEN and row.waits_for_me],
        "working": [row for row in rows if tab == OPEN and not row.waits_for_me],
        "drafts": rows
        if tab == DRAFTS
        else [Row(one, now) for one in groups[DRAFTS][:3]]
        if tab == OPEN
        else [],
        "done": rows if tab == DONE else [Row(one, now) for one in recent],
    }
    return render(request, "applications/mine.html", context)


@citizen_required
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """Who has it, which step, how the clock stands, everything that happened, who looked."""
    found = own_dossier(request, code)
    if found.state == State.DRAFT:
        return redirect("applications:resume", code=found.key)
    if code != found.code:
        return redirect("applications:dossier", code=found.code)
    now = timezone.now()
    number, names = timeline.steps(found)
    accesses = _accesses(found)
    may = {edge.action for edge in actions_for(found.state, frozenset({"citizen"}))}
    context = {
        "dossier": found,
        "row": Row(found, now),
        "step_number": number,
        "step_names": names,
        "step_name": names[number - 1],
        "next_steps": names[number:],
        "clock": timeline.clock(found, now=now),
        "happenings": timeline.happenings(found),
        "forms": printing.for_applicant(found, at=now),
        "form_kinds": {form.kind: form for form in printing.for_applicant(found, at=now)},
        "supplement": found.supplement_requests.filter(answered_at=None)
        .select_related("requested_by")
        .first(),
        "result": _released(found),
        "accesses": accesses.select_related("officer", "agency").order_by("-at")[:5],
        "access_count": accesses.count(),
        "may_withdraw": "request_withdrawal" in may,
    }
    return render(request, "applications/dossier.html", context)


def _released(found: Dossier) -> Result | None:
    shown = (Result.Status.RELEASED, Result.Status.REVOKED)
    return Result.objects.filter(dossier=found, status__in=shown).first()


@citizen_required
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Ask to take the dossier back; the agency answers."""
    found = own_dossier(request, code)
    if request.method == "POST":
        reason = request.POST.get("ly_do", "").strip()[:1000]
        if not reason:
            return render(
                request, "applications/withdraw.html", {"dossier": found, "missing": True}, status=422
            )
        services.request_withdrawal(
            dossier=found, reason=reason, by=actors.citizen(found.submitter), at=timezone.now()
        )
        return redirect("applications:dossier", code=found.path_code)
    if found.state == State.DRAFT:
        return redirect("applications:discard", code=found.key)
    return render(request, "applications/withdraw.html", {"dossier": found, "missing": False})


@citizen_required
def access_log(request: HttpRequest, code: str) -> HttpResponse:
    """Every read of this dossier by an official."""
    found = own_dossier(request, code)
    page = Paginator(_accesses(found).select_related("officer", "agency").order_by("-at"), 50)
    context = {"dossier": found, "page": page.get_page(request.GET.get("trang"))}
    return render(request, "applications/access_log.html", context)


def _accesses(found: Dossier) -> QuerySet[DataAccess]:
    """Also those of the draft, while an officer typed it at the counter."""
    return DataAccess.objects.filter(
        subject=found.submitter, dossier_code__in=[found.code or found.key, found.key]
    )


def released_or_404(found: Dossier) -> Result:
    result = _released(found)
    if result is None:
        raise NotFound(_("Hồ sơ này chưa có kết quả."))
    return result
