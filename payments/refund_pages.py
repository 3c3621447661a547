"""The desk of refunds: what waits for approval, what waits for payment, what is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications import actors
from identity.access import acting_officer, officer_required
from identity.errors import DomainError, NotFound
from identity.models import Role
from payments import services
from payments.models import Refund

LATEST = 50


@officer_required(Role.FINANCE)
@require_GET
def refunds(request: HttpRequest) -> HttpResponse:
    return _desk(request)


@officer_required(Role.FINANCE)
@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Approve (``duyet``), refuse with a reason (``tu-choi``), record the payment (``da-chi``). A refusal shows the
    page again with what was typed."""
    officer, at = acting_officer(request), timezone.now()
    by, typed = actors.officer(officer), request.POST.get("ghi", "")
    refund = Refund.objects.of_agency(officer.agency).filter(pk=pk).first()  # type: ignore[attr-defined]
    if refund is None or action not in ("duyet", "tu-choi", "da-chi"):
        raise NotFound(_("Không có khoản hoàn này."))
    try:
        if action == "duyet":
            services.approve_refund(refund=refund, by=by, at=at)
        elif action == "tu-choi":
            services.refuse_refund(refund=refund, reason=typed, by=by, at=at)
        else:
            services.record_refund(refund=refund, evidence=typed, by=by, at=at)
    except DomainError as error:
        return _desk(request, error=error, failed=refund.pk, typed=typed)
    messages.success(request, f"{refund.charge.dossier.code}: {refund.get_status_display()}.")
    return redirect("payments:refunds")


def _desk(
    request: HttpRequest, *, error: DomainError | None = None, failed: int = 0, typed: str = ""
) -> HttpResponse:
    officer = acting_officer(request)
    found = Refund.objects.of_agency(officer.agency).select_related(  # type: ignore[attr-defined]
        "charge__dossier__version__procedure", "requested_by", "approved_by", "paid_by"
    )
    context = {
        "officer": officer,
        "waiting": found.filter(status=Refund.Status.REQUESTED).order_by("requested_at"),
        "approved": found.filter(status=Refund.Status.APPROVED).order_by("requested_at"),
        "ended": found.filter(ended_at__isnull=False)
        .prefetch_related("steps__actor")
        .order_by("-ended_at")[:LATEST],
        "error": error,
        "failed": failed,
        "typed": typed,
    }
    return render(request, "payments/refunds.html", context, status=error.status if error else 200)
