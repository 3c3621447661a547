"""A small commune, its insurer and the procedures of both bundles, with people who hand them in and decide them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from django.utils import timezone
from PIL import Image

from applications import actors, services
from applications.models import Bundle, Dossier, Result
from identity.models import Agency, Citizen, Role
from procedures import bundles
from procedures.models import ProcedureVersion
from tests import factories
from tests.applications import walking

BIRTH, DEATH = "birth-residence-health-bundle", "death-bundle"
NUMBER_OF_THE_CHILD = "048226001234"
REGISTERS = ("national_population_db", "civil_status_db", "birth_notification_db", "citizen_vault")
ANSWERS: dict[str, dict[str, Any]] = {
    BIRTH: {
        "child_name": "Lê Nguyễn An Nhiên",
        "ethnicity_source": "father",
        "hometown_source": "father",
        "head_who": "mother",
        "owner_is_head": True,
        "care_facility": "Bệnh viện Phụ sản – Nhi Đà Nẵng",
        "result_delivery": "electronic",
    },
    DEATH: {
        "req_relationship": "wife",
        "death_date": "2026-11-20",
        "death_place": {"detail": "12 Lê Hồng Phong", "commune_code": "20242", "country": "VN"},
        "benefit_kind": "social_assistance",
        "burial_date": "2026-11-22",
        "burial_place": {"detail": "Nghĩa trang Hòa Sơn", "commune_code": "20320", "country": "VN"},
        "payout": "counter",
        "result_delivery": "electronic",
    },
}


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()


def commune() -> Agency:
    """The committee that registers births and deaths; the insurer issues the health cards."""
    agency = walking.agency()
    Agency.objects.create(
        key="bhxh-vn", name="Bảo hiểm xã hội Việt Nam", level="central", kind="government_agency"
    )
    for number, slug in enumerate((BIRTH, DEATH), 1):
        walking.live(slug, f"2.00000{number}")
        for place, part in enumerate(bundles.parts_of(slug)):
            version = walking.live(part.procedure, f"1.0000{number}{place}")
            version.procedure.name = part.procedure
            version.procedure.save()
    return agency


def draft(slug: str, *, at: dt.datetime | None = None, by: Citizen | None = None, **changes: Any) -> Dossier:
    """Everything agreed to, answered and sent."""
    at = at or timezone.now()
    person = by or Citizen.objects.get(pk=walking.hanh().pk)
    version = ProcedureVersion.objects.get(procedure__slug=slug)
    dossier = services.start(version=version, submitter=person, at=at)
    owner = actors.citizen(person)
    services.save_answers(dossier=dossier, answers={**ANSWERS[slug], **changes}, by=owner, at=at)
    services.gather(dossier=dossier, agreed=REGISTERS, by=owner, at=at)
    if slug == DEATH:
        services.attach(
            dossier=dossier,
            question="doc_death_notification",
            name="bao-tu.png",
            content=picture(),
            by=owner,
            at=at,
        )
    return dossier


def handed_in(slug: str, *, at: dt.datetime | None = None, **changes: Any) -> Bundle:
    at = at or timezone.now()
    dossier = draft(slug, at=at, **changes)
    return services.submit_bundle(dossier=dossier, by=actors.citizen(dossier.submitter), at=at)


def dossier_of(bundle: Bundle, slug: str) -> Dossier:
    part = bundle.parts.select_related(
        "dossier__version__procedure", "dossier__agency__unit", "dossier__submitter__user"
    ).get(procedure__slug=slug)
    assert part.dossier is not None, part.problem
    return part.dossier


def granted(dossier: Dossier, *, at: dt.datetime | None = None, **findings: str) -> Dossier:
    """Accepted, examined, signed, released; the paper itself is not drawn."""
    at = at or timezone.now()
    first, second = (actors.officer(factories.everyone(dossier.agency)) for _one in range(2))
    services.accept(dossier=dossier, by=first, at=at)
    services.pass_on(dossier=dossier, by=first, at=at)
    services.propose(dossier=dossier, kind="grant", findings=findings, by=first, at=at)
    while dossier.current_step["kind"] == "approve":
        services.approve(dossier=dossier, by=second, at=at)
    services.sign(dossier=dossier, by=second, at=at)
    Result.objects.filter(dossier=dossier).update(
        status=Result.Status.SIGNED, path="drawn-elsewhere.pdf", sha256="0" * 64
    )
    return services.release(dossier=dossier, by=second, at=at)


def refused(dossier: Dossier, *, reason: str = "Thiếu căn cứ") -> Dossier:
    clerk = actors.officer(factories.officer(dossier.agency, Role.INTAKE))
    return services.refuse(dossier=dossier, reason=reason, by=clerk, at=timezone.now())
