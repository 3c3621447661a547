"""The officer's desk over HTTP. Views read, ask ``acting`` for the one change a button stands for, and render."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_otp import match_token

from applications import access, actors, printing, revisions
from applications.deadlines import LEGAL_ZONE
from applications.models import Result, SavedFilter
from applications.office import acting, batches, filtering, inbox, returns, shortcuts, signing, workspace
from applications.printed_forms import Kind
from applications.return_reasons import reasons
from applications.views.downloads import sealed_content
from identity.access import acting_officer, officer_required, opens
from identity.errors import DomainError, NotFound, Refused
from identity.models import Officer, Role

HANDLERS = (Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER, Role.SIGNER, Role.REGISTRY_CLERK)
READERS = (*HANDLERS, Role.LEADER, Role.AUDITOR)
TO_HANDLE = "Giải quyết hồ sơ"
TO_READ_A_PAPER = "Xem giấy tờ để giải quyết hồ sơ"
TO_PRINT = "In biểu mẫu của hồ sơ"
TO_READ_THE_RESULT = "Kết quả đã ký"
"""Purposes as the person reads them in the access log: records, therefore always Vietnamese."""
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
IMAGE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"


@require_GET
@officer_required()
def inbox_page(request: HttpRequest) -> HttpResponse:
    officer = acting_officer(request)
    code = "".join(request.GET.get("q", "").split()).replace("–", "-")[:40]
    filters, wrong = filtering.parse(request.GET)
    now = timezone.now()
    found = inbox.read(
        officer,
        tab=request.GET.get("nhom", ""),
        code=code,
        filters=filters,
        after=request.GET.get("sau", ""),
        now=now,
    )
    context = {
        "inbox": found,
        "code": code,
        "wrong": wrong,
        "due_from": request.GET.get("han-tu", ""),
        "due_to": request.GET.get("han-den", ""),
        "colleagues": workspace.staff_of(officer),
        "can_claim": opens(officer, *HANDLERS),
        "can_export": opens(officer, *READERS),
        "shortcuts_off": request.COOKIES.get(shortcuts.COOKIE) == shortcuts.OFF,
        "saved": SavedFilter.objects.usable_by(officer),
        "batch_actions": batches.offered(officer, at=now),
    }
    return _office(request, officer, "inbox", {**context, **inbox.CHOICES})


@require_GET
@officer_required(*READERS)
def workspace_page(request: HttpRequest, code: str) -> HttpResponse:
    return _desk(request, acting_officer(request), code)


@require_POST
@officer_required(*HANDLERS)
def act(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """One button. A refusal shows the same page again, with the reason and what was typed."""
    officer, now = acting_officer(request), timezone.now()
    dossier = acting.dossier_of(officer, code)
    try:
        if action == "sign":
            confirm_person(request)
        by = actors.for_dossier(officer, dossier, at=now)
        asked = acting.Act(dossier, request.POST, by, now)
        messages.success(request, acting.perform(action, asked))
    except NotFound:
        raise
    except DomainError as error:
        context = {"error": error, "failed": action, "typed": request.POST}
        if action == "request_supplement":
            return _supplement(request, officer, code, context, status=error.status)
        return _desk(request, officer, code, context, status=error.status)
    return redirect("applications:workspace", code=code)


@require_http_methods(["GET", "POST"])
@officer_required(Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER)
def supplement(request: HttpRequest, code: str) -> HttpResponse:
    """Choose what is missing, then see it exactly as the citizen will; sending is ``act``."""
    officer = acting_officer(request)
    if request.method == "GET" or "edit" in request.POST:
        return _supplement(request, officer, code, {"typed": request.POST})
    dossier = acting.dossier_of(officer, code)
    try:
        items = acting.supplement_items(dossier, request.POST, timezone.now())
        if not items or not all(item["reason"] for item in items):
            raise Refused(_("Hãy chọn ít nhất một mục và ghi lý do cho từng mục."))
    except Refused as error:
        return _supplement(
            request, officer, code, {"typed": request.POST, "error": error}, status=error.status
        )
    late = revisions.late_defects(dossier, [item["question"] for item in items], at=timezone.now())
    shown = [
        {
            **item,
            "late": item["question"] in late,
            "words": request.POST.get(f"reason-{item['question']}", ""),
        }
        for item in items
    ]
    context = {"dossier": dossier, "items": shown, "late": len(late), "typed": request.POST}
    return _office(request, officer, "supplement_preview", context)


@require_GET
@officer_required(*READERS)
def paper(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A file of the dossier. It was checked when it came in; still, the browser may run nothing of it."""
    officer = acting_officer(request)
    dossier = acting.dossier_of(officer, code)
    found = dossier.attachments.filter(pk=number).first()
    if found is None:
        raise NotFound(_("Hồ sơ không có giấy tờ này."))
    question = workspace.form_question(dossier, found.question)
    access.dossier_for_officer(officer, code, purpose=TO_READ_A_PAPER, fields=[question], at=timezone.now())
    response = HttpResponse(sealed_content(found.path, found.sha256), content_type=found.media_type)
    is_pdf = found.media_type == "application/pdf"
    return sealed(response, found.name, PDF_POLICY if is_pdf else IMAGE_POLICY, download="tai" in request.GET)


@require_GET
@officer_required(*READERS)
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """The result as it will look, before anybody signs it."""
    officer = acting_officer(request)
    dossier, journey = workspace.open_dossier(officer, code, purpose=TO_HANDLE, at=timezone.now())
    return _office(
        request, officer, "draft", {"dossier": dossier, "draft": signing.draft_of(dossier, journey)}
    )


@require_GET
@officer_required(*READERS)
def result(request: HttpRequest, code: str) -> HttpResponse:
    """The signed paper, exactly the bytes that were signed."""
    officer = acting_officer(request)
    dossier = access.dossier_for_officer(
        officer, code, purpose=TO_HANDLE, fields=[TO_READ_THE_RESULT], at=timezone.now()
    )
    found = Result.objects.filter(dossier=dossier).exclude(sha256="").first()
    if found is None:
        raise NotFound(_("Hồ sơ chưa có kết quả đã ký."))
    response = HttpResponse(sealed_content(found.path, found.sha256), content_type="application/pdf")
    return sealed(response, f"{code}-ket-qua.pdf", PDF_POLICY)


@require_GET
@officer_required(*READERS)
def printed(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A printed form as PDF; an apology that was sent is the signed file itself."""
    officer, now = acting_officer(request), timezone.now()
    dossier = access.dossier_for_officer(officer, code, purpose=TO_PRINT, fields=[TO_PRINT], at=now)
    letter = printing.sent_letter(dossier) if kind == Kind.APOLOGY else None
    content = sealed_content(letter.path, letter.sha256) if letter else printing.render(dossier, kind, at=now)
    return sealed(HttpResponse(content, content_type="application/pdf"), f"{code}-{kind}.pdf", PDF_POLICY)


@require_GET
@officer_required(*READERS)
def register(request: HttpRequest) -> HttpResponse:
    """The register of the agency for a range of days, as PDF; without days, the form that asks for them."""
    officer, now = acting_officer(request), timezone.now()
    today = now.astimezone(LEGAL_ZONE).date()
    context: dict[str, Any] = {"first": today.replace(day=1).isoformat(), "last": today.isoformat()}
    if "tu" not in request.GET:
        return _office(request, officer, "register", context)
    first, last = typed_day(request.GET.get("tu", "")), typed_day(request.GET.get("den", ""))
    if first is None or last is None or not dt.timedelta() <= last - first <= dt.timedelta(days=366):
        context["error"] = Refused(_("Hãy chọn ngày đầu không sau ngày cuối, cách nhau không quá một năm."))
        return _office(request, officer, "register", context, status=422)
    content = printing.render_register(officer.agency, first=first, last=last, at=now)
    response = HttpResponse(content, content_type="application/pdf")
    return sealed(response, f"so-theo-doi-{first}-{last}.pdf", PDF_POLICY)


def _desk(
    request: HttpRequest,
    officer: Officer,
    code: str,
    extra: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    dossier, journey = workspace.open_dossier(officer, code, purpose=TO_HANDLE, at=now)
    paper_shown = request.GET.get("giay-to", "")
    desk = workspace.build(officer, dossier, journey, now=now, paper=paper_shown, typed=request.POST)
    off = request.COOKIES.get(shortcuts.COOKIE) == shortcuts.OFF
    returned = returns.open_returns([dossier]).get(dossier.pk)
    context = {"desk": desk, "dossier": dossier, "returned": returned, "shortcuts_off": off, **(extra or {})}
    return _office(request, officer, "workspace", context, status)


def _supplement(
    request: HttpRequest, officer: Officer, code: str, extra: dict[str, Any], status: int = 200
) -> HttpResponse:
    now = timezone.now()
    dossier, _journey = workspace.open_dossier(officer, code, purpose=TO_HANDLE, at=now)
    typed, processing = extra["typed"], dossier.version.processing
    places = [
        {
            "name": place.name,
            "label": place.label,
            "chosen": place.name in typed.getlist("question"),
            "code": typed.get(f"code-{place.name}", ""),
            "reason": typed.get(f"reason-{place.name}", ""),
            "reasons": reasons(processing, place.of),
        }
        for place in acting.supplement_places(dossier, now)
    ]
    context = {"dossier": dossier, "places": places, **extra}
    return _office(request, officer, "supplement", context, status)


def _office(
    request: HttpRequest, officer: Officer, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, f"office/{page}.html", {"officer": officer, **context}, status=status)


def confirm_person(request: HttpRequest) -> None:
    """Signing asks for the second factor again (ASVS 7.5.3): an open screen is not a signature."""
    code = "".join(request.POST.get("otp", "").split())
    if not (code.isdecimal() and match_token(request.user, code)):
        raise Refused(_("Mã xác thực không đúng hoặc đã dùng. Hãy nhập mã 6 số mới trên ứng dụng."))


def typed_day(written: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(written)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def sealed(response: HttpResponse, name: str, policy: str, *, download: bool = False) -> HttpResponse:
    """Shown in the page's own frame or saved, never run: own policy, no sniffing (set for every answer), no cache."""
    response["Content-Disposition"] = content_disposition_header(download, name) or "inline"
    response["Content-Security-Policy"] = policy
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "private, no-store"
    return response
