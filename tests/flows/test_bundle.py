"""One form, three dossiers: each at its own agency, with its own clock and result; what fails undoes nothing."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications import actors, services, sweeping
from applications.models import Answer, Bundle, BundlePart, Dossier, Event, Outbox
from applications.states import State
from identity.errors import Conflict, Forbidden, NotFound, Refused
from identity.models import Agency
from notifications.models import Message
from procedures import bundles, personas
from procedures.journey import Journey
from procedures.schema import load
from tests import factories
from tests.applications import walking

pytestmark = pytest.mark.django_db
BIRTH, DEATH = "birth-residence-health-bundle", "death-bundle"
NUMBER_OF_THE_CHILD = "048226001234"
TODAY = dt.date(2026, 11, 25)
BIRTH_ANSWERS = {
    "child_name": "Lê Nguyễn An Nhiên",
    "ethnicity_source": "father",
    "hometown_source": "father",
    "head_who": "mother",
    "owner_is_head": True,
    "care_facility": "Bệnh viện Phụ sản – Nhi Đà Nẵng",
    "result_delivery": "electronic",
}
DEATH_ANSWERS = {
    "req_relationship": "husband",
    "death_date": "2026-11-20",
    "death_place": {"detail": "12 Lê Hồng Phong", "commune_code": "20242", "country": "VN"},
    "benefit_kind": "social_assistance",
    "burial_date": "2026-11-22",
    "burial_place": {"detail": "Nghĩa trang Hòa Sơn", "commune_code": "20320", "country": "VN"},
    "payout": "counter",
    "result_delivery": "electronic",
}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@pytest.fixture
def commune() -> Agency:
    """The committee that registers births and deaths, and the insurer that issues cards."""
    agency = walking.agency()
    Agency.objects.create(
        key="bhxh-vn", name="Bảo hiểm xã hội Việt Nam", level="central", kind="government_agency"
    )
    for number, slug in enumerate((BIRTH, DEATH), 1):
        walking.live(slug, f"2.00000{number}")
        for place, part in enumerate(bundles.parts_of(slug)):
            walking.live(part.procedure, f"1.0000{number}{place}")
    return agency


def draft_of(slug: str, answers: dict, at: dt.datetime | None = None) -> Dossier:
    """Everything agreed and answered; of a death the notice is attached."""
    at = at or timezone.now()
    person = walking.hanh()
    version = BundleVersion(slug)
    dossier = services.start(version=version, submitter=person, at=at)
    by = actors.citizen(person)
    services.save_answers(dossier=dossier, answers=answers, by=by, at=at)
    agreed = ["national_population_db", "civil_status_db", "birth_notification_db", "citizen_vault"]
    services.gather(dossier=dossier, agreed=agreed, by=by, at=at)
    return dossier


def BundleVersion(slug: str):
    from procedures.models import ProcedureVersion

    return ProcedureVersion.objects.get(procedure__slug=slug)


def test_try(commune):
    d = draft_of(BIRTH, BIRTH_ANSWERS)
    from applications import answering
    j = answering.journey_of(d, at=timezone.now())
    print(j.errors(), {k: v for k, v in j.values().items()})
    b = services.submit_bundle(dossier=d, by=actors.citizen(d.submitter), at=timezone.now())
    for p in b.parts.all():
        print(p.stage, p.dossier, p.problem)
    assert 0
