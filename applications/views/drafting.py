"""The question pages: keep first, then judge. Whatever was typed is in the database before it is looked at."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import forms, prefill, services
from applications.answering import CORRECTION, RAW
from applications.drafting import Draft, step_of
from applications.papers import PaperRefused
from applications.views.opening import give_back, keeps_what_was_typed, open_draft
from applications.views.starting import onward
from identity.access import citizen_required
from identity.errors import NotFound
from procedures.journey import Error
from procedures.schema import Page

SAVE, DROP_FILE, CHECK = "luu", "bo_tep", "kiem-tra"
UNPROCESSABLE = 422
ORIGINAL = "ban_chinh-"
"""Box beside a scan at the counter: the officer held the original."""
FRAGMENT = "X-Fragment"
"""Header of the script that asks which questions stand on the page now."""


@keeps_what_was_typed
@citizen_required
@open_draft
def question_page(request: HttpRequest, draft: Draft, page: str) -> HttpResponse:
    return ask_page(request, draft, page)


def ask_page(request: HttpRequest, draft: Draft, page: str) -> HttpResponse:
    """One page of questions, whoever types."""
    here = next((one for one in draft.journey.pages if one.id == page), None)
    if here is None or draft.consented is None or not draft.journey.can_visit(page):
        return onward(draft)
    if request.method == "POST":
        return (growing if FRAGMENT in request.headers else _keep)(request, draft, here)
    if give_back(request, draft, page):
        return redirect(request.path)
    return _show(request, draft, here, draft.page_form(here))


def _show(
    request: HttpRequest, draft: Draft, page: Page, form: forms.PageForm, status: int = 200
) -> HttpResponse:
    context = page_context(draft, page, form) | {
        "ticket": draft.ticket(page.id),
        "to_check": CHECK in (request.GET.get("ve"), request.POST.get("ve")),
        "saved_at": draft.at if draft.written(page) else None,
    }
    return render(request, "applications/page.html", context, status=status)


def page_context(draft: Draft, page: Page, form: forms.PageForm) -> dict[str, Any]:
    """What ``applications/page.html`` shows of a page, wherever its answers are kept."""
    return {
        **draft.frame,
        "page": page,
        "form": form,
        "step": step_of(draft, page.id),
        "previous": draft.journey.previous_page(page.id),
        "known": draft.facts_beside(page),
    }


def growing(request: HttpRequest, draft: Draft, page: Page) -> HttpResponse:
    """The questions as they would stand if the page were sent now. Keeps and judges nothing."""
    shown, written = sent(request, draft, page)
    settled, _form, _answers = draft.settled(page, written, shown)
    context = {"draft": draft, "page": page, "form": settled.page_form(page, written=written)}
    reply = render(request, "applications/questions.html", context)
    reply.headers[FRAGMENT] = "questions"
    return reply


def _keep(request: HttpRequest, draft: Draft, page: Page) -> HttpResponse:
    shown, written = sent(request, draft, page)
    _save(draft, {RAW + page.id: written})
    settled, form, answers = draft.settled(page, written, shown)
    refused = take_papers(request, settled, page)
    if not refused and (stopped := _only_kept(request, draft, page)):
        return stopped
    _save(draft, answers)
    if prefill.depends_on(draft.form) & answers.keys():
        services.gather(dossier=draft.dossier, agreed=draft.consented or [], by=draft.actor, at=draft.at)
    return _judge(request, draft, page, form, refused, shown)


def sent(request: HttpRequest, draft: Draft, page: Page) -> tuple[frozenset[str], dict[str, Any]]:
    """The questions that stood on the page that was sent, and what was written in their boxes."""
    written = forms.read(page, request.POST)
    if page.group is not None:
        return frozenset({page.group.id}), written
    stood = request.POST.get("hoi", "").split() or [one.id for one in draft.journey.to_ask(page)]
    return frozenset(stood), {name: value for name, value in written.items() if name in stood}


def _judge(
    request: HttpRequest,
    before: Draft,
    page: Page,
    form: forms.PageForm,
    refused: dict[str, str],
    shown: frozenset[str],
) -> HttpResponse:
    """Errors back to the page; questions that only now became necessary are asked without blame."""
    after = before.again()
    form.take(refused.items())
    shown_again, missing = judge(after, page, form, shown)
    if shown_again is not None:
        return _show(request, after, page, shown_again, status=UNPROCESSABLE)
    _save(after, {RAW + page.id: None})
    if missing:
        count = len(missing)
        words = ngettext(
            "Câu trả lời vừa rồi cần thêm %d câu.", "Câu trả lời vừa rồi cần thêm %d câu.", count
        )
        messages.info(request, words % count)
        return redirect(request.get_full_path())
    fresh = before.again()
    following = fresh.journey.next_page(page.id)
    if following is None or (request.POST.get("ve") == CHECK and fresh.next_page() is None):
        return onward(fresh)
    return redirect(fresh.address("page", page=following.id))


def judge(
    after: Draft, page: Page, form: forms.PageForm, shown: frozenset[str]
) -> tuple[forms.PageForm | None, tuple[Error, ...]]:
    """The page to show again when something asked was wrong, and everything the page still misses."""
    missing = after.journey.page_errors(page)
    form.take(one for one in missing if one[0].split("-")[0] in shown)
    if not form.errors:
        return None, missing
    shown_again = after.page_form(page)
    shown_again.errors, shown_again.matches = form.errors, form.matches
    return shown_again, missing


def _only_kept(request: HttpRequest, draft: Draft, page: Page) -> HttpResponse | None:
    """Buttons that keep without judging: save for later, add or drop a row, take a file back."""
    if SAVE in request.POST:
        messages.success(request, _("Đã lưu. Bạn làm tiếp lúc nào cũng được."))
        return redirect(draft.shelf)
    if re.fullmatch(r"[0-9]{1,18}", request.POST.get(DROP_FILE, "")):
        services.detach(
            dossier=draft.dossier, attachment_id=int(request.POST[DROP_FILE]), by=draft.actor, at=draft.at
        )
        return redirect(request.get_full_path())
    if forms.ADD in request.POST or forms.REMOVE in request.POST:
        return redirect(request.get_full_path())
    return None


def take_papers(
    request: HttpRequest, draft: Draft, page: Page, only: frozenset[str] | None = None
) -> dict[str, str]:
    """Attach every file sent with the page; question → why it was refused."""
    refused: dict[str, str] = {}
    for question in draft.journey.to_ask(page):
        sent = request.FILES.get(question.id)
        if question.kind != "file" or (only is not None and question.id not in only):
            continue
        seen = f"{ORIGINAL}{question.id}" in request.POST
        if sent is None:
            _see_original(draft, question.id, seen)
            continue
        try:
            services.attach(
                dossier=draft.dossier,
                question=question.id,
                name=sent.name or "",
                content=sent.read(),
                original_seen=seen,
                by=draft.actor,
                at=draft.at,
            )
        except PaperRefused as error:
            refused[question.id] = error.message
    return refused


def _see_original(draft: Draft, question: str, seen: bool) -> None:
    """The file came before; at the counter the box beside it may be ticked now."""
    if draft.filing is not None and question in draft.papers:
        services.see_original(
            dossier=draft.dossier, question=question, seen=seen, by=draft.actor, at=draft.at
        )


def _save(draft: Draft, answers: dict[str, Any]) -> None:
    services.save_answers(dossier=draft.dossier, answers=answers, by=draft.actor, at=draft.at)


@citizen_required
@open_draft
def correction(request: HttpRequest, draft: Draft, question: str) -> HttpResponse:
    return take_correction(request, draft, question)


def take_correction(request: HttpRequest, draft: Draft, question: str) -> HttpResponse:
    """«Sai? Báo sửa»: the register's fact stays, the officer sees what the citizen says instead."""
    found = next((one for page in draft.form.pages for one in page.questions if one.id == question), None)
    page = next((page for page in draft.form.pages if found in page.questions), None)
    answer = draft.journey.answer(question)
    if found is None or page is None or answer is None:
        raise NotFound(_("Không có mục này trong hồ sơ."))
    back = request.POST.get("ve") or request.GET.get("ve") or CHECK
    if request.method == "POST":
        _save(draft, {CORRECTION + question: request.POST.get("noi_dung", "").strip()[:500]})
        messages.success(request, _("Đã ghi lại. Cơ quan sẽ xem khi xử lý; bạn cứ nộp tiếp."))
        if draft.form.page(back) is None:
            return redirect(draft.address("check"))
        return redirect(draft.address("page", page=back))
    context = {
        **draft.frame,
        "fact": draft.reader.fact(found, answer, page),
        "back": back,
        "words": draft.corrections.get(question, ""),
    }
    return render(request, "applications/correction.html", context)
