"""The questions of a form: asked in the editor's own words, edited, moved, sent to another page, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from identity.access import officer_required
from identity.errors import DomainError, Refused
from identity.models import Role
from procedures import building, dictionary
from procedures.editor import cards, kinds, reading, rulebox
from procedures.editor.desk import Desk

TARGETS = tuple(cards.RULE_LABELS.items())


@require_http_methods(["GET", "POST"])
@officer_required(Role.EDITOR)
def edit_question(request: HttpRequest, version: int, question: str) -> HttpResponse:
    desk = Desk(request, version)
    page, stored = building.question_of(desk.form, question)
    if request.method == "GET":
        if not desk.is_draft:
            return desk.back(page["id"])
        return _card(desk, question, cards.question_values(stored))
    match request.POST.get("do"):
        case "compose":
            known = rulebox.known_before(desk.form, question=question)
            return _card(desk, question, cards.composed(desk.typed, known, TARGETS))
        case "use_register":
            return _take(desk, question, _register_of, _("Câu này nay lấy dữ liệu Nhà nước đã có."))
        case "use_wording":
            return _take(desk, question, _wording_of, _("Câu này nay dùng lời của từ điển."))
    read = reading.question(desk.typed, stored)
    if read.problems:
        return _card(desk, question, desk.typed, problems=read.problems)
    try:
        desk.save(lambda form: building.edit_question(form, question, read.changes))
    except DomainError as error:
        return _card(desk, question, desk.typed, error=error)
    messages.success(
        request, _("Đã lưu câu «%(label)s».") % {"label": read.changes.get("label", stored["label"])}
    )
    if read.changes.get("kind", stored["kind"]) != stored["kind"]:
        return redirect("procedures:edit_question", version, question)
    return desk.back(page["id"], f"cau-{question}")


def _card(desk: Desk, question: str, values: cards.Values, **more: Any) -> HttpResponse:
    page, stored = building.question_of(desk.form, question)
    kind = values.get("kind", stored["kind"])
    known = rulebox.known_before(desk.form, question=question)
    context = cards.question_card(
        desk.form, desk.draft.content, values, kind if kind in kinds.NAMES else "text"
    )
    context |= cards.rule_help(known, TARGETS) | {
        "notes": _notes(desk.form, question, values, known),
        "question": stored,
        "number": page["questions"].index(stored) + 1,
        "can_use_register": bool(_register_of(desk.form, question)),
        "dictionary_words": _wording_of(desk.form, question).get("label", ""),
        "pages": [one for one in desk.form["pages"] if one is not page],
        "as_json": stored,
    }
    return desk.show(page["id"], card="question", **context, **more)


def _notes(
    form: building.Definition, question: str, values: cards.Values, known: list[rulebox.Known]
) -> dict[str, list[str]]:
    """What is wrong with the rules as they stand in the boxes, saved or not."""
    page, stored = building.question_of(form, question)
    place = f"pages[{form['pages'].index(page)}].questions[{page['questions'].index(stored)}]"
    written = building.edit_question(form, question, reading.question(values, stored).changes)
    boxes = {
        name: (f"{place}.{name.removesuffix('_rule')}", values.get(name, ""))
        for name, _label in TARGETS
        if not name.endswith("_rule") or values.get(name.removesuffix("_rule")) == "rule"
    }
    return rulebox.notes(written, boxes, known)


def _register_of(form: building.Definition, question: str) -> dict[str, Any]:
    """Where the dictionary says the State keeps the answer, as far as the form can find the person."""
    page, stored = building.question_of(form, question)
    element, of = stored.get("element", ""), stored.get("of", "")
    if page.get("group") or stored.get("prefill") or dictionary.wording(element, of) is None:
        return {}
    found = {"requester", "organisation", *form.get("roles", {})}
    sources = dictionary.question(element, of, id=question).get("prefill", [])
    sources = [one for one in sources if one.get("role", "requester") in found]
    return {"prefill": sources} if sources else {}


def _wording_of(form: building.Definition, question: str) -> dict[str, Any]:
    """The dictionary's words for this datum, where the question uses others."""
    stored = building.question_of(form, question)[1]
    words = dictionary.wording(stored.get("element", ""), stored.get("of", ""))
    if words is None or words == (stored["label"], stored.get("label_en", "")):
        return {}
    return {"label": words[0], "label_en": words[1]}


def _take(
    desk: Desk, question: str, found: Callable[[building.Definition, str], dict[str, Any]], told: str
) -> HttpResponse:
    """Set what the dictionary knows; whatever else was typed is not saved with it."""

    def taken(form: building.Definition) -> building.Definition:
        changes = found(form, question)
        if not changes:
            raise Refused(_("Từ điển chưa có nguồn cho câu này, hoặc biểu mẫu chưa tìm được người đó."))
        return building.edit_question(form, question, changes)

    try:
        desk.save(taken)
    except DomainError as error:
        return _card(desk, question, desk.typed, error=error)
    messages.success(desk.request, told)
    return redirect("procedures:edit_question", desk.draft.pk, question)


@require_POST
@officer_required(Role.EDITOR)
def move_question(request: HttpRequest, version: int, question: str) -> HttpResponse:
    """One place up or down, or to the end of the page named in ``page``."""
    desk = Desk(request, version)
    page, _stored = building.question_of(desk.form, question)
    target, steps = request.POST.get("page", ""), -1 if request.POST.get("to") == "up" else 1

    def moved(form: building.Definition) -> building.Definition:
        if target:
            return building.send_question(form, question, target)
        return building.move_question(form, question, steps)

    response = desk.press(moved, page=page["id"], told=_("Đã chuyển câu hỏi."), anchor=f"cau-{question}")
    if response.status_code != 302:
        return response
    there, _stored = building.question_of(desk.form, question)
    return desk.back(there["id"], f"cau-{question}")


@require_POST
@officer_required(Role.EDITOR)
def remove_question(request: HttpRequest, version: int, question: str) -> HttpResponse:
    desk = Desk(request, version)
    page, stored = building.question_of(desk.form, question)
    return desk.press(
        lambda form: building.remove_question(form, question),
        page=page["id"],
        told=_("Đã xóa câu «%(label)s».") % {"label": stored["label"]},
    )


@require_http_methods(["GET", "POST"])
@officer_required(Role.EDITOR)
def own_question(request: HttpRequest, version: int, page: str) -> HttpResponse:
    """A question the dictionary does not have; its page leads here only after the dictionary was offered."""
    desk = Desk(request, version)
    building.page_of(desk.form, page)
    if not desk.is_draft and request.method == "GET":
        return desk.back(page)
    offered = [(name, str(label)) for name, label in kinds.NAMES.items()]
    if request.method == "GET":
        return desk.show(page, card="own", values={"kind": "text"}, kinds=offered)
    typed = desk.typed
    kind = typed.get("kind", "")
    read = reading.question(typed, {"id": "q", "kind": kind, "label": ""})
    if read.problems:
        return desk.show(page, card="own", values=typed, kinds=offered, problems=read.problems)
    asked = {name: value for name, value in read.changes.items() if value not in ("", None, [], False)}
    try:
        desk.save(lambda form: building.add_question(form, page, asked))
    except DomainError as error:
        return desk.show(page, card="own", values=typed, kinds=offered, error=error)
    messages.success(request, _("Đã thêm câu «%(label)s».") % {"label": asked["label"]})
    added = building.page_of(desk.form, page)["questions"][-1]["id"]
    return redirect("procedures:edit_question", version, added)
