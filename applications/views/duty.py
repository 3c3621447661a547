"""Pages about standing in for one another: delegations and days of leave."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from applications import actors, services, signing_forms
from applications.models import Absence
from applications.office import duty
from applications.services.leave import RECORDERS
from identity.access import acting_officer, officer_required
from identity.errors import DomainError


@require_http_methods(["GET", "POST"])
@officer_required()
def delegations(request: HttpRequest) -> HttpResponse:
    """Mine given and received, and the form to give. A refusal keeps everything typed."""
    officer, now = acting_officer(request), timezone.now()
    error: DomainError | None = None
    if request.method == "POST":
        try:
            given = duty.delegate(request.POST, officer, at=now)
        except DomainError as refused:
            error = refused
        else:
            message = _("Đã giao quyền cho %(who)s. Mọi việc làm thay đều ghi tên cả hai người.")
            messages.success(request, message % {"who": given.deputy.user.full_name})
            return redirect("applications:delegations")
    context = {
        "lists": duty.delegations(officer, now=now),
        "givers": duty.givers(officer),
        "deputies": duty.colleagues(officer),
        "roles": duty.lendable(officer),
        "forms": signing_forms.known().values(),
        "procedures": duty.known_procedures(officer),
        "chosen_roles": request.POST.getlist("role"),
        "chosen_procedures": request.POST.getlist("procedure"),
    }
    return _page(request, "delegations", context, error)


@require_POST
@officer_required()
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    by, now = actors.officer(acting_officer(request)), timezone.now()
    try:
        services.revoke_delegation(delegation=number, by=by, at=now)
        messages.success(request, _("Đã thu hồi. Người được giao không làm thay được nữa kể từ lúc này."))
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(request, error.message)
    return redirect("applications:delegations")


@require_http_methods(["GET", "POST"])
@officer_required()
def leave(request: HttpRequest) -> HttpResponse:
    """Days of leave that are coming, and the form to record some."""
    officer, now = acting_officer(request), timezone.now()
    error: DomainError | None = None
    if request.method == "POST":
        try:
            duty.record_absence(request.POST, officer, at=now)
        except DomainError as refused:
            error = refused
        else:
            messages.success(request, _("Đã ghi ngày nghỉ. Hồ sơ đang giữ được chuyển khi bắt đầu nghỉ."))
            return redirect("applications:leave")
    people = duty.colleagues(officer)
    context = {
        "rows": duty.absences(officer, now=now),
        "people": people if officer.has_role(*RECORDERS) else [officer],
        "substitutes": people,
        "reasons": Absence.Reason.choices,
    }
    return _page(request, "leave", context, error)


@require_POST
@officer_required()
def cancel_leave(request: HttpRequest, number: int) -> HttpResponse:
    by, now = actors.officer(acting_officer(request)), timezone.now()
    try:
        services.cancel_absence(absence=number, by=by, at=now)
        messages.success(request, _("Đã bỏ lịch nghỉ. Hồ sơ đã chuyển cho người khác vẫn ở chỗ họ."))
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(request, error.message)
    return redirect("applications:leave")


def _page(
    request: HttpRequest, page: str, context: dict[str, Any], error: DomainError | None
) -> HttpResponse:
    shown = {"officer": acting_officer(request), "typed": request.POST, "error": error, **context}
    return render(request, f"office/{page}.html", shown, status=error.status if error else 200)
