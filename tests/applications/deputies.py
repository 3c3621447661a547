"""A signer, a drafter and somebody who stands in for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from applications import actors, services
from applications.actors import Actor
from applications.deadlines import LEGAL_ZONE
from applications.models import Delegation, Dossier, Result
from identity.errors import Forbidden
from identity.models import Agency, Officer, Role
from tests import factories

DAY = dt.date(2026, 5, 5)
AT = dt.datetime(2026, 5, 5, 3, 0, tzinfo=dt.UTC)


class World:
    """Signer S, drafter P, colleague D with no role of their own, and a leader."""

    def __init__(self) -> None:
        self.agency: Agency = factories.commune_agency()
        self.signer = self.post("Phạm Quốc Việt", Role.SIGNER)
        self.signer.title = "Chủ tịch"
        self.signer.save()
        self.deputy = self.post("Trần Thị Mai")
        self.drafter = self.post("Phan Thụ Lý", Role.CASE_OFFICER)
        self.leader = self.post("Hoàng Đình Nam", Role.LEADER)

    def post(self, name: str, *roles: str) -> Officer:
        return factories.officer(self.agency, *roles, name=name)

    def lend(self, giver: Officer | None = None, deputy: Officer | None = None, **changes: Any) -> Delegation:
        giver = giver or self.signer
        asked: dict[str, Any] = {
            "giver": giver,
            "deputy": deputy or self.deputy,
            "roles": [Role.SIGNER],
            "starts_on": DAY,
            "ends_on": DAY + dt.timedelta(days=2),
            "form": "KT",
            "document_number": "12/UQ-UBND",
            "document_date": DAY,
            "by": actors.officer(giver),
            "at": AT,
        }
        return services.delegate(**{**asked, **changes})

    def proposed(self, by: Actor | None = None, **changes: Any) -> Dossier:
        dossier = factories.processing(self.agency, at=AT, child_dob="2026-04-23", **changes)
        services.propose(dossier=dossier, kind="grant", by=by or actors.officer(self.drafter), at=AT)
        return dossier


def signs(post: Officer, dossier: Dossier, at: dt.datetime = AT) -> Dossier:
    fresh = Dossier.objects.select_related("version__procedure", "agency").get(pk=dossier.pk)
    return services.sign(dossier=fresh, by=actors.for_dossier(post, fresh, at=at), at=at)


def refused(post: Officer, dossier: Dossier, at: dt.datetime = AT) -> None:
    """The signature is refused and leaves nothing behind."""
    before = Dossier.objects.values().get(pk=dossier.pk)
    with pytest.raises(Forbidden):
        signs(post, dossier, at)
    assert Dossier.objects.values().get(pk=dossier.pk) == before
    assert Result.objects.get(dossier=dossier).status == Result.Status.DRAFT


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LEGAL_ZONE)
