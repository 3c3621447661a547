"""The legal clock over HTTP: the page of one dossier with its acts, letters to sign, what reaches the superior."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from applications import access, actors, legal, services
from applications.models import Dossier
from applications.office import acting, clock, legal_clock, silence
from applications.services.moving import conflict
from applications.views.office import READERS, confirm_person, typed_day
from identity.access import acting_officer, officer_required
from identity.errors import DomainError, NotFound, Refused
from identity.models import Officer, Role

TO_WATCH_THE_CLOCK = "Theo dõi thời hạn của hồ sơ"
THE_CLOCK = "Thời hạn, thư xin lỗi"
"""As the person reads them in the access log: records, therefore always Vietnamese."""


@require_GET
@officer_required(Role.APPROVER, Role.LEADER)
def letters_page(request: HttpRequest) -> HttpResponse:
    """Apologies waiting for a signature."""
    officer, now = acting_officer(request), timezone.now()
    calendar = legal.calendar(officer.agency_id)
    rows = [
        (dossier, clock.due_chip(dossier, now=now, calendar=calendar))
        for dossier in legal_clock.letters_to_sign(officer, now=now)
    ]
    return render(request, "office/letters.html", {"officer": officer, "rows": rows})


@require_GET
@officer_required(Role.LEADER)
def superior_page(request: HttpRequest) -> HttpResponse:
    """What the agencies below let lie: codes and dates, no personal data."""
    officer, now = acting_officer(request), timezone.now()
    context = {
        "officer": officer,
        "broken": silence.broken_promises(officer),
        "silent": silence.for_superior(officer, now=now),
    }
    return render(request, "office/superior.html", context)


@require_http_methods(["GET", "POST"])
@officer_required(*READERS)
def clock_page(request: HttpRequest, code: str) -> HttpResponse:
    """The clock of one dossier. A refused act shows the same page with the reason and what was typed."""
    officer = acting_officer(request)
    if request.method == "GET":
        return _page(request, officer, code)
    dossier, now = acting.dossier_of(officer, code), timezone.now()
    act = acting.Act(dossier, request.POST, actors.for_dossier(officer, dossier, at=now), now)
    try:
        messages.success(request, _perform(request, act))
    except NotFound:
        raise
    except DomainError as error:
        return _page(request, officer, code, {"error": error, "typed": request.POST}, status=error.status)
    if act.text("act") == "sign":
        return redirect("applications:letters")
    return redirect("applications:clock", code=code)


def _page(
    request: HttpRequest,
    officer: Officer,
    code: str,
    extra: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    dossier = access.dossier_for_officer(
        officer, code, purpose=TO_WATCH_THE_CLOCK, fields=[THE_CLOCK], at=now
    )
    context = {
        "officer": officer,
        "dossier": dossier,
        "panel": legal_clock.panel_of(officer, dossier, now=now),
        "due": clock.due_chip(dossier, now=now, calendar=legal.calendar(officer.agency_id)),
        **(extra or {}),
    }
    return render(request, "office/clock_page.html", context, status=status)


def _perform(request: HttpRequest, act: acting.Act) -> str:
    verb = _VERBS.get(act.text("act"))
    if verb is None:
        raise NotFound(_("Không có việc này."))
    if acting.is_stale(act.dossier, act.text("seq")):
        raise conflict(act.dossier, act.text("act"))
    return verb(request, act)


def _extend(request: HttpRequest, act: acting.Act) -> str:
    services.extend(**act.common, reason=act.text("reason"))
    return _("Đã gia hạn. Người nộp được báo ngày hẹn mới.")


def _revise(request: HttpRequest, act: acting.Act) -> str:
    services.revise_letter(**act.common, reason=act.text("reason"), new_due_at=_new_due(act.dossier, act))
    return _("Đã sửa dự thảo thư xin lỗi.")


def _sign(request: HttpRequest, act: acting.Act) -> str:
    confirm_person(request)
    services.sign_letter(**act.common)
    return _("Đã ký. Thư được gửi cho người nộp trong ít giây.")


def _delay(request: HttpRequest, act: acting.Act) -> str:
    services.record_delay(
        **act.common,
        legal_basis=act.text("legal_basis"),
        reason=act.text("reason"),
        new_due_at=_new_due(act.dossier, act),
    )
    return _("Đã ghi lý do chậm theo luật. Người nộp được báo ngày hẹn lại.")


def _new_due(dossier: Dossier, act: acting.Act) -> dt.datetime:
    """The end of the chosen day, which must be a working day."""
    day, calendar = typed_day(act.text("new_due")), legal.calendar(dossier.agency_id)
    if day is None:
        raise Refused(_("Hãy chọn ngày hẹn mới."))
    if not calendar.is_working(day):
        raise Refused(_("Ngày hẹn mới là ngày nghỉ. Hãy chọn một ngày làm việc."))
    return calendar.closing(day)


_VERBS: dict[str, Callable[[HttpRequest, acting.Act], str]] = {
    "extend": _extend,
    "revise": _revise,
    "sign": _sign,
    "delay": _delay,
}
