"""Dossiers of the judicial record that wait for 200.000 đồng, and a gateway that says what a test wants."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from pathlib import Path

import pytest
from django.utils import timezone

from applications import actors
from applications.models import Dossier
from payments import services
from payments.gateways.base import Envelope, Notice, sign
from payments.models import Attempt
from tests import factories

DEFINITION = json.loads(
    (Path(__file__).parents[2] / "procedures/definitions/judicial-record.json").read_text()
)
FEE_QUESTIONS = [
    question
    for page in DEFINITION["pages"]
    for question in page["questions"]
    if question["id"] in ("fee_group", "copies_count")
]
FORM = {
    **factories.FORM,
    "pages": [*factories.FORM["pages"], {"id": "fee", "title": "Phí", "questions": FEE_QUESTIONS}],
    "fees": DEFINITION["fees"],
}
SECRET = "demo-gateway-secret"
_serial = itertools.count(1)


def waiting(agency=None, *, by=None, fee_group="full", copies_count=1, at=None) -> Dossier:
    """A submitted dossier in «payment requested»."""
    agency = agency or factories.commune_agency()
    version = factories.version(
        form=FORM, content={"fee": {"type": "phi"}, "time_limit": {"value": 5, "unit": "working_days"}}
    )
    return factories.submitted(
        agency, of=version, by=by, fee_group=fee_group, copies_count=copies_count, at=at
    )


def started(dossier: Dossier | None = None, *, at: dt.datetime | None = None) -> Attempt:
    dossier, at = dossier or waiting(), at or timezone.now()
    by = actors.citizen(dossier.submitter)
    charge = services.open_charge(dossier=dossier, by=by, at=at)
    return services.start(charge=charge, gateway="demo", by=by, at=at)


def notice(attempt: Attempt, **changes) -> Notice:
    values = {
        "provider_id": f"P{next(_serial)}",
        "reference": attempt.reference,
        "amount_vnd": attempt.amount_vnd,
        "status": "paid",
        "paid_at": timezone.now(),
    }
    return Notice(**{**values, **changes})


def envelope(told: Notice, *, at: dt.datetime | None = None, secret: str = SECRET) -> Envelope:
    body = json.dumps(
        {
            "provider_id": told.provider_id,
            "reference": told.reference,
            "amount_vnd": told.amount_vnd,
            "status": told.status,
            "paid_at": told.paid_at.isoformat(),
        }
    ).encode()
    timestamp = str(int((at or timezone.now()).timestamp()))
    return Envelope(timestamp, sign(secret, timestamp, body), body)


def headers(sealed: Envelope) -> dict[str, str]:
    return {"X-Timestamp": sealed.timestamp, "X-Signature": sealed.signature}


def settled(dossier: Dossier | None = None, *, at: dt.datetime | None = None, **changes) -> Attempt:
    """A paid attempt, its dossier moved on."""
    at = at or timezone.now()
    attempt = started(dossier, at=at)
    told = notice(attempt, paid_at=at, **changes)
    assert services.settle(gateway="demo", envelope=envelope(told, at=at), at=at) == "settled"
    attempt.refresh_from_db()
    return attempt


@pytest.fixture(autouse=True)
def static_root(settings):
    """The server of static files warns about a folder that was never collected."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
