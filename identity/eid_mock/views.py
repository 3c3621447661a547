"""Two pages of the demonstration eID: who are you, and do you agree to what is passed on."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from identity.eid_mock import people

PERSON = "person"
ONWARD = "onward"


@never_cache
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    onward = request.POST.get("next") or request.GET.get("next", "")
    if not onward.startswith(reverse("oauth2_provider:authorize")):
        return render(request, "eid/lost.html", {"portal": settings.PUBLIC_URL}, status=400)
    number = "".join(request.POST.get("number", "").split())
    if number in people.by_number():
        request.session[PERSON], request.session[ONWARD] = number, onward
        return redirect("consent")
    context = {
        "onward": onward,
        "people": people.by_number().values(),
        "typed": number,
        "wrong": request.method == "POST",
    }
    return render(request, "eid/choose.html", context, status=422 if context["wrong"] else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    number, onward = request.session.get(PERSON, ""), request.session.get(ONWARD, "")
    if number not in people.by_number():
        return render(request, "eid/lost.html", {"portal": settings.PUBLIC_URL}, status=400)
    if request.method == "GET":
        context = {"person": people.by_number()[number], "tax_codes": people.tax_codes(number)}
        return render(request, "eid/consent.html", context)
    request.session.flush()
    if "refuse" in request.POST:
        return redirect(_refusal(onward))
    account, _ = get_user_model().objects.get_or_create(username=number)
    login(request, account)
    return redirect(onward)


def _refusal(onward: str) -> str:
    """Back to the portal, never to an address that came with the request (RFC 6749, 4.1.2.1)."""
    state = parse_qs(urlsplit(onward).query).get("state", [""])[0]
    return (
        f"{settings.PUBLIC_URL}/dang-nhap/eid/xong/?{urlencode({'error': 'access_denied', 'state': state})}"
    )
