"""The editor's desk, a new procedure, and the versions of one."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from identity.access import officer_required
from identity.errors import Conflict, DomainError
from identity.models import Agency, Officer, Role
from procedures import search, services
from procedures.access import EDITORIAL, may, procedure_for
from procedures.editor import boxes, events
from procedures.editor.boxes import Box, Section
from procedures.editor.chips import chip_of
from procedures.editor.frame import signed_in
from procedures.editor.shelf import Shelf
from procedures.models import Procedure, ProcedureField, ProcedureVersion
from procedures.services.life_events import KEEPER


@require_GET
@officer_required(*EDITORIAL)
def editor(request: HttpRequest) -> HttpResponse:
    officer = signed_in(request)
    if officer.agency.level != Agency.Level.CENTRAL:
        return redirect("procedures:offerings")
    shelf = Shelf(officer, request.GET, search.today())
    query = request.GET.copy()
    query.pop("trang", None)
    context = {
        "shelf": shelf,
        "officer": officer,
        "query": query.urlencode(),
        "may_edit": may(officer, "edit"),
        "is_keeper": officer.agency.key == KEEPER and officer.has_role(Role.EDITOR),
    }
    return render(request, "editor/shelf.html", context)


@require_http_methods(["GET", "POST"])
@officer_required(Role.EDITOR)
def new(request: HttpRequest) -> HttpResponse:
    officer = signed_in(request)
    names = ProcedureField.objects.order_by("name").values_list("name", "name")
    section = Section("new", "", _new_boxes(tuple(names)))
    if request.method != "POST":
        return _new(request, officer, section, {}, {})
    typed = {name: list(map(str, values)) for name, values in request.POST.lists()}
    written = boxes.write({}, [section], typed)
    problems = written.problems
    field = ProcedureField.objects.filter(name=written.record.get("field") or "").first()
    if field is None:
        problems.setdefault("field", _("Lĩnh vực: hãy chọn một lĩnh vực."))
    if field is None or problems:
        return _new(request, officer, section, typed, problems, status=422)
    said = {name: written.record.get(name, "") for name in ("name", "name_en", "code")}
    try:
        version = services.create_procedure(field=field, **said, by=officer, at=timezone.now())
    except DomainError as error:
        place = "code" if isinstance(error, Conflict) else "name"
        return _new(request, officer, section, typed, {place: error.message}, status=error.status)
    messages.success(request, _("Đã mở bản nháp đầu tiên. Hãy ghi nội dung."))
    return redirect("procedures:edit_content", version=version.pk)


def _new_boxes(fields: boxes.Options) -> tuple[Box, ...]:
    return (
        Box("name", gettext_lazy("Tên thủ tục"), empty="", most=1000),
        Box("name_en", gettext_lazy("Tên bằng tiếng Anh"), empty="", most=1000, language="en"),
        Box("field", gettext_lazy("Lĩnh vực"), "choice", options=fields),
        Box(
            "code",
            gettext_lazy("Mã thủ tục"),
            hint=gettext_lazy("Dạng 1.001193; chưa có mã quốc gia thì để trống."),
            empty="",
            most=12,
            wide=False,
        ),
    )


def _new(
    request: HttpRequest,
    officer: Officer,
    section: Section,
    typed: dict[str, list[str]],
    problems: dict[str, str],
    *,
    status: int = 200,
) -> HttpResponse:
    (shown,) = boxes.shown({}, [section], typed=typed, problems=problems)
    context = {"shown": shown, "errors": list(problems.items()), "officer": officer}
    return render(request, "editor/new.html", context, status=status)


@require_http_methods(["GET", "POST"])
@officer_required(*EDITORIAL)
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """All versions of a procedure; its button opens a draft."""
    officer = signed_in(request)
    if request.method != "POST":
        return _versions(request, officer, procedure_for(officer, code, "read"))
    procedure = procedure_for(officer, code, "edit")
    try:
        version = services.open_draft(procedure=procedure, by=officer, at=timezone.now())
    except DomainError as error:
        return _versions(request, officer, procedure, error)
    messages.success(request, _("Đã mở bản nháp %(number)s.") % {"number": version.number})
    return redirect("procedures:edit_content", version=version.pk)


def _versions(
    request: HttpRequest, officer: Officer, procedure: Procedure, error: DomainError | None = None
) -> HttpResponse:
    on = search.today()
    people = ("author__user", "checked_by__user", "approved_by__user", "based_on")
    rows = list(procedure.versions.select_related(*people).order_by("-number"))
    pending = next((one for one in rows if one.status != ProcedureVersion.Status.PUBLISHED), None)
    about = Q(version__procedure=procedure) | Q(subject__in=[procedure.slug, f"offering:{procedure.slug}"])
    context = {
        "procedure": procedure,
        "rows": [(version, chip_of(version, on)) for version in rows],
        "pending": pending,
        "history": events.told(about),
        "officer": officer,
        "may_edit": may(officer, "edit"),
        "error": error,
    }
    return render(request, "editor/versions.html", context, status=error.status if error else 200)
