"""Asking other agencies and answering them. The asked agency has its own pages and sees only what was shared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from applications import access, actors
from applications.models import Consultation
from applications.office import acting, consulting, workspace
from applications.services.moving import conflict
from applications.views.downloads import sealed_content
from applications.views.office import IMAGE_POLICY, PDF_POLICY, TO_HANDLE, sealed
from identity.access import acting_officer, officer_required
from identity.errors import DomainError, NotFound
from identity.models import Role

TO_ANSWER = "Cho ý kiến theo đề nghị của cơ quan giải quyết"
TO_ANSWER_PAPER = "Xem giấy tờ được chia sẻ để cho ý kiến"
"""Purposes as the person reads them in the access log: records, therefore always Vietnamese."""
asking = officer_required(Role.CASE_OFFICER, Role.APPROVER)
answering = officer_required(Role.CASE_OFFICER, Role.APPROVER, Role.SIGNER)


@require_http_methods(["GET", "POST"])
@asking
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Which agency, what, which papers, how many days. A refusal keeps everything typed."""
    officer, now = acting_officer(request), timezone.now()
    error: DomainError | None = None
    if request.method == "POST":
        asking_about = acting.dossier_of(officer, code)
        by = actors.for_dossier(officer, asking_about, at=now)
        act = acting.Act(asking_about, request.POST, by, now)
        try:
            if acting.is_stale(act.dossier, act.text("seq")):
                raise conflict(act.dossier, "consulted")
            asked = consulting.ask(act)
        except DomainError as refused:
            error = refused
        else:
            messages.success(request, _("Đã gửi câu hỏi đến %(agency)s.") % {"agency": asked.agency.name})
            return redirect("applications:workspace", code=code)
    dossier, journey = workspace.open_dossier(officer, code, purpose=TO_HANDLE, at=now)
    context = {
        "dossier": dossier,
        "papers": workspace.papers_of(dossier, journey),
        "agencies": consulting.known_agencies(officer),
        "pauses": dossier.version.processing.get("consultation", {}).get("pauses", ""),
        "typed": request.POST,
        "shared": request.POST.getlist("paper"),
        "error": error,
    }
    return _page(request, "consult", context, status=error.status if error else 200)


@require_GET
@answering
def listed(request: HttpRequest) -> HttpResponse:
    """What other agencies ask ours; no name of a person and no code of a dossier stands here."""
    still, answered = consulting.put_to(acting_officer(request), now=timezone.now())
    lists = [(still, _("Chờ trả lời")), (answered, _("Đã trả lời"))]
    return _page(request, "consultations", {"lists": lists})


@require_http_methods(["GET", "POST"])
@answering
def answer(request: HttpRequest, key: str) -> HttpResponse:
    officer, now = acting_officer(request), timezone.now()
    found = access.consultation_for_officer(officer, key, purpose=TO_ANSWER, at=now)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            by = actors.for_dossier(officer, found.dossier, at=now)
            consulting.answer(found, request.POST, by, at=now)
        except DomainError as refused:
            error = refused
            found.refresh_from_db()
        else:
            messages.success(request, _("Đã gửi ý kiến."))
            return redirect("applications:consultations")
    context = {
        "asked": consulting.Asked(found, consulting.chip_of(found, now=now)),
        "papers": found.papers.order_by("pk") if found.closed_at is None else [],
        "opinions": Consultation.Opinion.choices,
        "typed": request.POST,
        "error": error,
    }
    return _page(request, "consultation", context, status=error.status if error else 200)


@require_GET
@answering
def shared_paper(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """A file that was shared with us, while the question is open."""
    officer = acting_officer(request)
    found = access.consultation_for_officer(officer, key, purpose=TO_ANSWER_PAPER, at=timezone.now())
    paper = found.papers.filter(pk=number).first() if found.closed_at is None else None
    if paper is None:
        raise NotFound(_("Giấy tờ này không được chia sẻ với cơ quan của anh/chị."))
    response = HttpResponse(sealed_content(paper.path, paper.sha256), content_type=paper.media_type)
    return sealed(response, paper.name, PDF_POLICY if paper.media_type == "application/pdf" else IMAGE_POLICY)


def _page(request: HttpRequest, page: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(
        request, f"office/{page}.html", {"officer": acting_officer(request), **context}, status=status
    )
