"""Answers as a person reads them, with places by their present name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.states import EDGES
from identity.models import AdministrativeUnit
from procedures.schema import Question, display, in_language

EVENT_LABELS = {
    "claim": gettext_lazy("Nhận hồ sơ để xử lý"),
    "let_go": gettext_lazy("Trả hồ sơ về hàng chờ"),
    "transfer": gettext_lazy("Chuyển hồ sơ cho đồng nghiệp"),
    "take_over": gettext_lazy("Nhận thay người không còn làm việc"),
    "leave_handed_on": gettext_lazy("Người giữ nghỉ, hồ sơ được chuyển"),
    "bundle_joined": gettext_lazy("Vào hồ sơ liên thông"),
    "result_signed": gettext_lazy("Chữ ký số đã ghi vào kết quả"),
    "partner_acknowledged": gettext_lazy("Hệ thống khác xác nhận đã nhận trạng thái"),
    "partner_status": gettext_lazy("Hệ thống khác báo trạng thái"),
    "due_recomputed": gettext_lazy("Lịch nghỉ thay đổi, hạn được tính lại"),
    "deadline_extended": gettext_lazy("Gia hạn giải quyết"),
    "delay_recorded": gettext_lazy("Ghi lý do chậm theo luật và hẹn lại"),
    "apology_drafted": gettext_lazy("Hệ thống dự thảo thư xin lỗi"),
    "apology_revised": gettext_lazy("Sửa dự thảo thư xin lỗi"),
    "apology_signed": gettext_lazy("Ký thư xin lỗi"),
    "apology_sent": gettext_lazy("Đã gửi thư xin lỗi và hẹn lại"),
    "breach_escalated": gettext_lazy("Lỡ ngày hẹn lại, đã báo cơ quan cấp trên"),
    "consulted": gettext_lazy("Lấy ý kiến cơ quan khác"),
    "consultation_answered": gettext_lazy("Cơ quan được hỏi đã cho ý kiến"),
    "consultation_closed": gettext_lazy("Thôi chờ ý kiến"),
    "consultation_lapsed": gettext_lazy("Không trả lời trong hạn, không chờ nữa"),
    "consultation_reminded": gettext_lazy("Nhắc cơ quan được hỏi"),
    "supplement_drafted": gettext_lazy("Trình yêu cầu bổ sung lần hai"),
    "conditions_checked": gettext_lazy("Xét điều kiện theo luật"),
    "supplement_declined": gettext_lazy("Không gửi yêu cầu bổ sung lần hai"),
    "shipment_ordered": gettext_lazy("Chuẩn bị gửi kết quả qua bưu chính"),
    "shipment_refused": gettext_lazy("Bưu chính không nhận bưu gửi"),
    "shipment_sent": gettext_lazy("Bưu chính đã nhận kết quả để gửi"),
    "shipment_returned": gettext_lazy("Bưu chính chuyển hoàn kết quả"),
    "kept_at_counter": gettext_lazy("Chuyển sang trả kết quả tại quầy"),
}
"""Events that change no state (``moving.remark``), as officers read them; actions are named by ``EDGES``."""


def event_label(kind: str) -> str:
    """What happened, in the words of the desk; the bare kind of an event nobody named."""
    return str(EDGES[kind].label if kind in EDGES else EVENT_LABELS.get(kind, kind))


def in_words(question: Question, value: Any) -> str:
    """One line of text; empty when there is nothing to say."""
    return display(question, value, commune_name=commune_name)


def rows_in_words(questions: Iterable[Question], rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """A repeating group as a table, one list a row, in the order of ``questions``."""
    columns = list(questions)
    return [[in_words(column, row.get(column.id)) for column in columns] for row in rows]


def step_name(step: Mapping[str, Any]) -> str:
    """A processing step as the version names it; empty for no step."""
    return in_language(step.get("name_vi", ""), step.get("name_en", ""))


def skipped_in_words(steps: Iterable[Mapping[str, Any]], data: Mapping[str, Any]) -> str:
    """The steps an event passed over, by name; empty when it passed over none."""
    names = {step["id"]: step_name(step) for step in steps}
    skipped = ", ".join(f"«{names.get(one, one)}»" for one in data.get("skipped", ()))
    return _("Không cần bước %(steps)s.") % {"steps": skipped} if skipped else ""


_names: dict[str, str] = {}


def commune_name(code: str) -> str:
    """«Phường Hải Châu, Thành phố Đà Nẵng»; empty for an unknown code. Codes are those in force since 1/7/2025."""
    if code not in _names:
        unit = (
            AdministrativeUnit.objects.in_force(dt.date(2025, 7, 1))
            .select_related("parent")
            .filter(level=AdministrativeUnit.Level.COMMUNE, code=code)
            .first()
        )
        if unit is None:
            return ""
        _names[code] = str(unit)
    return _names[code]
