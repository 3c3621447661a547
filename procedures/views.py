"""Finding a procedure and reading what it asks, costs and takes."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from identity.access import citizen_of, public
from procedures import facts, search
from procedures.listing import Listing
from procedures.models import Procedure, ProcedureVersion
from procedures.personas import counters
from procedures.schema import Form, load

NAME = re.compile(r"[a-zA-Z0-9.-]{1,80}")
"""What a code or slug may look like; PostgreSQL refuses some other characters altogether."""


@public
def find(request: HttpRequest) -> HttpResponse:
    """``/thu-tuc/?q=…`` and every facet as a plain link."""
    return render(request, "procedures/search.html", {"listing": Listing(request.GET, on=search.today())})


@public
def detail(request: HttpRequest, code: str) -> HttpResponse:
    procedure = procedure_at(code)
    version = procedure.versions.in_force(search.today()).order_by("-number").first()
    if version is None:
        return _not_in_force(request, procedure)
    return render(request, "procedures/detail.html", shown(request, procedure, version))


def shown(request: HttpRequest, procedure: Procedure, version: ProcedureVersion) -> dict[str, Any]:
    """What the page of a procedure says of one of its versions."""
    on = search.today()
    record = version.content
    form = load(version.form) if version.form else None
    papers = facts.papers(record)
    published = procedure.versions.filter(status=ProcedureVersion.Status.PUBLISHED)
    return {
        "procedure": procedure,
        "version": version,
        "record": record,
        "others": published.exclude(pk=version.pk).order_by("-effective_from"),
        "form": form,
        "is_full": facts.is_full(record),
        "signed_in": citizen_of(request) is not None,
        "can_start": version.is_live,
        "who": facts.who(record),
        "fee": facts.local_fee(facts.fee(record, on=on), form.fees.cases if form else ()),
        "limit": facts.time_limit(record),
        "place": facts.where(record),
        "papers": papers,
        "to_bring": [paper for paper in papers if paper.required and not paper.is_form and not paper.held_in],
        "level": facts.online_level(record),
        "result": facts.in_reader_language(record.get("result", {}), "name"),
        "steps": [facts.in_reader_language(step, "name") for step in record.get("steps", [])],
        "channels": [facts.CHANNELS[channel] for channel in record.get("submission_channels", [])],
        "bundle": Procedure.objects.filter(slug__in=record.get("bundle_of", [])),
        "life_event": procedure.life_events.first(),
        "effort": _effort(form),
    }


def _not_in_force(request: HttpRequest, procedure: Procedure) -> HttpResponse:
    """Repealed or still to come: its versions are told, not hidden."""
    if not procedure.versions.filter(status=ProcedureVersion.Status.PUBLISHED).exists():
        raise Http404(_("Thủ tục này chưa có bản nào được công bố."))
    return redirect("procedures:changes", code=procedure.path_code)


def procedure_at(code: str) -> Procedure:
    """The procedure of an address. Raises Http404."""
    if not NAME.fullmatch(code):
        raise Http404
    rows = Procedure.objects.select_related("field", "owner")
    found = rows.filter(code=code).first()
    return found or get_object_or_404(rows, slug=code, code=None)


def _effort(form: Form | None) -> list[tuple[str, int, int]]:
    """What the form asks of somebody of whom no register knows anything, and of somebody all of them know."""
    if form is None:
        return []
    found = counters(form, today=search.today())
    heads = (
        ("typed", _("Ô phải gõ")),
        ("chosen", _("Lựa chọn")),
        ("uploads", _("Giấy tờ tải lên")),
        ("pages", _("Trang")),
        ("clicks", _("Lần bấm")),
    )
    return [(label, getattr(found["known"], head), getattr(found["unknown"], head)) for head, label in heads]
