"""Catalogue files for tests, an emptied portal to import them into, and editors who publish beside them."""

from __future__ import annotations

import copy
import datetime as dt
import json

from django.db import connection

from identity.models import Agency, Role
from procedures import services
from procedures.catalogue import read
from procedures.catalogue.importing import import_catalogue
from procedures.edition import Edition
from procedures.models import (
    EditorialEvent,
    LifeEvent,
    LifeEventStep,
    Procedure,
    ProcedureField,
    ProcedureVersion,
    ServiceOffering,
    Synonym,
)
from procedures.services import publishing
from tests import factories
from tests.reference import AT, ON

DAY = dt.timedelta(days=1)
PUBLISHED = ProcedureVersion.Status.PUBLISHED


def text_of(document: dict) -> str:
    return json.dumps(document, ensure_ascii=False)


def parsed(document: dict) -> dict:
    """As it comes back from a file."""
    return json.loads(text_of(document))


def emptied() -> None:
    """A portal whose catalogue is empty; the triggers that freeze versions and events step aside for it."""
    tables = ("procedures_procedureversion", "procedures_editorialevent")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for model in (EditorialEvent, LifeEventStep, ServiceOffering, Synonym):
            model.objects.all().delete()
        ProcedureVersion.objects.update(based_on=None)
        cursor.execute("DELETE FROM procedures_procedureversion")
        Procedure.objects.all().delete()
        LifeEvent.objects.all().delete()
        ProcedureField.objects.all().delete()
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def record(slug: str, **changes: object) -> dict:
    model = next(row for row in read("procedures")["procedures"] if row["id"] == "birth-registration")
    plain = {"code": None, "life_events": [], "field_vi": "Hộ tịch", "owning_agency": "bo-tu-phap"}
    return {**copy.deepcopy(model), **plain, "id": slug, **changes}


def imported(*records: dict, on: dt.date = ON, **more: object) -> dict[str, int]:
    return import_catalogue({"procedures": list(records), **more}, at=AT, on=on).as_dict()


def counts(created: int = 0, updated: int = 0, unchanged: int = 0) -> dict[str, int]:
    return {"created": created, "updated": updated, "unchanged": unchanged}


def versions(slug: str) -> list[tuple[int, dt.date | None, dt.date | None]]:
    rows = ProcedureVersion.objects.filter(procedure__slug=slug, status=PUBLISHED).order_by("effective_from")
    return [(one.number, one.effective_from, one.effective_to) for one in rows]


def people(agency: Agency) -> tuple:
    roles = (Role.EDITOR, Role.LEGAL_REVIEWER, Role.PUBLISHER)
    return tuple(factories.officer(agency, role, name=role) for role in roles)


def published_by_officers(
    slug: str, agency: Agency, *, begins: dt.date, minutes: int = 1, **content: object
) -> ProcedureVersion:
    """What editors do: a draft on the newest version, changed, checked and approved by others."""
    editor, reviewer, publisher = people(agency)
    procedure = Procedure.objects.get(slug=slug)
    draft = services.open_draft(procedure=procedure, by=editor, at=AT)

    def change(edition: Edition) -> Edition:
        return Edition(
            edition.slug,
            edition.online_level,
            {**edition.content, **content},
            edition.form,
            edition.processing,
        )

    draft = services.edit(version=draft, expected=0, change=change, by=editor, at=AT)
    draft = services.explain(version=draft, change_note="Rút thời hạn", burden_reason="", by=editor, at=AT)
    ProcedureVersion.objects.filter(pk=draft.pk).update(
        status=ProcedureVersion.Status.APPROVAL, checked_by=reviewer
    )
    draft.refresh_from_db()
    found, publishing.blocking = publishing.blocking, lambda version: []
    try:
        return services.approve(
            version=draft, decision="12/QĐ-BTP", effective_from=begins, by=publisher, on=ON, at=AT
        )
    finally:
        publishing.blocking = found
