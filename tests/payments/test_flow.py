"""The fee of the judicial record, 200.000 đồng, over real HTTP: portal, gateway, signed callback, receipt, file."""

from __future__ import annotations

import re

import pytest
import requests
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from applications.deadlines import LEGAL_ZONE
from identity.models import Role
from payments import services
from payments.gateways import demo
from payments.models import LedgerEntry, Receipt
from tests import factories
from tests.payments.conftest import waiting


def browser(client: Client) -> requests.Session:
    session, name = requests.Session(), django_settings.SESSION_COOKIE_NAME
    session.cookies.set(name, client.cookies[name].value)
    return session


def submit(session, page, url, **fields):
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    return session.post(url, {"csrfmiddlewaretoken": token, **fields}, headers={"Referer": url}, timeout=20)


@pytest.mark.django_db(transaction=True)
def test_the_judicial_record_is_paid_receipted_and_reconciled(live_server, settings, tmp_path):
    settings.PUBLIC_URL, settings.SETTLEMENT_DIR = live_server.url, tmp_path
    dossier = waiting()
    session = browser(factories.sign_in_citizen(Client(), dossier.submitter))
    here = f"{live_server.url}/ho-so/{dossier.code}/thanh-toan/"

    page = session.get(here, timeout=20)
    assert "Thanh toán 200.000 đồng" in page.text
    gateway = submit(session, page, here)
    assert "/cong-thanh-toan-demo/" in gateway.url
    paid = submit(session, gateway, gateway.url, act="pay", fault="duplicate")

    number = Receipt.objects.get().number
    assert f"Biên lai số {number}" in paid.text
    dossier.refresh_from_db()
    assert (dossier.state, dossier.paid_vnd, LedgerEntry.objects.count()) == ("submitted", 200_000, 2)

    day = timezone.localdate(timezone=LEGAL_ZONE)
    report = services.reconcile(gateway="demo", day=day, path=demo.write_settlement(day), at=timezone.now())
    assert (report["matched"], report["open_breaks"]) == ({"count": 1, "amount_vnd": 200_000}, 0)
    post = factories.officer(dossier.agency, Role.FINANCE)
    desk = browser(factories.sign_in_officer(Client(), post)).get(
        f"{live_server.url}/can-bo/doi-soat/?ngay={day:%Y-%m-%d}", timeout=20
    )
    assert "1 khoản khớp, 100,0 %." in desk.text
