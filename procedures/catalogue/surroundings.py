"""Bring fields, life events, offerings and synonyms in line with a checked file. Part of the import's transaction.

Nothing is deleted but the steps of a life event that the file shows without them; what it does not mention stays.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from identity.loading import Counts, sync
from identity.models import Agency
from procedures.catalogue.around import Period, planned
from procedures.models import LifeEvent, LifeEventStep, Procedure, ProcedureField, ServiceOffering, Synonym

Document = Mapping[str, Any]


def load_fields(document: Document) -> None:
    agencies = {agency.key: agency for agency in Agency.objects.filter(level=Agency.Level.CENTRAL)}
    rows = [
        ProcedureField(
            key=row["id"],
            name=row["name_vi"],
            name_en=row["name_en"],
            ministry=agencies[row["ministry_id"]] if row["ministry_id"] else None,
        )
        for row in document.get("fields", [])
    ]
    sync(rows, ProcedureField.objects.all(), key=["key"], fields=["name", "name_en", "ministry"])


def load_life_events(document: Document) -> None:
    """The events; their steps follow when the procedures are there."""
    rows = [
        LifeEvent(
            key=row["id"],
            name=row["name_vi"],
            name_en=row["name_en"],
            audience=row["audience"],
            order=row["order"],
            summary=row.get("summary_vi", ""),
            summary_en=row.get("summary_en", ""),
        )
        for row in _pages(document)
    ]
    names = ["name", "name_en", "audience", "order", "summary", "summary_en"]
    sync(rows, LifeEvent.objects.all(), key=["key"], fields=names)


def load_steps(document: Document, told: set[int]) -> None:
    """The steps of each page as the file has them. ``told``: the procedures it speaks of; steps of others stay."""
    slugs = dict(Procedure.objects.values_list("slug", "pk"))
    events = dict(LifeEvent.objects.values_list("key", "pk"))
    wanted = [
        LifeEventStep(
            lifeevent_id=events[row["id"]],
            procedure_id=slugs[step["procedure"]],
            order=step["order"],
            note=step.get("note_vi", ""),
            note_en=step.get("note_en", ""),
        )
        for row in _pages(document)
        for step in row["steps"]
    ]
    pages = {events[row["id"]] for row in _pages(document)}
    stored = list(LifeEventStep.objects.filter(lifeevent_id__in=pages))
    pairs = {(one.lifeevent_id, one.procedure_id) for one in wanted}
    gone = [
        one.pk
        for one in stored
        if one.procedure_id in told and (one.lifeevent_id, one.procedure_id) not in pairs
    ]
    LifeEventStep.objects.filter(pk__in=gone).delete()
    sync(wanted, stored, key=["lifeevent", "procedure"], fields=["order", "note", "note_en"])


def _pages(document: Document) -> list[Mapping[str, Any]]:
    return [row for row in document.get("life_events", []) if "steps" in row]


def offered() -> dict[tuple[str, str], list[Period]]:
    """When each agency offers each procedure, by slug and key."""
    periods: dict[tuple[str, str], list[Period]] = defaultdict(list)
    names = ("procedure__slug", "agency__key", "valid_from", "valid_to")
    for slug, agency, begins, ends in ServiceOffering.objects.values_list(*names):
        periods[slug, agency].append((begins, ends))
    return periods


def load_offerings(document: Document) -> Counts:
    stated: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in document.get("offerings", []):
        stated[row["procedure"], row["agency"]].append(row)
    slugs = dict(Procedure.objects.values_list("slug", "pk"))
    keys = dict(Agency.objects.values_list("key", "pk"))
    stored = list(ServiceOffering.objects.select_related("procedure", "agency")) if stated else []
    _shorten(stored, stated)
    rows = [
        ServiceOffering(
            procedure_id=slugs[slug],
            agency_id=keys[agency],
            online_level=row["online_level"],
            fee_vnd=row["fee_vnd"],
            fee_basis=row["fee_basis"],
            channels=row["channels"],
            valid_from=dt.date.fromisoformat(row["valid_from"]),
            valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
        for (slug, agency), several in stated.items()
        for row in several
    ]
    terms = ["online_level", "fee_vnd", "fee_basis", "channels", "valid_to"]
    return sync(rows, stored, key=["procedure", "agency", "valid_from"], fields=terms)


def _shorten(
    stored: list[ServiceOffering], stated: Mapping[tuple[str, str], list[Mapping[str, Any]]]
) -> None:
    """First what ends earlier than before: the database looks at each row, and no two periods may meet."""
    shortened = []
    for one in stored:
        rows = stated.get((one.procedure.slug, one.agency.key), [])
        ends = dict(planned(rows, [(one.valid_from, one.valid_to)]))[one.valid_from]
        if ends is not None and (one.valid_to is None or ends < one.valid_to):
            one.valid_to = ends
            shortened.append(one)
    ServiceOffering.objects.bulk_update(shortened, ["valid_to"], batch_size=500)


def load_synonyms(document: Document) -> Counts:
    """New sayings are added; what came with the portal gives way to the file, an editor's own row stays beside it."""
    rows = document.get("synonyms", [])
    stored = list(Synonym.objects.all()) if rows else []
    here = Counter(_told(one) for one in stored)
    own = {tuple(one.say): one for one in stored if one.is_own}
    fresh, changed, unchanged = [], [], 0
    for row in rows:
        wanted = Synonym(
            say=row["say"],
            find=row["find"],
            labels=row.get("labels", []),
            labels_en=row.get("labels_en", []),
            is_own=row.get("is_own", False),
        )
        if here[_told(wanted)]:
            here[_told(wanted)] -= 1
            unchanged += 1
        elif old := own.get(tuple(wanted.say)):
            wanted.pk = old.pk
            changed.append(wanted)
        else:
            fresh.append(wanted)
    Synonym.objects.bulk_create(fresh, batch_size=1000)
    Synonym.objects.bulk_update(changed, ["find", "labels", "labels_en", "is_own"], batch_size=500)
    return Counts(len(fresh), len(changed), unchanged)


def _told(one: Synonym) -> tuple[Any, ...]:
    return (tuple(one.say), tuple(one.find), tuple(one.labels), tuple(one.labels_en), one.is_own)
