"""The demonstration gateway's own page, where its customer pays, walks away, or provokes a fault."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from identity.access import public
from payments.gateways import demo


@public
@require_http_methods(["GET", "POST"])
def customer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """``public`` because a gateway does not know who is signed in at the portal; the name cannot be guessed."""
    row = demo.transaction_named(provider_id)
    if request.method == "GET":
        return render(request, "payments/demo_gateway.html", {"row": row, "faults": demo.FAULTS})
    fault = request.POST.get("fault", "none")
    row = demo.act(
        provider_id=provider_id,
        paid=request.POST.get("act") == "pay",
        fault=fault if fault in demo.FAULTS else "none",
        at=timezone.now(),
    )
    return redirect(row.return_url)
