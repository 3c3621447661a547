"""The pages of life events, written by the keeper of the national portal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from identity.access import officer_required
from identity.errors import DomainError, Forbidden, NotFound
from identity.models import Officer, Role
from procedures import search, services
from procedures.editor import boxes, events
from procedures.editor.boxes import Box, Rows, Section
from procedures.editor.frame import signed_in
from procedures.models import LifeEvent, Procedure, ProcedureVersion
from procedures.services.life_events import KEEPER, SUBJECT

STEPS = Rows(
    "steps",
    gettext_lazy("Thủ tục theo thứ tự"),
    gettext_lazy("Thủ tục"),
    (
        Box("procedure", gettext_lazy("Mã thủ tục"), empty="", most=80, wide=False),
        Box("note", gettext_lazy("Khi nào cần"), empty="", most=200),
        Box("note_en", gettext_lazy("Khi nào cần, bằng tiếng Anh"), empty="", most=200, language="en"),
    ),
    {"procedure": "", "note": "", "note_en": ""},
)
SECTIONS = (
    Section(
        "words",
        gettext_lazy("Lời mở đầu"),
        (
            Box("name", gettext_lazy("Tên"), empty="", most=120),
            Box("name_en", gettext_lazy("Tên bằng tiếng Anh"), empty="", most=120, language="en"),
            Box("summary", gettext_lazy("Lời mở đầu"), "text", empty="", most=2000),
            Box(
                "summary_en",
                gettext_lazy("Lời mở đầu bằng tiếng Anh"),
                "text",
                empty="",
                most=2000,
                language="en",
            ),
        ),
    ),
    Section("order", gettext_lazy("Thủ tục theo thứ tự"), (STEPS,)),
)


@require_GET
@officer_required(Role.EDITOR)
def life_events(request: HttpRequest) -> HttpResponse:
    officer = _keeper(request)
    rows = LifeEvent.objects.annotate(count=Count("steps"))
    return render(request, "editor/life_events.html", {"rows": rows, "officer": officer})


@require_http_methods(["GET", "POST"])
@officer_required(Role.EDITOR)
def life_events_editor(request: HttpRequest, key: str) -> HttpResponse:
    officer = _keeper(request)
    event = LifeEvent.objects.filter(key=key).first()
    if event is None:
        raise NotFound(_("Không có trang việc này."))
    if request.method != "POST":
        return _show(request, officer, event, {})
    typed = {name: list(map(str, values)) for name, values in request.POST.lists()}
    button = typed.get("do", ["save"])[0]
    if button != "save":
        return _show(
            request, officer, event, {"typed": boxes.rearranged([STEPS], typed, button), "is_moved": True}
        )
    written = boxes.write(_record(event), SECTIONS, typed)
    slugs = _slugs([row["procedure"] for row in written.record["steps"]])
    problems = written.problems | {
        f"steps.{number}.procedure": _("Không có thủ tục «%(code)s».") % {"code": row["procedure"]}
        for number, row in enumerate(written.record["steps"])
        if row["procedure"] not in slugs
    }
    if problems:
        return _show(request, officer, event, {"typed": typed, "problems": problems}, status=422)
    steps = [{**row, "procedure": slugs[row["procedure"]]} for row in written.record["steps"]]
    texts = {box.name: written.record[box.name] for box in SECTIONS[0].parts}
    try:
        services.write_life_event(event=event, texts=texts, steps=steps, by=officer, at=timezone.now())
    except DomainError as error:
        return _show(request, officer, event, {"typed": typed, "error": error}, status=error.status)
    messages.success(request, _("Đã lưu trang việc này."))
    return redirect("procedures:life_events_editor", key=key)


def _keeper(request: HttpRequest) -> Officer:
    officer = signed_in(request)
    if officer.agency.key != KEEPER:
        raise Forbidden(_("Trang việc trong đời do biên tập viên Văn phòng Chính phủ giữ."))
    return officer


def _record(event: LifeEvent) -> dict[str, Any]:
    """``title`` has no box: it heads the row."""
    return {
        **{name: getattr(event, name) for name in ("name", "name_en", "summary", "summary_en")},
        "steps": [
            {
                "procedure": step.procedure.path_code,
                "title": step.procedure.name,
                "note": step.note,
                "note_en": step.note_en,
            }
            for step in event.steps.select_related("procedure")
        ],
    }


def _slugs(codes: list[str]) -> dict[str, str]:
    found = Procedure.objects.filter(Q(code__in=codes) | Q(slug__in=codes)).values_list("slug", "code")
    return {name: slug for slug, code in found for name in (slug, code) if name}


def _show(
    request: HttpRequest, officer: Officer, event: LifeEvent, more: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    problems = more.get("problems", {})
    record = _record(event)
    context = {
        "event": event,
        "sections": boxes.shown(record, SECTIONS, typed=more.get("typed"), problems=problems),
        "errors": list(problems.items()),
        "error": more.get("error"),
        "is_moved": more.get("is_moved", False),
        "is_editable": True,
        "missing": _missing(event),
        "history": events.told(Q(subject=f"{SUBJECT}{event.key}")),
        "officer": officer,
    }
    return render(request, "editor/life_event.html", context, status=status)


def _missing(event: LifeEvent) -> list[Procedure]:
    """Procedures whose own record names this event although the page does not show them."""
    named = ProcedureVersion.objects.in_force(search.today()).filter(
        content__life_events__contains=[event.key]
    )
    absent = named.exclude(procedure__life_event_steps__lifeevent=event).select_related("procedure")
    return [version.procedure for version in absent[:20]]
