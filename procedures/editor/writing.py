"""One page of boxes over one part of a draft: shown, rows moved without storing, saved by the verb ``edit``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from identity.errors import Conflict, DomainError
from identity.models import Officer
from procedures import services
from procedures.access import version_for
from procedures.edition import Edition
from procedures.editor import boxes, findings
from procedures.editor.boxes import Rows, Section, Written
from procedures.editor.frame import frame, signed_in
from procedures.models import ProcedureVersion

Problems = dict[str, str]


@dataclass(frozen=True)
class Part:
    """``record``: the part of the edition the boxes stand for; ``put``: the edition with what was written, raising a
    DomainError where it cannot be; ``check``: further problems, by box."""

    tab: str
    name: str
    sections: Sequence[Section]
    record: Callable[[Edition], Mapping[str, Any]]
    put: Callable[[Edition, Written], Edition]
    check: Callable[[Written], Problems] = field(default=lambda written: {})

    @property
    def rows(self) -> list[Rows]:
        return [part for section in self.sections for part in section.parts if isinstance(part, Rows)]


def page(request: HttpRequest, version_id: int, part: Part) -> HttpResponse:
    officer = signed_in(request)
    if request.method != "POST":
        return _show(request, officer, version_for(officer, version_id, "read"), part, {})
    version = version_for(officer, version_id, "edit")
    typed = {name: list(map(str, values)) for name, values in request.POST.lists()}
    button = typed.get("do", ["save"])[0]
    if button != "save":
        moved = boxes.rearranged(part.rows, typed, button)
        return _show(request, officer, version, part, {"typed": moved, "is_moved": True})
    written = boxes.write(part.record(version.edition), part.sections, typed)
    problems = written.problems | part.check(written)
    if problems:
        return _show(request, officer, version, part, {"typed": typed, "problems": problems}, status=422)
    return _save(request, officer, version, part, typed)


def _save(
    request: HttpRequest, officer: Officer, version: ProcedureVersion, part: Part, typed: dict[str, list[str]]
) -> HttpResponse:
    def change(edition: Edition) -> Edition:
        return part.put(edition, boxes.write(part.record(edition), part.sections, typed))

    sent = typed.get("edits", [""])[0]
    expected = int(sent) if sent.isdecimal() and len(sent) < 10 else -1
    try:
        services.edit(version=version, expected=expected, change=change, by=officer, at=timezone.now())
    except DomainError as error:
        fresh = version_for(officer, version.pk, "read")
        is_stale = isinstance(error, Conflict)
        if is_stale:
            boxes.found_again(part.record(fresh.edition), part.rows, typed)
        shown = {"typed": typed, "error": error, "beside": is_stale}
        return _show(request, officer, fresh, part, shown, status=error.status)
    messages.success(request, _("Đã lưu bản nháp."))
    return redirect(f"procedures:{part.tab}", version=version.pk)


def _show(
    request: HttpRequest,
    officer: Officer,
    version: ProcedureVersion,
    part: Part,
    typed: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    problems = typed.get("problems", {})
    shown = boxes.shown(
        part.record(version.edition),
        part.sections,
        typed=typed.get("typed"),
        problems=problems,
        beside=typed.get("beside", False),
    )
    told = [one for one in findings.marked(version.edition, version.pk) if one.is_in(part.name)]
    context = frame(version, officer, tab=part.tab) | {
        "sections": shown,
        "errors": list(problems.items()),
        "error": typed.get("error"),
        "is_moved": typed.get("is_moved", False),
        "findings": told,
        "minor_count": sum(not one.is_error for one in told),
    }
    return render(request, f"editor/{part.tab.removeprefix('edit_')}.html", context, status=status)
