"""Answering a supplement request: exactly the marked questions and papers, the officer's remark beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import drafting, facts, forms, revisions, services
from applications.answering import CORRECTION, RAW
from applications.drafting import Draft
from applications.facts import Fact
from applications.models import SupplementRequest
from applications.papers import PaperRefused
from applications.services import Incomplete
from applications.states import State
from applications.views.drafting import SAVE, UNPROCESSABLE, take_papers
from applications.views.opening import SUPPLEMENT, give_back, keeps_what_was_typed, own_dossier
from identity.access import citizen_required


@keeps_what_was_typed
@citizen_required
def supplement(request: HttpRequest, code: str) -> HttpResponse:
    dossier = own_dossier(request, code)
    asked = SupplementRequest.objects.filter(dossier=dossier, answered_at=None).first()
    if dossier.state != State.SUPPLEMENT_REQUESTED or asked is None:
        messages.info(request, _("Hồ sơ này không còn chờ bổ sung."))
        return redirect("applications:dossier", code=dossier.path_code)
    draft = Draft(dossier, at=timezone.now())
    if request.method == "POST":
        return _answer(request, draft, asked)
    if give_back(request, draft, SUPPLEMENT):
        return redirect(request.path)
    return _show(request, draft, asked, _forms(draft, asked))


def _forms(draft: Draft, asked: SupplementRequest) -> list[forms.PageForm]:
    return [draft.page_form(page, only=names) for page, names, remarks in drafting.marked(draft, asked)]


def _show(
    request: HttpRequest,
    draft: Draft,
    asked: SupplementRequest,
    pages: list[forms.PageForm],
    stray: Sequence[tuple[str, str]] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    remarks = {item["question"]: item for item in asked.items}
    before = revisions.words_before(asked, at=draft.at)
    fields = [
        replace(
            field,
            remark=remarks.get(field.name, {}).get("reason", ""),
            before=before.get(field.name, ""),
            is_late=bool(remarks.get(field.name, {}).get("late")),
        )
        for form in pages
        for field in form.fields
    ]
    context = {
        "draft": draft,
        "dossier": draft.dossier,
        "asked": asked,
        "pages": pages,
        "fields": fields,
        "elsewhere": [
            {**item, "words": draft.corrections.get(name, ""), "paper": draft.papers.get(name)}
            for item in _elsewhere(asked, pages)
            if (name := item["question"])
        ],
        "locked": _locked(draft, asked),
        "errors": [*(error for form in pages for error in form.error_list), *stray],
        "ticket": draft.ticket(SUPPLEMENT),
    }
    return render(request, "applications/supplement.html", context, status=status)


def _locked(draft: Draft, asked: SupplementRequest) -> list[Fact]:
    """Everything handed in that nobody asked about: shown, not open."""
    shown = facts.sections(draft.reader)
    places = revisions.open_places(asked, at=draft.at)
    return [one for one in (*shown.own, *shown.state) if one.question not in places]


def _elsewhere(asked: SupplementRequest, pages: list[forms.PageForm]) -> list[dict[str, str]]:
    """Marked items no box is open for (a fact of a register, a paper the form does not know): words or a file."""
    open_here = {one.id for form in pages for one in form.questions} | {
        form.page.group.id for form in pages if form.page.group
    }
    return [item for item in asked.items if item["question"] not in open_here]


def _take_elsewhere(request: HttpRequest, draft: Draft, items: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Keep the words and files for such items; returns (anchor, why) for each file refused."""
    refused = []
    for item in items:
        name = item["question"]
        _save(draft, {CORRECTION + name: request.POST.get(f"loi-{name}", "").strip()[:1000]})
        sent = request.FILES.get(f"tep-{name}")
        if sent is None:
            continue
        try:
            services.attach(
                dossier=draft.dossier,
                question=name,
                name=sent.name or "",
                content=sent.read(),
                by=draft.actor,
                at=draft.at,
            )
        except PaperRefused as error:
            refused.append((f"tep-{name}", error.message))
    return refused


def _answer(request: HttpRequest, draft: Draft, asked: SupplementRequest) -> HttpResponse:
    """Keep the marked questions only, whatever else a form may carry; then judge, then hand in."""
    refused: dict[str, str] = {}
    for page, names, _remarks in drafting.marked(draft, asked):
        written = {name: value for name, value in forms.read(page, request.POST).items() if name in names}
        _save(draft, {RAW + page.id: written})
        refused |= take_papers(request, draft, page, names)
    stray = _take_elsewhere(request, draft, _elsewhere(asked, _forms(draft, asked)))
    draft = Draft(draft.dossier, at=draft.at)
    if SAVE in request.POST and not refused and not stray:
        messages.success(request, _("Đã lưu. Bạn làm tiếp lúc nào cũng được."))
        return redirect("applications:dossier", code=draft.dossier.code)
    pages = _forms(draft, asked)
    if forms.ADD in request.POST or forms.REMOVE in request.POST:
        return redirect(request.path)
    for form in pages:
        _save(draft, {name: value for name, value in form.clean().items() if name in form.written})
        form.take((name, why) for name, why in refused.items() if form.page in _pages_of(draft, name))
    after = Draft(draft.dossier, at=draft.at)
    for form in pages:
        form.take(after.journey.page_errors(form.page))
    if stray or any(form.errors for form in pages):
        return _show(request, after, asked, pages, stray, status=UNPROCESSABLE)
    return _hand_in(request, after, pages)


def _pages_of(draft: Draft, question: str) -> list[Any]:
    return [page for page in draft.form.pages if any(one.id == question for one in page.questions)]


def _hand_in(request: HttpRequest, draft: Draft, pages: list[forms.PageForm]) -> HttpResponse:
    _save(draft, {RAW + form.page.id: None for form in pages})
    try:
        services.answer_supplement(dossier=draft.dossier, by=draft.actor, at=draft.at)
    except Incomplete as missing:
        messages.error(
            request, f"{missing.message} {'; '.join(text for name, text in missing.details['errors'])}"
        )
        return redirect(request.path)
    messages.success(request, _("Đã gửi phần bổ sung. Đồng hồ của cơ quan chạy lại."))
    return redirect("applications:dossier", code=draft.dossier.code)


def _save(draft: Draft, answers: dict[str, Any]) -> None:
    services.save_answers(dossier=draft.dossier, answers=answers, by=draft.actor, at=draft.at)
