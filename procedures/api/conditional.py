"""What all public answers have in common: no account, a strong ETag, a short life in caches, plain refusals."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

PACKAGE = Path(__file__).resolve().parent.parent
CACHED_SECONDS = 60
"""How long a shared cache may answer without asking again; a version that begins is seen a minute later at most."""
PAGE = 50


class Open(APIView):
    """Public facts: no account, no token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


Problem = inline_serializer(
    "CatalogueProblem",
    {
        "type": serializers.CharField(),
        "status": serializers.IntegerField(),
        "instance": serializers.CharField(),
        "title": serializers.CharField(help_text="Một câu, dành cho người đọc"),
        "code": serializers.CharField(help_text="Mã không đổi, dành cho chương trình"),
        "errors": serializers.DictField(required=False, help_text="Tham số nào sai và sửa thế nào"),
    },
)
"""RFC 9457."""


def answered(
    request: Request,
    *,
    stamp: object,
    body: Callable[[], dict[str, Any]],
    modified: dt.datetime | None = None,
    same_bytes: bool = True,
) -> HttpResponseBase:
    """304 when the client has it already; the body is built only when it has not. ``stamp``: keys, edits and dates of
    everything the body shows; without ``same_bytes`` the tag is weak, for a body that also says how long it took."""
    tag = ("" if same_bytes else "W/") + etag(request, stamp)
    seconds = int(modified.timestamp()) if modified else None
    ready = get_conditional_response(request._request, etag=tag, last_modified=seconds)
    if ready is None:
        told = body()
        ready = Response(told)
        if following := told.get("next"):
            ready.headers["Link"] = f'<{following}>; rel="next"'
    keep(ready, tag)
    if modified:
        ready.headers["Last-Modified"] = f"{modified.astimezone(dt.UTC):%a, %d %b %Y %H:%M:%S GMT}"
    return ready


def keep(response: HttpResponseBase, tag: str) -> None:
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"public, max-age={CACHED_SECONDS}"
    patch_vary_headers(response, ["Cookie"])  # the language is chosen by a cookie


def etag(request: Request, stamp: object, form: str = "") -> str:
    """Strong: the same for the same bytes. A new release may tell the same facts in other words."""
    told = repr((release(), get_language(), request.get_full_path(), stamp))
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}{form}"'


@cache
def release() -> str:
    """The code that writes the answers."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def asked_day(request: Request, name: str, otherwise: dt.date) -> dt.date:
    """A day of the query. Raises ValidationError naming the parameter and the mend."""
    given = request.query_params.get(name, "")
    if not given:
        return otherwise
    try:
        if len(given) != len("2026-07-01"):
            raise ValueError
        return dt.date.fromisoformat(given)
    except ValueError as wrong:
        reason = _("«%(given)s» không phải là một ngày. Hãy ghi năm-tháng-ngày, ví dụ 2026-07-01.")
        raise ValidationError({name: [reason % {"given": given[:40]}]}) from wrong


def asked_number(request: Request, name: str, otherwise: int) -> int:
    given = request.query_params.get(name, "")
    if not given:
        return otherwise
    if (number := as_number(given)) is None:
        reason = _("«%(given)s» không phải là số của một bản. Hãy ghi số nguyên từ 1, ví dụ 2.")
        raise ValidationError({name: [reason % {"given": given[:40]}]})
    return number


def as_number(text: str) -> int | None:
    """A version number, or None. Anything longer than nine digits names no version."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None
