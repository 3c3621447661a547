"""Paying at the counter: the same obligation on the officer's screen, recorded by the gateway and by nobody else."""

from __future__ import annotations

import pytest
from django.test import Client

from applications.models import Dossier
from applications.states import State
from identity.models import DataAccess, Role
from payments.models import Attempt, Charge, Receipt
from tests import factories
from tests.payments.conftest import envelope, headers, notice, waiting

pytestmark = pytest.mark.django_db


def page_of(dossier: Dossier) -> str:
    return f"/can-bo/quay/{dossier.code}/thu-phi/"


def test_a_person_without_eid_pays_by_the_code_on_the_counters_screen(client):
    dossier = waiting()
    desk = factories.sign_in_officer(Client(), factories.officer(dossier.agency, Role.INTAKE))
    shown = desk.get(page_of(dossier)).text
    attempt = Attempt.objects.get()
    assert all(words in shown for words in ("200.000 đồng", attempt.reference, "<title>Mã VietQR"))
    assert desk.get(page_of(dossier)).text.count(attempt.reference)
    assert desk.post(page_of(dossier)).url == page_of(dossier)
    assert (Charge.objects.count(), Attempt.objects.count(), Receipt.objects.count()) == (1, 1, 0)
    dossier.refresh_from_db()
    assert dossier.state == State.PAYMENT_REQUESTED

    sealed = envelope(notice(attempt))
    door = "/api/v1/payments/demo/notify"
    client.post(door, sealed.body, content_type="application/json", headers=headers(sealed))
    assert desk.get(page_of(dossier)).url == f"/can-bo/ho-so/{dossier.code}/"
    dossier.refresh_from_db()
    assert (dossier.state, dossier.unpaid_vnd, Receipt.objects.count()) == (State.SUBMITTED, 0, 1)
    purposes = set(DataAccess.objects.filter(subject=dossier.submitter).values_list("purpose", flat=True))
    assert purposes == {"Thu phí, lệ phí tại quầy"}


def test_only_intake_of_the_agency_opens_it_and_nobody_records_money_by_hand():
    dossier = waiting()
    for post, status in (
        (factories.officer(factories.commune_agency("Xa"), Role.INTAKE), 404),
        (factories.officer(dossier.agency, Role.FINANCE, Role.CASE_OFFICER), 403),
    ):
        client = factories.sign_in_officer(Client(), post)
        assert client.get(page_of(dossier)).status_code == status
        assert client.post(page_of(dossier), {"paid": "1"}).status_code == status
    assert factories.sign_in_citizen(Client(), dossier.submitter).get(page_of(dossier)).status_code == 302
    assert not Charge.objects.exists()
    dossier.refresh_from_db()
    assert dossier.state == State.PAYMENT_REQUESTED
