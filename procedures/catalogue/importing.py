"""From catalogue records to procedures and published versions: everything or nothing, and only what differs.

A version is frozen. A record equal to the version in force changes nothing; another one becomes the next version,
and the old one ends the day before (``timeline``). Files beside this package make a procedure live here: its form is
``definitions/<slug>.json``, its steps and routing ``definitions/<slug>.processing.json``; an export brings its own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import Max

from identity.loading import Counts, sync
from identity.models import Agency
from procedures import search
from procedures.catalogue import additions, around, read, surroundings, timeline
from procedures.catalogue.additions import Entry, Record
from procedures.catalogue.reading import composed
from procedures.catalogue.synonyms import load_synonyms
from procedures.catalogue.timeline import CATALOGUE_FROM, Line
from procedures.catalogue.validate import Known, brief_slug, faults
from procedures.catalogue.values import Fault, InvalidCatalogue
from procedures.edition import Edition
from procedures.models import LifeEvent, Procedure, ProcedureField, ProcedureVersion
from procedures.services.life_events import list_on_pages, written_pages

__all__ = [
    "CATALOGUE_FROM",
    "Imported",
    "InvalidCatalogue",
    "Record",
    "import_catalogue",
    "known",
    "load_vocabulary",
]

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
Progress = Callable[[Iterable[Record]], Iterable[Record]]


@dataclass(frozen=True)
class Change:
    """One procedure that gets another version: what held before and what holds after."""

    code: str
    name: str
    number: int
    effective_from: dt.date
    before: Edition
    after: Edition


@dataclass(frozen=True)
class Imported(Counts):
    """Counts of procedures, and what each changed one changes."""

    changes: tuple[Change, ...] = ()

    def as_dict(self) -> dict[str, int]:
        return Counts(self.created, self.updated, self.unchanged).as_dict()


@dataclass
class Refs:
    """What records refer to, by the words they use."""

    agencies: dict[str, Agency]
    fields: dict[str, ProcedureField]

    @classmethod
    def stored(cls) -> Refs:
        central = Agency.objects.filter(level=Agency.Level.CENTRAL).select_related("successor")
        return cls(
            {agency.key: agency for agency in central},
            {field.name: field for field in ProcedureField.objects.all()},
        )


@transaction.atomic
def load_vocabulary() -> Counts:
    """Fields, life events and sayings of the project's own data; a plain record may refer to nothing else."""
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
    counts += sync(free, LifeEvent.objects.exclude(key__in=written), key=["key"], fields=names)
    return counts + load_synonyms(read("synonyms")["synonyms"])


def import_catalogue(
    document: Any, *, at: dt.datetime, on: dt.date, progress: Progress = iter, dry_run: bool = False
) -> Imported:
    """Import a file of records, in force from ``on`` where they differ. With ``dry_run`` the database does all of it
    and takes it back. Raises InvalidCatalogue with every fault and its place; then nothing was imported."""
    document = composed(document)
    try:
        with transaction.atomic():
            told = _import(document, at=at, on=on, progress=progress)
            if dry_run:
                transaction.set_rollback(True)
    except (IntegrityError, DataError) as refused:
        reason = "danh mục vừa thay đổi hoặc tệp tự mâu thuẫn, cơ sở dữ liệu không nhận; hãy nhập lại tệp"
        raise InvalidCatalogue([Fault("$", reason)]) from refused
    return told


def _import(document: Any, *, at: dt.datetime, on: dt.date, progress: Progress) -> Imported:
    check(document)
    surroundings.load_fields(document)
    surroundings.load_life_events(document)
    refs = Refs.stored()
    stored = list(Procedure.objects.select_for_update(of=("self",)).order_by("pk"))
    published = _published()
    entries = [
        additions.entry(raw, f"$.procedures[{number}]") for number, raw in enumerate(document["procedures"])
    ]
    kept = _kept(entries, stored, published)
    procedures = [_procedure(entry, refs) for entry in kept]
    _keep_identity(kept, procedures, stored)
    lines = _lines(procedures, published)
    found: list[Fault] = []
    for entry, line, _ in zip(kept, lines, progress([one.now.record for one in kept]), strict=True):
        try:
            timeline.place(entry, line, at=at, on=on)
        except InvalidCatalogue as invalid:
            found += invalid.faults
    if found:
        raise InvalidCatalogue(found)
    before = {one.pk: [two.content for two in published[one.pk]] for one in stored}
    _save(kept, lines, {one.pk: one.slug for one in stored}, on)
    list_on_pages(
        {
            line.procedure.pk: entry.now.record.get("life_events", [])
            for entry, line in zip(kept, lines, strict=True)
            if line.changed and line.after is not None
        }
    )
    surroundings.load_steps(document, {line.procedure.pk for line in lines})
    surroundings.load_offerings(document)
    surroundings.load_synonyms(document)
    transaction.on_commit(search.forget)
    return _told(lines, before, skipped=len(entries) - len(kept))


def check(document: Any) -> None:
    """Raises InvalidCatalogue with everything that can be told before anything is written."""
    here = known()
    shaped = isinstance(document, dict) and isinstance(document.get("procedures"), list)
    words = around.known_with(document, here) if shaped else here
    # Ids of the file are told apart from slugs already taken: a new id must not be one of those.
    found = faults(document, Known(**{**vars(words), "slugs": here.slugs}))
    if shaped:
        for number, raw in enumerate(document["procedures"]):
            if isinstance(raw, dict):
                found += additions.faults(raw, f"$.procedures[{number}]", words)
        found += around.faults(document, words)
    if not found and shaped:
        found = list(around.overlaps(document, surroundings.offered()))
    if found:
        raise InvalidCatalogue(sorted(found, key=lambda fault: _place(fault.path)))


def _place(path: str) -> str:
    """Sorts [10] after [9]."""
    return re.sub(r"[0-9]+", lambda digits: digits[0].zfill(6), path[:300])


def known() -> Known:
    stored = {code: slug for code, slug in Procedure.objects.values_list("code", "slug") if code}
    agencies = dict(Agency.objects.values_list("key", "level"))
    return Known(
        agencies=frozenset(key for key, level in agencies.items() if level == Agency.Level.CENTRAL),
        fields=frozenset(ProcedureField.objects.values_list("name", flat=True)),
        life_events=frozenset(LifeEvent.objects.values_list("key", flat=True)),
        registers=frozenset(read("procedures")["registers"]),
        codes=stored,
        slugs=frozenset(Procedure.objects.values_list("slug", flat=True)),
        offering_agencies=frozenset(agencies),
    )


def _published() -> dict[int, list[ProcedureVersion]]:
    """The published versions of each procedure by the day they begin."""
    found: dict[int, list[ProcedureVersion]] = defaultdict(list)
    rows = ProcedureVersion.objects.filter(status=ProcedureVersion.Status.PUBLISHED)
    for version in rows.order_by("effective_from"):
        found[version.procedure_id].append(version)
    return found


def _kept(
    entries: list[Entry], stored: list[Procedure], published: Mapping[int, list[ProcedureVersion]]
) -> list[Entry]:
    """Without brief records of procedures that are already described in full: those say less."""
    full = {
        one.code
        for one in stored
        if one.code
        and (one.slug != brief_slug(one.code) or any("id" in two.content for two in published[one.pk]))
    }
    return [entry for entry in entries if "id" in entry.now.record or entry.now.record["code"] not in full]


def row_of(record: Record, refs: Refs) -> dict[str, Any]:
    """What a record says of its procedure, as the procedure's own row keeps it."""
    detailed = "id" in record
    owner = record.get("owner_since_2025") or record.get("owning_agency" if detailed else "ministry_id")
    agency = refs.agencies.get(owner or "")
    return {
        "slug": record["id"] if detailed else brief_slug(record.get("code") or ""),
        "name": record.get("name_vi", ""),
        "name_en": record.get("name_en", ""),
        "field": refs.fields.get(record.get("field_vi", "")),
        "owner": (agency.successor or agency) if agency else None,
        "levels": record.get("levels_since_2025_07" if detailed else "levels", []),
        "audience": record.get("target", []),
        "keywords": record.get("keywords", []),
        "source": record.get("code_source" if detailed else "source") or "",
        "confidence": record.get("confidence", ""),
    }


def _procedure(entry: Entry, refs: Refs) -> Procedure:
    said = dict(entry.row)
    if "field" in said:
        said["field"] = refs.fields[said["field"]] if said["field"] else None
    if "owner" in said:
        said["owner"] = refs.agencies[said["owner"]] if said["owner"] else None
    return Procedure(code=entry.now.record["code"], **{**row_of(entry.now.record, refs), **said})


def _keep_identity(entries: list[Entry], procedures: list[Procedure], stored: list[Procedure]) -> None:
    """A procedure is found by its code, and without one by its slug; a fuller record may bring a better slug."""
    by_code = {one.code: one for one in stored if one.code}
    by_slug = {one.slug: one for one in stored}
    seen: dict[int | str, str] = {}
    for entry, procedure in zip(entries, procedures, strict=True):
        found = by_code.get(procedure.code or "") or by_slug.get(procedure.slug)
        if found:
            procedure.pk = found.pk
        for name in (procedure.pk or 0, procedure.slug):
            if name and name in seen:
                raise InvalidCatalogue(
                    [Fault(entry.now.path, f"cùng một thủ tục với {seen[name]}; hãy giữ một bản ghi")]
                )
            seen[name] = entry.now.path


def _lines(procedures: list[Procedure], published: Mapping[int, list[ProcedureVersion]]) -> list[Line]:
    numbers = ProcedureVersion.objects.values_list("procedure_id").annotate(highest=Max("number")).order_by()
    top = dict(numbers)
    return [
        Line(one, list(published[one.pk]) if one.pk else [], top.get(one.pk, 0) if one.pk else 0)
        for one in procedures
    ]


def _save(entries: list[Entry], lines: list[Line], slugs: Mapping[int, str], on: dt.date) -> None:
    changed = [(entry, line) for entry, line in zip(entries, lines, strict=True) if line.changed]
    fresh = [line.procedure for _, line in changed if line.procedure.pk is None]
    moved = [
        line.procedure
        for entry, line in changed
        if line.procedure.pk in slugs and line.after and (entry.now.begins or on) <= on
    ]
    Procedure.objects.bulk_create(fresh, batch_size=1000)
    Procedure.objects.bulk_update(moved, ["slug", *FIELDS], batch_size=500)
    ended = [version for _, line in changed for version in line.ended if version.pk]
    ProcedureVersion.objects.bulk_update(ended, ["effective_to", "repeal_decision"], batch_size=500)
    versions = [version for _, line in changed for version in line.fresh]
    for _, line in changed:
        for version in line.fresh:
            version.procedure = line.procedure
    while versions:
        ready = [one for one in versions if one.based_on is None or one.based_on.pk]
        for version in ready:
            version.based_on = version.based_on  # its key is known by now
        ProcedureVersion.objects.bulk_create(ready, batch_size=500)
        versions = [one for one in versions if one.pk is None]
    _rename_drafts({one.pk: one.slug for one in moved if slugs[one.pk] != one.slug})


def _rename_drafts(slugs: Mapping[int, str]) -> None:
    """A draft opened on a brief record follows its procedure to the better name; a page opened before is stale."""
    drafts = ProcedureVersion.objects.exclude(status=ProcedureVersion.Status.PUBLISHED)
    for draft in drafts.filter(procedure_id__in=slugs):
        draft.content = {**draft.content, "id": slugs[draft.procedure_id]}
        draft.edits += 1
        draft.save(update_fields=["content", "edits"])


def _told(lines: list[Line], before: Mapping[int, list[Record]], *, skipped: int) -> Imported:
    changed = [line for line in lines if line.changed]
    for line in changed:
        if line.before is not None:
            line.before.procedure = line.procedure
    created = sum(not before.get(line.procedure.pk) for line in changed)
    changes = tuple(
        Change(
            line.procedure.path_code,
            line.procedure.name,
            line.after.number,
            line.after.effective_from or dt.date.max,
            line.before.edition,
            line.after.edition,
        )
        for line in changed
        if line.before is not None and line.after is not None
    )
    return Imported(created, len(changed) - created, len(lines) - len(changed) + skipped, changes)
