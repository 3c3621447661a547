"""Handing results over: the list of what waits, the act at the counter, the buttons of the post."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications import access, actors, services
from applications.models import Delivery, Result
from applications.office import acting, handing_over
from applications.states import State
from identity.access import acting_officer, officer_required
from identity.errors import DomainError, NotFound
from identity.models import Officer, Role

TO_HAND_OVER = "Trả kết quả cho người nhận"
SHOWN = ["Họ và tên", "Số kết quả", "Cách nhận kết quả"]


@require_GET
@officer_required(Role.INTAKE, Role.REGISTRY_CLERK)
def waiting(request: HttpRequest) -> HttpResponse:
    return _list(request, acting_officer(request))


def _list(request: HttpRequest, officer: Officer, error: DomainError | None = None) -> HttpResponse:
    context = {
        "officer": officer,
        "waiting": handing_over.waiting(officer),
        "error": error,
        "hands_over": officer.has_role(Role.INTAKE),
    }
    return render(request, "office/results_waiting.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "POST"])
@officer_required(Role.INTAKE)
def hand_over(request: HttpRequest, code: str) -> HttpResponse:
    """Who came, what was checked, who signed. A refusal shows the page again with what was typed."""
    officer, now = acting_officer(request), timezone.now()
    if request.method == "GET":
        access.dossier_for_officer(officer, code, purpose=TO_HAND_OVER, fields=SHOWN, at=now)
        return _page(request, officer, code, QueryDict())
    dossier = acting.dossier_of(officer, code)
    try:
        services.hand_over(
            dossier=dossier,
            receiver=request.POST.get("receiver", ""),
            representative=acting.written(request.POST, "representative"),
            identity_checked="identity_checked" in request.POST,
            signed="signed" in request.POST,
            by=actors.for_dossier(officer, dossier, at=now),
            at=now,
        )
    except DomainError as error:
        return _page(request, officer, code, request.POST, error)
    messages.success(request, _("Đã trao kết quả và ghi bằng chứng vào hồ sơ."))
    return redirect("applications:results_waiting")


def _page(
    request: HttpRequest, officer: Officer, code: str, typed: QueryDict, error: DomainError | None = None
) -> HttpResponse:
    dossier = acting.dossier_of(officer, code)
    context = {
        "officer": officer,
        "dossier": dossier,
        "result": Result.objects.filter(dossier=dossier).first(),
        "typed": typed,
        "error": error,
        "waits": dossier.state == State.COMPLETED and dossier.delivery == Delivery.COUNTER,
    }
    return render(request, "office/hand_over.html", context, status=error.status if error else 200)


@require_POST
@officer_required(Role.INTAKE, Role.REGISTRY_CLERK)
def post(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """Give a result to the carrier (again), or keep it for the counter."""
    officer, now = acting_officer(request), timezone.now()
    dossier = acting.dossier_of(officer, code)
    by = actors.for_dossier(officer, dossier, at=now)
    try:
        if action == "gui":
            services.order_shipment(dossier=dossier, by=by, at=now)
            messages.success(request, _("Đã giao cho bưu chính. Số bưu gửi hiện ở đây trong ít phút."))
        elif action == "tai-quay":
            services.keep_at_counter(dossier=dossier, by=by, at=now)
            messages.success(request, _("Kết quả chờ tại quầy. Người nộp được báo tin."))
        else:
            raise NotFound(_("Không có việc này."))
    except NotFound:
        raise
    except DomainError as error:
        return _list(request, officer, error)
    return redirect("applications:results_waiting")
