"""What stands between the network and the views: odd requests are answered before, refusals said in words after."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import render
from django.utils import translation

from identity.errors import DomainError

logger = logging.getLogger(__name__)
METHODS = frozenset({"GET", "HEAD", "POST"})
NUL = "\0"
API = "/api/"
Answerer = Callable[[HttpRequest], HttpResponse]


class OddRequestMiddleware:
    """No browser sends these, and views need not know them: strange methods, and NUL, which PostgreSQL refuses."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS and not request.path_info.startswith(API):
            return HttpResponseNotAllowed(sorted(METHODS))
        if NUL in request.path_info:
            raise Http404
        if any(NUL in text for pair in request.GET.lists() for text in (pair[0], *pair[1])):
            raise BadRequest("NUL in the query")
        for name in [name for name, value in request.COOKIES.items() if NUL in value]:
            del request.COOKIES[name]
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"  # the same answer; the server leaves its body out (RFC 9110, 9.3.2)
        response = self.get_response(request)
        request.method = "HEAD"
        return response


class LanguageMiddleware:
    """Vietnamese for everybody who did not choose otherwise here.

    What the browser prefers does not decide: a page of the State must look the same for everybody who opens its
    address, and many devices in Viet Nam speak English by default.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class DomainErrorMiddleware:
    """What happens around every page: its language, and a refusal of a verb told in plain words."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HttpResponseNotAllowed.status_code and not request.path_info.startswith(
            API
        ):
            allowed = response.headers["Allow"]
            response = render(request, "405.html", status=response.status_code)
            response.headers["Allow"] = allowed
        session = request.session
        if session.accessed and SESSION_KEY in session and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"  # the next person at a shared machine
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """NUL is taken out of what was typed, so that the rest of the form is kept."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        if any(NUL in text for _name, texts in request.POST.lists() for text in texts):
            request.POST = _without_nul(request.POST)  # type: ignore[misc,assignment]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return render(request, "refusal.html", {"error": exception}, status=exception.status)
        if isinstance(exception, DataError):
            logger.warning(
                "%s: refused by the database", request.resolver_match and request.resolver_match.view_name
            )
            raise BadRequest("text or number that the database cannot hold") from exception
        return None


def _without_nul(posted: QueryDict) -> QueryDict:
    cleaned = posted.copy()
    for name, texts in posted.lists():
        cleaned.setlist(name, [text.replace(NUL, "") for text in texts])
    return cleaned
