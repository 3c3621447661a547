"""The parts of a form beside its pages: structured rows that are added, changed, moved and removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from identity.access import officer_required
from identity.errors import DomainError
from identity.models import Role
from procedures import building
from procedures.editor import cards, rulebox
from procedures.editor.desk import Desk
from procedures.editor.parts import (
    ISSUED,
    PARTS,
    Column,
    Part,
    Rows,
    built,
    head_of,
    places,
    problems,
    rows_of,
    typed_rows,
)


@require_http_methods(["GET", "POST"])
@officer_required(Role.EDITOR)
def edit_part(request: HttpRequest, version: int, part: str) -> HttpResponse:
    """Every button keeps what stands in the boxes; only the one pressed decides what else happens to a row."""
    if part not in PARTS:
        raise Http404
    desk, spec = Desk(request, version), PARTS[part]
    if request.method == "GET":
        if not desk.is_draft:
            return desk.back()
        return _part(desk, spec, head_of(desk.form, spec), rows_of(desk.form, spec))
    typed = desk.typed
    do, _colon, place = typed.get("do", "save").partition(":")
    if do == "compose":
        typed = cards.composed(
            typed, rulebox.known_before(desk.form), _targets(spec, typed_rows(typed, spec))
        )
    head = {column.name: typed.get(f"head-{column.name}", "").strip() for column in spec.head}
    rows = typed_rows(typed, spec)
    if do == "compose":
        return _part(desk, spec, head, rows)
    _moved(rows, do, int(place) if place.isdecimal() and len(place) < 4 else len(rows))
    if wrong := problems(spec, head, rows):
        return _part(desk, spec, head, rows, problems=wrong)
    try:
        desk.save(lambda form: _with(form, spec, head, rows))
    except DomainError as error:
        return _part(desk, spec, head, rows, error=error)
    messages.success(request, _("Đã lưu «%(title)s».") % {"title": spec.title})
    return redirect("procedures:edit_part", version, part)


def _with(form: building.Definition, part: Part, head: dict[str, str], rows: Rows) -> building.Definition:
    for name, value in built(part, head, rows).items():
        form = building.set_part(form, name, value)
    return form


def _moved(rows: Rows, do: str, place: int) -> None:
    if place >= len(rows):
        return
    if do == "remove":
        rows.pop(place)
    elif do == "up" and place > 0:
        rows.insert(place - 1, rows.pop(place))
    elif do == "down":
        rows.insert(place + 1, rows.pop(place))


@dataclass(frozen=True, slots=True)
class Box:
    """One input of a row: what stands in it, what may, and what is wrong with it."""

    name: str
    column: Column
    value: str
    choices: list[tuple[str, Any]]
    wrong: str
    notes: list[str]


def _part(desk: Desk, part: Part, head: dict[str, str], rows: Rows, **more: Any) -> HttpResponse:
    known = rulebox.known_before(desk.form)
    choices = _choices(desk.form, known)
    wrong = dict(more.get("problems", ()))
    notes = rulebox.notes(_with(desk.form, part, head, rows), places(part, rows), known)

    def box(name: str, column: Column, value: str) -> Box:
        offered = list(column.choices) or choices.get(column.kind, [])
        if value and offered and value not in dict(offered):
            offered = [*offered, (value, value)]
        return Box(name, column, value, offered, wrong.get(name, ""), notes.get(name, []))

    shown = [*rows, {}] if part.columns else []
    context = {
        "part": part,
        "head": [box(f"head-{column.name}", column, head[column.name]) for column in part.head],
        "rows": [
            {
                "place": n,
                "id": row.get("id", ""),
                "is_new": n == len(rows),
                "is_last": n >= len(rows) - 1,
                "boxes": [
                    box(f"row-{n}-{column.name}", column, row.get(column.name, "")) for column in part.columns
                ],
            }
            for n, row in enumerate(shown)
        ],
    }
    return desk.render("part", context | cards.rule_help(known, _targets(part, rows)) | more)


def _targets(part: Part, rows: Rows) -> list[tuple[str, str]]:
    """The rule boxes of the page, the empty row's too."""
    return [
        (f"row-{n}-{column.name}", f"{part.row} {n + 1}: {column.label}")
        for n in range(len(rows) + 1)
        for column in part.columns
        if column.kind == "rule"
    ]


def _choices(form: building.Definition, known: list[rulebox.Known]) -> dict[str, list[tuple[str, Any]]]:
    questions = [(one.id, f"{one.label} ({one.id})") for one in known]
    return {
        "question": [("", _("Không gắn với câu nào")), *questions],
        "source": [("", _("Chọn…")), (ISSUED, _("Cơ quan ghi khi cấp")), *questions],
        "register": [("", _("Không tra, là chính vai đó")), *cards.registers()],
        "role": [("", _("Chọn…")), *cards.everybody(form)],
    }
