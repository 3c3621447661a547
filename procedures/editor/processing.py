"""How dossiers of a draft will be handled: steps, competent agency, limits, the result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from identity.access import officer_required
from identity.models import Agency
from procedures import rules
from procedures.access import EDITORIAL, version_for
from procedures.edition import Edition
from procedures.editor import processing_boxes, writing
from procedures.editor.boxes import Options, Written
from procedures.editor.frame import signed_in

ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


@require_http_methods(["GET", "POST"])
@officer_required(*EDITORIAL)
def edit_processing(request: HttpRequest, version: int) -> HttpResponse:
    edition = version_for(signed_in(request), version, "read").edition
    part = writing.Part(
        tab="edit_processing",
        name="processing",
        sections=processing_boxes.sections(_agencies(), _kinds(), _addresses(edition), _papers(edition)),
        record=lambda edition: edition.processing,
        put=_put,
        check=_problems,
    )
    return writing.page(request, version, part)


def _agencies() -> Options:
    central = Agency.objects.filter(level=Agency.Level.CENTRAL, valid_to=None).order_by("name")
    return tuple(central.values_list("key", "name"))


def _kinds() -> Options:
    """A kind of local agency is told by one of them."""
    local = Agency.objects.exclude(level=Agency.Level.CENTRAL).filter(valid_to=None).exclude(unit=None)
    examples = dict(local.order_by("kind", "-pk").values_list("kind", "name"))
    return tuple((kind, _("như %(name)s") % {"name": name}) for kind, name in examples.items())


def _addresses(edition: Edition) -> Options:
    """Address questions of the form, and what the routing reads already, so that saving loses none of it."""
    asked = _questions(edition)
    found = {name: one["label"] for name, one in asked.items() if one["kind"] == "address"}
    routing = edition.processing.get("routing") or {}
    for rule in (routing, *routing.get("cases", [])):
        for name in rule.get("from", []):
            found.setdefault(name, asked.get(name, {}).get("label", name))
    return tuple(found.items())


def _papers(edition: Edition) -> Options:
    """File questions of the form, and what a consultation shares already."""
    asked = _questions(edition)
    found = {name: one["label"] for name, one in asked.items() if one["kind"] == "file"}
    for step in edition.processing.get("steps", []):
        for name in step.get("consult", {}).get("papers", []):
            found.setdefault(name, asked.get(name, {}).get("label", name))
    return tuple(found.items())


def _questions(edition: Edition) -> dict[str, dict[str, Any]]:
    pages = (edition.form or {}).get("pages", [])
    return {one["id"]: one for page in pages for one in page["questions"]}


def _problems(written: Written) -> dict[str, str]:
    return dict([*_bad_ids(written.record), *_bad_rules(written.record), *_bad_routing(written.record)])


def _bad_ids(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("steps", "findings", "checklist"):
        seen: set[str] = set()
        for number, row in enumerate(record.get(name, [])):
            place = f"{name}.{number}.id"
            if not ID.fullmatch(row["id"]):
                yield place, _("Mã: chữ thường không dấu, số, gạch dưới; bắt đầu bằng chữ.")
            elif row["id"] in seen:
                yield place, _("Mã «%(id)s» đã dùng ở dòng trên.") % {"id": row["id"]}
            seen.add(row["id"])


def _bad_rules(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    routing = record.get("routing") or {}
    for name, rows in (("steps", record.get("steps", [])), ("routing.cases", routing.get("cases", []))):
        for number, row in enumerate(rows):
            place, rule = f"{name}.{number}.when", row.get("when", "")
            if name == "routing.cases" and not rule:
                yield place, _("Khi: trường hợp riêng cần một điều kiện.")
            elif rule:
                try:
                    rules.compiled(rule)
                except rules.RuleError as error:
                    yield place, _("Điều kiện chưa đọc được: %(reason)s.") % {"reason": error.reason}


def _bad_routing(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Either one agency, or level, kind and where from; an unfinished draft may have neither."""
    routing = record.get("routing") or {}
    for place, rule in (
        ("routing", routing),
        *((f"routing.cases.{n}", one) for n, one in enumerate(routing.get("cases", []))),
    ):
        local = [bool(rule.get(name)) for name in ("level", "kind", "from")]
        if rule.get("agency") and any(local):
            yield f"{place}.agency", _("Chọn một cơ quan cho cả nước, hoặc tìm theo địa chỉ, không cả hai.")
        elif any(local) and not all(local):
            yield f"{place}.level", _("Tìm theo địa chỉ cần đủ ba phần: cấp, loại cơ quan, câu hỏi.")


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    """Whom to ask belongs to a consultation only."""
    asks = step["kind"] == processing_boxes.CONSULT
    return {name: value for name, value in step.items() if name != "consult" or asks and value}


def _put(edition: Edition, written: Written) -> Edition:
    record = {name: value for name, value in written.record.items() if value not in ({}, [])}
    if "steps" in record:
        record["steps"] = [_step(step) for step in record["steps"]]
    return replace(edition, processing=record)
