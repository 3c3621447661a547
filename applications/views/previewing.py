"""«Xem trước»: the form of a draft as a citizen will meet it, walked by its editor. Nothing is stored.

The workbench holds a frame; the frame shows the citizen's own pages. What was answered travels in the body of each
post, never in an address; addresses name only a step and a made-up person.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from applications import forms, trial
from applications.drafting import CHECK_STEP, CONSENT_STEP
from applications.trial import State, Trial
from applications.views.drafting import DROP_FILE, FRAGMENT, SAVE, growing, judge, page_context, sent
from applications.views.starting import consent_context, eligibility_context, registers_asked
from applications.views.submitting import DECLARATION, check_context, statement_context
from identity.access import officer_required
from identity.errors import NotFound
from procedures import schema
from procedures.access import EDITORIAL, version_for
from procedures.editor.frame import frame, signed_in
from procedures.models import ProcedureVersion
from procedures.personas import Walk
from procedures.schema import Page

UNPROCESSABLE = 422
STATE, AT, TO = "trang_thai", "o", "den"
ELIGIBILITY_STEP, STATEMENT_STEP = "dieu-kien", "to-khai"
NOBODY_KNOWS, ALL_KNOW = "moi", "du"
WINDOWS = {"dien-thoai": "phone", "may-tinh": "wide"}
LANGUAGES = ("vi", "en")


@officer_required(*EDITORIAL)
def preview(request: HttpRequest, version: int) -> HttpResponse:
    """The workbench: who tries the form, in which window and language, and how far each made-up person comes."""
    officer = signed_in(request)
    draft = version_for(officer, version, "read")
    context: dict[str, Any] = {**frame(draft, officer, tab="preview"), "switch": _switch(request)}
    if draft.form is None:
        return render(request, "editor/preview.html", context)
    try:
        form = schema.load(draft.form)
    except schema.SchemaError as wrong:
        return render(request, "editor/preview.html", {**context, "faults": wrong.faults})
    found = trial.walks(form, at=timezone.now())
    chosen = _walk(request, found)
    context |= {
        "walks": [(str(number), walk) for number, walk in enumerate(found, 1)],
        "stuck": sum(bool(walk.stuck) for walk in found),
        "chosen": chosen,
        "pages": _pages(form, chosen) if chosen else [],
        "conditions": form.eligibility,
    }
    return render(request, "editor/preview.html", context)


def _switch(request: HttpRequest) -> dict[str, str]:
    """The switches of the workbench, each with what it is now; unknown values fall back to the first."""
    window = request.GET.get("khung", "")
    language = request.GET.get("ngon-ngu", "")
    who = request.GET.get("nguoi", "")
    known = who in (NOBODY_KNOWS, ALL_KNOW) or (who.isascii() and who.isdigit() and len(who) < 4)
    chosen = {
        "khung": window if window in WINDOWS else next(iter(WINDOWS)),
        "ngon_ngu": language if language in LANGUAGES else LANGUAGES[0],
        "nguoi": who if known else NOBODY_KNOWS,
        "buoc": request.GET.get("buoc", "")[:60],
    }
    asked = {"nguoi": chosen["nguoi"], "buoc": chosen["buoc"], "ngon-ngu": chosen["ngon_ngu"]}
    return chosen | {"window": WINDOWS[chosen["khung"]], "query": urlencode(asked)}


def _walk(request: HttpRequest, found: list[Walk]) -> Walk | None:
    who = _switch(request)["nguoi"]
    number = int(who) if who.isdigit() else 0
    return found[number - 1] if 0 < number <= len(found) else None


def _pages(form: schema.Form, walk: Walk) -> list[tuple[str, str, int]]:
    """(step, title, questions asked) of every page the walk meets."""
    return [(page.id, page.text, len(walk.asked[page.id])) for page in form.pages if page.id in walk.pages]


@officer_required(*EDITORIAL)
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]
def preview_page(request: HttpRequest, version: int) -> HttpResponse:
    """Inside the frame: one step of the form, in the language of the workbench."""
    draft = trial.named_as_written(version_for(signed_in(request), version, "read"))
    language = _switch(request)["ngon_ngu"]
    with translation.override(language):
        try:
            response = _step(request, draft)
        except schema.SchemaError as wrong:
            response = render(request, "editor/preview/faults.html", {"faults": wrong.faults})
    response["Content-Language"] = language
    return response


def _step(request: HttpRequest, version: ProcedureVersion) -> HttpResponse:
    if version.form is None:
        raise NotFound(_("Bản này chưa có biểu mẫu."))
    here = Trial(version, _state(request, version), at=timezone.now())
    if request.method == "POST" and TO not in request.POST:
        return _posted(request, here)
    return _show(request, here, request.POST.get(TO) or request.GET.get("buoc", ""))


def _state(request: HttpRequest, version: ProcedureVersion) -> State:
    if STATE in request.POST:
        return State.opened(request.POST[STATE], version.pk)
    who = _switch(request)["nguoi"]
    if not who.isdigit():
        return State()
    form = schema.load(version.form or {})
    chosen = _walk(request, trial.walks(form, at=timezone.now()))
    return State.of_walk(form, chosen) if chosen else State()


def _show(request: HttpRequest, here: Trial, step: str, *, missing: bool = False) -> HttpResponse:
    """A step by its name; an unknown or empty one is the first of this person."""
    if step == ELIGIBILITY_STEP and here.form.eligibility:
        context = eligibility_context(request, here.dossier.version)
        context["unfinished"] &= TO not in request.POST  # only arrived
        return _render(request, "eligibility", here, step, context)
    if step == STATEMENT_STEP:
        return _render(request, "statement", here, step, statement_context(here.dossier, here.journey))
    if step == CHECK_STEP and (unfinished := here.next_page()) is not None:
        form = here.page_form(unfinished)
        if unfinished.id in here.state.raw:
            form.take(here.journey.page_errors(unfinished))
        return _page(request, here, unfinished, form)
    if step == CHECK_STEP:
        return _render(
            request,
            "check",
            here,
            step,
            check_context(here, missing=missing),
            UNPROCESSABLE if missing else 200,
        )
    page = here.form.page(step)
    if page is not None and page in here.journey.pages:
        return _page(request, here, page, here.page_form(page))
    if here.state.agreed is None or step == CONSENT_STEP:
        return _render(request, "consent", here, CONSENT_STEP, consent_context(here))
    first = here.next_page() or next(iter(here.journey.pages), None)
    return _show(request, here, first.id if first and not step else CHECK_STEP)


def _page(
    request: HttpRequest, here: Trial, page: Page, form: forms.PageForm, status: int = 200
) -> HttpResponse:
    return _render(request, "page", here, page.id, page_context(here, page, form), status)


def _render(
    request: HttpRequest, name: str, here: Trial, step: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    hidden = {"state": here.state.sealed(here.dossier.version.pk), "here": step, "trial": here}
    return render(request, f"editor/preview/{name}.html", context | hidden, status=status)


def _posted(request: HttpRequest, here: Trial) -> HttpResponse:
    step = request.POST.get(AT, "")
    if step == ELIGIBILITY_STEP:
        return _show(request, here, step)
    if step == CONSENT_STEP:
        return _consented(request, here)
    if step == CHECK_STEP:
        if DECLARATION not in request.POST:
            return _show(request, here, CHECK_STEP, missing=True)
        return _render(request, "end", here, step, {"draft": here})
    page = here.form.page(step)
    if page is None or page not in here.journey.pages:
        return _show(request, here, step)
    return _answered(request, here, page)


def _consented(request: HttpRequest, here: Trial) -> HttpResponse:
    """Registers agreed to answer for a person of whom they know everything, and are silent about the other."""
    agreed = [name for name in registers_asked(here.form) if name in request.POST.getlist("nguon")]
    state = State(agreed=agreed)
    if _switch(request)["nguoi"] == ALL_KNOW:
        state = State.of_registers(trial.walks(here.form, at=here.at)[1], agreed)
    return _show(request, Trial(here.dossier.version, state, at=here.at), "")


def _answered(request: HttpRequest, here: Trial, page: Page) -> HttpResponse:
    """The same judgement as on the citizen's page, over what the post brought along."""
    if FRAGMENT in request.headers:
        return growing(request, here, page)
    shown, written = sent(request, here, page)
    here.state.raw[page.id] = written
    settled, form, answers = here.settled(page, written, shown)
    for question in settled.journey.to_ask(page):
        paper = request.FILES.get(question.id)
        if question.kind == "file" and paper is not None:
            here.state.papers[question.id] = (str(paper.name)[:120], paper.size or 0)
    if (number := request.POST.get(DROP_FILE, "")).isdecimal() and len(number) < 5:
        here.drop_paper(int(number))
    if any(name in request.POST for name in (SAVE, DROP_FILE, forms.ADD, forms.REMOVE)):
        again = here.again()
        return _page(request, again, page, again.page_form(page))
    here.keep(answers)
    after = here.again()
    wrong, missing = judge(after, page, form, shown)
    if wrong is not None:
        return _page(request, after, page, wrong, UNPROCESSABLE)
    after.state.raw[page.id] = None
    if missing:
        return _show(request, after.again(), page.id)
    following = after.journey.next_page(page.id)
    return _show(request, after.again(), following.id if following else CHECK_STEP)
