"""Building a form definition step by step: each function takes a definition and returns a new one. Pure.

A draft may be wrong for a while (lint says where); what these functions refuse is only what cannot be done at all,
with a ``Refused`` or ``NotFound`` that an editor can read.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from identity.errors import NotFound, Refused
from identity.folding import fold
from procedures.schema import structure

Definition = dict[str, Any]
MOST_QUESTIONS_A_PAGE = 7
"""Beyond it a page is split (GOV.UK and 18F practice; lint rule ``page_size``)."""
MOST_PAGES: int = structure.FORM["properties"]["pages"]["maxItems"]
MOST_ON_A_PAGE: int = structure.PAGE["properties"]["questions"]["maxItems"]


def empty(slug: str, official_form: str) -> Definition:
    """A form with one page and nothing to ask yet."""
    return {
        "procedure_id": slug,
        "official_form": official_form,
        "pages": [
            {"id": "page", "title": _("Thông tin của bạn"), "title_en": "Your details", "questions": []}
        ],
    }


def add_page(form: Mapping[str, Any], *, title: str, title_en: str = "") -> Definition:
    built = _copy(form)
    if len(built["pages"]) >= MOST_PAGES:
        raise Refused(_("Một biểu mẫu có nhiều nhất %(most)s trang.") % {"most": MOST_PAGES})
    taken = {page["id"] for page in built["pages"]}
    wanted = fold(title_en or title).replace(" ", "-")[:30].strip("-")
    name = _free(wanted if wanted[:1].isalpha() else f"page-{wanted}".strip("-"), taken, "-")
    built["pages"].append({"id": name, "title": title, "title_en": title_en, "questions": []})
    return built


def edit_page(form: Mapping[str, Any], page_id: str, changes: Mapping[str, Any]) -> Definition:
    """Set title, title_en, show_if or group; an empty value takes the key out."""
    built = _copy(form)
    _apply(page_of(built, page_id), changes, keep=("title",))
    return built


def repeat_page(form: Mapping[str, Any], page_id: str, group: Mapping[str, Any] | None) -> Definition:
    """Let people fill the page in once a row, or once again; the id of the rows stays as long as they repeat."""
    built = _copy(form)
    page = page_of(built, page_id)
    before = page.pop("group", None)
    if group is not None:
        wanted = identifier(str(group.get("label_en") or group["label"]))
        name = before["id"] if before else _free(wanted, question_ids(built), "_")
        page["group"] = {"id": name, **{key: value for key, value in group.items() if value not in ("", [])}}
    elif before is not None and (users := readers_of(built, before["id"])):
        raise Refused(
            _("Chưa thôi lặp được: các dòng này còn dùng ở %(places)s. Hãy sửa các chỗ đó trước.")
            % {"places": ", ".join(users[:5])}
        )
    return built


def move_page(form: Mapping[str, Any], page_id: str, steps: int) -> Definition:
    built = _copy(form)
    _move(built["pages"], lambda page: page["id"] == page_id, steps)
    return built


def remove_page(form: Mapping[str, Any], page_id: str) -> Definition:
    built = _copy(form)
    page = page_of(built, page_id)
    if page["questions"]:
        raise Refused(_("Trang «%(title)s» còn câu hỏi. Hãy chuyển hoặc xóa các câu đó trước.") % page)
    built["pages"].remove(page)
    return built


def add_question(form: Mapping[str, Any], page_id: str, question: Mapping[str, Any]) -> Definition:
    """Append a question; its id is made unique and never changes afterwards."""
    built = _copy(form)
    wanted = str(question.get("id") or identifier(str(question.get("label_en") or question["label"])))
    _append(page_of(built, page_id), {**question, "id": _free(wanted, question_ids(built), "_")})
    return built


def edit_question(form: Mapping[str, Any], question_id: str, changes: Mapping[str, Any]) -> Definition:
    """Set properties; an empty value takes the key out. The id stays: answers are kept under it."""
    built = _copy(form)
    changes = {name: value for name, value in changes.items() if name != "id"}
    _apply(question_of(built, question_id)[1], changes, keep=("kind", "label"))
    return built


def move_question(form: Mapping[str, Any], question_id: str, steps: int) -> Definition:
    """One place up (-1) or down (+1); from the edge of a page on to the neighbouring page."""
    built = _copy(form)
    page, question = question_of(built, question_id)
    here = page["questions"].index(question)
    if 0 <= here + steps < len(page["questions"]):
        _move(page["questions"], lambda one: one["id"] == question_id, steps)
        return built
    pages = built["pages"]
    there = pages.index(page) + (1 if steps > 0 else -1)
    if not 0 <= there < len(pages):
        raise Refused(_("Câu này đã ở đầu hoặc cuối biểu mẫu."))
    page["questions"].remove(question)
    target = pages[there]["questions"]
    target.insert(0 if steps > 0 else len(target), question)
    return built


def send_question(form: Mapping[str, Any], question_id: str, page_id: str) -> Definition:
    """To the end of another page."""
    built = _copy(form)
    page, question = question_of(built, question_id)
    page["questions"].remove(question)
    _append(page_of(built, page_id), question)
    return built


def remove_question(form: Mapping[str, Any], question_id: str) -> Definition:
    """Refused while rules still read the answer: they are named, so that they can be mended first."""
    built = _copy(form)
    page, question = question_of(built, question_id)
    page["questions"].remove(question)
    if users := readers_of(built, question_id):
        raise Refused(
            _("Chưa xóa được: câu trả lời này còn dùng ở %(places)s. Hãy sửa các chỗ đó trước.")
            % {"places": ", ".join(users[:5])}
        )
    return built


def set_part(form: Mapping[str, Any], name: str, value: Any) -> Definition:
    """A part beside the pages: eligibility, checks, fees, auto_decision, result_fields, roles, declaration…"""
    built = _copy(form)
    _apply(built, {name: value}, keep=("procedure_id", "official_form", "pages"))
    return built


def question_ids(form: Mapping[str, Any]) -> set[str]:
    """Every name answers are kept under, those of repeating groups too."""
    pages = form.get("pages", [])
    groups = {page["group"]["id"] for page in pages if page.get("group")}
    return groups | {question["id"] for page in pages for question in page.get("questions", [])}


def readers_of(form: Mapping[str, Any], question_id: str) -> list[str]:
    """Where an expression or a field of the result reads the answer, in words of the form."""
    name = re.compile(rf"(?<![\w.'\"]){re.escape(question_id)}(?!\w)")
    found: dict[str, None] = {}
    for place, key, inner in _leaves(form, _("biểu mẫu")):
        if (key in RULES and name.search(inner)) or (key in NAMES and inner == question_id):
            found[place] = None
    return list(found)


def _leaves(value: Any, place: str, key: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text of a definition with its key and the label of the thing it belongs to."""
    if isinstance(value, Mapping):
        here = str(value.get("label") or value.get("title") or place)
        for name, inner in value.items():
            yield from _leaves(inner, here, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, place, key)
    elif isinstance(value, str):
        yield place, key, value


RULES = frozenset({"show_if", "required", "derive", "fact_only", "when", "times"})
NAMES = frozenset({"source", "question"})


def identifier(text: str) -> str:
    """A stable id from a label: ``Full name of the child`` → ``full_name_of_the_child``."""
    made = fold(text).replace(" ", "_")[:40].strip("_")
    return made if made[:1].isalpha() else f"q_{made}".strip("_")


def _copy(form: Mapping[str, Any]) -> Definition:
    return copy.deepcopy(dict(form))


def page_of(form: Definition, page_id: str) -> dict[str, Any]:
    found = next((page for page in form["pages"] if page["id"] == page_id), None)
    if found is None:
        raise NotFound(_("Không có trang này trong biểu mẫu; có thể người khác vừa xóa."))
    return found  # type: ignore[no-any-return]


def question_of(form: Definition, question_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for page in form["pages"]:
        for question in page["questions"]:
            if question["id"] == question_id:
                return page, question
    raise NotFound(_("Không có câu hỏi này trong biểu mẫu; có thể người khác vừa xóa."))


def _append(page: dict[str, Any], question: dict[str, Any]) -> None:
    if len(page["questions"]) >= MOST_ON_A_PAGE:
        raise Refused(_("Một trang có nhiều nhất %(most)s câu. Hãy thêm trang.") % {"most": MOST_ON_A_PAGE})
    page["questions"].append(question)


def _apply(holder: dict[str, Any], changes: Mapping[str, Any], *, keep: Sequence[str]) -> None:
    for name, value in changes.items():
        if (value is False or value in ("", None, [], {})) and name not in keep:
            holder.pop(name, None)
        else:
            holder[name] = value


def _move(rows: list[dict[str, Any]], is_it: Callable[[dict[str, Any]], bool], steps: int) -> None:
    here = next((place for place, row in enumerate(rows) if is_it(row)), None)
    if here is None:
        raise NotFound(_("Không có mục này trong biểu mẫu; có thể người khác vừa xóa."))
    there = min(max(here + steps, 0), len(rows) - 1)
    rows.insert(there, rows.pop(here))


def _free(wanted: str, taken: set[str], joint: str) -> str:
    if wanted not in taken:
        return wanted
    return next(name for name in (f"{wanted}{joint}{n}" for n in range(2, 10_000)) if name not in taken)
