"""What the law wants published of every procedure: basis, steps, fee, time, result, who and where.

Luật Ban hành văn bản and Nghị định 63/2010/NĐ-CP, Điều 8 (the parts every procedure must have).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures.lint.material import Finding, Material, Severity


def _missing(place: str, message: str, mend: str, severity: Severity = "error") -> Finding:
    return Finding("missing", severity, place, message, mend)


def parts(material: Material) -> Iterator[Finding]:
    record = material.content
    for key, message, mend in (
        ("name_vi", _("Thủ tục chưa có tên."), _("Ghi tên đúng như quyết định công bố.")),
        ("legal_bases", _("Chưa có căn cứ pháp lý."), _("Ghi ít nhất một văn bản: loại, số, năm.")),
        ("steps", _("Chưa có trình tự thực hiện."), _("Ghi các bước, ai làm bước nào.")),
        ("components", _("Chưa có thành phần hồ sơ."), _("Ghi từng giấy tờ; tờ khai điện tử cũng là một.")),
        ("target", _("Chưa ghi ai được làm thủ tục."), _("Chọn công dân, doanh nghiệp hoặc cả hai.")),
        ("submission_channels", _("Chưa có cách nộp hồ sơ."), _("Chọn ít nhất một cách nộp.")),
        ("levels_since_2025_07", _("Chưa có cấp giải quyết."), _("Chọn cấp trung ương, tỉnh hoặc xã.")),
    ):
        if not record.get(key):
            yield _missing(f"content.{key}", message, mend)
    if not (record.get("result") or {}).get("name_vi"):
        yield _missing(
            "content.result", _("Chưa ghi kết quả bạn nhận."), _("Ghi tên giấy tờ hoặc quyết định được cấp.")
        )


def fee(material: Material) -> Iterator[Finding]:
    terms = material.content.get("fee") or {}
    place = "content.fee"
    if not terms.get("type"):
        yield _missing(
            place, _("Chưa ghi phí, lệ phí."), _("Chọn loại phí và mức; không thu thì chọn không phí.")
        )
        return
    if terms["type"] == "none":
        return
    if not terms.get("legal_basis"):
        yield _missing(
            place, _("Phí, lệ phí chưa có căn cứ."), _("Ghi thông tư hoặc nghị quyết quy định mức thu.")
        )
    if terms.get("amount_vnd") is not None:
        return
    if terms.get("set_by") == "province":
        yield _missing(
            place,
            _("Mức phí do từng tỉnh quy định, trang thủ tục chưa có số tiền."),
            _("Nhập nghị quyết của từng tỉnh ở phần cung cấp dịch vụ của tỉnh."),
            "warning",
        )
    elif terms.get("set_by") and terms.get("note_vi"):
        yield _missing(
            place,
            _("Mức phí thay đổi theo trường hợp, chỉ có lời giải thích."),
            _("Ghi mức của từng trường hợp ở phần phí của biểu mẫu."),
            "warning",
        )
    else:
        yield _missing(
            place, _("Không biết mức phí và ai quy định."), _("Ghi số tiền, hoặc chọn ai quy định mức thu.")
        )


def time_limit(material: Material) -> Iterator[Finding]:
    limit = material.content.get("time_limit") or {}
    if limit.get("automatic") or limit.get("value") is not None:
        return
    place = "content.time_limit"
    if limit.get("note_vi"):
        yield _missing(
            place,
            _("Chưa có thời hạn bằng số, chỉ có ghi chú."),
            _("Ghi số ngày làm việc khi xác minh được."),
            "warning",
        )
    else:
        yield _missing(
            place, _("Chưa có thời hạn giải quyết."), _("Ghi số ngày, hoặc ghi chú vì sao chưa có.")
        )


def result_fields(material: Material) -> Iterator[Finding]:
    if material.form is not None and not material.form.result_fields:
        yield _missing(
            "form.result_fields",
            _("Biểu mẫu chưa nói kết quả in những mục nào."),
            _("Liệt kê các mục của kết quả và câu trả lời điền vào mỗi mục."),
        )


def confidence(material: Material) -> Iterator[Finding]:
    if material.content.get("confidence") == "low":
        yield _missing(
            "content.confidence",
            _("Dữ liệu thủ tục này chưa được xác minh."),
            _("Đối chiếu với văn bản gốc rồi nâng mức tin cậy."),
            "warning",
        )


RULES = (parts, fee, time_limit, result_fields, confidence)
