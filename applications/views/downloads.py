"""Files a citizen may take away: printed forms, own papers, the result. Re-hashed before they leave the house."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from applications import issuing, papers, printing
from applications.drafting import Draft
from applications.models import Attachment, Dossier
from applications.printed_forms import Kind
from applications.results import verification
from applications.views.citizen import released_or_404
from applications.views.opening import own_dossier
from identity.access import citizen_required
from identity.errors import DomainError, NotFound


class FileAltered(DomainError):
    """A stored file is no longer the one whose hash was recorded; it is never handed out."""

    code = "file_altered"
    status = 409


def sealed_content(path: str, sha256: str) -> bytes:
    """The stored bytes, only when they still have the recorded hash."""
    try:
        content = papers.read(path)
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileAltered(
            _("Tệp lưu trữ không còn khớp với bản đã ký nên không được phát. Hãy báo cơ quan giải quyết.")
        )
    return content


def download(content: bytes, *, name: str, media_type: str, inline: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@citizen_required
def printed_form(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    dossier = own_dossier(request, code)
    now = timezone.now()
    if dossier.code is None or kind not in {
        str(form.kind) for form in printing.for_applicant(dossier, at=now)
    }:
        raise NotFound(_("Hồ sơ này chưa có mẫu đó."))
    letter = printing.sent_letter(dossier) if kind == Kind.APOLOGY else None
    pdf = sealed_content(letter.path, letter.sha256) if letter else printing.render(dossier, kind, at=now)
    return download(pdf, name=f"{dossier.code}-{kind}.pdf", media_type="application/pdf")


@citizen_required
def paper(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A file the citizen attached to the own dossier, or set aside when the draft moved to another version."""
    dossier = own_dossier(request, code)
    found = Attachment.objects.filter(dossier=dossier, pk=number).first()
    if found is not None and found.removed_at is not None and not _set_aside(dossier, number):
        found = None
    if found is None:
        raise NotFound(_("Không có tệp này trong hồ sơ."))
    return download(sealed_content(found.path, found.sha256), name=found.name, media_type=found.media_type)


def _set_aside(dossier: Dossier, number: int) -> bool:
    return any(row.get("paper") == number for row in Draft(dossier, at=timezone.now()).set_aside)


@citizen_required
def result(request: HttpRequest, code: str) -> HttpResponse:
    """The signed PDF, exactly the bytes that were signed."""
    dossier = own_dossier(request, code)
    released = released_or_404(dossier)
    pdf = sealed_content(released.path, released.sha256)
    return download(pdf, name=f"{dossier.code}-ket-qua.pdf", media_type="application/pdf")


@citizen_required
def result_preview(request: HttpRequest, code: str) -> HttpResponse:
    """The result as a page, with the state of its signature."""
    dossier = own_dossier(request, code)
    return render(request, "applications/result.html", _preview(dossier))


def _preview(dossier: Dossier) -> dict[str, object]:
    released = released_or_404(dossier)
    pdf = sealed_content(released.path, released.sha256)
    return {
        "dossier": dossier,
        "result": released,
        "verdict": verification.verify(pdf),
        "size": len(pdf),
        "title": issuing.title_of(dossier, released),
    }
