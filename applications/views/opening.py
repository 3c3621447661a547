"""How a page gets its draft: only the owner's, only while it is one; what is typed without a session is held."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import access, answering, drafting, forms, services
from applications.answering import RAW
from applications.drafting import Draft
from applications.models import Channel, Dossier
from identity.access import citizen_of
from identity.errors import NotFound
from identity.models import Citizen

View = Callable[..., HttpResponse]
SUPPLEMENT = "bo-sung"


def signed_in(request: HttpRequest) -> Citizen:
    """The person behind a page that ``citizen_required`` guards."""
    person = citizen_of(request)
    if person is None:
        raise NotFound(_("Không có tài khoản công dân này."))
    return person


def own_dossier(request: HttpRequest, code: str) -> Dossier:
    return access.dossier_for(signed_in(request), code)


def open_draft(view: View) -> View:
    """Give the view a Draft; somebody with an old tab of a dossier already handed in is told so."""

    @wraps(view)
    def opened(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        dossier = own_dossier(request, code)
        if not dossier.is_draft:
            return already_submitted(request, dossier)
        dossier.channel = Channel.ONLINE  # what a counter began, its owner goes on with at home
        return view(request, Draft(dossier, at=timezone.now()), **kwargs)

    return opened


def already_submitted(request: HttpRequest, dossier: Dossier) -> HttpResponseRedirect:
    messages.warning(
        request,
        _("Hồ sơ này đã nộp rồi, nên thay đổi từ trang cũ không được ghi. Đây là hồ sơ hiện nay."),
    )
    if dossier.bundled:
        return redirect("applications:bundle", code=dossier.bundle.code)
    return redirect("applications:dossier", code=dossier.path_code)


def keeps_what_was_typed(view: View) -> View:
    """A form posted after the session ended is held, encrypted, and given back to its owner after sign-in."""

    @wraps(view)
    def kept(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        sent = request.method == "POST" and "X-Fragment" not in request.headers
        if sent and not request.user.is_authenticated:
            _hold(request, code, kwargs.get("page", SUPPLEMENT))
        return view(request, code=code, **kwargs)

    return kept


def _hold(request: HttpRequest, code: str, page_id: str) -> None:
    dossier = drafting.ticketed(request.POST.get("phieu", ""), page_id)
    if dossier is None or code not in (dossier.key, dossier.code):
        return
    form = answering.form_of(dossier)
    pages = form.pages if page_id == SUPPLEMENT else [page for page in form.pages if page.id == page_id]
    posted = {page.id: forms.read(page, request.POST) for page in pages}
    services.hold(dossier=dossier, page=page_id, posted=posted, at=timezone.now())


def give_back(request: HttpRequest, draft: Draft, page_id: str) -> bool:
    """Put what was held into the draft, as written; the page then shows it again."""
    held = services.take_held(dossier=draft.dossier, page=page_id, by=draft.actor, at=draft.at)
    if not held:
        return False
    raw = {RAW + page: written for page, written in held.items()}
    services.save_answers(dossier=draft.dossier, answers=raw, by=draft.actor, at=draft.at)
    messages.info(
        request,
        _("Phiên đăng nhập đã hết khi bạn gửi trang này. Những gì bạn ghi vẫn còn, hãy xem rồi gửi lại."),
    )
    return True
