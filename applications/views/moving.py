"""The law changed while a draft lay open: what is new, and the owner's consent to move the draft."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import prefill, services
from applications.drafting import Draft
from applications.views.opening import open_draft
from applications.views.starting import onward
from identity.access import citizen_required
from identity.errors import Conflict

ONTO = "ban"


@citizen_required
@open_draft
def move_draft(request: HttpRequest, draft: Draft) -> HttpResponse:
    return ask_move(request, draft)


def ask_move(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Shows the changes; with consent to exactly the version shown, moves the draft there."""
    if draft.ended is None:
        return onward(draft)
    onto = draft.ended.onto
    if request.method == "POST" and onto is not None:
        if request.POST.get(ONTO) != str(onto.pk):
            raise Conflict(_("Vừa có bản mới hơn bản bạn đã xem. Hãy mở lại trang để xem thay đổi."))
        known = prefill.registers_of(draft.form)
        services.rebase_draft(dossier=draft.dossier, onto=onto, by=draft.actor, at=draft.at)
        return _look_up_again(request, draft.again(), known=known)
    return render(request, "applications/move_draft.html", draft.frame)


def _look_up_again(request: HttpRequest, draft: Draft, *, known: frozenset[str]) -> HttpResponse:
    """Registers agreed to are asked for what the new form takes; one it newly reads needs consent first."""
    messages.success(
        request, _("Bản nháp đã chuyển sang bản mới. Những gì bạn đã khai còn dùng được thì giữ nguyên.")
    )
    if draft.consented is not None:
        services.gather(dossier=draft.dossier, agreed=draft.consented, by=draft.actor, at=draft.at)
        if prefill.registers_of(draft.form) - known:
            return redirect(draft.address("consent"))
    return onward(draft.again())
