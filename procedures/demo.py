"""Invented fees of the demonstration province, so that a procedure whose fee a People's Council sets can be filed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from identity import demo as people
from identity.errors import Forbidden
from identity.models import Agency
from procedures.catalogue.importing import CATALOGUE_FROM
from procedures.models import ProcedureVersion, ServiceOffering

BASIS = "Mức thu trình diễn, không phải nghị quyết thật"
ONLINE_FEE_VND = 0
"""What Hải Phòng charges online by Nghị quyết 23/2026/NQ-HĐND; the demonstration does the same."""
AGENCIES = (people.COMMUNE, people.OTHER_COMMUNE, people.PROVINCE, people.POLICE)


@transaction.atomic
def load() -> dict[str, int]:
    """An offering with a fee for each live procedure that needs one at a demonstration agency. Safe to repeat."""
    if not settings.DEMO:
        raise Forbidden(_("Dữ liệu trình diễn không được nạp vào cổng thật."))
    agencies = list(Agency.objects.filter(key__in=AGENCIES))
    wanted = [
        ServiceOffering(
            procedure_id=version.procedure_id,
            agency=agency,
            online_level=version.online_level,
            fee_vnd=ONLINE_FEE_VND,
            fee_basis=BASIS,
            channels=version.content.get("submission_channels", []),
            valid_from=CATALOGUE_FROM,
        )
        for version in _without_national_fee()
        for agency in agencies
        if _competent(version.processing.get("routing", {}), agency)
    ]
    ServiceOffering.objects.bulk_create(wanted, ignore_conflicts=True)
    return {"offerings": len(wanted)}


def _without_national_fee() -> Iterator[ProcedureVersion]:
    published = ProcedureVersion.objects.filter(
        status=ProcedureVersion.Status.PUBLISHED, effective_to=None
    ).exclude(form=None)
    for version in published:
        cases: list[dict[str, Any]] = (version.form or {}).get("fees", {}).get("cases", [])
        if any(case["amount_vnd"] is None for case in cases):
            yield version


def _competent(routing: Mapping[str, Any], agency: Agency) -> bool:
    return (routing.get("level"), routing.get("kind")) == (agency.level, agency.kind)
