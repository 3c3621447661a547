"""Findings of the automatic check beside the place they speak of. Pure, but for the addresses they link to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.edition import Edition
from procedures.editor.parts import PARTS
from procedures.lint import Finding, lint

RULES = {
    "schema": gettext_lazy("biểu mẫu chưa chạy được"),
    "once_only": gettext_lazy("hỏi điều Nhà nước đã có"),
    "wording": gettext_lazy("lời khác từ điển dữ liệu"),
    "english": gettext_lazy("thiếu bản tiếng Anh"),
    "long_sentence": gettext_lazy("câu dài"),
    "abbreviation": gettext_lazy("chữ viết tắt"),
    "all_caps": gettext_lazy("viết hoa toàn bộ"),
    "why": gettext_lazy("chưa nói vì sao hỏi"),
    "missing": gettext_lazy("thiếu phần luật đòi"),
    "full_level": gettext_lazy("chưa thật toàn trình"),
    "print_sign_scan": gettext_lazy("bắt in, ký rồi quét"),
    "page_size": gettext_lazy("trang quá dài"),
    "unreachable": gettext_lazy("câu hỏi không ai gặp"),
}
PLACE = re.compile(r"form\.pages\[(\d+)\](?:\.questions\[(\d+)\])?")
SECTIONS = frozenset(
    {"legal_bases", "steps", "components", "time_limit", "fee", "result", "routing", "findings"}
)
ROW = re.compile(r"\[(\d+)\]")
PART = re.compile(r"(form|content|processing)(?:\.(\w+))?")


@dataclass(frozen=True, slots=True)
class Marked:
    """A finding with the page and the question it stands at (counted from 0) and the link to mend it."""

    finding: Finding
    page: int | None
    question: int | None
    where: str
    url: str

    @property
    def is_error(self) -> bool:
        return self.finding.severity == "error"

    def is_in(self, part: str) -> bool:
        """``part``: content, form or processing."""
        return self.finding.place.split(".")[0] == part

    @property
    def name(self) -> str:
        return str(RULES.get(self.finding.rule, _("xem lại chỗ này")))


def marked(edition: Edition, version_id: int) -> list[Marked]:
    """Errors before warnings, each in the order of the form."""
    found = [_marked(finding, edition.form or {}, version_id) for finding in lint(edition)]
    return sorted(found, key=lambda one: not one.is_error)


def _marked(finding: Finding, form: Mapping[str, Any], version_id: int) -> Marked:
    place = PLACE.match(finding.place)
    if place is None:
        return _beside(finding, version_id)
    page = int(place[1])
    if page >= len(form["pages"]):
        return _beside(finding, version_id)
    holder = form["pages"][page]
    if place[2] is None or int(place[2]) >= len(holder["questions"]):
        where = _("trang %(n)s") % {"n": page + 1}
        return Marked(
            finding, page, None, where, reverse("procedures:edit_page", args=(version_id, holder["id"]))
        )
    nth = int(place[2])
    url = reverse("procedures:edit_question", args=(version_id, holder["questions"][nth]["id"]))
    return Marked(finding, page, nth, _("câu %(n)s, trang %(page)s") % {"n": nth + 1, "page": page + 1}, url)


def _beside(finding: Finding, version_id: int) -> Marked:
    match = PART.match(finding.place)
    kind, name = (match[1], match[2]) if match else ("", "")
    if kind == "form" and name in PARTS:
        part = PARTS[name]
        return Marked(
            finding, None, None, str(part.title), reverse("procedures:edit_part", args=(version_id, name))
        )
    to, where = {
        "content": ("procedures:edit_content", _("phần Nội dung")),
        "processing": ("procedures:edit_processing", _("phần Xử lý")),
    }.get(kind, ("procedures:edit_form", _("biểu mẫu")))
    return Marked(finding, None, None, where, _address(to, version_id) + _anchor(finding.place))


def way_to(place: str, version_id: int) -> str:
    """The page of a place (``content.fee``, ``form.pages.child.questions``), where it can be at the place itself."""
    kind = place.split(".")[0]
    name = {"content": "edit_content", "processing": "edit_processing", "form": "edit_form"}.get(
        kind, "edit_content"
    )
    return _address(f"procedures:{name}", version_id) + _anchor(place)


def _anchor(place: str) -> str:
    """``content.components[1].name_vi`` → ``#components.1.name_vi``, a part as a whole → its heading."""
    kind, _dot, inside = place.partition(".")
    if kind not in ("content", "processing") or not inside:
        return ""
    anchor = ROW.sub(r".\1", inside)
    return f"#muc-{anchor}" if anchor in SECTIONS else f"#{anchor}"


def _address(name: str, version_id: int) -> str:
    try:
        return reverse(name, args=(version_id,))
    except NoReverseMatch:
        return ""
