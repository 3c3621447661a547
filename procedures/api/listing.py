"""Find a procedure, or read the whole list page by page."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpResponseBase, QueryDict
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from procedures import search
from procedures.api.conditional import PAGE, Open, answered
from procedures.index import Choice, Entry, Found


class ProcedureSummary(serializers.Serializer[Entry]):
    code = serializers.CharField(source="path_code")
    name = serializers.CharField()
    name_en = serializers.CharField()
    field = serializers.CharField()
    agency = serializers.CharField(source="owner_key")
    can_be_filed_here = serializers.BooleanField(source="is_live")
    described_in_full = serializers.BooleanField(source="is_full")


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
    next = serializers.CharField(allow_null=True, help_text="Trang sau, hoặc null")
    results = ProcedureSummary(many=True)


class ProcedureList(Open):
    @extend_schema(
        operation_id="procedures_list",
        summary="Tìm thủ tục",
        description="Không có «q» thì trả về cả danh mục đang có hiệu lực, mỗi trang 50 thủ tục.",
        parameters=[
            OpenApiParameter("q", str, description="Câu hỏi bằng lời thường, có dấu hay không đều được"),
            OpenApiParameter("page", int, description="Trang, từ 1"),
        ],
        responses={200: ProcedurePage, 304: None},
        examples=[
            OpenApiExample(
                "lam khai sinh",
                {
                    "count": 1,
                    "understood": "làm khai sinh",
                    "sure": True,
                    "choices": [],
                    "took_ms": 1.2,
                    "next": None,
                    "results": [
                        {
                            "code": "1.001193",
                            "name": "Đăng ký khai sinh",
                            "name_en": "Birth registration",
                            "field": "Hộ tịch",
                            "agency": "bo-tu-phap",
                            "can_be_filed_here": True,
                            "described_in_full": True,
                        }
                    ],
                },
            )
        ],
    )
    def get(self, request: Request) -> HttpResponseBase:
        return answered(request, stamp=search.stamp(), body=lambda: self._page(request), same_bytes=False)

    def _page(self, request: Request) -> dict[str, Any]:
        query = request.query_params.get("q", "").strip()
        index = search.index()
        began = time.perf_counter()
        found = index.find(query) if query else Found(index.entries)
        took = time.perf_counter() - began
        entries = found.entries
        asked = request.query_params.get("page", "1")
        page = int(asked) if asked.isdecimal() and len(asked) < 7 and int(asked) > 0 else 1
        more = QueryDict(mutable=True)
        more.update({"q": query} if query else {})
        more["page"] = str(page + 1)
        body = {
            "count": len(entries),
            "understood": found.understood,
            "sure": found.is_sure,
            "choices": found.choices,
            "took_ms": round(took * 1000, 2),
            "next": f"{request.path}?{more.urlencode()}" if page * PAGE < len(entries) else None,
            "results": entries[(page - 1) * PAGE : page * PAGE],
        }
        return dict(ProcedurePage(body).data)
