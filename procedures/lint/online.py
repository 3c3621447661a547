"""Truly online: nothing of paper or presence left at the full level, no printing to sign and scan.

Nghị định 42/2022/NĐ-CP: toàn trình means that everything from filing to the result happens online.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from procedures.lint.material import Finding, Material, Text, connected

_CLAUSE = re.compile(r"[.;!?\n]+")
_NEGATED = re.compile(r"\b(?:không|khỏi|miễn|đừng|chưa)\b[^,]*$", re.IGNORECASE)
_OTHERWISE = re.compile(r"trực tuyến|điện tử|tùy chọn|nếu (?:bạn )?(?:muốn|chọn)", re.IGNORECASE)
_PRESENCE: Final = re.compile(
    r"\b(?:nộp|đến|có mặt|thu nhận|nhận|ký|phỏng vấn|xuất trình)\b[^,]{0,30}\btrực tiếp\b"
    r"|\btrực tiếp (?:đến|tại|nộp|nhận|có mặt|xuất trình|ký)\b"
    r"|\bmang (?:theo|bản|giấy|hồ sơ)\b"
    r"|\bbản (?:chính|gốc) để (?:đối chiếu|kiểm tra|xuất trình)\b"
    r"|\b(?:nộp|gửi|xuất trình|giao)\b[^,]{0,25}\bbản (?:chính|gốc)\b"
    r"|\b(?:nộp|xuất trình)\b[^,]{0,25}\bbản giấy\b"
    r"|\b(?:nộp|gửi (?:hồ sơ|giấy tờ))\b[^,]{0,30}\bbưu (?:chính|điện)\b",
    re.IGNORECASE,
)
_PAPER = r"(?:mẫu|biểu mẫu|tờ khai|đơn|phiếu|bản khai|văn bản này)"
_PRINT: Final = re.compile(
    rf"\bin (?:ra|{_PAPER})"
    rf"|\btải (?:về|xuống)?\s*{_PAPER}\b(?! lên)"
    r"|\bký (?:tên )?(?:và |, ?)?(?:đóng dấu )?(?:rồi |, ?|sau đó )?(?:scan|quét|chụp|tải lên)"
    r"|\bký tên,? (?:và )?đóng dấu[^.;]{0,40}(?:scan|quét|chụp|tải lên|gửi)"
    rf"|\b(?:scan|quét|chụp)\b[^.;]{{0,30}}\b{_PAPER}\b"
    r"|\bký (?:tay|sống)\b",
    re.IGNORECASE,
)


def _says(pattern: re.Pattern[str], text: Text, *, unless: re.Pattern[str] | None = None) -> str:
    """The words of the text that match, outside a negation; '' when none do."""
    for clause in _CLAUSE.split(text.words):
        found = pattern.search(clause)
        if found and not _NEGATED.search(clause[: found.start()]) and not (unless and unless.search(clause)):
            return found[0]
    return ""


def full_level(material: Material) -> Iterator[Finding]:
    if material.edition.online_level != "full":
        return
    if "online" not in (material.content.get("submission_channels") or ()):
        yield _not_full(
            "content.submission_channels",
            _("Ghi toàn trình nhưng không có cách nộp trực tuyến."),
            _("Thêm cách nộp trực tuyến, hoặc hạ mức độ xuống một phần."),
        )
    for text in material.vietnamese:
        words = "" if _of_office(material, text) else _says(_PRESENCE, text, unless=_OTHERWISE)
        if words:
            yield _not_full(
                text.place,
                _("Ghi toàn trình nhưng còn đòi giấy hoặc có mặt: “%(words)s”.") % {"words": words},
                _("Thay bằng bước trực tuyến, hoặc hạ mức độ xuống một phần."),
            )
    yield from _slots(material)


def _of_office(material: Material, text: Text) -> bool:
    """Steps the office does by itself; only what the citizen must do keeps a procedure from being full."""
    step = re.match(r"content\.steps\[(\d+)\]", text.place)
    return step is not None and material.content["steps"][int(step[1])].get("actor") not in (
        "citizen",
        "business",
    )


def _slots(material: Material) -> Iterator[Finding]:
    if material.edition.form is None:
        yield _not_full(
            "form",
            _("Ghi toàn trình nhưng chưa có biểu mẫu điện tử."),
            _("Tạo biểu mẫu, hoặc chọn mức chỉ cung cấp thông tin."),
        )
    if material.form is None:
        return
    for number, component in enumerate(material.components):
        held = any(connected(name) for name in component.get("satisfiable_from") or ())
        if (
            component.get("required")
            and not component.get("is_eform")
            and not held
            and not material.files_of(number)
        ):
            yield _not_full(
                f"content.components[{number}]",
                _("Biểu mẫu không có chỗ nộp “%(name)s”.") % {"name": component.get("name_vi", "")},
                _("Thêm ô tải tệp cho giấy tờ này, hoặc ghi nơi tra cứu thay cho giấy."),
            )


def _not_full(place: str, message: str, mend: str) -> Finding:
    return Finding("full_level", "error", place, message, mend)


def print_sign_scan(material: Material) -> Iterator[Finding]:
    mend = _("Chuyển các mục của mẫu thành câu hỏi; bạn đồng ý bằng định danh điện tử thay cho ký tay.")
    for text in material.vietnamese:
        if words := _says(_PRINT, text):
            message = _("Bắt in, ký rồi quét hoặc chụp lại: “%(words)s”.") % {"words": words}
            yield Finding("print_sign_scan", "error", text.place, message, mend)
    for number, component in enumerate(material.components):
        for one in material.files_of(number) if component.get("is_eform") else ():
            message = _("“%(label)s” là biểu mẫu điện tử mà lại đòi tải tệp.") % {"label": one.question.label}
            yield Finding("print_sign_scan", "error", one.place, message, mend)


RULES = (full_level, print_sign_scan)
