"""The catalogue for machines: find a procedure, read the version in force."""

from __future__ import annotations

import time
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from procedures import search
from procedures.index import Choice, Entry, Found

PAGE = 50


class ProcedureSummary(serializers.Serializer[Entry]):
    code = serializers.CharField(source="path_code")
    name = serializers.CharField()
    name_en = serializers.CharField()
    field = serializers.CharField()
    agency = serializers.CharField(source="owner_key")
    can_be_filed_here = serializers.BooleanField(source="is_live")
    described_in_full = serializers.BooleanField(source="is_full")


class ProcedureRecord(ProcedureSummary):
    record = serializers.JSONField(help_text="Bản ghi danh mục; điều chưa biết là null")


class SearchChoice(serializers.Serializer[Choice]):
    label = serializers.CharField()  # type: ignore[assignment]
    label_en = serializers.CharField()
    query = serializers.CharField(help_text="Câu hỏi chỉ mang nghĩa này, dùng làm q")


class ProcedurePage(serializers.Serializer[dict[str, Any]]):
    count = serializers.IntegerField()
    understood = serializers.CharField(help_text="Câu hỏi được hiểu là gì, nếu khác điều đã gõ")
    sure = serializers.BooleanField(help_text="Sai khi phần lớn câu hỏi không khớp thủ tục nào")
    choices = SearchChoice(many=True, help_text="Các nghĩa của một câu hỏi nhiều nghĩa")
    took_ms = serializers.FloatField(help_text="Thời gian tìm, mili giây")
    results = ProcedureSummary(many=True)


class Open(APIView):
    """Public facts: no account, no token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class ProcedureList(Open):
    @extend_schema(
        operation_id="procedures_list",
        summary="Tìm thủ tục",
        parameters=[OpenApiParameter("q", str), OpenApiParameter("page", int)],
        responses=ProcedurePage,
    )
    def get(self, request: Request) -> Response:
        query = request.query_params.get("q", "").strip()
        index = search.index()
        began = time.perf_counter()
        found = index.find(query) if query else Found(index.entries)
        took = time.perf_counter() - began
        asked = request.query_params.get("page", "1")
        start = (int(asked) - 1) * PAGE if asked.isdecimal() and len(asked) < 7 and int(asked) > 0 else 0
        body = {
            "count": len(found.entries),
            "understood": found.understood,
            "sure": found.is_sure,
            "choices": found.choices,
            "took_ms": round(took * 1000, 2),
            "results": found.entries[start : start + PAGE],
        }
        return Response(ProcedurePage(body).data)


class ProcedureDetail(Open):
    @extend_schema(summary="Một thủ tục, bản đang có hiệu lực", responses=ProcedureRecord)
    def get(self, request: Request, code: str) -> Response:
        entry = next((one for one in search.entries() if one.path_code == code), None)
        if entry is None:
            raise NotFound("Không có thủ tục mang mã này.")
        return Response(ProcedureRecord(entry).data)
