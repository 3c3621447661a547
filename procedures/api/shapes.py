"""What the answers look like, with an example of each, for OpenAPI."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from procedures.models import OnlineLevel, ProcedureVersion

Shape = serializers.Serializer[dict[str, Any]]
BURDEN = {
    "unknown": {"typed": 9, "chosen": 4, "uploads": 1, "pages": 8, "clicks": 13},
    "known": {"typed": 1, "chosen": 3, "uploads": 0, "pages": 7, "clicks": 10},
}
TERMS = {
    "number": 2,
    "stage": "in_force",
    "decision": "1872/QĐ-BTP",
    "effective_from": "2026-12-01",
    "effective_to": None,
    "published_at": "2026-11-20T09:00:00+07:00",
    "repeal_decision": "",
    "change_note": "Bỏ bản sao sổ hộ khẩu",
    "burden_reason": "",
}
BURDEN_HELP = (
    "Số ô phải gõ, lựa chọn, giấy tờ, trang và lần bấm: của người chưa cơ sở dữ liệu nào biết (unknown) và"
    " của người mọi cơ sở dữ liệu đều biết (known); rỗng khi không có biểu mẫu"
)


class Terms(Shape):
    number = serializers.IntegerField(help_text="Số thứ tự của bản")
    stage = serializers.ChoiceField(ProcedureVersion.Stage.choices, help_text="Hôm nay bản này là gì")
    decision = serializers.CharField(help_text="Quyết định công bố")
    effective_from = serializers.DateField(help_text="Ngày đầu có hiệu lực")
    effective_to = serializers.DateField(allow_null=True, help_text="Ngày cuối còn hiệu lực, hoặc null")
    published_at = serializers.DateTimeField()
    repeal_decision = serializers.CharField(help_text="Quyết định bãi bỏ, nếu có")
    change_note = serializers.CharField(help_text="Bản này thay đổi gì")
    burden_reason = serializers.CharField(help_text="Vì sao gánh nặng tăng, nếu tăng")


class Version(Terms):
    online_level = serializers.ChoiceField(OnlineLevel.choices)
    burden = serializers.DictField(help_text=BURDEN_HELP)


class VersionPage(Shape):
    next = serializers.CharField(allow_null=True, help_text="Trang sau, hoặc null")
    results = Version(many=True)


class VersionEdition(Version):
    code = serializers.CharField(help_text="Mã thủ tục, hoặc tên rút gọn khi chưa có mã")
    id = serializers.CharField(help_text="Tên rút gọn")
    record = serializers.JSONField(help_text="Bản ghi danh mục; điều chưa biết là null")
    form = serializers.JSONField(allow_null=True, help_text="Định nghĩa biểu mẫu, hoặc null")
    processing = serializers.JSONField(help_text="Các bước giải quyết")


class ProcedureRecord(Shape):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    field = serializers.CharField(help_text="Lĩnh vực")
    agency = serializers.CharField()
    can_be_filed_here = serializers.BooleanField()
    described_in_full = serializers.BooleanField()
    record = serializers.JSONField(help_text="Bản ghi danh mục; điều chưa biết là null")
    version = Terms()
    burden = serializers.DictField(help_text=BURDEN_HELP)


class Change(Shape):
    kind = serializers.ChoiceField(["added", "removed", "changed", "moved"])
    group = serializers.CharField(help_text="Nhóm: lời văn, giấy tờ, phí, thời hạn, câu hỏi…")
    place = serializers.CharField(help_text="Chỗ trong bản sau (bị bỏ: trong bản trước)")
    sentence = serializers.CharField(help_text="Thay đổi nói bằng một câu")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class Delta(Shape):
    heavier = serializers.BooleanField(help_text="Có điều gì người dân phải làm nhiều hơn không")
    text = serializers.CharField()
    unknown = serializers.DictField(child=serializers.IntegerField())
    known = serializers.DictField(child=serializers.IntegerField())


class Difference(Shape):
    code = serializers.CharField()
    to = serializers.IntegerField()
    changes = Change(many=True)
    burden = Delta(allow_null=True, help_text="null khi một trong hai biểu mẫu không đọc được")

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word of Python."""
        return {"from": serializers.IntegerField(), **super().get_fields()}


class OfferingAgency(Shape):
    key = serializers.CharField()
    identifier = serializers.CharField(help_text="Mã định danh (QĐ 20/2020/QĐ-TTg)")
    name = serializers.CharField()
    name_en = serializers.CharField()
    level = serializers.CharField()
    province = serializers.CharField(help_text="Mã tỉnh, thành phố; rỗng nếu là cơ quan trung ương")


class Offering(Shape):
    agency = OfferingAgency()
    online_level = serializers.ChoiceField(OnlineLevel.choices)
    fee_vnd = serializers.IntegerField(
        allow_null=True, help_text="Mức của tỉnh, đồng; null: theo mức cả nước"
    )
    fee_basis = serializers.CharField(help_text="Nghị quyết của Hội đồng nhân dân")
    channels = serializers.ListField(child=serializers.CharField())
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class OfferingPage(Shape):
    on = serializers.DateField(help_text="Các mức dưới đây có hiệu lực ngày này")
    next = serializers.CharField(allow_null=True)
    results = Offering(many=True)


class LifeEvent(Shape):
    key = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    audience = serializers.CharField()
    summary = serializers.CharField()
    summary_en = serializers.CharField()


class LifeEvents(Shape):
    results = LifeEvent(many=True)


class LifeEventStep(Shape):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    note = serializers.CharField()
    note_en = serializers.CharField()


class LifeEventPage(LifeEvent):
    procedures = LifeEventStep(many=True, help_text="Theo thứ tự nên làm")


EVENT = {
    "key": "having-a-baby",
    "name": "Có con nhỏ",
    "name_en": "Having a baby",
    "audience": "citizen",
    "summary": "Khai sinh, thường trú, thẻ bảo hiểm y tế cho trẻ",
    "summary_en": "Birth, residence and health insurance for a child",
}
VERSION = {**TERMS, "online_level": "full", "burden": BURDEN}
RECORD_EXAMPLE = OpenApiExample(
    "Đăng ký khai sinh",
    {
        "code": "1.001193",
        "name": "Đăng ký khai sinh",
        "name_en": "Birth registration",
        "field": "Hộ tịch",
        "agency": "bo-tu-phap",
        "can_be_filed_here": True,
        "described_in_full": True,
        "record": {"id": "birth-registration", "time_limit": {"value": 1, "unit": "working_days"}},
        "version": TERMS,
        "burden": BURDEN,
    },
)
VERSIONS_EXAMPLE = OpenApiExample("Hai bản", {"next": None, "results": [VERSION]})
EDITION_EXAMPLE = OpenApiExample(
    "Bản 2",
    {
        **VERSION,
        "code": "1.001193",
        "id": "birth-registration",
        "record": {"id": "birth-registration", "fee": {"type": "le_phi", "amount_vnd": 0}},
        "form": {"procedure_id": "birth-registration", "pages": []},
        "processing": {"steps": [{"id": "sign", "kind": "sign", "role": "signer", "name_vi": "Ký số"}]},
    },
)
FORM_SCHEMA_EXAMPLE = OpenApiExample(
    "Lược đồ",
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"child_name": {"type": "string", "title": "Họ, chữ đệm và tên của trẻ"}},
    },
)
DIFF_EXAMPLE = OpenApiExample(
    "Bản 1 và bản 2",
    {
        "from": 1,
        "to": 2,
        "code": "1.001193",
        "changes": [
            {
                "kind": "removed",
                "group": "papers",
                "place": "content.components[2]",
                "sentence": "Bỏ giấy tờ “Bản sao sổ hộ khẩu”",
                "before": {"name_vi": "Bản sao sổ hộ khẩu"},
                "after": None,
            }
        ],
        "burden": {
            "heavier": False,
            "text": "−1 giấy tờ",
            "unknown": {"typed": 0, "chosen": 0, "uploads": -1, "pages": 0, "clicks": -1},
            "known": {"typed": 0, "chosen": 0, "uploads": -1, "pages": 0, "clicks": -1},
        },
    },
)
OFFERINGS_EXAMPLE = OpenApiExample(
    "Ở Đà Nẵng",
    {
        "on": "2026-11-23",
        "next": None,
        "results": [
            {
                "agency": {
                    "key": "ubnd-phuong-hai-chau",
                    "identifier": "H17.20.242",
                    "name": "UBND phường Hải Châu",
                    "name_en": "People's Committee of Hai Chau ward",
                    "level": "commune",
                    "province": "48",
                },
                "online_level": "full",
                "fee_vnd": 8000,
                "fee_basis": "23/2026/NQ-HĐND",
                "channels": ["online", "in_person"],
                "valid_from": "2026-07-01",
                "valid_to": None,
            }
        ],
    },
)
EVENTS_EXAMPLE = OpenApiExample("Việc trong đời", {"results": [EVENT]})
EVENT_EXAMPLE = OpenApiExample(
    "Có con nhỏ",
    {
        **EVENT,
        "procedures": [
            {
                "code": "1.001193",
                "name": "Đăng ký khai sinh",
                "name_en": "Birth registration",
                "note": "Trong 60 ngày sau khi sinh",
                "note_en": "Within 60 days of birth",
            }
        ],
    },
)
