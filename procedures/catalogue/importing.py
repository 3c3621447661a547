"""From catalogue records to procedures and published versions: everything or nothing, and only what differs.

A version is frozen. A record equal to the version in force changes nothing; another one becomes the next version,
and the old one ends the day before. Files beside this package make a procedure live here: its form is
``definitions/<slug>.json``, its steps and routing ``definitions/<slug>.processing.json``.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from identity.loading import Counts, sync
from identity.models import Agency
from procedures import search
from procedures.catalogue import DEFINITIONS, read
from procedures.catalogue.validate import Fault, Known, brief_slug, faults
from procedures.models import (
    LifeEvent,
    LifeEventStep,
    OnlineLevel,
    Procedure,
    ProcedureField,
    ProcedureVersion,
)

CATALOGUE_FROM = dt.date(2025, 7, 1)
"""First day of the two-level administration, from which the records of the catalogue are stated."""
FIELDS = [
    "code",
    "name",
    "name_en",
    "field",
    "owner",
    "levels",
    "audience",
    "keywords",
    "source",
    "confidence",
]

Record = Mapping[str, Any]
Progress = Callable[[Iterable[Record]], Iterable[Record]]


class InvalidCatalogue(Exception):
    """The file has faults; nothing was imported."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__(f"{len(found)} lỗi")
        self.faults = found


@dataclass
class Refs:
    """What records refer to, by the words they use."""

    agencies: dict[str, Agency]
    fields: dict[str, ProcedureField]
    events: dict[str, LifeEvent]


@transaction.atomic
def load_vocabulary() -> Counts:
    """Fields and life events of the project's own data; records may refer to nothing else."""
    agencies = {agency.key: agency for agency in Agency.objects.filter(level=Agency.Level.CENTRAL)}
    fields = [
        ProcedureField(
            key=row["id"],
            name=row["name_vi"],
            name_en=row["name_en"],
            ministry=agencies[row["ministry_id"]] if row["ministry_id"] else None,
        )
        for row in read("fields")["fields"]
    ]
    events = [
        LifeEvent(
            key=row["id"], name=row["name_vi"], name_en=row["name_en"], audience=row["audience"], order=order
        )
        for order, row in enumerate(read("procedures")["life_events"])
    ]
    counts = sync(fields, ProcedureField.objects.all(), key=["key"], fields=["name", "name_en", "ministry"])
    names = ["name", "name_en", "audience", "order"]
    return counts + sync(events, LifeEvent.objects.all(), key=["key"], fields=names)


@transaction.atomic
def import_catalogue(document: Any, *, at: dt.datetime, on: dt.date, progress: Progress = iter) -> Counts:
    """Import a file of records, in force from ``on`` where they differ. Raises InvalidCatalogue."""
    document = _composed(document)
    if found := faults(document, known()):
        raise InvalidCatalogue(found)
    refs = _refs()
    stored = list(Procedure.objects.all())
    records = _kept(document["procedures"], stored)
    procedures = [_procedure(record, refs) for record in records]
    _keep_identity(procedures, stored)
    changed = _versions(records, procedures, stored, at=at, on=on, progress=progress)
    skipped = len(document["procedures"]) - len(records)
    transaction.on_commit(search.forget)
    return changed + Counts(unchanged=skipped)


def known() -> Known:
    stored = {code: slug for code, slug in Procedure.objects.values_list("code", "slug") if code}
    return Known(
        agencies=frozenset(Agency.objects.filter(level=Agency.Level.CENTRAL).values_list("key", flat=True)),
        fields=frozenset(ProcedureField.objects.values_list("name", flat=True)),
        life_events=frozenset(LifeEvent.objects.values_list("key", flat=True)),
        registers=frozenset(read("procedures")["registers"]),
        codes=stored,
        slugs=frozenset(Procedure.objects.values_list("slug", flat=True)),
    )


def _composed(value: Any) -> Any:
    """Text in NFC wherever it stands: two spellings of one mark must not become two versions."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed(item) for item in value]
    if isinstance(value, dict):
        return {_composed(key): _composed(item) for key, item in value.items()}
    return value


def _refs() -> Refs:
    central = Agency.objects.filter(level=Agency.Level.CENTRAL).select_related("successor")
    return Refs(
        {agency.key: agency for agency in central},
        {field.name: field for field in ProcedureField.objects.all()},
        {event.key: event for event in LifeEvent.objects.all()},
    )


def _kept(records: list[Record], stored: list[Procedure]) -> list[Record]:
    """Without brief records of procedures that are already described in full: those say less."""
    full = {one.code for one in stored if one.code and one.slug != brief_slug(one.code)}
    return [record for record in records if "id" in record or record["code"] not in full]


def _procedure(record: Record, refs: Refs) -> Procedure:
    detailed = "id" in record
    owner = record.get("owner_since_2025") or record["owning_agency" if detailed else "ministry_id"]
    agency = refs.agencies[owner] if owner else None
    return Procedure(
        slug=record["id"] if detailed else brief_slug(record["code"]),
        code=record["code"],
        name=record["name_vi"],
        name_en=record.get("name_en", ""),
        field=refs.fields[record["field_vi"]],
        owner=(agency.successor or agency) if agency else None,
        levels=record["levels_since_2025_07"] if detailed else record["levels"],
        audience=record.get("target", []),
        keywords=record.get("keywords", []),
        source=(record["code_source"] or "") if detailed else record["source"],
        confidence=record["confidence"],
    )


def _keep_identity(procedures: list[Procedure], stored: list[Procedure]) -> None:
    """A procedure is found by its code, and without one by its slug; a fuller record may bring a better slug."""
    by_code = {one.code: one for one in stored if one.code}
    by_slug = {one.slug: one for one in stored}
    for procedure in procedures:
        found = by_code.get(procedure.code or "") or by_slug.get(procedure.slug)
        if found:
            procedure.pk = found.pk


def _versions(
    records: list[Record],
    procedures: list[Procedure],
    stored: list[Procedure],
    *,
    at: dt.datetime,
    on: dt.date,
    progress: Progress,
) -> Counts:
    published_before = ProcedureVersion.objects.filter(status=ProcedureVersion.Status.PUBLISHED)
    latest = {v.procedure_id: v for v in published_before.order_by("procedure_id", "effective_from")}
    highest = dict(
        ProcedureVersion.objects.values_list("procedure_id").annotate(highest=Max("number")).order_by()
    )
    before = {procedure.pk: procedure for procedure in stored}
    published, same = [], 0
    for record, procedure in zip(progress(records), procedures, strict=True):
        version = _version(record, procedure, at)
        old = latest.get(procedure.pk) if procedure.pk else None
        if old is None:
            version.effective_from = _first_day(record)
        elif _equal(old, version):
            same += 1
            continue
        else:
            version.number = highest[procedure.pk] + 1
            version.effective_from = on
            old.effective_to = on - dt.timedelta(days=1)
        published.append((record, procedure, version, old))
    _save(published, before)
    created = sum(old is None for *_, old in published)
    return Counts(created, len(published) - created, same)


def _save(
    published: list[tuple[Record, Procedure, ProcedureVersion, ProcedureVersion | None]],
    before: dict[int, Procedure],
) -> None:
    fresh = [procedure for _, procedure, _, _ in published if procedure.pk is None]
    Procedure.objects.bulk_create(fresh, batch_size=1000)
    moved = [procedure for _, procedure, _, _ in published if procedure.pk in before]
    Procedure.objects.bulk_update(moved, ["slug", *FIELDS], batch_size=500)
    ended = [old for *_, old in published if old]
    ProcedureVersion.objects.bulk_update(ended, ["effective_to"], batch_size=500)
    for _, procedure, version, _ in published:
        version.procedure = procedure
    ProcedureVersion.objects.bulk_create([version for _, _, version, _ in published], batch_size=500)
    _link_life_events(published)


def _link_life_events(published: list[tuple[Record, Procedure, Any, Any]]) -> None:
    events = {event.key: event.pk for event in LifeEvent.objects.all()}
    wanted = {
        (procedure.pk, events[key])
        for record, procedure, _, _ in published
        for key in record.get("life_events", [])
    }
    steps = LifeEventStep.objects.filter(procedure_id__in=[procedure.pk for _, procedure, _, _ in published])
    kept = set(steps.values_list("procedure_id", "lifeevent_id"))
    for step in steps:
        if (step.procedure_id, step.lifeevent_id) not in wanted:
            step.delete()
    LifeEventStep.objects.bulk_create(
        LifeEventStep(procedure_id=procedure, lifeevent_id=event)
        for procedure, event in sorted(wanted - kept)
    )


def _version(record: Record, procedure: Procedure, at: dt.datetime) -> ProcedureVersion:
    form = definition(f"{procedure.slug}.json")
    return ProcedureVersion(
        number=1,
        status=ProcedureVersion.Status.PUBLISHED,
        online_level=record["online_level"] if form else OnlineLevel.INFORMATION,
        content=dict(record),
        form=form,
        processing=definition(f"{procedure.slug}.processing.json") or {},
        published_at=at,
    )


def definition(name: str) -> dict[str, Any] | None:
    """A file of the definitions shipped with the portal; None where there is none."""
    path = DEFINITIONS / name
    if not path.exists():
        return None
    definition: dict[str, Any] = _composed(json.loads(path.read_text(encoding="utf-8")))
    return definition


def _equal(old: ProcedureVersion, new: ProcedureVersion) -> bool:
    frozen = ("online_level", "content", "form", "processing")
    return all(getattr(old, name) == getattr(new, name) for name in frozen)


def _first_day(record: Record) -> dt.date:
    return dt.date.fromisoformat(record["valid_from"]) if "valid_from" in record else CATALOGUE_FROM
