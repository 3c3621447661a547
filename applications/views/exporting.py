"""Files of dossiers: asking for one, looking how far it is, fetching it."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from applications import services
from applications.models import Export
from applications.office import exporting, filtering
from applications.office.sheets import MEDIA_TYPES
from applications.views.downloads import FileAltered
from applications.views.office import READERS, typed_day
from identity.access import acting_officer, officer_required
from identity.errors import Refused
from identity.models import Officer

SHOWN = 30


@require_http_methods(["GET", "POST"])
@officer_required(*READERS)
def exports(request: HttpRequest) -> HttpResponse:
    """My files, the newest first; a POST asks for one more."""
    officer, now = acting_officer(request), timezone.now()
    context: dict[str, object] = {}
    if request.method == "POST":
        try:
            _ask(request, officer, now)
        except Refused as error:
            context["error"] = error
        else:
            messages.success(request, _("Đã nhận yêu cầu. Tệp được tạo trong nền; anh/chị cứ làm việc khác."))
            return redirect("applications:exports")
    own = Export.objects.of_officer(officer).defer("dossiers").order_by("-asked_at", "-pk")[:SHOWN]  # type: ignore[attr-defined]
    files = [(one, exporting.scope(one)) for one in own]
    context |= {"officer": officer, "files": files, "now": now}
    return render(request, "office/exports.html", context, status=422 if "error" in context else 200)


def _ask(request: HttpRequest, officer: Officer, now: dt.datetime) -> Export:
    file_format = request.POST.get("dang", "") or request.GET.get("dang", "")
    if "tu" not in request.POST:
        filters, _wrong = filtering.parse(QueryDict(request.POST.get("query", "")))
        tab = request.POST.get("nhom", "")
        return services.ask_list(officer=officer, tab=tab, query=filters.query, format=file_format, at=now)
    first, last = typed_day(request.POST.get("tu", "")), typed_day(request.POST.get("den", ""))
    if first is None or last is None or not dt.timedelta() <= last - first <= dt.timedelta(days=366):
        raise Refused(_("Hãy chọn ngày đầu không sau ngày cuối, cách nhau không quá một năm."))
    return services.ask_register(officer=officer, first=first, last=last, format=file_format, at=now)


@require_GET
@officer_required(*READERS)
def fetch(request: HttpRequest, number: int) -> HttpResponseBase:
    """The file itself, only when it is still the one whose hash was recorded."""
    export = services.fetch_export(number=number, officer=acting_officer(request), at=timezone.now())
    if not _is_whole(export):
        raise FileAltered(_("Tệp không còn nguyên vẹn nên không được phát. Hãy xuất lại danh sách."))
    response = FileResponse(
        default_storage.open(export.path),
        as_attachment=True,
        filename=export.file_name,
        content_type=MEDIA_TYPES[export.format],
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _is_whole(export: Export) -> bool:
    if not default_storage.exists(export.path):
        return False
    digest = hashlib.sha256()
    with default_storage.open(export.path) as file:
        for chunk in file.chunks():
            digest.update(chunk)
    return digest.hexdigest() == export.sha256
