"""The registry clerk's desk over HTTP."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications import services
from applications.office import picking, registry
from identity.access import acting_officer, officer_required
from identity.errors import Refused
from identity.models import Officer, Role


@require_GET
@officer_required(Role.REGISTRY_CLERK)
def desk(request: HttpRequest) -> HttpResponse:
    return _desk(request, acting_officer(request))


@require_POST
@officer_required(Role.REGISTRY_CLERK)
def release(request: HttpRequest) -> HttpResponse:
    """Number or release what is ticked; the results say what became of each."""
    officer = acting_officer(request)
    picked = picking.picked(officer, request.POST.getlist("pick"))
    try:
        made = services.release_many(officer=officer, picked=picked, at=timezone.now())
    except Refused as error:
        return _desk(request, officer, error)
    return redirect("applications:desk_round", key=made.key)


def _desk(request: HttpRequest, officer: Officer, error: Refused | None = None) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    found = registry.read(officer, after=typed.get("sau", ""), now=timezone.now())
    context = {"officer": officer, "desk": found, "error": error}
    return render(request, "office/registry.html", context, status=error.status if error else 200)
