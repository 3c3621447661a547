"""The form builder as its page shows it: pages with counts, questions with their source, findings, burden."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procedures import dictionary, facts, personas
from procedures.editor import kinds
from procedures.editor.findings import Marked, marked
from procedures.editor.parts import PARTS, head_of, rows_of
from procedures.models import EditorialEvent, ProcedureVersion
from procedures.schema import SchemaError, load

COUNTERS = {
    "typed": gettext_lazy("Ô gõ"),
    "chosen": gettext_lazy("Lựa chọn"),
    "uploads": gettext_lazy("Giấy tờ tải lên"),
    "pages": gettext_lazy("Trang"),
    "clicks": gettext_lazy("Lần bấm"),
}
PERSONAS = {
    "unknown": gettext_lazy("Người chưa có dữ liệu"),
    "known": gettext_lazy("Người đã có đủ dữ liệu"),
}


@dataclass(frozen=True, slots=True)
class PageRow:
    id: str
    title: str
    number: int
    told: str
    is_current: bool
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Where the answer comes from; ``look``: self, register or diff (a finding)."""

    text: str
    look: str
    icon: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    id: str
    label: str
    number: int
    kind: str
    needed: str
    condition: str
    source: Source
    errors: list[str]
    warnings: list[str]
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Count:
    label: str
    before: int | None
    after: int

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.after - self.before

    @property
    def shown(self) -> str:
        return "–" if self.change is None else f"{self.change:+d}" if self.change else "0"


class Builder:
    """One view of a draft's form: ``page_id`` is the page in the middle, the first when it is not there."""

    def __init__(self, version: ProcedureVersion, page_id: str, today: dt.date) -> None:
        self.version = version
        self.form: Mapping[str, Any] = version.form or {"pages": []}
        self.today = today
        ids = [page["id"] for page in self.form["pages"]]
        self.number = ids.index(page_id) if page_id in ids else 0

    @property
    def page(self) -> Mapping[str, Any]:
        page: Mapping[str, Any] = self.form["pages"][self.number]
        return page

    @property
    def page_json(self) -> str:
        return json.dumps(self.page, ensure_ascii=False, indent=1)

    @cached_property
    def findings(self) -> list[Marked]:
        return marked(self.version.edition, self.version.pk)

    @property
    def here(self) -> list[Marked]:
        return [one for one in self.findings if one.page == self.number]

    @property
    def elsewhere(self) -> list[Marked]:
        return [one for one in self.findings if one.page != self.number]

    @property
    def errors(self) -> int:
        return sum(one.is_error for one in self.findings)

    @property
    def pages(self) -> list[PageRow]:
        return [self._page_row(number, page) for number, page in enumerate(self.form["pages"])]

    def _page_row(self, number: int, page: Mapping[str, Any]) -> PageRow:
        mine = [one for one in self.findings if one.page == number]
        errors, count = sum(one.is_error for one in mine), len(page["questions"])
        told = [ngettext("%(n)s câu hỏi", "%(n)s câu hỏi", count) % {"n": count}]
        told += [_("lặp lại")] if page.get("group") else []
        told += [ngettext("%(n)s lỗi", "%(n)s lỗi", errors) % {"n": errors}] if errors else []
        told += [_("%(n)s nên sửa") % {"n": len(mine) - errors}] if len(mine) > errors else []
        return PageRow(
            page["id"], page["title"], number + 1, ", ".join(told), number == self.number, errors > 0
        )

    @property
    def questions(self) -> list[QuestionRow]:
        return [self._question_row(nth, one) for nth, one in enumerate(self.page["questions"])]

    def _question_row(self, nth: int, one: Mapping[str, Any]) -> QuestionRow:
        mine = [found for found in self.here if found.question == nth]
        bad = [found for found in mine if found.is_error]
        again = next((found for found in bad if found.finding.rule == "once_only"), None)
        source = Source(again.finding.message, "diff", "alert") if again else source_of(one)
        return QuestionRow(
            id=one["id"],
            label=one["label"],
            number=nth + 1,
            kind=str(kinds.NAMES.get(one["kind"], one["kind"])),
            needed=needed(one),
            condition=one.get("show_if", ""),
            source=source,
            errors=list(dict.fromkeys(found.name for found in bad if found is not again)),
            warnings=list(dict.fromkeys(found.name for found in mine if not found.is_error)),
            is_bad=bool(bad),
        )

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """Name, title and how much there is of each part beside the pages."""
        found = []
        for part in PARTS.values():
            count = (
                len(rows_of(self.form, part))
                if part.columns
                else sum(map(bool, head_of(self.form, part).values()))
            )
            told = ngettext("%(n)s mục", "%(n)s mục", count) % {"n": count} if count else _("chưa có")
            found.append((part.name, str(part.title), told))
        return found

    @cached_property
    def walks(self) -> list[tuple[str, personas.Walk]]:
        """The straight way of each standard persona through the draft; empty while it cannot run."""
        try:
            form = load(self.form)
        except SchemaError:
            return []
        return [
            (str(PERSONAS[name]), personas.standard(form, name, today=self.today))
            for name in personas.PERSONAS
        ]

    @cached_property
    def burden(self) -> list[tuple[str, list[Count]]]:
        """Per standard persona what the form asks, beside the version it is based on; empty while it cannot run."""
        base = self.version.based_on
        try:
            before = personas.burden_of(base.edition, today=self.today) if base else {}
        except SchemaError:
            before = {}
        return [
            (
                name,
                [
                    Count(str(label), before.get(walk.persona, {}).get(key), getattr(walk.burden, key))
                    for key, label in COUNTERS.items()
                ],
            )
            for name, walk in self.walks
        ]

    @cached_property
    def last_edit(self) -> EditorialEvent | None:
        return self.version.events.filter(kind="edit").select_related("by__user").last()


def source_of(question: Mapping[str, Any]) -> Source:
    if question["kind"] == "computed":
        return Source(_("Hệ thống tự tính"), "register", "shield")
    if sources := question.get("prefill"):
        first = sources[0] if isinstance(sources, list) else sources
        register = str(facts.REGISTERS.get(first["register"], _("Định danh điện tử")))
        role = dictionary.roles().get(first.get("role", "requester"))
        whose = "" if role is None or role.id == "requester" else f", {role.label.lower()}"
        return Source(f"{register}{whose}", "register", "shield")
    if question.get("derive"):
        return Source(_("Gợi ý từ câu trả lời khác"), "register", "shield")
    if question["kind"] == "file":
        return Source(_("Dân tải lên"), "self", "file")
    element = dictionary.elements().get(question.get("element", ""))
    if element is not None and element.register:
        return Source(_("Dân tự khai"), "self", "user")
    return Source(_("Dân tự khai, không cơ quan nào có"), "self", "user")


def needed(question: Mapping[str, Any]) -> str:
    if question["kind"] == "computed":
        return _("không hỏi")
    if question.get("fact_only") is True:
        return _("chỉ cho xem, không hỏi")
    required = question.get("required", False)
    if isinstance(required, str):
        return _("bắt buộc có điều kiện")
    return _("bắt buộc") if required else _("không bắt buộc")


def published_forms(versions: Sequence[ProcedureVersion]) -> list[tuple[int, str]]:
    """What a first form can be copied from."""
    return [(one.pk, f"{one.procedure.path_code} {one.procedure.name}") for one in versions]
