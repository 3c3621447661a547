"""Counter mode: an officer types for a citizen, on the citizen's own pages. Every page shown is a recorded read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from applications import access, actors, services
from applications.counter_draft import CounterDraft
from applications.drafting import Draft
from applications.models import Attachment, Channel, CounterFiling
from applications.office import counter
from applications.services import Incomplete
from applications.services.counter import AGREED_BY, KNOWN_BY
from applications.states import State
from applications.views import drafting, moving, starting, submitting
from applications.views.downloads import sealed_content
from applications.views.office import IMAGE_POLICY, PDF_POLICY, sealed
from applications.views.opening import keeps_what_was_typed
from identity import services as people
from identity.access import acting_officer, officer_required
from identity.errors import DomainError, NotFound, Refused
from identity.models import Officer, Role

TO_IDENTIFY = "Xác định người nộp hồ sơ tại quầy"
TO_FILE = "Nộp hồ sơ giúp người dân tại quầy"
"""Purposes as the person reads them in the access log: records, therefore always Vietnamese."""
MISSES_WITHIN = 15 * 60
TOO_MANY = 429

View = Callable[..., HttpResponse]


class TooManyMisses(Refused):
    """The form is for the person in front of the officer, not for trying out who has which number."""

    code = "too_many_misses"
    status = TOO_MANY


@require_http_methods(["GET", "POST"])
@officer_required(Role.INTAKE)
def home(request: HttpRequest) -> HttpResponse:
    """Who is here and for what; and the drafts this counter has begun. POST opens a draft and nothing else."""
    officer = acting_officer(request)
    if request.method == "GET":
        return _home(request, officer, QueryDict())
    try:
        key = _open(officer, request.POST)
    except NotFound:
        error: DomainError = Refused(_("Không có thủ tục này. Hãy chọn trong danh sách, hoặc ghi đúng mã."))
    except DomainError as refusal:
        error = refusal
    else:
        return redirect("applications:counter_consent", code=key)
    return _home(request, officer, request.POST, error)


def _home(
    request: HttpRequest, officer: Officer, typed: QueryDict, error: DomainError | None = None
) -> HttpResponse:
    context = {
        "officer": officer,
        "typed": typed,
        "error": error,
        "procedures": counter.procedures(timezone.now()),
        "channels": [(one.value, one.label) for one in Channel if one in services.AT_COUNTER],
        "identified": [one for one in CounterFiling.Identified.choices if one[0] in KNOWN_BY],
        "consents": [one for one in CounterFiling.Consent.choices if one[0] in AGREED_BY],
        "filings": access.filings_at(officer).order_by("-consented_at")[:50],
    }
    return render(request, "office/counter.html", context, status=error.status if error else 200)


def _open(officer: Officer, typed: QueryDict) -> str:
    """The key of a new draft for the person described. Raises what the verbs raise; then nothing is stored of it."""
    at = timezone.now()
    version = starting.live_version(counter.code_of(typed.get("procedure", "")), at)
    _stop_trying(officer)
    try:
        person, answered = people.present_citizen(
            number="".join(typed.get("number", "").split()), name=typed.get("name", "")[:150], at=at
        )
    except people.NotThisPerson:
        _count_miss(officer)
        raise
    fields = ["Số định danh cá nhân", "Họ và tên", "Ngày sinh", "Giới tính"]
    access.record_reading(officer, person, purpose=TO_IDENTIFY, fields=fields, at=at)
    tax_code = typed.get("tax_code", "").strip()
    organisation = people.represented(citizen=person, tax_code=tax_code, at=at) if tax_code else None
    counter.require_right_applicant(version.procedure, organisation)
    dossier = services.open_filing(
        version=version,
        submitter=person,
        organisation=organisation,
        channel=typed.get("channel", ""),
        identified_by=typed.get("identified_by", ""),
        consent=typed.get("consent", ""),
        needs_matching=not answered,
        by=actors.at_desk(officer, at=at),
        at=at,
    )
    return dossier.key


def _misses(officer: Officer) -> str:
    return f"counter-misses:{officer.user_id}"


def _stop_trying(officer: Officer) -> None:
    if cache.get(_misses(officer), 0) >= settings.PUBLIC_TRIES:
        raise TooManyMisses(_("Số và tên không khớp quá nhiều lần. Hãy đợi 15 phút rồi thử lại."))


def _count_miss(officer: Officer) -> None:
    cache.add(_misses(officer), 0, MISSES_WITHIN)
    try:
        cache.incr(_misses(officer))
    except ValueError:  # it ran out between the two lines
        return


def at_counter(view: View) -> View:
    """Give the view the draft of a filing this counter opened; a page that is shown is a read the citizen can see."""

    @officer_required(Role.INTAKE)
    @wraps(view)
    def opened(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        officer, at = acting_officer(request), timezone.now()
        filing = access.filing_for_officer(officer, code)
        if filing.dossier.state != State.DRAFT:
            return redirect("applications:counter_filed", code=filing.dossier.key)
        if request.method == "GET":
            access.record_reading(
                officer,
                filing.dossier.submitter,
                purpose=TO_FILE,
                fields=counter.fields_of(filing.dossier, kwargs, at),
                code=filing.dossier.key,
                at=at,
            )
        return view(request, CounterDraft(filing, officer, at=at), **kwargs)

    return opened


@at_counter
def consent(request: HttpRequest, draft: CounterDraft) -> HttpResponse:
    return starting.ask_consent(request, draft)


@at_counter
def resume(request: HttpRequest, draft: CounterDraft) -> HttpResponse:
    return starting.onward(draft)


@keeps_what_was_typed
@at_counter
def question_page(request: HttpRequest, draft: CounterDraft, page: str) -> HttpResponse:
    return drafting.ask_page(request, draft, page)


@at_counter
def correction(request: HttpRequest, draft: CounterDraft, question: str) -> HttpResponse:
    return drafting.take_correction(request, draft, question)


@at_counter
def check(request: HttpRequest, draft: CounterDraft) -> HttpResponse:
    return submitting.ask_check(request, draft, hand_in=_hand_in)


def _hand_in(request: HttpRequest, draft: Draft) -> HttpResponse:
    try:
        services.file_at_counter(dossier=draft.dossier, by=draft.actor, at=draft.at)
    except (Incomplete, Refused) as refusal:
        return submitting.back_to_mend(request, draft, refusal)
    return redirect("applications:counter_filed", code=draft.dossier.key)


@at_counter
def statement(request: HttpRequest, draft: CounterDraft) -> HttpResponse:
    return submitting.show_statement(request, draft)


@at_counter
def move_draft(request: HttpRequest, draft: CounterDraft) -> HttpResponse:
    return moving.ask_move(request, draft)


@at_counter
def discard(request: HttpRequest, draft: CounterDraft) -> HttpResponse:
    return starting.ask_discard(request, draft)


@require_GET
@at_counter
def paper(request: HttpRequest, draft: CounterDraft, number: int) -> HttpResponse:
    """A scan of the draft, as it was stored."""
    found = Attachment.objects.filter(dossier=draft.dossier, pk=number, removed_at=None).first()
    if found is None:
        raise NotFound(_("Không có tệp này trong hồ sơ."))
    response = HttpResponse(sealed_content(found.path, found.sha256), content_type=found.media_type)
    is_pdf = found.media_type == "application/pdf"
    return sealed(response, found.name, PDF_POLICY if is_pdf else IMAGE_POLICY)


@require_GET
@officer_required(Role.INTAKE)
def filed(request: HttpRequest, code: str) -> HttpResponse:
    """What the citizen takes home: the code, Form 01 where the dossier is taken in, what is still to be paid."""
    officer = acting_officer(request)
    filing = access.filing_for_officer(officer, code)
    if filing.dossier.state == State.DRAFT:
        return redirect("applications:counter_resume", code=code)
    ours = filing.dossier.agency_id == officer.agency_id
    context = {"officer": officer, "filing": filing, "dossier": filing.dossier, "ours": ours}
    return render(request, "office/counter_filed.html", context)
