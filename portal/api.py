"""What the API says when it refuses: problem details for HTTP (RFC 9457), the same for every endpoint."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from identity.errors import DomainError

MEDIA_TYPE = "application/problem+json"


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """``EXCEPTION_HANDLER`` of the REST framework. An unforeseen error stays one (500, logged)."""
    if isinstance(error, DomainError):
        response = Response(status=error.status)
        body = {"title": error.message, "code": error.code, **error.details}
    else:
        handled = exception_handler(error, context)
        if handled is None:
            return None
        response = handled
        body = _body(error)
    request = context.get("request")
    response.data = {
        "type": "about:blank",
        "status": response.status_code,
        "instance": request.path if request else "",
        **body,
    }
    response.content_type = MEDIA_TYPE
    return response


def _body(error: Exception) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {"title": _("Dữ liệu gửi lên chưa đúng."), "code": "invalid", "errors": error.detail}
    if isinstance(error, exceptions.APIException):
        return {"title": str(error.detail), "code": str(error.default_code)}
    if isinstance(error, Http404):
        return {"title": _("Không tìm thấy."), "code": "not_found"}
    if isinstance(error, PermissionDenied):
        return {"title": _("Không được phép."), "code": "forbidden"}
    return {"title": str(error), "code": "error"}
