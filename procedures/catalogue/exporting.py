"""The catalogue in force as one document: importing it into an empty portal makes an equal catalogue there.

Every procedure is its record with what the record does not say beside it (``additions``): form, processing, dates and
decision. People (who wrote, checked, approved) and drafts stay here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from procedures.catalogue.importing import Refs, row_of
from procedures.counters import counters
from procedures.models import (
    LifeEvent,
    LifeEventStep,
    Procedure,
    ProcedureField,
    ProcedureVersion,
    ServiceOffering,
    Synonym,
)

Document = dict[str, Any]


def export_catalogue(*, on: dt.date, history: bool = False) -> Document:
    """What holds on ``on``; with ``history`` every published version and every offering, past and scheduled too."""
    procedures = _procedures(on, history=history)
    slugs = {slug for slug, _ in procedures}
    return {
        "_source": f"Danh mục của cổng, bản có hiệu lực ngày {on.isoformat()}",
        "fields": _fields(),
        "life_events": _life_events(slugs),
        "synonyms": _synonyms(),
        "offerings": _offerings(slugs, on, history=history),
        "count": len(procedures),
        "procedures": [stated for _, stated in procedures],
    }


def _procedures(on: dt.date, *, history: bool) -> list[tuple[str, Document]]:
    """By slug. A procedure of which nothing holds on the day stands there with its newest version, or not at all."""
    published = ProcedureVersion.objects.filter(status=ProcedureVersion.Status.PUBLISHED)
    versions = published if history else published.in_force(on)
    grouped: dict[int, list[ProcedureVersion]] = defaultdict(list)
    for version in versions.order_by("number"):
        grouped[version.procedure_id].append(version)
    rows = Procedure.objects.filter(pk__in=grouped).order_by("slug")
    refs = Refs.stored()
    return [(row.slug, _procedure(row, grouped[row.pk], refs, on, history=history)) for row in rows]


def _procedure(
    row: Procedure, versions: list[ProcedureVersion], refs: Refs, on: dt.date, *, history: bool
) -> Document:
    stage = ProcedureVersion.Stage.IN_FORCE
    numbers = {one.pk: one.number for one in versions} if history else None
    shown = next((one for one in versions if one.stage(on) == stage), versions[-1])
    stated: Document = {
        **shown.content,
        "form": shown.form,
        "processing": shown.processing,
        "version": _terms(shown, numbers),
    }
    if counted := counters(shown, on=on):
        stated["burden"] = counted
    if own := _own_row(row, shown, refs):
        stated["procedure"] = own
    if others := [one for one in versions if one is not shown]:
        stated["history"] = [
            {
                "version": _terms(one, numbers),
                "record": one.content,
                "form": one.form,
                "processing": one.processing,
            }
            for one in others
        ]
    return stated


def _terms(version: ProcedureVersion, numbers: Mapping[int, int] | None) -> Document:
    """``numbers``: of the other versions the file shows, by key; None where it shows no others."""
    terms: Document = {
        "number": version.number,
        "online_level": version.online_level,
        "decision": version.decision,
        "effective_from": _day(version.effective_from),
        "effective_to": _day(version.effective_to),
        "published_at": version.published_at.astimezone(dt.UTC).isoformat() if version.published_at else None,
        "change_note": version.change_note,
        "burden_reason": version.burden_reason,
        "repeal_decision": version.repeal_decision,
    }
    if numbers is not None:
        terms["based_on"] = numbers.get(version.based_on_id or 0)
    return terms


def _own_row(row: Procedure, version: ProcedureVersion, refs: Refs) -> Document:
    """Where the procedure's row says otherwise than the record."""
    said = row_of(version.content, refs)
    field, owner = said.pop("field"), said.pop("owner")
    own = {name: getattr(row, name) for name in said if getattr(row, name) != said[name]}
    if row.field_id != (field.pk if field else None):
        own["field"] = row.field.name if row.field else None
    if row.owner_id != (owner.pk if owner else None):
        own["owner"] = row.owner.key if row.owner else None
    return own


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _fields() -> list[Document]:
    return [
        {
            "id": one.key,
            "name_vi": one.name,
            "name_en": one.name_en,
            "ministry_id": one.ministry.key if one.ministry else None,
        }
        for one in ProcedureField.objects.select_related("ministry").order_by("key")
    ]


def _life_events(slugs: set[str]) -> list[Document]:
    steps: dict[int, list[Document]] = defaultdict(list)
    for step in LifeEventStep.objects.select_related("procedure").order_by("order", "procedure__slug"):
        if step.procedure.slug in slugs:
            steps[step.lifeevent_id].append(
                {
                    "procedure": step.procedure.slug,
                    "order": step.order,
                    "note_vi": step.note,
                    "note_en": step.note_en,
                }
            )
    return [
        {
            "id": event.key,
            "name_vi": event.name,
            "name_en": event.name_en,
            "audience": event.audience,
            "order": event.order,
            "summary_vi": event.summary,
            "summary_en": event.summary_en,
            "steps": steps[event.pk],
        }
        for event in LifeEvent.objects.order_by("order", "key")
    ]


def _synonyms() -> list[Document]:
    return [
        {
            "say": one.say,
            "find": one.find,
            "labels": one.labels,
            "labels_en": one.labels_en,
            "is_own": one.is_own,
        }
        for one in Synonym.objects.order_by("pk")
    ]


def _offerings(slugs: set[str], on: dt.date, *, history: bool) -> list[Document]:
    rows: Iterable[ServiceOffering] = ServiceOffering.objects.select_related("procedure", "agency").order_by(
        "procedure__slug", "agency__key", "valid_from"
    )
    return [
        {
            "procedure": one.procedure.slug,
            "agency": one.agency.key,
            "online_level": one.online_level,
            "fee_vnd": one.fee_vnd,
            "fee_basis": one.fee_basis,
            "channels": one.channels,
            "valid_from": _day(one.valid_from),
            "valid_to": _day(one.valid_to),
        }
        for one in rows
        if one.procedure.slug in slugs and (history or one.valid_to is None or one.valid_to >= on)
    ]
