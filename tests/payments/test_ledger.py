"""The ledger: append-only, and every transfer sums to zero, whatever code above it does."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from payments import services
from payments.models import Attempt, LedgerEntry, Receipt
from payments.services import recording
from payments.services.recording import record
from tests.payments.conftest import notice, settled, started

AMOUNT = st.integers(min_value=1, max_value=10**12)


def post(attempt, debits, credits, transfer=None):
    transfer, at = transfer or uuid.uuid4(), timezone.now()
    rows = [("debit_vnd", n, value) for n, value in enumerate(debits)]
    rows += [("credit_vnd", n + 100, value) for n, value in enumerate(credits)]
    rows = [row for row in rows if row[2]]
    LedgerEntry.objects.bulk_create(
        LedgerEntry(transfer=transfer, account=f"a{n}", attempt=attempt, at=at, **{side: value})
        for side, n, value in rows
    )


def post_and_check(attempt, debits, credits, transfer=None) -> None:
    post(attempt, debits, credits, transfer)
    check_now()


def check_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class TestBalance(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(debits=st.lists(AMOUNT, min_size=1, max_size=4), credits=st.lists(AMOUNT, min_size=1, max_size=4))
    def test_the_database_takes_a_transfer_exactly_when_it_balances(self, debits, credits):
        attempt = started()
        try:
            with transaction.atomic():
                post(attempt, debits, credits)
                check_now()
            taken = True
        except IntegrityError:
            taken = False
        assert taken == (sum(debits) == sum(credits))

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        told=st.lists(
            st.tuples(
                st.sampled_from(["paid", "failed", "refunded"]),
                st.sampled_from([200_000, 1]),
                st.integers(1, 3),
            ),
            max_size=8,
        )
    )
    def test_debit_equals_credit_after_any_sequence_of_notices(self, told):
        attempt = started()
        for status, amount, number in told:
            words = notice(attempt, status=status, amount_vnd=amount, provider_id=f"H{number}")
            record(gateway="demo", notice=words, at=timezone.now())
        check_now()
        sums = LedgerEntry.objects.aggregate(debit=Sum("debit_vnd"), credit=Sum("credit_vnd"))
        assert sums["debit"] == sums["credit"]
        paid = Attempt.objects.filter(charge=attempt.charge, state="settled").count()
        assert paid == Receipt.objects.filter(charge=attempt.charge).count() <= 1
        assert (sums["debit"] or 0) == 200_000 * Attempt.objects.filter(state="settled").count()


@pytest.mark.django_db
def test_an_unbalanced_transfer_is_refused_at_commit():
    attempt = started()
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        post_and_check(attempt, [200_000], [199_999])


@pytest.mark.django_db
def test_a_balanced_transfer_cannot_be_tilted_later():
    attempt, transfer = started(), uuid.uuid4()
    post(attempt, [5], [5], transfer)
    check_now()
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        post_and_check(attempt, [0] * 7 + [1], [], transfer)


@pytest.mark.django_db
def test_without_the_trigger_an_unbalanced_transfer_would_pass():
    attempt = started()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER payments_ledgerentry_balances ON payments_ledgerentry")
    post(attempt, [200_000], [199_999])
    check_now()
    assert LedgerEntry.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payments_ledgerentry SET debit_vnd = debit_vnd + 1 WHERE debit_vnd > 0",
        "DELETE FROM payments_ledgerentry",
        "TRUNCATE payments_ledgerentry CASCADE",
        "DELETE FROM payments_receipt",
    ],
)
def test_what_is_booked_is_never_changed_or_deleted(change):
    settled()
    check_now()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_ledgerentry ENABLE TRIGGER payments_ledgerentry_no_truncate")
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            cursor.execute(change)
    assert (LedgerEntry.objects.count(), Receipt.objects.count()) == (2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("values", [{"debit_vnd": -1}, {"debit_vnd": 1, "credit_vnd": 1}, {}])
def test_an_entry_is_a_positive_debit_or_a_positive_credit(values):
    attempt = started()
    with pytest.raises(IntegrityError, match="entry_is_debit_or_credit"), transaction.atomic():
        LedgerEntry.objects.create(
            transfer=uuid.uuid4(), account="a", attempt=attempt, at=timezone.now(), **values
        )


@pytest.mark.django_db
def test_no_attempt_is_booked_twice_even_by_a_defect():
    attempt = settled()
    dossier = attempt.charge.dossier
    told = notice(attempt, provider_id=attempt.provider_id)
    with pytest.raises(IntegrityError, match="one_entry_a_transfer_and_account"), transaction.atomic():
        recording._post(attempt, attempt.charge, dossier, told, timezone.now())
    assert services.query(attempt=attempt, at=timezone.now()).state == "settled"
    assert LedgerEntry.objects.count() == 2
