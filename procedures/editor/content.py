"""The content of a draft: the catalogue record, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from identity.access import officer_required
from identity.errors import Refused
from procedures.access import EDITORIAL
from procedures.edition import Edition
from procedures.editor import content_boxes, writing
from procedures.editor.boxes import Written
from procedures.models import LifeEvent, Procedure, ProcedureField


@require_http_methods(["GET", "POST"])
@officer_required(*EDITORIAL)
def edit_content(request: HttpRequest, version: int) -> HttpResponse:
    fields = ProcedureField.objects.order_by("name").values_list("name", flat=True)
    events = tuple((event.key, event.title) for event in LifeEvent.objects.all())
    part = writing.Part(
        tab="edit_content",
        name="content",
        sections=content_boxes.sections(list(fields), events),
        record=_with_codes,
        put=_put,
        check=_unknown_bundle,
    )
    return writing.page(request, version, part)


def _with_codes(edition: Edition) -> Mapping[str, Any]:
    """Parts of a bundle by the code an editor knows."""
    slugs = edition.content.get("bundle_of", [])
    codes = dict(Procedure.objects.filter(slug__in=slugs).values_list("slug", "code"))
    return {**edition.content, "bundle_of": [codes.get(slug) or slug for slug in slugs]}


def _unknown_bundle(written: Written) -> dict[str, str]:
    named = written.record.get("bundle_of", [])
    known = _slugs(named)
    if missing := [one for one in named if one not in known]:
        return {"bundle_of": _("Liên thông: không có thủ tục «%(code)s».") % {"code": missing[0]}}
    if len(set(known.values())) == 1:
        return {"bundle_of": _("Liên thông: ghi ít nhất hai thủ tục khác nhau.")}
    return {}


def _slugs(named: Sequence[str]) -> dict[str, str]:
    found = Procedure.objects.filter(Q(code__in=named) | Q(slug__in=named)).values_list("slug", "code")
    return {name: slug for slug, code in found for name in (slug, code) if name}


def _put(edition: Edition, written: Written) -> Edition:
    record = written.record
    for number, step in enumerate(record.get("steps", []), 1):
        step["order"] = number
    if named := record.get("bundle_of"):
        known = _slugs(named)
        record["bundle_of"] = list(dict.fromkeys(known[one] for one in named))
    field = ProcedureField.objects.filter(name=record.get("field_vi", "")).first()
    record["field_en"] = field.name_en if field else ""
    record["levels"] = record.get("levels") or record.get("levels_since_2025_07", [])
    level = record.get("online_level") or edition.online_level
    form = with_papers_moved(edition, written.origins.get("components"))
    return replace(edition, online_level=level, content=record, form=form)


def with_papers_moved(edition: Edition, origins: Sequence[int | None] | None) -> Mapping[str, Any] | None:
    """The form whose upload boxes still belong to the same papers. Raises Refused when a paper taken out has one."""
    form = edition.form
    if form is None or origins is None:
        return form
    stored = len(edition.content.get("components") or [])
    places = {old: new for new, old in enumerate(origins) if old is not None}

    def moved(question: Mapping[str, Any]) -> Mapping[str, Any]:
        old = question.get("component")
        if old is None or old >= stored or places.get(old) == old:
            return question
        if old not in places:
            raise Refused(
                _(
                    "Chưa bỏ được giấy tờ số %(number)s: câu «%(label)s» của biểu mẫu còn nhận tệp của giấy này."
                )
                % {"number": old + 1, "label": question.get("label", "")}
            )
        return {**question, "component": places[old]}

    pages = [
        {**page, "questions": [moved(one) for one in page.get("questions", [])]}
        for page in form.get("pages", [])
    ]
    return {**form, "pages": pages}
