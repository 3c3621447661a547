"""The pages of the portal itself: home, what it is, how it looks, what it keeps, and whether it is well."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from identity.access import citizen_of, public
from portal import home as home_page
from portal.shell import SIZES, THEMES
from procedures import search
from procedures.models import LifeEvent

A_YEAR = 60 * 60 * 24 * 365


@public
def home(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("ban-la", "")
    audience = asked if asked in LifeEvent.Audience.values else LifeEvent.Audience.CITIZEN
    citizen = citizen_of(request)
    context = {
        "audience": audience,
        "audiences": LifeEvent.Audience.choices,
        "events": home_page.life_events(audience),
        "popular": home_page.popular(),
        "figures": home_page.figures(),
        "procedure_count": len(search.entries()),
        "citizen": citizen,
        "tasks": home_page.tasks(citizen, timezone.now()) if citizen else [],
    }
    return render(request, "portal/home.html", context)


@public
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/about.html")


@public
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html")


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


@public
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html")


@public
def cookies(request: HttpRequest) -> HttpResponse:
    names = {
        "session": settings.SESSION_COOKIE_NAME,
        "csrf": settings.CSRF_COOKIE_NAME,
        "language": settings.LANGUAGE_COOKIE_NAME,
    }
    return render(request, "portal/cookies.html", {"names": names})


@public
def recognise(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/recognise.html")


@public
def display(request: HttpRequest) -> HttpResponse:
    """Colours and text size, kept in one cookie on this device; works without JavaScript."""
    if request.method != "POST":
        return render(request, "portal/display.html", {"next": _back(request)})
    theme, size = request.POST.get("theme", ""), request.POST.get("size", "")
    response = HttpResponseRedirect(_back(request))
    chosen = f"{theme if theme in THEMES else ''}-{size if size in SIZES else ''}"
    _remember(response, "hien_thi", chosen)
    return response


@public
@require_GET
def set_language(request: HttpRequest) -> HttpResponse:
    """A link, so that it works everywhere; it changes nothing but the reader's own cookie."""
    response = HttpResponseRedirect(_back(request))
    language = request.GET.get("language", "")
    if language in dict(settings.LANGUAGES):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@public
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@public
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and the search index stands. Redis is told, not required: it is only a bell."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        procedures = len(search.entries())
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "down", "redis": _redis()}, status=503)
    return JsonResponse({"status": "ok", "database": "up", "redis": _redis(), "procedures": procedures})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "csrf_failure.html", status=403)


def _redis() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
    except redis.RedisError:
        return "down"
    finally:
        client.close()
    return "up"


def _back(request: HttpRequest) -> str:
    """Where the reader came from, never another site."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if own else reverse("portal:home")


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=A_YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


@public
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters for Prometheus; the reverse proxy does not pass this address on (deploy/Caddyfile)."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
