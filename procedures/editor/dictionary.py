"""Choosing questions from the national data dictionary, one by one or as a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from identity.access import officer_required
from identity.errors import DomainError, NotFound, Refused
from identity.folding import fold
from identity.models import Role
from procedures import building, dictionary, facts
from procedures.editor import kinds
from procedures.editor.blocks import asked_pairs, blocks, insert, insert_block
from procedures.editor.desk import Desk

MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """A datum of somebody, as the list shows it."""

    element: str
    of: str
    label: str
    label_en: str
    kind: str
    register: str
    asked_on: tuple[str, str] | None
    """Title and id of the page that asks it already."""


@require_http_methods(["GET", "POST"])
@officer_required(Role.EDITOR)
def choose_question(request: HttpRequest, version: int, page: str) -> HttpResponse:
    desk = Desk(request, version)
    building.page_of(desk.form, page)
    if request.method == "GET":
        return _list(desk, page) if desk.is_draft else desk.back(page)
    try:
        told = _add(desk, page)
    except NotFound:
        raise
    except DomainError as error:
        return _list(desk, page, error=error)
    messages.success(request, told)
    kept = {name: value for name in ("q", "vai", "nguon") if (value := request.POST.get(name, ""))}
    address = reverse("procedures:choose_question", args=(version, page))
    return redirect(f"{address}?{urlencode(kept)}" if kept else address)


def _add(desk: Desk, page: str) -> str:
    """What was added, in words. Raises NotFound for a datum or block that is not there."""
    if block := blocks().get(desk.request.POST.get("block", "")):
        before = len(building.question_ids(desk.form))
        desk.save(lambda form: insert_block(form, page, block))
        added = len(building.question_ids(desk.form)) - before
        return _("Đã thêm khối «%(label)s»: %(n)s câu.") % {"label": block.label, "n": added}
    element, _dot, of = desk.request.POST.get("add", "").partition(".")
    words = dictionary.wording(element, of)
    if words is None:
        raise NotFound(_("Từ điển không có trường này."))

    def added_to(form: building.Definition) -> building.Definition:
        if (element, of) in asked_pairs(form):
            raise Refused(_("«%(label)s» đã có trong biểu mẫu; không hỏi hai lần.") % {"label": words[0]})
        return insert(form, page, element, of)

    desk.save(added_to)
    last = building.page_of(desk.form, page)["questions"][-1]
    if dictionary.question(element, of, id="q").get("prefill") and not last.get("prefill"):
        told = _("Đã thêm «%(label)s». Biểu mẫu chưa biết cách tìm người này nên chưa điền sẵn được.")
        return told % {"label": words[0]}
    return _("Đã thêm «%(label)s».") % {"label": words[0]}


def _list(desk: Desk, page: str, **more: Any) -> HttpResponse:
    asked = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    query, of, register = (" ".join(asked.get(name, "").split())[:100] for name in ("q", "vai", "nguon"))
    found = entries(desk.form, query=query, of=of, register=register)
    holder = building.page_of(desk.form, page)
    known = asked_pairs(desk.form)
    context = {
        "page": holder,
        "query": query,
        "of": of,
        "register": register,
        "roles": sorted(
            ((one.id, one.text) for one in dictionary.roles().values()), key=lambda pair: pair[1]
        ),
        "registers": _registers(),
        "entries": found[:MOST_SHOWN],
        "found": len(found),
        "most": MOST_SHOWN,
        "blocks": [(block, sum(pair not in known for pair in block.pairs)) for block in blocks().values()],
    }
    return desk.render("dictionary", context | more)


def entries(form: building.Definition, *, query: str, of: str, register: str) -> list[Entry]:
    """Pairs whose words hold every word of the query, accents or not; names before descriptions, requester first."""
    words = fold(query).split()
    asked = asked_pairs(form)
    known = dictionary.elements()
    found: list[tuple[tuple[int, int], Entry]] = []
    for element, by_role in dictionary.wordings().items():
        datum = known[element]
        if register and (datum.register or "none") != register:
            continue
        for role, (label, label_en) in by_role.items():
            if of and role != of:
                continue
            place = _place(words, fold(f"{label} {label_en}"), fold(f"{datum.label} {datum.help} {element}"))
            if place is None:
                continue
            kind = str(kinds.NAMES.get(datum.kind, datum.kind))
            holds = str(facts.REGISTERS.get(datum.register, ""))
            entry = Entry(element, role, label, label_en, kind, holds, asked.get((element, role)))
            found.append(((place, role != "requester"), entry))
    found.sort(key=lambda pair: pair[0])
    return [entry for _place_, entry in found]


def _place(words: list[str], label: str, about: str) -> int | None:
    """0: every word is one of the label; 1: begins one; 2: begins one of what is said of it; None: does not."""
    if all(f" {word} " in f" {label} " for word in words):
        return 0
    if all(f" {word}" in f" {label}" for word in words):
        return 1
    return 2 if all(f" {word}" in f" {label} {about}" for word in words) else None


def _registers() -> list[tuple[str, str]]:
    used = {one.register for one in dictionary.elements().values() if one.register}
    named = sorted(((key, str(facts.REGISTERS.get(key, key))) for key in used), key=lambda pair: pair[1])
    return [*named, ("none", _("Không cơ quan nào có"))]
