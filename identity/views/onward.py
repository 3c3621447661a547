"""Where to go after signing in: only ever an address of this portal."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def onward(request: HttpRequest, *, otherwise: str) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return safe(request, wanted, otherwise=otherwise)


def safe(request: HttpRequest, wanted: str, *, otherwise: str) -> str:
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else otherwise
