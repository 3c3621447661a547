"""The page of shortcuts: what each letter does, and the switch of the officer who wants none."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from applications.office.shortcuts import COOKIE, KEYS, OFF
from identity.access import officer_of, officer_required

YEAR = 365 * 24 * 3600


@require_http_methods(["GET", "POST"])
@officer_required()
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Without scripts the page is the list of what the workspace offers; the switch is a plain form."""
    if request.method == "POST":
        response: HttpResponse = redirect("applications:shortcuts")
        if request.POST.get("phim") == OFF:
            response.set_cookie(
                COOKIE,
                OFF,
                max_age=YEAR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        else:
            response.delete_cookie(COOKIE, samesite="Lax")
        return response
    context = {
        "officer": officer_of(request),
        "keys": KEYS.items(),
        "off": request.COOKIES.get(COOKIE) == OFF,
    }
    return render(request, "office/shortcuts.html", context)
