"""Pages of money: pay for a dossier, my payments, a receipt, the finance desk, and the door for gateways."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications import actors
from applications.access import dossier_for, dossier_for_officer
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier
from applications.states import State
from identity.access import (
    acting_officer,
    citizen_of,
    citizen_required,
    officer_of,
    officer_required,
    partner_required,
)
from identity.errors import Conflict, DomainError
from identity.models import Citizen, Officer, Role
from payments import desk, services, vietqr
from payments.access import receipt_for
from payments.gateways import connected
from payments.gateways.base import Envelope
from payments.models import Attempt, Break, Receipt, Statement

logger = logging.getLogger(__name__)
TO_COLLECT = "Thu phí, lệ phí tại quầy"
"""Purpose as the person reads it in the access log: a record, therefore always Vietnamese."""


@citizen_required
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """What is owed and how to pay it. Opening the page starts the attempt, because the QR carries its reference;
    opening it again shows the same attempt. POST goes on to the gateway's page."""
    dossier, at = dossier_for(citizen_of(request), code), timezone.now()
    if dossier.state != State.PAYMENT_REQUESTED:
        return _after(request, dossier)
    try:
        context = _due(dossier, actors.citizen(dossier.submitter), at, came_back="ve" in request.GET)
    except Conflict:  # the money came in while this page was on its way
        return redirect("payments:pay", code=code)
    if request.method == "POST":
        return redirect(context["attempt"].checkout_url)
    return render(request, "payments/pay.html", context)


@officer_required(Role.INTAKE)
@require_http_methods(["GET", "POST"])
def pay_at_counter(request: HttpRequest, code: str) -> HttpResponse:
    """The same obligation and QR on the counter's screen, for a person without eID. POST asks the gateway."""
    officer, at = acting_officer(request), timezone.now()
    dossier = dossier_for_officer(officer, code, purpose=TO_COLLECT, fields=["Phí, lệ phí"], at=at)
    if request.method == "POST":
        _ask_gateway(dossier, at)
        dossier.refresh_from_db()
        if dossier.state == State.PAYMENT_REQUESTED:
            messages.warning(request, _("Cổng thanh toán chưa báo nhận được tiền. Cổng tự hỏi lại mỗi phút."))
            return redirect("payments:pay_at_counter", code=code)
    if dossier.state != State.PAYMENT_REQUESTED:
        messages.success(request, _("Hồ sơ không còn chờ nộp tiền."))
        return redirect("applications:workspace", code=code)
    context = _due(dossier, actors.for_dossier(officer, dossier, at=at), at, came_back=False)
    return render(request, "payments/pay_at_counter.html", {**context, "officer": officer})


def _due(dossier: Dossier, by: actors.Actor, at: dt.datetime, *, came_back: bool) -> dict[str, Any]:
    """What a page of payment shows. Raises Conflict when the money came in meanwhile."""
    charge = services.open_charge(dossier=dossier, by=by, at=at)
    last = charge.attempts.order_by("-started_at", "-pk").first()
    attempt = services.start(charge=charge, gateway=connected.preferred(), by=by, at=at)
    return {
        "dossier": dossier,
        "charge": charge,
        "attempt": attempt,
        "account": connected.named(attempt.gateway).account(),
        "qr": _qr(attempt),
        "situation": _situation(last, came_back=came_back),
    }


def _situation(last: Attempt | None, *, came_back: bool) -> str:
    """waiting, failed, parked (the money does not fit), unknown (came back, and the gateway said nothing yet)."""
    if last is None:
        return "waiting"
    if last.breaks.filter(state=Break.State.OPEN).exists():
        return "parked"
    if last.state in (Attempt.State.FAILED, Attempt.State.EXPIRED):
        return str(last.state)
    return "unknown" if came_back else "waiting"


def _after(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Nothing to pay now: the latest receipt, or plainly nothing."""
    latest = dossier.receipts.select_related("charge").order_by("-issued_at").first()
    return render(request, "payments/paid.html", {"dossier": dossier, "receipt": latest})


def _qr(attempt: Attempt) -> Any:
    account = connected.named(attempt.gateway).account()
    text = vietqr.payload(
        bank_bin=account.bank_bin,
        account=account.account,
        amount_vnd=attempt.amount_vnd,
        reference=attempt.reference,
    )
    return mark_safe(vietqr.svg(text, label=_("Mã VietQR")))  # noqa: S308 (drawn by us from digits and letters)


@citizen_required
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """«Kiểm tra lại»: ask the gateway about every attempt of this dossier that is not settled.

    GET is where somebody lands who had to sign in again before the button worked.
    """
    dossier, at = dossier_for(citizen_of(request), code), timezone.now()
    if request.method == "GET":
        return redirect("payments:pay", code=code)
    _ask_gateway(dossier, at)
    dossier.refresh_from_db()
    if dossier.state == State.PAYMENT_REQUESTED:
        messages.warning(
            request, _("Cổng thanh toán chưa báo nhận được tiền. Chúng tôi tự hỏi lại mỗi phút.")
        )
        return redirect(reverse("payments:pay", args=[code]) + "?ve=1")
    return redirect("payments:pay", code=code)


def _ask_gateway(dossier: Dossier, at: dt.datetime) -> None:
    for attempt in Attempt.objects.filter(charge__dossier=dossier).exclude(state=Attempt.State.SETTLED):
        services.query(attempt=attempt, at=at)


@citizen_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    citizen = _citizen(request)
    waiting = Dossier.objects.select_related("version__procedure").of_citizen(citizen)  # type: ignore[attr-defined]
    receipts = Receipt.objects.select_related("dossier__version__procedure", "charge", "agency")
    context = {
        "waiting": waiting.filter(state=State.PAYMENT_REQUESTED).order_by("-submitted_at"),
        "receipts": receipts.filter(dossier__submitter=citizen).order_by("-issued_at")[:100],
    }
    return render(request, "payments/mine.html", context)


@citizen_required
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    return render(request, "payments/receipt.html", {"receipt": receipt_for(citizen_of(request), number)})


@officer_required(Role.FINANCE)
@require_GET
def reconciliation(request: HttpRequest) -> HttpResponse:
    gateway = connected.preferred()
    today = timezone.localdate(timezone=LEGAL_ZONE)
    yesterday = today - dt.timedelta(days=1)
    day = _day(request) or desk.latest_day(gateway) or yesterday
    context = {
        "officer": officer_of(request),
        "gateway": connected.named(gateway),
        "day": desk.day_of(gateway, day),
        "today": today,
        "yesterday": yesterday,
        "held_open": [one for one in desk.days_with_breaks(gateway) if one != day],
    }
    return render(request, "payments/reconciliation.html", context)


@officer_required(Role.FINANCE)
@require_POST
def resolve_break(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the payment, or explain the difference in writing."""
    item, by, at = get_object_or_404(Break, pk=pk), _officer(request), timezone.now()
    try:
        if request.POST.get("act") == "record":
            services.record_break(item=item, by=by, at=at)
            messages.success(request, _("Đã ghi nhận khoản tiền, hồ sơ đi tiếp."))
        else:
            services.resolve(item=item, note=request.POST.get("note", ""), by=by, at=at)
            messages.success(request, _("Đã lưu cách xử lý khoản lệch."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return _to_day(item.day)


@officer_required(Role.FINANCE)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    statement = get_object_or_404(Statement, pk=pk)
    services.close_day(statement=statement, by=_officer(request), at=timezone.now())
    messages.success(request, _("Đã đóng ngày."))
    return _to_day(statement.day)


@csrf_exempt
@partner_required
@require_POST
def notify(request: HttpRequest, gateway: str) -> JsonResponse:
    """Where a gateway reports a payment. Every repeat of a proved notice is answered 200."""
    envelope = Envelope(
        request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", ""), request.body
    )
    try:
        outcome = services.settle(gateway=gateway, envelope=envelope, at=timezone.now())
    except DomainError as refusal:
        logger.warning("notification of %s refused: %s", gateway, refusal.code)
        problem = {"title": refusal.message, "status": refusal.status, "code": refusal.code}
        return JsonResponse(problem, status=refusal.status, content_type="application/problem+json")
    return JsonResponse({"outcome": outcome.value})


def _to_day(day: dt.date) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('payments:reconciliation')}?ngay={day:%Y-%m-%d}")


def _day(request: HttpRequest) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(request.GET.get("ngay", ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _citizen(request: HttpRequest) -> Citizen:
    citizen = citizen_of(request)
    if citizen is None:
        raise AssertionError("citizen_required let nobody in")
    return citizen


def _officer(request: HttpRequest) -> actors.Actor:
    post: Officer | None = officer_of(request)
    if post is None:
        raise AssertionError("officer_required let nobody in")
    return actors.officer(post)
