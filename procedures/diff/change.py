"""A change between two editions, and how it reads."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Kind = Literal["added", "removed", "changed", "moved"]
Group = Literal["texts", "legal_bases", "level", "papers", "fees", "times", "fields", "rules", "steps"]
Sign = Literal["same", "ins", "del"]
Words = Mapping[str, str | Promise]

GROUPS: Words = {
    "texts": _("Lời văn"),
    "legal_bases": _("Căn cứ pháp lý"),
    "level": _("Mức độ và cách nộp"),
    "papers": _("Giấy tờ"),
    "fees": _("Phí, lệ phí"),
    "times": _("Thời hạn"),
    "fields": _("Câu hỏi"),
    "rules": _("Quy tắc của biểu mẫu"),
    "steps": _("Các bước"),
}
PARTS: Words = {
    "amount_vnd": _("mức thu"),
    "basis": _("căn cứ để hỏi"),
    "choices": _("các lựa chọn"),
    "component": _("giấy tờ gắn với câu hỏi"),
    "condition_vi": _("điều kiện nộp"),
    "copies_copy": _("số bản sao"),
    "copies_original": _("số bản chính"),
    "derive": _("cách tính"),
    "element": _("mục từ điển"),
    "fact_only": _("điều kiện chỉ lấy từ dữ liệu"),
    "hint": _("lời gợi ý"),
    "kind": _("kiểu câu trả lời"),
    "label": _("lời hỏi"),
    "label_en": _("lời hỏi tiếng Anh"),
    "legal_basis": _("căn cứ pháp lý"),
    "max": _("giới hạn trên"),
    "min": _("giới hạn dưới"),
    "name_en": _("tên tiếng Anh"),
    "name_vi": _("tên"),
    "note_vi": _("ghi chú"),
    "of": _("người hoặc vật được hỏi"),
    "online_amount_vnd": _("mức thu khi nộp trực tuyến"),
    "prefill": _("nguồn điền sẵn"),
    "required": _("tính bắt buộc"),
    "satisfiable_from": _("nơi tra cứu thay giấy"),
    "set_by": _("cấp quy định"),
    "show_if": _("điều kiện hiện"),
    "title": _("tên trang"),
    "title_en": _("tên trang tiếng Anh"),
    "unit": _("đơn vị tính"),
    "value": _("con số"),
    "when": _("điều kiện"),
    "why": _("lý do hỏi"),
}
SECTIONS: Words = {
    "auto_decision": _("quyết định tự động"),
    "checklist": _("điều kiện cán bộ xét"),
    "checks": _("kiểm tra giữa các câu"),
    "components": _("thành phần hồ sơ"),
    "consultation": _("việc lấy ý kiến"),
    "declaration": _("lời cam đoan"),
    "eligibility": _("câu hỏi điều kiện"),
    "extension": _("việc gia hạn"),
    "fee": _("phí, lệ phí"),
    "fees": _("phí theo trường hợp"),
    "form": _("biểu mẫu điện tử"),
    "keywords": _("từ khóa"),
    "legal_bases": _("căn cứ pháp lý"),
    "levels": _("cấp giải quyết trước 7/2025"),
    "levels_since_2025_07": _("cấp giải quyết"),
    "life_events": _("việc trong đời"),
    "name_en": _("tên tiếng Anh của thủ tục"),
    "name_vi": _("tên thủ tục"),
    "official_form": _("mẫu giấy tương ứng"),
    "online_level": _("mức độ trực tuyến"),
    "reappointment_days": _("số ngày hẹn lại"),
    "result": _("kết quả"),
    "result_fields": _("các mục của kết quả"),
    "roles": _("vai của những người liên quan"),
    "routing": _("cách tìm cơ quan giải quyết"),
    "steps": _("các bước"),
    "submission_channels": _("cách nộp"),
    "supplement_days": _("số ngày bổ sung hồ sơ"),
    "target": _("đối tượng"),
    "time_limit": _("thời hạn"),
}
_NOUNS: Words = {
    "fields": _("trang"),
    "papers": _("giấy tờ"),
    "steps": _("bước"),
    "legal_bases": _("căn cứ"),
    "fees": _("trường hợp phí"),
}
_WHOLE: Words = {
    "added": _("Thêm %(noun)s “%(label)s”"),
    "removed": _("Bỏ %(noun)s “%(label)s”"),
    "changed": _("Sửa %(noun)s “%(label)s”"),
    "moved": _("Đổi thứ tự %(noun)s “%(label)s”"),
}
_SECTION: Words = {
    "added": _("Thêm %(label)s"),
    "removed": _("Bỏ %(label)s"),
    "changed": _("Sửa %(label)s"),
    "moved": _("Đổi thứ tự %(label)s"),
}
_PART: Words = {
    "added": _("Thêm %(part)s của “%(label)s”"),
    "removed": _("Bỏ %(part)s của “%(label)s”"),
    "changed": _("Sửa %(part)s của “%(label)s”"),
    "moved": _("Đổi thứ tự trong %(part)s của “%(label)s”"),
}
_QUESTION: Words = {
    "added": _("Thêm câu hỏi “%(label)s” ở trang “%(page)s”"),
    "removed": _("Bỏ câu hỏi “%(label)s” ở trang “%(page)s”"),
    "changed": _("Sửa câu hỏi “%(label)s” ở trang “%(page)s”"),
    "moved": _("Chuyển câu hỏi “%(label)s” đến chỗ khác ở trang “%(page)s”"),
}
_WORD = re.compile(r"\s*\S+|\s+")
_VALUES: Words = {"True": _("có"), "False": _("không"), "None": _("không có")}


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of words that stayed, came or went."""

    sign: Sign
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """``place`` is a path as in lint findings, into the later edition (into the earlier one for what was removed);
    ``before`` and ``after`` are as stored, None where there is nothing."""

    kind: Kind
    group: Group
    place: str
    label: str
    before: Any
    after: Any
    part: str = ""
    """The part of the labelled thing that changed, a key of the record or definition; '' for the whole."""
    page: str = ""
    """Of a question: the title of its page."""

    @property
    def sentence(self) -> str:
        told = {
            "label": str(SECTIONS.get(self.label, self.label)),
            "page": self.page,
            "part": str(PARTS.get(self.part, self.part)),
            "noun": str(_NOUNS.get(self.group, _("mục"))),
        }
        if self.part:
            return str(_PART[self.kind]) % told
        if self.label in SECTIONS:
            return str(_SECTION[self.kind]) % told
        return str((_QUESTION if self.page else _WHOLE)[self.kind]) % told

    @property
    def segments(self) -> list[Segment]:
        return segments(shown(self.before), shown(self.after))


def shown(value: Any) -> str:
    """A stored value as a reader compares it."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(_VALUES[str(value)])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def segments(before: str, after: str) -> list[Segment]:
    """Word by word; joined, same + del give ``before`` and same + ins give ``after``."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    found: list[Segment] = []
    for _tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[i:j] == new[k:m]:
            found.append(Segment("same", "".join(old[i:j])))
            continue
        found += [Segment("del", "".join(old[i:j]))] if i < j else []
        found += [Segment("ins", "".join(new[k:m]))] if k < m else []
    return found
