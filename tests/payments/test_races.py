"""The same callback fifty times at once, and two payments of one charge at once, against real commits."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from applications import actors, log
from payments import services
from payments.models import Attempt, Break, Charge, LedgerEntry, Receipt
from payments.services import recording
from tests import factories
from tests.payments.conftest import envelope, headers, notice, started, waiting

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, CALLS = 10, 50


def all_at_once(calls):
    gate = threading.Barrier(THREADS)

    def run(call):
        try:
            if call[0] < THREADS:
                gate.wait(20)
            return call[1]()
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, enumerate(calls)))


def post(sealed):
    response = Client().post(
        "/api/v1/payments/demo/notify", sealed.body, content_type="application/json", headers=headers(sealed)
    )
    return response.status_code


def test_fifty_parallel_repeats_are_one_transfer_one_receipt_and_fifty_times_200():
    attempt = started()
    sealed = envelope(notice(attempt))
    assert Counter(all_at_once([lambda: post(sealed)] * CALLS)) == {200: CALLS}
    dossier = attempt.charge.dossier
    dossier.refresh_from_db()
    assert (LedgerEntry.objects.count(), Receipt.objects.count(), Break.objects.count()) == (2, 1, 0)
    assert (dossier.state, dossier.paid_vnd) == ("submitted", 200_000)
    assert dossier.events.filter(kind="record_payment").count() == 1
    assert log.verify(dossier, dossier.events.order_by("seq")) == 3


def test_ten_different_payments_of_one_charge_settle_one_and_park_nine():
    attempt = started()
    sealed = [envelope(notice(attempt)) for _n in range(THREADS)]
    assert Counter(all_at_once([lambda s=s: post(s) for s in sealed])) == {200: THREADS}
    assert (LedgerEntry.objects.count(), Receipt.objects.count()) == (2, 1)
    assert Counter(Break.objects.values_list("kind", flat=True)) == {"duplicate": THREADS - 1}
    assert Charge.objects.get().state == "settled"


def test_payments_of_many_dossiers_at_once_number_their_receipts_without_gaps():
    agency = factories.commune_agency()
    sealed = [envelope(notice(started(waiting(agency)))) for _n in range(THREADS)]
    assert Counter(all_at_once([lambda s=s: post(s) for s in sealed])) == {200: THREADS}
    assert sorted(Receipt.objects.values_list("serial", flat=True)) == list(range(1, THREADS + 1))


def test_parallel_starts_give_one_attempt():
    attempt = started()
    charge, dossier = attempt.charge, attempt.charge.dossier
    attempt.charge.attempts.update(state="expired")
    by, at = actors.citizen(dossier.submitter), timezone.now()
    calls = [lambda: services.start(charge=charge, gateway="demo", by=by, at=at).pk] * THREADS
    assert len(set(all_at_once(calls))) == 1


def test_a_portal_without_the_locks_would_be_caught(monkeypatch):
    """Check then act: every thread sees «open»; the database's own constraints are then what stops it."""
    attempt = started()
    together = threading.Barrier(THREADS)

    def careless(row, told, at):
        charge = Charge.objects.get(pk=row.charge_id)
        if charge.state == "open":
            together.wait(20)
            recording._post(row, charge, charge.dossier, told, at)
        return recording.Outcome.SETTLED

    monkeypatch.setattr(recording, "_settle", careless)
    sealed = envelope(notice(attempt))

    def post_or_break():
        try:
            return post(sealed)
        except Exception as failure:  # the test client raises what the server would answer 500
            return type(failure).__name__

    broken = Counter(all_at_once([post_or_break] * THREADS))["IntegrityError"]
    assert broken >= THREADS - 1  # with the locks every one of them is answered in words
    assert Attempt.objects.filter(state="settled").count() <= 1
    assert LedgerEntry.objects.count() <= 2
