"""A form page of 40 questions: how fast the server makes it, beside the least Django can do and its usual forms.

- limit: the same frame around forty ready pieces of HTML, one loop;
- usual: a ``django.forms.Form`` with the same kinds of fields in the same frame;
- ours: the draft read from PostgreSQL, the journey walked, every question drawn, the frame around it.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import statistics
import time
from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.template import RequestContext, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from applications import services
from applications.answering import CONSENT
from applications.drafting import Draft, step_of
from bench import measure
from identity.models import Citizen
from procedures.models import Procedure, ProcedureVersion
from procedures.schema import STANDARD_CHOICES

FIELDS = 40
PROMISE_MS = 30.0
KINDS = ("text", "name", "date", "choice", "boolean", "integer", "long_text", "ethnicity", "address", "email")
CODES = [{"code": code, "label": f"Lựa chọn {code}"} for code in "abcd"]
FRAME = '{% extends "base.html" %}{% block content %}<form method="post">{% csrf_token %}'
LOOP = Template(FRAME + "{% for piece in pieces %}{{ piece|safe }}{% endfor %}</form>{% endblock %}")
USUAL = Template(FRAME + "{{ form.as_div }}</form>{% endblock %}")


def run(*, each: int, rounds: int) -> dict[str, Any]:
    """Raises AssertionError when a variant does not show forty fields."""
    call_command("collectstatic", interactive=False, verbosity=0)
    draft = _draft()
    variants: dict[str, Callable[[], str]] = {"ours": lambda: _ours(Draft(draft.dossier, at=draft.at))}
    html = variants["ours"]()
    pieces = re.findall(
        r'<div data-question=.*?(?=<div data-question=|<input type="hidden" name="hoi")', html, re.S
    )
    variants |= {"limit": lambda: _frame(LOOP, pieces=pieces), "usual": lambda: _frame(USUAL, form=_Usual())}
    for name, variant in variants.items():
        _forty(name, variant())
    rates = measure.per_second(
        {name: _job(variants[name]) for name in ("limit", "usual", "ours")},
        each=each,
        rounds=rounds,
        threads=1,
    )
    milliseconds = {name: round(1000 / rate, 1) for name, rate in rates.items()}
    answered = _over_http(draft, times=each)
    report = measure.table(
        "form page of 40 questions", rates, floors={"ours_to_usual": 1.0, "promise_to_ours": 1.0}
    )
    return report | {
        "milliseconds": milliseconds,
        "whole_request_ms": answered,
        "promise_to_ours": round(PROMISE_MS / milliseconds["ours"], 2),
    }


def _job(variant: Callable[[], str]) -> measure.Variant:
    def job(_serial: int) -> None:
        variant()

    return job


def _forty(name: str, html: str) -> None:
    shown = set(re.findall(r'name="(q[0-9]+)', html))
    assert len(shown) == FIELDS, f"{name} shows {len(shown)} fields"


def _questions() -> list[dict[str, Any]]:
    made = []
    for number in range(FIELDS):
        kind = KINDS[number % len(KINDS)]
        one = {"id": f"q{number}", "kind": kind, "label": f"Câu hỏi thứ {number}", "hint": "Ghi như giấy tờ."}
        if kind == "choice":
            one["choices"] = CODES
        if number % 10 == 9:
            one["show_if"] = f"q{number - 5} != true"
        made.append(one)
    return made


def _draft() -> Draft:
    page = {"id": "long", "title": "Trang dài", "questions": _questions()}
    form = {"procedure_id": "bench-long", "official_form": "Mẫu dài", "pages": [page]}
    at = timezone.now()
    procedure = Procedure.objects.create(slug=f"bench-{secrets.token_hex(6)}", name="Trang dài")
    version = ProcedureVersion.objects.create(
        procedure=procedure, number=1, status=ProcedureVersion.Status.PUBLISHED, online_level="full",
        effective_from=dt.date(2024, 1, 1), published_at=at, content={}, form=form, processing={},
    )  # fmt: skip
    dossier = services.start(version=version, submitter=Citizen.objects.order_by("pk")[0], at=at)
    draft = Draft(dossier, at=at)
    answers = {CONSENT: [], "q0": "Nội dung", "q2": "2026-01-02", "q3": "a", "q5": 7}
    services.save_answers(dossier=dossier, answers=answers, by=draft.actor, at=at)
    return draft


def _request() -> Any:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.session = {}  # type: ignore[assignment]
    return request


def _frame(template: Template, **context: Any) -> str:
    return template.render(RequestContext(_request(), context))


def _ours(draft: Draft) -> str:
    page = draft.form.pages[0]
    context = {
        "draft": draft,
        "page": page,
        "form": draft.page_form(page),
        "step": step_of(draft, page.id),
        "known": draft.facts_beside(page),
        "ticket": draft.ticket(page.id),
    }
    return render_to_string("applications/page.html", context, _request())


def _field(kind: str) -> django_forms.Field:
    if kind in ("choice", "boolean"):
        return django_forms.ChoiceField(
            choices=[(code, code) for code in "abcd"],
            widget=django_forms.RadioSelect,
            help_text="Ghi như giấy tờ.",
        )
    if kind in ("ethnicity", "address"):
        choices = [(one.code, one.label) for one in STANDARD_CHOICES["ethnicity"]]
        return django_forms.ChoiceField(choices=choices, help_text="Ghi như giấy tờ.")
    if kind == "date":
        return django_forms.DateField(help_text="Ghi như giấy tờ.")
    widget = django_forms.Textarea if kind == "long_text" else django_forms.TextInput
    return django_forms.CharField(widget=widget, help_text="Ghi như giấy tờ.")


class _Usual(django_forms.Form):
    def __init__(self) -> None:
        super().__init__()
        for number in range(FIELDS):
            self.fields[f"q{number}"] = _field(KINDS[number % len(KINDS)])


def _over_http(draft: Draft, *, times: int) -> float:
    """Median milliseconds of the whole request inside the process: middleware, session, rights, queries, page."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(draft.dossier.submitter.user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    url = f"/ho-so/{draft.dossier.key}/trang/long/"
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        reply = client.get(url)
        taken.append(1000 * (time.perf_counter() - began))
        assert reply.status_code == 200, reply.status_code
    _forty("the page", reply.content.decode())
    return round(statistics.median(taken[1:]), 1)
