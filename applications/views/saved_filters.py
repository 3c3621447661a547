"""Buttons of the saved filters. Each leads back to the list it stood on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import actors, services
from applications.office import filtering, queues
from identity.access import acting_officer, officer_required
from identity.errors import Conflict, NotFound, Refused


@require_POST
@officer_required()
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list under the name typed."""
    by = actors.officer(acting_officer(request))
    filters, _wrong = filtering.parse(QueryDict(request.POST.get("query", "")))
    tab = request.POST.get("nhom", "")
    tab = tab if tab in queues.LABELS else "mine"
    try:
        saved = services.save_filter(
            name=request.POST.get("ten", ""), tab=tab, query=filters.query, by=by, at=timezone.now()
        )
        messages.success(request, _("Đã lưu bộ lọc «%(name)s».") % {"name": saved.name})
    except (Refused, Conflict) as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('applications:inbox')}?nhom={tab}&{filters.query}")


@require_POST
@officer_required()
def change(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Rename, pin, share or delete one filter of one's own."""
    by = actors.officer(acting_officer(request))
    try:
        if action == "doi-ten":
            services.rename_filter(saved=number, name=request.POST.get("ten", ""), by=by)
        elif action == "ghim":
            services.pin_filter(saved=number, pinned=bool(request.POST.get("bat")), by=by)
        elif action == "chia-se":
            services.share_filter(saved=number, shared=bool(request.POST.get("bat")), by=by)
        elif action == "xoa":
            services.delete_filter(saved=number, by=by)
        else:
            raise NotFound(_("Không có việc này."))
        messages.success(request, _("Đã cập nhật bộ lọc."))
    except (Refused, Conflict) as error:
        messages.error(request, error.message)
    return redirect("applications:inbox")
