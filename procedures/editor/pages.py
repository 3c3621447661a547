"""The builder, and the pages of a form: begun, added, named, moved, removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from identity.access import officer_required
from identity.errors import DomainError, NotFound, Refused
from identity.models import Role
from procedures import building, search
from procedures.access import EDITORIAL
from procedures.edition import Edition
from procedures.editor import cards, reading, rulebox
from procedures.editor.desk import Desk
from procedures.models import ProcedureVersion
from procedures.processing import USUAL

RULE = (("show_if", reading.LABELS["show_if"]),)


@require_GET
@officer_required(*EDITORIAL)
def edit_form(request: HttpRequest, version: int) -> HttpResponse:
    return Desk(request, version, "read").show(request.GET.get("trang", ""))


@require_POST
@officer_required(Role.EDITOR)
def start_form(request: HttpRequest, version: int) -> HttpResponse:
    """The first form of a draft: empty, or a copy of one in force; and how its dossiers are handled, where nobody
    wrote that yet."""
    desk = Desk(request, version)
    procedure = desk.draft.procedure
    name = " ".join(request.POST.get("official_form", "").split())
    source = request.POST.get("copy", "")

    def begun(edition: Edition) -> Edition:
        if edition.form is not None:
            raise Refused(_("Bản này đã có biểu mẫu."))
        if not source and not name:
            raise Refused(_("Tên mẫu chính thức: anh/chị chưa ghi."))
        form, steps = _published(source) if source else (building.empty(procedure.slug, name), USUAL)
        more = {"official_form": name} if name else {}
        return replace(
            edition,
            form={**form, "procedure_id": procedure.slug, **more},
            processing=edition.processing or dict(steps),
        )

    try:
        desk.edit(begun)
    except NotFound:
        raise
    except DomainError as error:
        return desk.show("", error=error, typed=desk.typed)
    messages.success(request, _("Đã bắt đầu biểu mẫu. Hãy chọn các trường cần hỏi từ từ điển."))
    return desk.back()


def _published(number: str) -> tuple[building.Definition, Mapping[str, Any]]:
    """The form and the processing of a version in force. Raises NotFound."""
    rows = ProcedureVersion.objects.in_force(search.today()).exclude(form=None)
    found = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    if found is None or found.form is None:
        raise NotFound(_("Không có biểu mẫu này để chép."))
    form: building.Definition = found.form
    return form, found.processing


@require_POST
@officer_required(Role.EDITOR)
def add_page(request: HttpRequest, version: int) -> HttpResponse:
    desk = Desk(request, version)
    read = reading.page(desk.typed)
    if read.problems:
        return desk.show(
            request.POST.get("page", ""), card="add_page", typed=desk.typed, problems=read.problems
        )
    title, title_en = read.changes["title"], read.changes["title_en"]
    try:
        desk.save(lambda form: building.add_page(form, title=title, title_en=title_en))
    except DomainError as error:
        return desk.show(request.POST.get("page", ""), card="add_page", error=error, typed=desk.typed)
    messages.success(request, _("Đã thêm trang «%(title)s».") % {"title": title})
    return desk.back(desk.form["pages"][-1]["id"])


@require_http_methods(["GET", "POST"])
@officer_required(Role.EDITOR)
def edit_page(request: HttpRequest, version: int, page: str) -> HttpResponse:
    """Title, when it is shown, whether its questions repeat in rows."""
    desk = Desk(request, version)
    here = building.page_of(desk.form, page)
    if not desk.is_draft and request.method == "GET":
        return desk.back(page)
    known = rulebox.known_before(desk.form, page=page)
    if request.method == "GET":
        return _page_card(desk, page, cards.page_values(here), known)
    if request.POST.get("do") == "compose":
        return _page_card(desk, page, cards.composed(desk.typed, known, RULE), known)
    read = reading.page(desk.typed)
    if read.problems:
        return _page_card(desk, page, desk.typed, known, problems=read.problems)
    group = read.changes.pop("group")
    try:
        desk.save(
            lambda form: building.repeat_page(building.edit_page(form, page, read.changes), page, group)
        )
    except DomainError as error:
        return _page_card(desk, page, desk.typed, known, error=error)
    messages.success(request, _("Đã lưu trang «%(title)s».") % {"title": read.changes["title"]})
    return desk.back(page)


def _page_card(
    desk: Desk, page: str, values: cards.Values, known: list[rulebox.Known], **more: Any
) -> HttpResponse:
    card: dict[str, Any] = {
        "values": values,
        "sources": cards.source_rows(values),
        "registers": cards.registers(),
        "roles": cards.roles_of(desk.form),
        "others": [one for one in desk.form["pages"] if one["id"] != page],
    }
    number = [one["id"] for one in desk.form["pages"]].index(page)
    rule = reading.page(values).changes["show_if"]
    written = building.edit_page(desk.form, page, {"show_if": rule})
    notes = rulebox.notes(written, {"show_if": (f"pages[{number}].show_if", rule)}, known)
    return desk.show(page, card="page", notes=notes, **card, **cards.rule_help(known, RULE), **more)


@require_POST
@officer_required(Role.EDITOR)
def move_page(request: HttpRequest, version: int, page: str) -> HttpResponse:
    steps = -1 if request.POST.get("to") == "up" else 1
    return Desk(request, version).press(
        lambda form: building.move_page(form, page, steps), page=page, told=_("Đã chuyển trang.")
    )


@require_POST
@officer_required(Role.EDITOR)
def remove_page(request: HttpRequest, version: int, page: str) -> HttpResponse:
    return Desk(request, version).press(
        lambda form: building.remove_page(form, page), page=page, told=_("Đã bỏ trang.")
    )
