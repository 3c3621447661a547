"""From catalogue records to procedures and published versions: everything or nothing, and only what differs.

A version is frozen. A record equal to the one imported last changes nothing; another one becomes the next version,
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
    OnlineLevel,
    Procedure,
    ProcedureField,
    ProcedureVersion,
)
from procedures.services.life_events import list_on_pages, written_pages

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
    written = written_pages()
    free = [event for event in events if event.key not in written]
    return counts + sync(free, LifeEvent.objects.exclude(key__in=written), key=["key"], fields=names)


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
    versions = ProcedureVersion.objects.filter(status=ProcedureVersion.Status.PUBLISHED).order_by("number")
    latest = {version.procedure_id: version for version in versions}
    imported = {version.procedure_id: version for version in versions.filter(approved_by=None)}
    highest = dict(
        ProcedureVersion.objects.values_list("procedure_id").annotate(highest=Max("number")).order_by()
    )
    before = {procedure.pk: procedure for procedure in stored}
    published, same, late = [], 0, []
    for record, procedure in zip(progress(records), procedures, strict=True):
        version = _version(record, procedure, at)
        version.number = highest.get(procedure.pk, 0) + 1
        old = latest.get(procedure.pk)
        if _equal(imported.get(procedure.pk), version):
            same += 1
            continue
        if old is None:
            version.effective_from = _first_day(record)
        elif not _follow(old, version, on):
            late.append(Fault(f"$.{procedure.slug}", _too_early(old)))
        published.append((record, procedure, version, old))
    if late:
        raise InvalidCatalogue(late)
    _save(published, before)
    created = sum(old is None for *_, old in published)
    return Counts(created, len(published) - created, same)


def _follow(old: ProcedureVersion, new: ProcedureVersion, on: dt.date) -> bool:
    """``new`` begins on the day and ``old`` ends the day before, unless it ended earlier; False when it begins no
    earlier itself."""
    if old.effective_from is None or old.effective_from >= on:
        return False
    new.effective_from = on
    if old.effective_to is None or old.effective_to >= on:
        old.effective_to, old.repeal_decision = on - dt.timedelta(days=1), ""
    return True


def _too_early(old: ProcedureVersion) -> str:
    return f"bản {old.number} có hiệu lực từ {old.effective_from:%d/%m/%Y}; hãy nhập từ ngày sau ngày đó"


def _save(
    published: list[tuple[Record, Procedure, ProcedureVersion, ProcedureVersion | None]],
    before: dict[int, Procedure],
) -> None:
    fresh = [procedure for _, procedure, _, _ in published if procedure.pk is None]
    Procedure.objects.bulk_create(fresh, batch_size=1000)
    moved = [procedure for _, procedure, _, _ in published if procedure.pk in before]
    Procedure.objects.bulk_update(moved, ["slug", *FIELDS], batch_size=500)
    ended = [old for *_, old in published if old]
    ProcedureVersion.objects.bulk_update(ended, ["effective_to", "repeal_decision"], batch_size=500)
    for _, procedure, version, _ in published:
        version.procedure = procedure
    ProcedureVersion.objects.bulk_create([version for _, _, version, _ in published], batch_size=500)
    list_on_pages({procedure.pk: record.get("life_events", []) for record, procedure, _, _ in published})


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


def _equal(old: ProcedureVersion | None, new: ProcedureVersion) -> bool:
    """``old`` is what was imported last: the same file never undoes what the ministry published since."""
    if old is None:
        return False
    frozen = ("online_level", "content", "form", "processing")
    return all(getattr(old, name) == getattr(new, name) for name in frozen)


def _first_day(record: Record) -> dt.date:
    return dt.date.fromisoformat(record["valid_from"]) if "valid_from" in record else CATALOGUE_FROM
