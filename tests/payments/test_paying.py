"""Paying: one obligation, many tries, at most one settled; nothing believed that is not signed and fresh."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications import actors
from applications import services as dossiers
from applications.models import Event
from applications.states import State
from identity.errors import Conflict, Forbidden
from identity.models import Role
from payments import services
from payments.gateways.base import NotTrusted
from payments.models import Attempt, Break, Charge, DemoTransaction, LedgerEntry, Receipt
from payments.services.recording import Outcome, record
from tests import factories
from tests.payments.conftest import envelope, notice, settled, started, waiting

pytestmark = pytest.mark.django_db


def settle(told, *, at=None, **seal):
    at = at or timezone.now()
    return services.settle(gateway="demo", envelope=envelope(told, **({"at": at} | seal)), at=at)


def nothing_happened(attempt) -> bool:
    attempt.refresh_from_db()
    dossier = attempt.charge.dossier
    dossier.refresh_from_db()
    return (
        attempt.state == "started"
        and dossier.state == State.PAYMENT_REQUESTED
        and not LedgerEntry.objects.exists()
        and not Receipt.objects.exists()
        and not Break.objects.exists()
    )


def test_a_charge_says_what_is_paid_for_and_why():
    dossier = waiting(copies_count=4)
    charge = services.open_charge(dossier=dossier, by=actors.citizen(dossier.submitter), at=timezone.now())
    assert (charge.amount_vnd, charge.kind, charge.state) == (210_000, "phi", "open")
    assert [line["amount_vnd"] for line in charge.lines] == [200_000, 10_000, 0]
    assert "Thông tư 16/2025/TT-BTC" in charge.lines[0]["legal_basis"]
    assert "hộ nghèo" in charge.lines[2]["note"]


def test_the_reduced_fee_is_charged_without_asking():
    dossier = waiting(fee_group="half")
    charge = services.open_charge(dossier=dossier, by=actors.citizen(dossier.submitter), at=timezone.now())
    assert charge.amount_vnd == 100_000


def test_opening_and_starting_twice_gives_the_same_charge_and_attempt():
    dossier = waiting()
    first, second = started(dossier), started(dossier)
    assert first == second
    assert (Charge.objects.count(), Attempt.objects.count(), DemoTransaction.objects.count()) == (1, 1, 1)


def test_only_the_owner_opens_the_charge():
    dossier = waiting()
    with pytest.raises(Forbidden):
        services.open_charge(dossier=dossier, by=actors.citizen(factories.citizen()), at=timezone.now())
    assert not Charge.objects.exists()


def test_a_dossier_that_waits_for_nothing_has_no_charge():
    attempt = settled()
    dossier = attempt.charge.dossier
    with pytest.raises(Conflict):
        services.open_charge(dossier=dossier, by=actors.citizen(dossier.submitter), at=timezone.now())


def test_the_database_refuses_a_second_open_charge_and_a_second_settled_attempt():
    attempt = settled()
    charge = attempt.charge
    with pytest.raises(IntegrityError, match="one_settled_attempt"), transaction.atomic():
        Attempt.objects.create(
            charge=charge, gateway="demo", amount_vnd=1, state="settled", provider_id="X",
            paid_at=timezone.now(), started_at=timezone.now(), expires_at=timezone.now(),
        )  # fmt: skip
    started(dossier := waiting())
    with pytest.raises(IntegrityError, match="one_open_charge"), transaction.atomic():
        Charge.objects.create(dossier=dossier, kind="phi", amount_vnd=1, opened_at=timezone.now())


def test_a_paid_notice_settles_books_receipts_and_moves_the_dossier():
    at = timezone.now()
    attempt = settled(at=at)
    charge, dossier = attempt.charge, attempt.charge.dossier
    assert (attempt.state, charge.state) == ("settled", "settled")
    assert (dossier.state, dossier.paid_vnd) == (State.SUBMITTED, 200_000)
    receipt = Receipt.objects.get()
    assert receipt.number == f"{dossier.agency.identifier}-{at:%y}-0000001"
    entries = LedgerEntry.objects.order_by("pk").values_list("account", "debit_vnd", "credit_vnd")
    assert list(entries) == [("gateway:demo", 200_000, 0), (f"agency:{dossier.agency.key}:phi", 0, 200_000)]
    event = Event.objects.filter(dossier=dossier).latest("seq")
    assert (event.kind, event.data) == (
        "record_payment",
        {"amount_vnd": 200_000, "reference": receipt.number},
    )


def test_receipts_are_numbered_without_gaps_in_each_agency_and_year():
    first, second = factories.commune_agency(), factories.commune_agency()
    for agency in (first, first, second, first):
        settled(waiting(agency))
    with transaction.atomic():
        settled(waiting(first))
        transaction.set_rollback(True)  # the number goes back with the transaction
    settled(waiting(first))
    serials = Receipt.objects.order_by("pk").values_list("agency_id", "serial")
    assert list(serials) == [(first.pk, 1), (first.pk, 2), (second.pk, 1), (first.pk, 3), (first.pk, 4)]


def test_a_repeat_changes_nothing():
    attempt = settled()
    told = notice(attempt, provider_id=attempt.provider_id)
    assert settle(told) == Outcome.KNOWN
    assert (LedgerEntry.objects.count(), Receipt.objects.count(), Break.objects.count()) == (2, 1, 0)


@pytest.mark.parametrize(
    ("seal", "code"),
    [
        ({"secret": "somebody else's"}, "not_trusted"),
        ({"age": 301}, "not_trusted"),
        ({"age": -301}, "not_trusted"),
    ],
)
def test_forged_and_stale_notices_are_refused_and_change_nothing(seal, code):
    attempt, at = started(), timezone.now()
    age = dt.timedelta(seconds=seal.pop("age", 0))
    with pytest.raises(NotTrusted) as refusal:
        services.settle(gateway="demo", envelope=envelope(notice(attempt), at=at - age, **seal), at=at)
    assert refusal.value.code == code
    assert nothing_happened(attempt)


def test_a_notice_of_299_seconds_is_still_fresh():
    attempt, at = started(), timezone.now()
    sealed = envelope(notice(attempt), at=at - dt.timedelta(seconds=299))
    assert services.settle(gateway="demo", envelope=sealed, at=at) == Outcome.SETTLED


def test_one_changed_byte_of_the_body_is_refused():
    attempt = started()
    sealed = envelope(notice(attempt))
    altered = type(sealed)(sealed.timestamp, sealed.signature, sealed.body.replace(b"200000", b"200001"))
    with pytest.raises(NotTrusted):
        services.settle(gateway="demo", envelope=altered, at=timezone.now())
    assert nothing_happened(attempt)


def test_without_a_secret_nobody_is_believed(settings):
    settings.GATEWAY_SECRET = ""
    attempt = started()
    with pytest.raises(NotTrusted):
        settle(notice(attempt), secret="")
    assert nothing_happened(attempt)


def test_a_portal_that_believed_unsigned_notices_would_be_caught(monkeypatch):
    monkeypatch.setattr("payments.gateways.demo.prove", lambda *args, **kwargs: None)
    attempt = started()
    settle(notice(attempt), secret="forged")
    assert not nothing_happened(attempt)


def test_a_wrong_amount_is_parked_once_and_settles_nothing():
    attempt = started()
    told = notice(attempt, amount_vnd=195_000)
    assert [settle(told), settle(told)] == [Outcome.PARKED, Outcome.PARKED]
    item = Break.objects.get()
    assert (item.kind, item.ours_vnd, item.theirs_vnd, item.amount_vnd) == ("amount", 200_000, 195_000, 5_000)
    attempt.refresh_from_db()
    assert (attempt.state, LedgerEntry.objects.count()) == ("started", 0)


def test_a_second_payment_of_the_same_charge_is_parked_as_duplicate():
    attempt = settled()
    assert settle(notice(attempt)) == Outcome.PARKED
    assert Break.objects.get().kind == "duplicate"
    assert LedgerEntry.objects.count() == 2


def test_an_unknown_reference_is_parked_not_lost():
    attempt = started()
    assert settle(notice(attempt, reference="NOBODYKNOWSME")) == Outcome.PARKED
    assert (Break.objects.get().kind, Break.objects.get().attempt) == ("missing_here", None)


def test_money_for_a_dossier_being_withdrawn_is_parked_and_recorded_when_it_is_back():
    attempt = started()
    dossier, at = attempt.charge.dossier, timezone.now()
    owner, clerk = (
        actors.citizen(dossier.submitter),
        actors.officer(factories.officer(dossier.agency, Role.INTAKE)),
    )
    dossiers.request_withdrawal(dossier=dossier, reason="Đổi ý", by=owner, at=at)
    told = notice(attempt)
    assert settle(told) == Outcome.PARKED
    dossiers.decline_withdrawal(dossier=dossier, reason="Đã trả tiền", by=clerk, at=at)
    assert settle(told) == Outcome.SETTLED
    assert [item.state for item in Break.objects.all()] == ["resolved"]


def test_asking_again_records_a_payment_whose_notice_was_lost():
    attempt, at = started(), timezone.now()
    DemoTransaction.objects.filter(reference=attempt.reference).update(state="paid", paid_at=at)
    assert services.query(attempt=attempt, at=at).state == "settled"
    assert services.query(attempt=attempt, at=at).state == "settled"
    assert Receipt.objects.count() == 1


def test_an_attempt_expires_but_money_that_comes_later_still_settles():
    at = timezone.now()
    attempt = started(at=at - dt.timedelta(hours=1))
    assert services.expire(attempt=attempt, at=at).state == "expired"
    assert settle(notice(attempt)) == Outcome.SETTLED
    attempt.refresh_from_db()
    assert attempt.state == "settled"


def test_the_watch_asks_about_every_waiting_attempt():
    at = timezone.now()
    paid, unpaid = started(at=at - dt.timedelta(minutes=2)), started(at=at - dt.timedelta(hours=1))
    DemoTransaction.objects.filter(reference=paid.reference).update(state="paid", paid_at=at)
    assert services.watch(at=at) == 1
    paid.refresh_from_db()
    unpaid.refresh_from_db()
    assert (paid.state, unpaid.state) == ("settled", "expired")


def final_state(attempt) -> tuple:
    attempt.refresh_from_db()
    charge = Charge.objects.get(pk=attempt.charge_id)
    return (
        attempt.state, charge.state, charge.dossier.state, charge.dossier.paid_vnd,
        Receipt.objects.count(), LedgerEntry.objects.count(), sorted(Break.objects.values_list("kind", flat=True)),
    )  # fmt: skip


def play(events, attempt, at) -> tuple:
    with transaction.atomic():
        for event in events:
            if event == "expire":
                services.expire(attempt=attempt, at=at)
            else:
                record(gateway="demo", notice=event, at=at)
        result = final_state(attempt)
        transaction.set_rollback(True)
    return result


def late_events(attempt):
    paid = notice(attempt)
    return [
        paid,
        notice(attempt, status="failed"),
        notice(attempt, amount_vnd=1),
        notice(attempt, status="refunded", provider_id=paid.provider_id),
        "expire",
    ]


def test_every_order_of_late_events_ends_in_the_same_state():
    at = timezone.now()
    attempt = started(at=at - dt.timedelta(hours=1))
    ends = {str(play(order, attempt, at)) for order in itertools.permutations(late_events(attempt))}
    assert len(late_events(attempt)) == 5
    expected = ("settled", "settled", "submitted", 200_000, 1, 2, ["amount", "status"])
    assert ends == {str(expected)}


def test_a_portal_where_failed_is_final_would_be_caught(monkeypatch):
    at = timezone.now()
    attempt = started(at=at - dt.timedelta(hours=1))

    real = record.__globals__["_settle"]
    monkeypatch.setitem(
        record.__globals__,
        "_settle",
        lambda row, told, when: Outcome.NOT_PAID if row.state == "failed" else real(row, told, when),
    )
    ends = {str(play(order, attempt, at)) for order in itertools.permutations(late_events(attempt)[:2])}
    assert len(ends) > 1
