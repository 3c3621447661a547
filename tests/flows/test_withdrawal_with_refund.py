"""A citizen takes a paid dossier back: the office grants, one accountant approves, another records the payment."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applications import actors
from applications import services as dossiers
from applications.models import Event
from applications.states import State
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Role
from notifications.models import Message
from payments import desk, services
from payments.models import Break, LedgerEntry, Refund, RefundStep
from payments.refund_rules import STAGES, UNTIL, Rule, owed_vnd, rule_of
from payments.services import refunding
from tests import factories
from tests.payments.conftest import FORM, envelope, notice, settled, waiting

FEE = 200_000
Status = Refund.Status


@pytest.fixture
def attempt(db):
    return settled()


@pytest.fixture
def dossier(attempt):
    return type(attempt.charge.dossier).objects.get(pk=attempt.charge.dossier_id)


def accountant(dossier, name="Đỗ Thị Hồng"):
    return factories.officer(dossier.agency, Role.FINANCE, name=name)


def withdrawn(dossier, *, by=None):
    owner = actors.citizen(dossier.submitter)
    dossiers.request_withdrawal(dossier=dossier, reason="Tôi đổi ý", by=owner, at=timezone.now())
    clerk = actors.officer(by or factories.officer(dossier.agency, Role.INTAKE))
    dossiers.grant_withdrawal(dossier=dossier, by=clerk, at=timezone.now())
    follow(dossier)


def follow(dossier):
    """What the reader of the log does; inside the transaction of a test the log is not readable yet."""
    for event in Event.objects.filter(dossier=dossier).order_by("seq"):
        refunding.open_for(event=event)


def balance(account: str) -> int:
    sums = LedgerEntry.objects.filter(account=account).aggregate(d=Sum("debit_vnd"), c=Sum("credit_vnd"))
    return (sums["d"] or 0) - (sums["c"] or 0)


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_over_the_pages(dossier, client):
    factories.sign_in_citizen(client, dossier.submitter)
    client.post(reverse("applications:withdraw", args=[dossier.code]), {"ly_do": "Tôi đổi ý"})
    factories.sign_in_officer(client, factories.officer(dossier.agency, Role.INTAKE, name="Lê Thu Hà"))
    dossier.refresh_from_db()
    granting = reverse("applications:act", args=[dossier.code, "grant_withdrawal"])
    client.post(granting, {"seq": dossier.seq})
    dossier.refresh_from_db()
    assert dossier.state == State.STOPPED
    services.open_refunds()
    refund = Refund.objects.get()
    assert (refund.status, refund.amount_vnd, refund.reason) == (Status.REQUESTED, FEE, "withdrawn")
    first, second = accountant(dossier), accountant(dossier, "Bùi Văn Thành")
    factories.sign_in_officer(client, first)
    page = client.get(reverse("payments:refunds")).content.decode()
    assert "200.000 đồng" in page
    assert "Lê Thu Hà" in page
    client.post(reverse("payments:refund_act", args=[refund.pk, "duyet"]))
    paying = reverse("payments:refund_act", args=[refund.pk, "da-chi"])
    alone = client.post(paying, {"ghi": "UNC 12/2026"})
    assert alone.status_code == 403
    assert "UNC 12/2026" in alone.content.decode()
    assert not LedgerEntry.objects.filter(refund=refund).exists()
    factories.sign_in_officer(client, second)
    assert client.post(paying, {"ghi": " "}).status_code == 422
    assert client.post(paying, {"ghi": "UNC 12/2026"}).status_code == 302
    refund.refresh_from_db()
    assert (refund.status, refund.approved_by, refund.paid_by) == (Status.PAID, first.user, second.user)
    assert balance("gateway:demo") == 0
    assert balance(f"agency:{dossier.agency.key}:phi") == 0
    assert list(refund.steps.values_list("status", flat=True)) == ["requested", "approved", "paid"]
    assert set(Message.objects.filter(template__startswith="refund.").values_list("template", flat=True)) == {
        "refund.requested",
        "refund.paid",
    }
    factories.sign_in_citizen(client, dossier.submitter)
    page = client.get(reverse("applications:dossier", args=[dossier.code])).content.decode()
    assert "Đã hoàn cho bạn 200.000" in page
    assert "UNC 12/2026" in page


def test_one_refund_a_charge_however_often_the_log_is_read(dossier):
    withdrawn(dossier)
    follow(dossier)
    first = Refund.objects.get()
    assert RefundStep.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(
            charge=first.charge, event=first.event, amount_vnd=1, basis="x", requested_at=timezone.now()
        )


def test_a_dossier_that_paid_nothing_has_nothing_to_get_back(db):
    withdrawn(waiting())
    assert not Refund.objects.exists()


def test_a_declined_withdrawal_gives_nothing_back(dossier):
    dossiers.request_withdrawal(
        dossier=dossier, reason="Đổi ý", by=actors.citizen(dossier.submitter), at=timezone.now()
    )
    clerk = actors.officer(factories.officer(dossier.agency, Role.INTAKE))
    dossiers.decline_withdrawal(dossier=dossier, reason="Sắp xong", by=clerk, at=timezone.now())
    follow(dossier)
    assert not Refund.objects.exists()


def test_a_fee_already_worked_for_is_not_refunded_and_the_citizen_reads_why(dossier, client):
    clerk = actors.officer(factories.officer(dossier.agency, Role.INTAKE))
    dossiers.accept(dossier=dossier, by=clerk, at=timezone.now())
    dossiers.pass_on(dossier=dossier, by=clerk, at=timezone.now())
    withdrawn(dossier)
    refund = Refund.objects.get()
    assert (refund.status, refund.amount_vnd) == (Status.REFUSED, 0)
    factories.sign_in_citizen(client, dossier.submitter)
    page = client.get(reverse("applications:dossier", args=[dossier.code])).content.decode()
    assert "không được hoàn" in page
    assert refund.basis in page


def test_the_rule_of_the_version_goes_before_that_of_the_deployment(db):
    fee = {"type": "phi", "refund": {"until": "never", "basis": "Thông tư X"}}
    version = factories.version(
        form=FORM, content={"fee": fee, "time_limit": {"value": 5, "unit": "working_days"}}
    )
    agency = factories.commune_agency()
    dossier = factories.submitted(agency, of=version, fee_group="full", copies_count=1)
    settled(dossier)
    withdrawn(type(dossier).objects.get(pk=dossier.pk))
    refund = Refund.objects.get()
    assert (refund.status, refund.basis) == (Status.REFUSED, "Thông tư X")


def test_who_granted_the_withdrawal_does_not_approve_the_refund(dossier):
    both = factories.officer(dossier.agency, Role.INTAKE, Role.FINANCE)
    withdrawn(dossier, by=both)
    refund = Refund.objects.get()
    with pytest.raises(Forbidden, match="người thứ hai"):
        services.approve_refund(refund=refund, by=actors.officer(both), at=timezone.now())
    clerk = actors.officer(factories.officer(dossier.agency, Role.INTAKE))
    with pytest.raises(Forbidden, match="kế toán"):
        services.approve_refund(refund=refund, by=clerk, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(status="approved", approved_by=both.user)


def test_opposite_decisions_exactly_one_wins(dossier):
    withdrawn(dossier)
    first, second = (actors.officer(accountant(dossier)) for _one in range(2))
    stale = Refund.objects.get()
    with pytest.raises(Refused):
        services.refuse_refund(refund=Refund.objects.get(), reason=" ", by=first, at=timezone.now())
    services.refuse_refund(refund=Refund.objects.get(), reason="Đã trả kết quả", by=first, at=timezone.now())
    with pytest.raises(Conflict):
        services.approve_refund(refund=stale, by=second, at=timezone.now())
    with pytest.raises(Conflict):
        services.record_refund(refund=stale, evidence="UNC 1", by=second, at=timezone.now())
    assert not LedgerEntry.objects.filter(refund__isnull=False).exists()


def test_the_notice_of_the_bank_records_an_approved_refund_once(dossier, attempt):
    withdrawn(dossier)
    refund = Refund.objects.get()
    told = notice(attempt, provider_id=attempt.provider_id, status="refunded")
    early = services.settle(gateway="demo", envelope=envelope(told), at=timezone.now())
    assert early == "parked"
    services.approve_refund(refund=refund, by=actors.officer(accountant(dossier)), at=timezone.now())
    for _again in range(2):
        assert services.settle(gateway="demo", envelope=envelope(told), at=timezone.now()) == "refunded"
    refund.refresh_from_db()
    assert (refund.status, refund.paid_by) == (Status.PAID, None)
    assert LedgerEntry.objects.filter(refund=refund).count() == 2
    assert Break.objects.count() == 1
    day = desk.day_of("demo", timezone.localdate())
    assert day.debit_vnd == day.credit_vnd == FEE


def test_accountants_of_another_agency_do_not_even_see_it(dossier, client):
    withdrawn(dossier)
    factories.sign_in_officer(client, accountant(factories.submitted(factories.commune_agency("Xa"))))
    assert dossier.code not in client.get(reverse("payments:refunds")).content.decode()
    address = reverse("payments:refund_act", args=[Refund.objects.get().pk, "duyet"])
    assert client.post(address).status_code == 404
    assert Refund.objects.get().status == Status.REQUESTED


def test_a_refused_dossier_asks_for_its_fee_back_as_well(dossier):
    clerk = actors.officer(factories.officer(dossier.agency, Role.INTAKE))
    dossiers.refuse(dossier=dossier, reason="Sai thẩm quyền", by=clerk, at=timezone.now())
    follow(dossier)
    assert Refund.objects.get().reason == "not_accepted"


def test_steps_are_append_only(dossier):
    withdrawn(dossier)
    with pytest.raises(DatabaseError), transaction.atomic():
        RefundStep.objects.update(note="khác")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM payments_refund")


@given(st.sampled_from(STAGES), st.sampled_from(sorted(UNTIL)), st.integers(1, 10**12))
def test_all_or_nothing_goes_back_and_never_more_the_further_it_had_come(stage, until, paid):
    owed = owed_vnd(Rule(until, "x"), stage=stage, paid_vnd=paid)
    assert owed in (0, paid)
    earlier = [owed_vnd(Rule(until, "x"), stage=one, paid_vnd=paid) for one in STAGES]
    assert earlier == sorted(earlier, reverse=True)
    assert (
        owed_vnd(Rule("never", "x"), stage=stage, paid_vnd=paid),
        owed_vnd(Rule("decision", "x"), stage=stage, paid_vnd=paid),
    ) == (0, paid)


def test_a_rule_nobody_knows_is_no_rule():
    with pytest.raises(ValueError, match="sometimes"):
        owed_vnd(rule_of({}, usual=Rule("sometimes", "x")), stage="submitted", paid_vnd=1)
