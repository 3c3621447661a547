"""Before the first question: is this procedure for me, have I a draft, which registers may be read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import answering, services
from applications.drafting import Draft
from applications.facts import SOURCES
from applications.models import Dossier
from applications.prefill import EID
from applications.services.bundle_parts import forms_of
from applications.views.opening import open_draft, signed_in
from identity.access import citizen_required, public, reached_by_get
from identity.errors import NotFound, Refused
from identity.models import Citizen, Mandate, Organisation
from procedures.models import Procedure, ProcedureVersion
from procedures.schema import Form

BUSINESS, CITIZEN = "business", "citizen"


def live_version(code: str, at: dt.datetime) -> ProcedureVersion:
    """Today's version of a procedure that can be filed here. Raises NotFound or Refused."""
    procedure = Procedure.objects.filter(Q(code=code) | Q(slug=code)).first()
    if procedure is None:
        raise NotFound(_("Không có thủ tục này. Hãy tìm lại trong danh mục thủ tục."))
    versions = ProcedureVersion.objects.in_force(answering.legal_day(at)).filter(procedure=procedure)
    version = versions.select_related("procedure").order_by("-number").first()
    if version is None or not version.is_live:
        raise Refused(_("Thủ tục này chưa nộp được trên cổng; hãy xem cách nộp ở trang thủ tục."))
    return version


@public
def eligibility(request: HttpRequest, code: str) -> HttpResponse:
    """A few questions before anything is typed or anybody signs in; nothing is stored."""
    version = live_version(code, timezone.now())
    context = eligibility_context(request, version)
    return render(request, "applications/eligibility.html", context)


def eligibility_context(request: HttpRequest, version: ProcedureVersion) -> dict[str, Any]:
    """What ``applications/eligibility.html`` asks and says to the answers just posted."""
    questions = answering.form_of_version(version).eligibility
    given = {one.id: request.POST.get(one.id, "") for one in questions}
    wrong = {True: "no", False: "yes"}
    failed = [one for one in questions if given[one.id] == wrong[one.pass_when]]
    return {
        "version": version,
        "rows": [(one, given[one.id]) for one in questions],
        "failed": failed,
        "passed": bool(questions) and not failed and all(given.values()),
        "unfinished": request.method == "POST" and not all(given.values()),
    }


@citizen_required
@reached_by_get
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Open a draft, or ask which of the drafts already there is meant. An empty draft is used again."""
    at = timezone.now()
    version = live_version(code, at)
    person = signed_in(request)
    organisations = _organisations(version.procedure, person, at)
    organisation = _chosen(organisations, request)
    if len(organisations) > 1 and organisation is None:
        context = {"version": version, "organisations": organisations}
        return render(request, "applications/start_organisation.html", context)
    own = Dossier.objects.drafts().of_citizen(person)  # type: ignore[attr-defined]
    drafts = own.filter(version__procedure=version.procedure, organisation=organisation)
    begun = [Draft(one, at=at) for one in drafts.select_related("version__procedure", "submitter__user")]
    empty = next((one for one in begun if not one.has_answers and one.dossier.version_id == version.pk), None)
    if empty is not None:
        return redirect("applications:consent", code=empty.dossier.key)
    if begun and not (request.method == "POST" and "moi" in request.POST):
        context = {"version": version, "drafts": begun, "organisation": organisation}
        return render(request, "applications/start.html", context)
    dossier = services.start(version=version, submitter=person, organisation=organisation, at=at)
    return redirect("applications:consent", code=dossier.key)


def _organisations(procedure: Procedure, person: Citizen, at: dt.datetime) -> list[Organisation]:
    """Whom the person may act for, where the procedure is for businesses only."""
    if BUSINESS not in procedure.audience or CITIZEN in procedure.audience:
        return []
    mandates = Mandate.objects.in_force(answering.legal_day(at)).filter(citizen=person)
    found = [
        one.organisation for one in mandates.select_related("organisation").order_by("organisation__name")
    ]
    if not found:
        raise Refused(
            _("Thủ tục này dành cho doanh nghiệp. Tài khoản của bạn chưa đại diện cho doanh nghiệp nào.")
        )
    return found


def _chosen(organisations: list[Organisation], request: HttpRequest) -> Organisation | None:
    wanted = request.POST.get("to_chuc", "")
    if len(organisations) == 1:
        return organisations[0]
    return next((one for one in organisations if str(one.pk) == wanted), None)


@citizen_required
@open_draft
def consent(request: HttpRequest, draft: Draft) -> HttpResponse:
    return ask_consent(request, draft)


def ask_consent(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Which registers may be read for this dossier, attribute by attribute; each may be refused."""
    groups = registers_asked(*_forms(draft))
    if request.method == "POST":
        agreed = [name for name in groups if name in request.POST.getlist("nguon")]
        silent = services.gather(dossier=draft.dossier, agreed=agreed, by=draft.actor, at=draft.at)
        if silent:
            messages.warning(
                request,
                _("%(registers)s chưa trả lời. Bạn cứ điền tiếp; cơ quan sẽ đối chiếu sau.")
                % {"registers": ", ".join(str(SOURCES.get(name, name)) for name in silent)},
            )
        return onward(draft.again())
    return render(request, "applications/consent.html", consent_context(draft))


def consent_context(draft: Draft) -> dict[str, Any]:
    agreed_before = draft.consented
    return {
        **draft.frame,
        "groups": [
            {
                "name": name,
                "label": SOURCES.get(name, name),
                "attributes": attributes,
                "agreed": agreed_before is None or name in agreed_before,
            }
            for name, attributes in registers_asked(*_forms(draft)).items()
        ],
        "conditions": draft.form.eligibility,
    }


def _forms(draft: Draft) -> list[Form]:
    """The form itself; of a bundle also those of its parts, which look up what the one form does not ask."""
    return [draft.form, *forms_of(draft.dossier.version, at=draft.at)]


def registers_asked(*asking: Form) -> dict[str, list[str]]:
    """Register → the attributes the forms take from it. The eID itself spoke at sign-in and is not asked again."""
    groups: dict[str, list[str]] = {}
    for page in (page for form in asking for page in form.pages):
        wanted: list[Any] = [page.group] if page.group else []
        for holder in [*wanted, *page.questions]:
            for source in holder.prefill:
                if source.register != EID and holder.text not in groups.setdefault(source.register, []):
                    groups[source.register].append(holder.text)
    return groups


def onward(draft: Draft) -> HttpResponse:
    """To the first page with something left to do, or to the check."""
    if draft.consented is None:
        return redirect(draft.address("consent"))
    page = draft.next_page()
    if page is None:
        return redirect(draft.address("check"))
    return redirect(draft.address("page", page=page.id))


@citizen_required
@open_draft
def resume(request: HttpRequest, draft: Draft) -> HttpResponse:
    return onward(draft)


@citizen_required
@open_draft
def discard(request: HttpRequest, draft: Draft) -> HttpResponse:
    return ask_discard(request, draft)


def ask_discard(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Ask once, then delete the draft for good."""
    if request.method == "POST":
        services.discard_draft(dossier=draft.dossier, by=draft.actor, at=draft.at)
        messages.success(request, _("Đã xóa bản nháp."))
        return redirect(draft.shelf)
    return render(request, "applications/discard.html", draft.frame)
