"""The signing desk over HTTP: the list with a draft beside it, signing one or several, sending back, the results."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications import actors, services
from applications.models import DeskRound, DeskRoundItem
from applications.office import acting, picking, signing, workspace
from applications.office.evidence import TO_SIGN
from applications.services.desk_rounds import MOST
from applications.services.signing_many import require_round
from applications.views.office import READERS, confirm_person
from identity.access import acting_officer, officer_required
from identity.errors import Conflict, DomainError, NotFound, Refused
from identity.models import Officer, Role


@require_GET
@officer_required(Role.SIGNER)
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for my signature; a draft is opened, and recorded as read, only when it is chosen."""
    return _desk(request, acting_officer(request))


@require_POST
@officer_required(Role.SIGNER)
def sign(request: HttpRequest) -> HttpResponse:
    """Sign what is ticked with one fresh code. A refusal before the first signature keeps every tick."""
    officer, now = acting_officer(request), timezone.now()
    picked = picking.picked(officer, request.POST.getlist("pick"))
    try:
        require_round(officer=officer, picked=picked, at=now)
        confirm_person(request)
    except Refused as error:
        return _desk(request, officer, error)
    made = services.sign_many(officer=officer, picked=picked, at=now)
    if len(picked) > 1:
        return redirect("applications:desk_round", key=made.key)
    only = made.items.get()
    if only.outcome == DeskRoundItem.Outcome.DONE:
        messages.success(request, _("Đã ký. Chữ ký số và số văn bản được ghi vào kết quả trong ít giây."))
        return redirect("applications:signing")
    kind = Conflict if only.outcome == DeskRoundItem.Outcome.CONFLICT else Refused
    return _desk(request, officer, kind(only.message))


@require_POST
@officer_required(Role.SIGNER)
def send_back(request: HttpRequest) -> HttpResponse:
    """Refuse to sign: the draft goes back to who made it, with the reason."""
    officer, now = acting_officer(request), timezone.now()
    dossier = acting.dossier_of(officer, request.POST.get("ho-so", ""))
    try:
        asked = acting.Act(dossier, request.POST, actors.for_dossier(officer, dossier, at=now), now)
        messages.success(request, acting.perform("send_back", asked))
    except NotFound:
        raise
    except DomainError as error:
        return _desk(request, officer, error, returning=True)
    return redirect("applications:signing")


@require_GET
@officer_required(*READERS)
def round_page(request: HttpRequest, key: str) -> HttpResponse:
    """What became of each dossier of one round, for everybody in the agency who has the address."""
    officer = acting_officer(request)
    found = DeskRound.objects.select_related("officer").filter(agency=officer.agency, key=key).first()
    if found is None:
        raise NotFound(_("Không có lượt này, hoặc anh/chị không được xem."))
    with_names = ("dossier__submitter", "dossier__organisation", "dossier__version__procedure")
    light = ("dossier__version__form", "dossier__version__content")
    items = list(found.items.select_related(*with_names).defer(*light))
    done = sum(one.outcome == DeskRoundItem.Outcome.DONE for one in items)
    context = {"officer": officer, "round": found, "items": items, "done": done}
    return render(request, "office/round.html", context)


def _desk(
    request: HttpRequest, officer: Officer, error: DomainError | None = None, *, returning: bool = False
) -> HttpResponse:
    """The list and the chosen draft. After a refused button the same page, with what was ticked and typed."""
    now, typed = timezone.now(), request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {"officer": officer, "error": error, "returning": returning, "typed": typed}
    if code := typed.get("ho-so", ""):
        dossier, _journey = workspace.open_dossier(officer, code, purpose=TO_SIGN, at=now)
        context["chosen"] = signing.chosen(officer, dossier, clean="sach" in typed, now=now)
    context["desk"] = signing.read(
        officer,
        after=typed.get("sau", ""),
        kind=typed.get("loai", ""),
        picked=picking.ticked(typed.getlist("pick")),
        now=now,
    )
    context["kept"] = _kept(typed)
    return render(request, "office/signing.html", context, status=error.status if error else 200)


def _kept(typed: QueryDict) -> str:
    """The page of the list and what is ticked, for links that open another draft: no tick is lost by reading."""
    kept = [(name, typed[name]) for name in ("sau", "loai") if typed.get(name)]
    return urlencode(kept + [("pick", box) for box in typed.getlist("pick")[:MOST]])
