"""The kinds of question in an editor's words, and which properties each kind has."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

NAMES = {
    "text": _("Chữ, một dòng"),
    "long_text": _("Đoạn văn"),
    "name": _("Họ tên người"),
    "org_name": _("Tên tổ chức"),
    "choice": _("Chọn một"),
    "multi_choice": _("Chọn nhiều"),
    "boolean": _("Có hoặc không"),
    "date": _("Ngày đầy đủ"),
    "partial_date": _("Ngày, có thể chỉ biết năm"),
    "time": _("Giờ"),
    "year": _("Năm"),
    "integer": _("Số nguyên"),
    "decimal": _("Số có phần lẻ"),
    "money": _("Số tiền"),
    "address": _("Địa chỉ"),
    "country": _("Quốc gia"),
    "ethnicity": _("Dân tộc"),
    "religion": _("Tôn giáo"),
    "citizen_id": _("Số định danh cá nhân"),
    "identity_document": _("Giấy tờ tùy thân"),
    "passport_no": _("Số hộ chiếu"),
    "tax_code": _("Mã số thuế, mã doanh nghiệp"),
    "phone": _("Số điện thoại"),
    "email": _("Thư điện tử"),
    "code": _("Mã, số hiệu"),
    "file": _("Tệp tải lên"),
    "computed": _("Hệ thống tự tính"),
}
LISTED = frozenset({"choice", "multi_choice"})
DAYS = frozenset({"date", "partial_date"})
NUMBERS = frozenset({"integer", "decimal", "money", "year"})
WRITTEN = frozenset({"text", "long_text", "code"})
FITS: Mapping[str, frozenset[str]] = {
    "choices": LISTED,
    "min": DAYS | NUMBERS,
    "max": DAYS | NUMBERS,
    "max_length": WRITTEN,
    "format": frozenset({"code"}),
    "component": frozenset({"file"}),
    "value_kind": frozenset({"computed"}),
}
"""Properties that mean something for some kinds only; the others have no box for them."""


def fits(name: str, kind: str) -> bool:
    return kind in FITS.get(name, frozenset({kind}))
