"""Turning a decision into a paper: the drafted fields, then the rendered, signed and stored PDF/A."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation

from applications import papers, wording
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier, Result
from applications.results import render, signing
from procedures.journey import Journey


ISSUED = "issued"
"""Source of a result field that the agency fills when it issues (number, date, signer): the paper's own frame."""


def fields_of(journey: Journey) -> list[dict[str, Any]]:
    """What the paper will say: the result fields of the form, as [{label, label_en, value}] in Vietnamese."""
    values = journey.values()
    fields: list[dict[str, Any]] = []
    with translation.override("vi"):
        for field in journey.form.result_fields:
            if field.source == ISSUED or field.source not in values:
                continue
            fields.append({"label": field.label, "label_en": field.label_en, **_content(journey, field.source)})
    return [field for field in fields if field.get("value") or field.get("rows")]


def _content(journey: Journey, source: str) -> dict[str, Any]:
    value = journey.values()[source]
    if page := journey.form.groups.get(source):
        columns = [question.label for question in page.questions]
        return {"columns": columns, "rows": wording.rows_in_words(page.questions, value)}
    return {"value": wording.in_words(journey.form.questions[source], value)}


def produce(dossier: Dossier, result: Result) -> tuple[str, str]:
    """Render and sign; returns (storage path, SHA-256 in hex). Slow: never inside a transaction."""
    agency: Any = dossier.agency
    pdf = render.result_pdf(
        template_of(dossier, result), context_of(dossier, result), data=data_of(dossier, result)
    )
    signer = signing.signer_for(organisation=agency.name, name=result.signer_name, title=result.signer_title)
    signed = signer.sign(
        pdf,
        reason=dossier.version.content.get("result", {}).get("name_vi", ""),
        location=place_of(dossier),
        name=result.signer_name or agency.name,
        at=result.signed_at,
    )
    path = papers.store(signed)
    return path, path.rpartition("/")[2]


def template_of(dossier: Dossier, result: Result) -> str:
    if result.kind == Result.Kind.REFUSAL:
        return "pdf/result/refusal.html"
    return f"pdf/result/{dossier.version.processing['result_template']}.html"


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
        "title": dossier.version.content.get("result", {}).get("name_vi", ""),
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
        "demo": settings.DEMO,
    }


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
