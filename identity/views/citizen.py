"""Signing in with the eID, acting for an organisation, and the log of who read my data."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from identity import access_log, oidc, services
from identity.access import ACTING_FOR, acting_for, citizen_of, citizen_required, public, signed_in_user
from identity.errors import DomainError, Forbidden
from identity.models import Citizen
from identity.views.onward import onward

ONWARD = "eid_onward"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def _home() -> str:
    return reverse("applications:mine")


@public
@never_cache
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    target = onward(request, otherwise=_home())
    if citizen_of(request) is not None:
        return redirect(target)
    return render(request, "identity/sign_in.html", {"next": target})


@public
@require_POST
def eid_start(request: HttpRequest) -> HttpResponse:
    request.session[ONWARD] = onward(request, otherwise=_home())
    try:
        return oidc.begin(request)
    except DomainError as error:
        return _problem(request, error)


@public
@never_cache
@require_GET
def eid_callback(request: HttpRequest) -> HttpResponse:
    try:
        citizen = services.sign_in_citizen(claims=oidc.finish(request), at=timezone.now())
    except DomainError as error:
        return _problem(request, error)
    target = request.session.pop(ONWARD, _home())
    login(request, citizen.user, backend=BACKEND)
    return redirect(_next_page(citizen, target))


def _next_page(citizen: Citizen, target: str) -> str:
    """Someone who may not submit is told at once; someone with two hats chooses one."""
    query = urlencode({"next": target})
    if citizen.assurance_level < 2:
        return f"{reverse('identity:level_1')}?{query}"
    if citizen.mandates.in_force(timezone.localdate()).exists():  # type: ignore[attr-defined]
        return f"{reverse('identity:acting_for')}?{query}"
    return target


def _problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    context = {"error": error, "next": request.session.get(ONWARD, _home())}
    return render(request, "identity/eid_problem.html", context, status=error.status)


@citizen_required
@require_GET
def level_1(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/level_1.html", {"next": onward(request, otherwise=_home())})


@citizen_required
@never_cache
@require_http_methods(["GET", "POST"])
def choose_acting_for(request: HttpRequest) -> HttpResponse:
    target = onward(request, otherwise=_home())
    citizen = Citizen.objects.get(user=signed_in_user(request))
    mandates = citizen.mandates.in_force(timezone.localdate()).select_related("organisation")  # type: ignore[attr-defined]
    if request.method == "GET":
        context = {"next": target, "mandates": mandates, "chosen": acting_for(request), "citizen": citizen}
        return render(request, "identity/acting_for.html", context)
    wanted = request.POST.get("acting_for", "")
    allowed = {str(mandate.organisation_id) for mandate in mandates}
    if wanted and wanted not in allowed:
        raise Forbidden(_("Bạn không có quyền đại diện còn hiệu lực cho tổ chức này."))
    request.session[ACTING_FOR] = int(wanted) if wanted else None
    return redirect(target)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        logout(request)
        return redirect("portal:home")
    return render(request, "identity/sign_out.html")


@citizen_required
@never_cache
@require_GET
def data_accesses(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("truoc", "")
    rows, following = access_log.page_of(
        Citizen.objects.get(user=signed_in_user(request)),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    context = {"rows": rows, "following": following, "first": not before}
    return render(request, "identity/data_accesses.html", context)
