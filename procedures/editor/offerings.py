"""What a province decides of national procedures: where they are offered, at which level, fee and channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from identity.access import officer_required
from identity.errors import DomainError, NotFound
from identity.models import Agency, Officer, Role
from procedures import search, services
from procedures.access import province_of
from procedures.editor import boxes, events
from procedures.editor.boxes import Box, Options, Section
from procedures.editor.content_boxes import CHANNELS, ONLINE_LEVELS
from procedures.editor.frame import signed_in
from procedures.models import Procedure, ServiceOffering
from procedures.services.offerings import DEAREST

PAGE = 30
EVERY_COMMUNE = "moi-xa"


@require_GET
@officer_required(Role.EDITOR)
def offerings(request: HttpRequest) -> HttpResponse:
    """Procedures a province or its communes decide, those offered here first."""
    officer = signed_in(request)
    province = province_of(officer)
    query = " ".join(request.GET.get("q", "").split())[:200]
    rows = _decided_below(search.today()).select_related("field")
    own = Q(offerings__agency=province) | Q(offerings__agency__parent=province)
    rows = rows.annotate(places=Count("offerings", filter=own)).order_by("-places", "name", "pk")
    if query:
        codes = [entry.path_code for entry in search.find(query).entries]
        rows = rows.filter(Q(code__in=codes) | Q(slug__in=codes))
    page = Paginator(rows, PAGE).get_page(request.GET.get("trang"))
    asked = request.GET.copy()
    asked.pop("trang", None)
    context = {"page": page, "q": query, "query": asked.urlencode(), "province": province, "officer": officer}
    return render(request, "editor/offerings.html", context)


@require_http_methods(["GET", "POST"])
@officer_required(Role.EDITOR)
def offerings_of(request: HttpRequest, code: str) -> HttpResponse:
    """Offerings of one procedure, agency by agency; the form sets one from a day on."""
    officer = signed_in(request)
    province = province_of(officer)
    procedure = _procedure(code)
    section = Section("offering", "", _boxes(province))
    if request.method != "POST":
        return _show(request, officer, procedure, section, {})
    typed = {name: list(map(str, values)) for name, values in request.POST.lists()}
    written = boxes.write({}, [section], typed)
    problems = _missing(written.record) | written.problems
    if problems:
        shown = {"typed": typed, "problems": problems}
        return _show(request, officer, procedure, section, shown, status=422)
    try:
        count = _set(procedure, province, written.record, officer)
    except DomainError as error:
        shown = {"typed": typed, "error": error}
        return _show(request, officer, procedure, section, shown, status=error.status)
    messages.success(request, _("Đã khai cho %(count)s cơ quan.") % {"count": count})
    return redirect("procedures:offerings_of", code=procedure.path_code)


@require_POST
@officer_required(Role.EDITOR)
def end_offering(request: HttpRequest, code: str, offering: int) -> HttpResponse:
    officer = signed_in(request)
    province = province_of(officer)
    procedure = _procedure(code)
    found = _of_province(procedure, province).filter(pk=offering).first()
    if found is None:
        raise NotFound(_("Tỉnh của anh/chị không có nơi cung cấp này."))
    try:
        last_day = dt.date.fromisoformat(request.POST.get("last_day", ""))
    except ValueError:
        problems = {f"last_day.{offering}": _("Ngày cuối: ghi một ngày, ví dụ 2026-12-31.")}
        section = Section("offering", "", _boxes(province))
        return _show(request, officer, procedure, section, {"problems": problems}, status=422)
    try:
        services.end_offering(offering=found, last_day=last_day, by=officer, at=timezone.now())
    except DomainError as error:
        section = Section("offering", "", _boxes(province))
        return _show(request, officer, procedure, section, {"error": error}, status=error.status)
    messages.success(request, _("Đã ghi ngày cuối cung cấp."))
    return redirect("procedures:offerings_of", code=procedure.path_code)


def _set(procedure: Procedure, province: Agency, said: Mapping[str, Any], by: Officer) -> int:
    """For one agency, or for every commune of the province at once: all or none."""
    chosen = said["agency"]
    agencies = _communes(province) if chosen == EVERY_COMMUNE else Agency.objects.filter(key=chosen)
    at = timezone.now()
    with transaction.atomic():
        for agency in agencies:
            services.set_offering(
                procedure=procedure,
                agency=agency,
                online_level=said.get("online_level") or "",
                fee_vnd=said.get("fee_vnd"),
                fee_basis=said.get("fee_basis", ""),
                channels=said.get("channels", []),
                valid_from=dt.date.fromisoformat(said["valid_from"]),
                by=by,
                at=at,
            )
    return len(agencies)


def _missing(said: Mapping[str, Any]) -> dict[str, str]:
    problems = {}
    if not said.get("agency"):
        problems["agency"] = _("Cơ quan: hãy chọn nơi cung cấp.")
    try:
        dt.date.fromisoformat(said.get("valid_from") or "")
    except ValueError:
        problems["valid_from"] = _("Từ ngày: ghi một ngày, ví dụ 2026-12-31.")
    return problems


def _decided_below(on: dt.date) -> QuerySet[Procedure]:
    local = Q(levels__contains=[Agency.Level.PROVINCE]) | Q(levels__contains=[Agency.Level.COMMUNE])
    in_force = Q(versions__status="published", versions__effective_from__lte=on)
    return Procedure.objects.filter(local, in_force).distinct()


def _procedure(code: str) -> Procedure:
    found = _decided_below(search.today()).filter(Q(code=code) | Q(slug=code)).first()
    if found is None:
        raise NotFound(_("Không có thủ tục này ở cấp tỉnh và cấp xã."))
    return found


def _communes(province: Agency) -> QuerySet[Agency]:
    return Agency.objects.filter(parent=province, level=Agency.Level.COMMUNE, valid_to=None).order_by("name")


def _of_province(procedure: Procedure, province: Agency) -> QuerySet[ServiceOffering]:
    rows = procedure.offerings.filter(Q(agency=province) | Q(agency__parent=province))
    return rows.select_related("agency").order_by("agency__level", "agency__name", "-valid_from")


def _boxes(province: Agency) -> tuple[Box, ...]:
    below = Agency.objects.filter(parent=province, valid_to=None).order_by("level", "name")
    agencies: Options = (
        (province.key, province.name),
        (EVERY_COMMUNE, gettext_lazy("Mọi UBND cấp xã của tỉnh")),
        *below.values_list("key", "name"),
    )
    return (
        Box("agency", gettext_lazy("Cơ quan"), "choice", options=agencies),
        Box("online_level", gettext_lazy("Mức độ trực tuyến"), "choice", options=ONLINE_LEVELS, wide=False),
        Box("channels", gettext_lazy("Kênh nộp"), "checks", options=CHANNELS, empty=[]),
        Box(
            "fee_vnd",
            gettext_lazy("Mức phí, đồng"),
            "whole",
            gettext_lazy("Để trống nếu theo mức chung cả nước; 0 nếu miễn."),
            most=DEAREST,
            wide=False,
        ),
        Box(
            "fee_basis",
            gettext_lazy("Căn cứ mức phí"),
            hint=gettext_lazy("Nghị quyết của Hội đồng nhân dân, ví dụ 23/2026/NQ-HĐND."),
            empty="",
            most=200,
        ),
        Box("valid_from", gettext_lazy("Từ ngày"), "day", wide=False),
    )


def _show(
    request: HttpRequest,
    officer: Officer,
    procedure: Procedure,
    section: Section,
    more: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    problems = more.get("problems", {})
    (shown,) = boxes.shown({}, [section], typed=more.get("typed"), problems=problems)
    on = search.today()
    rows = list(_of_province(procedure, province_of(officer)))
    context = {
        "procedure": procedure,
        "rows": [row for row in rows if row.valid_to is None or row.valid_to >= on],
        "earlier": [row for row in rows if row.valid_to is not None and row.valid_to < on],
        "shown": shown,
        "errors": list(problems.items()),
        "error": more.get("error"),
        "history": events.told(Q(subject=f"offering:{procedure.slug}", by__agency=officer.agency)),
        "officer": officer,
        "today": on,
    }
    return render(request, "editor/offerings_of.html", context, status=status)
