"""Buttons about who holds a dossier."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import actors, services
from applications.office import acting
from applications.views.office import HANDLERS, READERS
from identity.access import acting_officer, officer_required
from identity.errors import DomainError, NotFound, Refused
from identity.models import Officer


@require_POST
@officer_required(*HANDLERS)
def claim_next(request: HttpRequest) -> HttpResponse:
    """Open the next dossier by deadline and lot; with nothing free, the inbox says so."""
    officer = acting_officer(request)
    try:
        dossier = services.claim_next(officer=officer, at=timezone.now())
    except Refused as error:
        messages.error(request, error.message)
        return redirect("applications:inbox")
    if dossier is None:
        messages.info(request, _("Không còn hồ sơ nào chưa có người giữ ở các bước của anh/chị."))
        return redirect("applications:inbox")
    return redirect("applications:workspace", code=dossier.code)


@require_POST
@officer_required(*READERS)
def hold(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """Claim, let go, hand over or take over the dossier on the page."""
    officer, now = acting_officer(request), timezone.now()
    dossier = acting.dossier_of(officer, code)
    by = actors.for_dossier(officer, dossier, at=now)
    try:
        if action == "nhan":
            services.claim(dossier=dossier, by=by, at=now)
        elif action == "tra-lai":
            services.let_go(dossier=dossier, by=by, at=now)
        elif action == "nhan-thay":
            services.take_over(dossier=dossier, by=by, at=now)
        elif action == "chuyen":
            reason = acting.written(request.POST, "reason")
            services.transfer(dossier=dossier, to=_chosen(request, officer), reason=reason, by=by, at=now)
        else:
            raise NotFound(_("Không có việc này."))
        messages.success(request, _("Đã ghi người giữ hồ sơ."))
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("applications:workspace", code=code)


def _chosen(request: HttpRequest, officer: Officer) -> Officer:
    number = request.POST.get("to", "")
    known = Officer.objects.select_related("user").filter(agency=officer.agency)
    found = known.filter(user=int(number)).first() if acting.NUMBER.fullmatch(number) else None
    if found is None:
        raise Refused(_("Hãy chọn người nhận hồ sơ."))
    return found
