"""Answers when no view could give one: a page in plain words, or problem details (RFC 9457) for programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

from portal.api import MEDIA_TYPE
from portal.middleware import API


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path_info.startswith(API):
        return _problem(request, _("Không đọc được yêu cầu."), "bad_request", 400)
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path_info.startswith(API):
        return _problem(request, _("Không tìm thấy."), "not_found", 404)
    return defaults.page_not_found(request, exception)


def _problem(request: HttpRequest, title: str, code: str, status: int) -> JsonResponse:
    body = {"type": "about:blank", "status": status, "instance": request.path, "title": title, "code": code}
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)
