"""The partner API: OAuth2 client credentials, JSON in, one answer for each row out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from oauth2_provider.contrib.rest_framework import OAuth2Authentication, TokenHasScope
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exchange import inbound
from identity.errors import DomainError


class NotABatch(DomainError):
    code = "not_a_batch"
    status = 400


class StatusSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(max_length=80, help_text="Mã của đối tác, mỗi mã chỉ được tính một lần")
    dossier_code = serializers.CharField(max_length=40, help_text="MaHoSo")
    national_code = serializers.IntegerField(
        min_value=1, max_value=10, help_text="TrangThai, mã quốc gia 1–10"
    )
    occurred_at = serializers.DateTimeField(help_text="ISO 8601, có múi giờ")
    text = serializers.CharField(max_length=500, required=False, help_text="Người nộp hồ sơ đọc được")


class OutcomeSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    id = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(["applied", "duplicate", "outdated", "quarantined"])
    reason = serializers.CharField(allow_blank=True)


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()


def _problem(words: str) -> OpenApiResponse:
    return OpenApiResponse(ProblemSerializer, description=f"{words} (application/problem+json)")


class StatusesView(APIView):
    """Statuses a partner reached by itself, up to 1,000 a call; no bad row stops the others."""

    authentication_classes = (OAuth2Authentication,)
    permission_classes = (TokenHasScope,)
    required_scopes: ClassVar[list[str]] = ["status:write"]

    @extend_schema(
        operation_id="exchange_statuses",
        summary="Gửi trạng thái hồ sơ",
        request=StatusSerializer(many=True),
        responses={
            200: OutcomeSerializer(many=True),
            400: _problem("Không phải danh sách JSON"),
            401: _problem("Thiếu hoặc hết hạn token"),
            403: _problem("Token không có quyền status:write, hoặc đối tác ngừng hoạt động"),
            413: _problem("Quá 1.000 dòng"),
        },
        examples=[
            OpenApiExample(
                "Một bước",
                value=[
                    {
                        "id": "bca-2026-000017",
                        "dossier_code": "G05.12-261123-0001",
                        "national_code": 4,
                        "occurred_at": "2026-11-23T09:15:00+07:00",
                        "text": "Đã tra cứu dữ liệu án tích",
                    }
                ],
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        application = getattr(request.auth, "application_id", None)
        partner = inbound.partner_of(application)
        if not isinstance(request.data, list):
            raise NotABatch(_("Nội dung phải là một danh sách JSON."))
        answers = inbound.receive(partner=partner, items=request.data, at=timezone.now())
        return Response([vars(answer) for answer in answers])
