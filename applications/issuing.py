"""Turning a decision into a paper: the drafted fields, then the rendered, signed and stored PDF/A."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from applications import papers, wording
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier, Result
from applications.results import render, signing
from identity.errors import Refused
from identity.models import Agency
from procedures.journey import Journey
from procedures.models import ProcedureVersion

ISSUED = "issued"
"""Source of a result field that the agency fills when it issues (number, date, signer): the paper's own frame."""


APPEAL = (
    "Trong 90 ngày kể từ ngày nhận được văn bản này, có quyền khiếu nại đến cơ quan đã ra văn bản"
    " (Luật Khiếu nại 2011, Điều 9); trong 01 năm, có quyền khởi kiện vụ án hành chính tại Tòa án có thẩm quyền"
    " (Luật Tố tụng hành chính 2015, Điều 116)."
)
"""A reasoned refusal names the way to contest it; the two periods are the general ones of these laws."""


def findings_of(dossier: Dossier) -> list[dict[str, Any]]:
    """What the agency itself must state: [{id, label, label_en, required, suggest}] of the pinned version."""
    return findings_of_version(dossier.version)


def findings_of_version(version: ProcedureVersion) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = version.processing.get("findings", [])
    return findings


def fields_of(dossier: Dossier, journey: Journey, findings: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the paper will say, as [{label, label_en, value}] in Vietnamese. Raises Refused for a missing finding."""
    stated = {one["label"]: _stated(one, findings) for one in findings_of(dossier)}
    values = journey.values()
    fields: list[dict[str, Any]] = []
    with translation.override("vi"):
        for field in journey.form.result_fields:
            words = {"label": field.label, "label_en": field.label_en}
            if stated.get(field.label):
                fields.append({**words, "value": stated[field.label]})
            elif field.source != ISSUED and field.source in values:
                fields.append({**words, **_content(journey, field.source)})
    return [field for field in fields if field.get("value") or field.get("rows")]


def _stated(finding: Mapping[str, Any], findings: Mapping[str, str]) -> str:
    text = findings.get(finding["id"], "").strip()
    if finding.get("required") and not text:
        raise Refused(_("Hãy ghi «%(finding)s».") % {"finding": finding["label"]})
    return text


def _content(journey: Journey, source: str) -> dict[str, Any]:
    value = journey.values()[source]
    if page := journey.form.groups.get(source):
        columns = [question.label for question in page.questions]
        return {"columns": columns, "rows": wording.rows_in_words(page.questions, value)}
    return {"value": wording.in_words(journey.form.questions[source], value)}


def produce(dossier: Dossier, result: Result) -> tuple[str, str]:
    """Render and sign; returns (storage path, SHA-256 in hex). Slow: never inside a transaction."""
    agency, signed_at = cast("Agency", dossier.agency), cast("dt.datetime", result.signed_at)
    pdf = render.result_pdf(
        template_of(dossier, result), context_of(dossier, result), data=data_of(dossier, result)
    )
    signer = signing.signer_for(organisation=agency.name, name=result.signer_name, title=result.own_title)
    signed = signer.sign(
        pdf,
        reason=title_of(dossier, result),
        location=place_of(dossier),
        name=result.signer_name or agency.name,
        at=signed_at,
    )
    path = papers.store(signed)
    return path, path.rpartition("/")[2]


def template_of(dossier: Dossier, result: Result) -> str:
    if result.kind == Result.Kind.REFUSAL:
        return "pdf/result/refusal.html"
    return f"pdf/result/{dossier.version.processing.get('result_template', 'certificate')}.html"


def title_of(dossier: Dossier, result: Result | None) -> str:
    """What the paper is called; without a result yet, the one that would grant."""
    if result is not None and result.kind == Result.Kind.REFUSAL:
        return "Văn bản từ chối giải quyết hồ sơ"
    named = dossier.version.processing.get("result_title")
    return str(named or dossier.version.content.get("result", {}).get("name_vi", ""))


def place_of(dossier: Dossier) -> str:
    """Place of issue as written over the date: the province of the agency."""
    agency: Any = dossier.agency
    unit = agency.unit
    province = unit.parent if unit is not None and unit.parent is not None else unit
    name = province.name if province else "Hà Nội"
    return name.removeprefix("Thành phố ").removeprefix("Tỉnh ")


def verify_url(result: Result) -> str:
    return f"{settings.PUBLIC_URL}/xac-thuc/{result.verify_code}/"


def context_of(dossier: Dossier, result: Result) -> dict[str, Any]:
    agency: Any = dossier.agency
    signed_at: Any = result.signed_at
    return {
        "number": result.number,
        "title": title_of(dossier, result),
        "agency": {"name": agency.name, "parent_name": agency.parent.name if agency.parent else ""},
        "place": place_of(dossier),
        "issued_on": signed_at.astimezone(LEGAL_ZONE).date(),
        "fields": [field for field in result.fields if "value" in field],
        "table": next((field for field in result.fields if "rows" in field), None),
        "signer": {"name": result.signer_name, "title": result.signer_title, "signed_at": signed_at},
        "verify_url": verify_url(result),
        "verify_code": result.verify_code,
        "dossier_code": dossier.code,
        "procedure": dossier.version.procedure.name,
        "addressee": dossier.submitter.name,
        "reasons": [result.reason] if result.reason else [],
        "legal_bases": dossier.version.content.get("legal_bases", []),
        "appeal": APPEAL,
        "demo": settings.DEMO,
        **_named_by_answers(dossier),
    }


def _named_by_answers(dossier: Dossier) -> dict[str, Any]:
    """Parts of the paper that an answer chooses, as ``processing.paper`` maps them: {part: {question, values}}."""
    parts: dict[str, Any] = {}
    for part, choice in dossier.version.processing.get("paper", {}).items():
        answer = dossier.answers.filter(question=choice["question"]).first()
        parts[part] = choice["values"].get(answer.value if answer else "", "")
    return parts


def data_of(dossier: Dossier, result: Result) -> dict[str, Any]:
    """The same content for machines, attached inside the PDF/A-3."""
    return {
        "procedure": dossier.version.procedure.path_code,
        "version": dossier.version.number,
        "dossier": dossier.code,
        "number": result.number,
        "kind": result.kind,
        "verify": verify_url(result),
        "fields": result.fields,
    }
