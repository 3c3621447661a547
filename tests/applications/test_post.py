"""Results by post: one parcel whatever goes wrong, one end whatever the carrier says, no address anywhere else."""

from __future__ import annotations

import datetime as dt
import json
import logging

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from applications import actors, services, sweeping
from applications.models import Dossier, Event, Outbox, Shipment, ShipmentNotice
from applications.post import demo
from applications.post.base import STATUSES, Notice, Parcel
from applications.services import shipping
from applications.states import State
from identity.errors import Conflict, Forbidden, Refused, Unavailable
from identity.models import Role
from tests import factories
from tests.applications import posting, walking
from tests.faults.machinery import at_once

NOON = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)


@pytest.fixture
def agency(db):
    return walking.agency()


@pytest.fixture
def clerk(agency):
    return actors.officer(factories.officer(agency, Role.REGISTRY_CLERK))


@pytest.fixture
def dossier(agency):
    return posting.released(agency)


@pytest.fixture
def depot(settings):
    with posting.carrier(settings) as running:
        yield running


@pytest.fixture
def sent(dossier, clerk) -> Shipment:
    """With the carrier, without one on the line."""
    order(dossier, clerk)
    Shipment.objects.update(status="accepted", tracking="EP1VN", told_at=NOON, asked_at=NOON)
    return Shipment.objects.get()


def order(dossier: Dossier, by: actors.Actor) -> Shipment:
    return services.order_shipment(dossier=dossier, by=by, at=timezone.now())


def told(status: str, number: int = 1, *, minutes: int = 0, tracking: str = "EP1VN") -> Notice:
    return Notice(f"{tracking}-{number}", tracking, status, NOON + dt.timedelta(minutes=minutes))


def take(notice: Notice) -> str:
    return services.take_notice(carrier="demo", notice=notice, at=timezone.now())


def kinds(dossier: Dossier) -> list[str]:
    return list(dossier.events.order_by("seq").values_list("kind", flat=True))


@pytest.mark.django_db
def test_a_carrier_that_is_down_or_slow_gets_one_parcel_in_the_end(
    dossier, clerk, depot, monkeypatch, caplog
):
    order(dossier, clerk)
    at = timezone.now()
    depot.fault = "down"
    assert not sweeping.run("ship", dossier.pk, at=at)
    monkeypatch.setattr(demo, "TIMEOUT", 0.15)
    depot.fault, depot.slow = "slow", 0.4
    at += dt.timedelta(minutes=5)
    assert ("ship", dossier.pk) in sweeping.due(at=at)
    assert not sweeping.run("ship", dossier.pk, at=at)
    assert Outbox.objects.get(topic="ship").error.startswith("Unavailable")
    assert kinds(dossier)[-1] == "shipment_ordered"
    depot.fault = ""
    monkeypatch.setattr(demo, "TIMEOUT", 5)
    at += dt.timedelta(minutes=30)
    assert sweeping.run("ship", dossier.pk, at=at)
    assert not sweeping.run("ship", dossier.pk, at=at)
    shipment, (parcel,) = Shipment.objects.get(), depot.parcels.values()
    assert (shipment.status, shipment.tracking) == ("accepted", parcel["tracking"])
    assert kinds(dossier).count("shipment_sent") == 1
    assert posting.STREET not in caplog.text + Outbox.objects.get(topic="ship").error


@pytest.mark.django_db
def test_neither_a_log_nor_a_traceback_shows_the_parcel(dossier, clerk, depot, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    parcel = Parcel("r", "Nguyễn Kín", posting.STREET, "0905123218")
    assert all(word not in repr(parcel) for word in ("Kín", posting.STREET, "0905"))
    depot.fault = "down"
    with pytest.raises(Unavailable) as refusal:
        demo.DemoCarrier().create(parcel)
    assert refusal.value.__cause__ is None
    depot.fault = ""
    order(dossier, clerk)
    services.send_shipment(dossier=dossier, at=timezone.now())
    stored = str([list(model.objects.values()) for model in (Shipment, Event, Outbox)])
    assert posting.STREET not in caplog.text + stored
    monkeypatch.setattr(shipping, "remark", _leaking(shipping.remark))
    Shipment.objects.update(status="waiting", tracking="")
    services.send_shipment(dossier=dossier, at=timezone.now())
    assert posting.STREET in str(list(Event.objects.values("data"))), "the leak is caught"


def _leaking(remark):
    def leaky(dossier, kind, **arguments):
        return remark(dossier, kind, **{**arguments, "data": {"address": posting.STREET}})

    return leaky


@pytest.mark.django_db
def test_notices_count_once_and_only_forward(dossier, sent):
    assert take(told("moving", 1, minutes=5)) == "taken"
    assert take(told("moving", 1, minutes=5)) == "known"
    assert take(told("accepted", 2, minutes=9)) == "outdated"
    assert take(told("delivered", 4, minutes=20)) == "taken"
    assert take(told("returned", 5, minutes=30)) == "outdated"
    assert take(told("moving", 3, minutes=25)) == "outdated"
    sent.refresh_from_db()
    dossier.refresh_from_db()
    assert (sent.status, dossier.state, kinds(dossier).count("deliver")) == ("delivered", State.DELIVERED, 1)
    assert dossier.events.last().actor is None
    assert ShipmentNotice.objects.count() == 5


@pytest.mark.django_db
def test_a_fee_asked_for_meanwhile_loses_neither_the_parcel_nor_its_end(dossier, clerk, depot):
    order(dossier, clerk)
    services.request_payment(dossier=dossier, fee_vnd=8_000, reason="Bản sao", by=actors.SYSTEM, at=NOON)
    assert not sweeping.run("ship", dossier.pk, at=timezone.now())
    assert not depot.parcels
    services.record_payment(dossier=dossier, amount_vnd=8_000, reference="BL-1", at=NOON)
    assert sweeping.run("ship", dossier.pk, at=timezone.now() + dt.timedelta(minutes=1))
    tracking = Shipment.objects.get().tracking
    dossier.refresh_from_db()
    services.request_payment(dossier=dossier, fee_vnd=9_000, reason="Bản sao", by=actors.SYSTEM, at=NOON)
    assert depot.walk(tracking, "delivered") == [409]
    assert not ShipmentNotice.objects.exists()
    services.record_payment(dossier=dossier, amount_vnd=1_000, reference="BL-2", at=NOON)
    assert sweeping.ask_carriers(at=timezone.now() + dt.timedelta(hours=2)) == 1
    dossier.refresh_from_db()
    assert (dossier.state, kinds(dossier).count("deliver")) == (State.DELIVERED, 1)


@given(
    order=st.lists(
        st.tuples(st.sampled_from(STATUSES), st.integers(1, 6), st.integers(-90, 90)), min_size=1, max_size=12
    )
)
@tried(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_in_whatever_order_notices_come_the_first_end_stands(order):
    shipment, ends = Shipment(status="accepted", tracking="EP1VN", told_at=NOON), []
    for status, number, minutes in order:
        before = shipment.status
        notice = told(status, number, minutes=minutes)
        if shipping._is_news(shipment, notice):
            shipment.status, shipment.told_at = status, notice.occurred_at
            ends += [status] if status in ("delivered", "returned") else []
        assert (before, shipment.status) != ("moving", "accepted")
    assert len(ends) <= 1
    assert not ends or shipment.status == ends[0]


@pytest.mark.django_db
def test_an_order_guard_that_believes_everything_is_caught(dossier, sent, monkeypatch):
    monkeypatch.setattr(shipping, "_is_news", lambda shipment, notice: True)
    take(told("delivered", 1))
    take(told("moving", 2, minutes=-5))
    sent.refresh_from_db()
    assert sent.status == "moving", "the end did not stand"


@pytest.mark.django_db(transaction=True)
def test_one_notice_four_times_at_once_hands_over_once():
    agency = walking.agency()
    dossier = posting.released(agency)
    order(dossier, actors.officer(factories.officer(agency, Role.INTAKE)))
    Shipment.objects.update(status="accepted", tracking="EP1VN", told_at=NOON, asked_at=NOON)
    found = at_once(*[lambda: take(told("delivered"))] * 4)
    assert sorted(found) == ["known"] * 3 + ["taken"]
    assert kinds(dossier).count("deliver") == 1


@pytest.mark.django_db
def test_a_parcel_that_came_back_is_sent_again_or_fetched(agency, dossier, clerk, sent, client):
    take(told("returned", 1))
    dossier.refresh_from_db()
    assert (dossier.state, kinds(dossier)[-1]) == (State.COMPLETED, "shipment_returned")
    desk = factories.sign_in_officer(client, factories.officer(agency, Role.INTAKE))
    page = desk.get("/can-bo/tra-ket-qua/").text
    assert "Chuyển hoàn" in page
    assert "Gửi lại" in page
    assert desk.post(f"/can-bo/tra-ket-qua/{dossier.code}/gui/").status_code == 302
    assert desk.post(f"/can-bo/tra-ket-qua/{dossier.code}/gui/").status_code == 422
    assert desk.post(f"/can-bo/tra-ket-qua/{dossier.code}/tai-quay/").status_code == 422
    assert list(Shipment.objects.order_by("pk").values_list("status", flat=True)) == ["returned", "waiting"]
    assert take(told("delivered", 2, minutes=99)) == "outdated"
    dossier.refresh_from_db()
    assert dossier.state == State.COMPLETED
    Shipment.objects.filter(status="waiting").update(status="refused")
    assert desk.post(f"/can-bo/tra-ket-qua/{dossier.code}/tai-quay/").status_code == 302
    dossier.refresh_from_db()
    assert (dossier.delivery, kinds(dossier)[-1]) == ("counter", "kept_at_counter")
    assert not Shipment.objects.filter(closed_at=None).exists()
    assert desk.post(f"/can-bo/tra-ket-qua/{dossier.code}/nope/").status_code == 404


@pytest.mark.django_db
def test_the_portal_asks_when_the_carrier_says_nothing(dossier, clerk, depot):
    depot.fault = "lost"
    order(dossier, clerk)
    services.send_shipment(dossier=dossier, at=timezone.now())
    depot.walk(Shipment.objects.get().tracking, "moving", "delivered")
    assert sweeping.ask_carriers(at=timezone.now()) == 0
    later = timezone.now() + dt.timedelta(hours=2)
    depot.fault = "down"
    assert sweeping.ask_carriers(at=later) == 0
    depot.fault = "lost"
    later += dt.timedelta(hours=2)
    assert sweeping.ask_carriers(at=later) == 2
    assert sweeping.ask_carriers(at=later + dt.timedelta(days=1)) == 0
    dossier.refresh_from_db()
    assert dossier.state == State.DELIVERED


@pytest.mark.django_db
def test_who_may_order_what(agency, dossier, clerk):
    for post in (factories.officer(agency, Role.CASE_OFFICER), factories.officer(agency, Role.SIGNER)):
        with pytest.raises(Forbidden):
            order(dossier, actors.officer(post))
    with pytest.raises(Conflict):
        order(posting.released(agency, "counter"), clerk)
    with pytest.raises(Conflict):
        services.keep_at_counter(dossier=posting.released(agency, "counter"), by=clerk, at=timezone.now())
    order(dossier, clerk)
    with pytest.raises(Refused):
        order(dossier, clerk)
    assert Shipment.objects.count() == 1


@pytest.mark.django_db
def test_without_an_address_nothing_is_ordered_and_the_way_out_is_said(dossier, clerk):
    dossier.answers.filter(question="delivery_address").delete()
    with pytest.raises(Refused, match="chuyển về trả tại quầy"):
        order(dossier, clerk)
    assert not Shipment.objects.exists()


@pytest.mark.django_db
def test_a_carrier_is_believed_only_with_a_fresh_signature_and_plain_words(sent):
    good = {"id": "n-1", "tracking": "EP1VN", "status": "moving", "occurred_at": NOON.isoformat()}
    cases = [
        (posting.push(good, secret="other"), 403),
        (posting.push(good, age=301), 403),
        (posting.push(good, to="nobody"), 404),
        (posting.push({**good, "status": "eaten"}), 403),
        (posting.push({**good, "id": "x" * 65}), 403),
        (posting.push({**good, "occurred_at": "2026-11-20T05:00:00"}), 403),
        (posting.push({"tracking": "EP1VN"}), 403),
        (posting.push([good]), 403),
        (posting.push({**good, "tracking": "EP2VN"}), 404),
        (posting.push(good), 200),
        (posting.push(good), 200),
    ]
    assert [answer.status_code for answer, _status in cases] == [status for _answer, status in cases]
    assert ShipmentNotice.objects.count() == 1
    assert json.loads(cases[-1][0].content) == {"outcome": "known"}


@pytest.mark.django_db
def test_what_a_carrier_said_is_never_changed_and_one_parcel_is_open(dossier, sent):
    take(told("moving"))
    for statement in (
        "UPDATE applications_shipmentnotice SET status = 'returned'",
        "DELETE FROM applications_shipmentnotice",
    ):
        with (
            pytest.raises((InternalError, IntegrityError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shipment.objects.create(
            dossier=dossier, carrier="demo", ordered_by_id=sent.ordered_by_id, ordered_at=NOON
        )
