"""The whole catalogue as one file: what ``catalogue export`` writes, for anybody to take away."""

from __future__ import annotations

import gzip
import json
import re
import threading
import zlib
from collections.abc import Iterator

from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request

from procedures.api.conditional import Open, etag, keep
from procedures.catalogue.exporting import export_catalogue
from procedures.search import today

KEY = "catalogue-file"
DAY_SECONDS = 86_400
CHUNK = 65_536
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
_TABLES = (
    "SELECT id, effective_from, effective_to, repeal_decision, published_at FROM procedures_procedureversion"
    " WHERE status = 'published'",
    "SELECT * FROM procedures_procedure",
    "SELECT * FROM procedures_procedurefield",
    "SELECT * FROM procedures_lifeevent",
    "SELECT * FROM procedures_lifeeventstep",
    "SELECT * FROM procedures_serviceoffering",
    "SELECT * FROM procedures_synonym",
)
_STAMP = " || ".join(
    f"(SELECT md5(coalesce(string_agg(t::text, '' ORDER BY id), '')) FROM ({table}) t)"  # noqa: S608 (constants)
    for table in _TABLES
)
_one_at_a_time = threading.Lock()


class Catalogue(Open):
    @extend_schema(
        operation_id="catalogue_retrieve",
        summary="Cả danh mục đang có hiệu lực, trong một tệp",
        description="Đúng tệp mà «manage.py catalogue export» ghi ra và «catalogue import» nhận vào.",
        responses={200: OpenApiTypes.OBJECT, 304: None},
        examples=[
            OpenApiExample(
                "Danh mục",
                {
                    "_source": "Danh mục của cổng, bản có hiệu lực ngày 2026-11-23",
                    "count": 1,
                    "procedures": [{"code": "1.000005", "name_vi": "Thủ tục hải quan", "form": None}],
                },
            )
        ],
    )
    def get(self, request: Request) -> HttpResponseBase:
        stamp = (today(), _stamp())
        packed = bool(GZIP.search(request.headers.get("Accept-Encoding", "")))
        tag = etag(request, stamp, "-gzip" if packed else "")
        unchanged = get_conditional_response(request._request, etag=tag)
        ready: HttpResponseBase = unchanged or _file(_bytes(stamp), packed=packed)
        keep(ready, tag)
        patch_vary_headers(ready, ["Accept-Encoding"])
        return ready


def _stamp() -> str:
    """Of everything the file shows, read without the forms: published versions are frozen."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_STAMP}")
        return str(cursor.fetchone()[0])


def _bytes(stamp: object) -> bytes:
    """The file, packed; made once for each state of the catalogue and day."""
    with _one_at_a_time:
        held = cache.get(KEY)
        if held is None or held[0] != stamp:
            text = json.dumps(export_catalogue(on=today()), ensure_ascii=False)
            held = (stamp, gzip.compress(text.encode(), compresslevel=6, mtime=0))
            cache.set(KEY, held, DAY_SECONDS)
    packed: bytes = held[1]
    return packed


def _file(data: bytes, *, packed: bool) -> HttpResponseBase:
    headers = {"Content-Disposition": 'attachment; filename="catalogue.json"'}
    if packed:
        headers |= {"Content-Encoding": "gzip", "Content-Length": str(len(data))}
        return HttpResponse(data, content_type="application/json", headers=headers)
    return StreamingHttpResponse(_unpacked(data), content_type="application/json", headers=headers)


def _unpacked(data: bytes) -> Iterator[bytes]:
    opened = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for start in range(0, len(data), CHUNK):
        yield opened.decompress(data[start : start + CHUNK])
    yield opened.flush()
