from __future__ import annotations

import datetime as dt

import pytest
from oauth2_provider.models import Application

from exchange import demo
from exchange.models import Partner
from procedures.models import Procedure
from tests.exchange.test_statuses_in import token

NOW = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_loading_the_demo_partners_twice_changes_nothing_and_their_credentials_work(client):
    Procedure.objects.create(slug="judicial-record", code="3.000333", name="Cấp Phiếu lý lịch tư pháp")
    demo.load(NOW)
    before = list(Application.objects.order_by("pk").values_list("pk", "client_secret"))
    demo.load(NOW + dt.timedelta(days=1))
    assert list(Application.objects.order_by("pk").values_list("pk", "client_secret")) == before
    police = Partner.objects.get(key="bo-cong-an")
    assert [one.slug for one in police.procedures.all()] == ["judicial-record"]
    assert police.busy_until == NOW
    assert Partner.objects.count() == len(demo.PARTNERS)
    assert token(client)
