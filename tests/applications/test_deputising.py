"""Standing in for a colleague: for whom, for what, until when; two persons stay two; everything says «A thay B»."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from applications import actors, hands, services
from applications.models import Delegation, Dossier, DutyEvent, Event, Letter, Result
from applications.office import signing
from applications.services import four_eyes
from identity.errors import Conflict, Forbidden, NotFound, Refused
from identity.models import Officer, Role
from tests import factories
from tests.applications import lateness
from tests.applications.deputies import AT, DAY, World, midnight, refused, signs

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


# What a delegation is good for


def test_a_deputy_signs_and_everything_says_for_whom(world):
    dossier, lent = world.proposed(), world.lend()
    signs(world.deputy, dossier)
    event = Event.objects.get(dossier=dossier, kind="sign")
    assert event.actor_id == world.deputy.user_id
    assert event.data == {"step": "sign", "for": world.signer.user_id, "delegation": lent.pk}
    assert hands.names([event])[event.pk] == "Trần Thị Mai thay Phạm Quốc Việt"
    assert signing.chain_of(dossier)[-1].who == "Trần Thị Mai thay Phạm Quốc Việt"
    result = Result.objects.get(dossier=dossier)
    assert (result.signer_name, result.signer_title) == ("Trần Thị Mai", "KT. Chủ tịch\nCông chức")
    assert result.own_title == "Công chức"


def test_an_own_role_is_used_before_a_lent_one(world):
    other = world.post("Võ Thanh Tùng", Role.SIGNER)
    world.lend(deputy=other)
    dossier = world.proposed()
    signs(other, dossier)
    assert Event.objects.get(dossier=dossier, kind="sign").data == {"step": "sign"}
    assert Result.objects.get(dossier=dossier).signer_title == "Công chức"


def test_it_counts_from_the_first_to_the_last_day_of_legal_time_and_ends_without_a_job(world):
    dossier = world.proposed()
    world.lend()
    first, after = midnight(DAY), midnight(DAY + dt.timedelta(days=3))
    moment = dt.timedelta(microseconds=1)
    for at in (first - moment, after):
        refused(world.deputy, dossier, at)
    assert actors.at_desk(world.deputy, at=first).roles == {Role.SIGNER}
    signs(world.deputy, dossier, after - moment)


def test_it_reaches_only_the_procedures_named(world):
    named, other = factories.version(), factories.version()
    world.lend(procedures=[named.procedure])
    outside, inside = world.proposed(of=other), world.proposed(of=named)
    refused(world.deputy, outside)
    signs(world.deputy, inside)


def test_it_reaches_only_fees_up_to_the_limit(world):
    world.lend(limit_vnd=50_000)
    dear, exact = world.proposed(), world.proposed()
    for dossier, fee in ((dear, 50_001), (exact, 50_000)):
        Dossier.objects.filter(pk=dossier.pk).update(fee_vnd=fee)
    refused(world.deputy, dear)
    signs(world.deputy, exact)


def test_two_that_overlap_add_up_and_the_one_that_covers_is_named(world):
    named = factories.version()
    world.lend(limit_vnd=0, procedures=[factories.version().procedure])
    second = world.lend(procedures=[named.procedure])
    dossier = world.proposed(of=named)
    Dossier.objects.filter(pk=dossier.pk).update(fee_vnd=9)
    signs(world.deputy, dossier)
    assert Event.objects.get(dossier=dossier, kind="sign").data["delegation"] == second.pk


# Ends of a delegation


def revoked_between_page_and_act(world: World) -> None:
    dossier, lent = world.proposed(), world.lend()
    by = actors.for_dossier(world.deputy, dossier, at=AT)
    services.revoke_delegation(delegation=lent.pk, by=actors.officer(world.signer), at=AT)
    with pytest.raises(Forbidden, match="hết hiệu lực"):
        services.sign(dossier=dossier, by=by, at=AT)
    assert not Event.objects.filter(dossier=dossier, kind="sign").exists()
    assert Result.objects.get(dossier=dossier).status == Result.Status.DRAFT


def test_one_revoked_between_the_page_and_the_act_helps_nobody(world):
    revoked_between_page_and_act(world)


def test_without_asking_again_a_revoked_one_would_still_sign(world, monkeypatch):
    """The broken variant: the actor of the page is believed."""
    monkeypatch.setattr(actors, "is_lent", lambda *_a, **_k: True)
    with pytest.raises(pytest.fail.Exception):
        revoked_between_page_and_act(world)


def test_it_falls_when_the_giver_leaves_moves_or_loses_the_role(world):
    dossier = world.proposed()
    world.lend()
    elsewhere = factories.commune_agency("Thanh Khê")
    for change, back in (
        ({"is_active": False}, {"is_active": True}),
        ({"roles": [Role.APPROVER]}, {"roles": [Role.SIGNER]}),
        ({"agency": elsewhere}, {"agency": world.agency}),
    ):
        Officer.objects.filter(pk=world.signer.pk).update(**change)
        refused(world.deputy, dossier)
        Officer.objects.filter(pk=world.signer.pk).update(**back)
    signs(world.deputy, dossier)


def test_a_deputy_whose_account_is_closed_is_out_at_the_next_request(world):
    dossier = world.proposed()
    world.lend(starts_on=dt.date(2026, 5, 5), ends_on=dt.date(2100, 1, 1))
    client = factories.sign_in_officer(Client(), world.deputy)
    assert client.get(f"/can-bo/ho-so/{dossier.code}/").status_code == 200
    Officer.objects.filter(pk=world.deputy.pk).update(is_active=False)
    assert client.get(f"/can-bo/ho-so/{dossier.code}/").status_code == 302
    assert client.post(f"/can-bo/ho-so/{dossier.code}/sign/", {"seq": dossier.seq}).status_code == 302
    assert not Event.objects.filter(dossier=dossier, kind="sign").exists()


def test_nothing_received_is_passed_on(world):
    world.lend()
    third = world.post("Người thứ ba")
    with pytest.raises(Refused, match="không giao lại được"):
        world.lend(giver=world.deputy, deputy=third)
    Delegation.objects.bulk_create([
        Delegation(
            agency=world.agency, giver=world.deputy, deputy=third, roles=[Role.SIGNER], starts_on=DAY, ends_on=DAY,
            document_number="x", document_date=DAY, created_by=world.deputy.user, created_at=AT,
        )
    ])  # fmt: skip
    assert actors.at_desk(third, at=AT).roles == frozenset()
    refused(third, world.proposed())


# Four eyes


def test_the_drafter_signs_nothing_as_deputy_of_the_signer(world):
    world.lend(deputy=world.drafter)
    refused(world.drafter, world.proposed())


def test_the_drafters_power_to_sign_serves_nobody_for_the_own_draft(world):
    both = world.post("Lê Hai Vai", Role.CASE_OFFICER, Role.SIGNER)
    world.lend(giver=both)
    dossier = world.proposed(actors.officer(both))
    refused(world.deputy, dossier)
    world.lend()
    signs(world.deputy, dossier)
    assert Event.objects.get(dossier=dossier, kind="sign").data["for"] == world.signer.user_id


def test_whom_it_was_drafted_for_does_not_sign_it(world):
    both = world.post("Lê Hai Vai", Role.CASE_OFFICER, Role.SIGNER)
    lent = world.lend(giver=both, roles=[Role.CASE_OFFICER], form="")
    dossier = factories.processing(world.agency, at=AT, child_dob="2026-04-23")
    by = actors.for_dossier(world.deputy, dossier, at=AT)
    services.propose(dossier=dossier, kind="grant", by=by, at=AT)
    assert Event.objects.get(dossier=dossier, kind="propose").data["delegation"] == lent.pk
    refused(both, dossier)
    assert [row.known.is_own for row in signing.read(both, now=AT).rows] == [True]
    assert [row.known.is_own for row in signing.read(world.signer, now=AT).rows] == [False]
    signs(world.signer, dossier)


def test_without_looking_behind_the_draft_one_person_would_do_both(world, monkeypatch):
    """The broken variant: only the name under the draft counts."""
    monkeypatch.setattr(four_eyes, "persons_behind", lambda _dossier, _kind, drafter: {drafter})
    with pytest.raises(pytest.fail.Exception):
        test_whom_it_was_drafted_for_does_not_sign_it(world)


def test_a_superior_does_not_confirm_through_a_deputy_what_they_drafted(world):
    both = world.post("Lê Hai Vai", Role.CASE_OFFICER, Role.APPROVER)
    world.lend(giver=both, roles=[Role.APPROVER])
    dossier = factories.processing(world.agency, at=AT, child_dob="2026-04-23")
    items = [{"question": "child_name", "label": "Tên", "reason": "Thiếu"}]
    services.request_supplement(dossier=dossier, items=items, by=actors.officer(both), at=AT)
    services.answer_supplement(dossier=dossier, by=actors.citizen(dossier.submitter), at=AT)
    services.draft_supplement(
        dossier=dossier, items=items, legal_basis="Điều 1", by=actors.officer(both), at=AT
    )
    by = actors.for_dossier(world.deputy, dossier, at=AT)
    with pytest.raises(Forbidden):
        services.confirm_supplement(dossier=dossier, by=by, at=AT)
    world.lend(giver=world.post("Duyệt Khác", Role.APPROVER), roles=[Role.APPROVER])
    by = actors.for_dossier(world.deputy, dossier, at=AT)
    services.confirm_supplement(dossier=dossier, by=by, at=AT)
    assert "for" in Event.objects.filter(dossier=dossier, kind="request_supplement").latest("seq").data


# Acts outside the table of states


def test_letters_questions_and_extensions_say_for_whom_and_the_letter_is_signed_so(world):
    chief = world.post("Duyệt", Role.APPROVER)
    chief.title = "Trưởng phòng"
    chief.save()
    world.lend(giver=chief, roles=[Role.APPROVER], form="TL", ends_on=dt.date(2026, 6, 1))
    dossier = lateness.running(world.agency, extension=lateness.EXTENSION)
    by = actors.for_dossier(world.deputy, dossier, at=AT)
    services.extend(dossier=dossier, reason="Chờ xác minh", by=by, at=AT)
    asked = factories.commune_agency("Thanh Khê")
    services.consult(dossier=dossier, agency=asked, question="Đúng không?", papers=[], days=2, by=by, at=AT)
    late = lateness.LATE + dt.timedelta(days=7)
    services.draft_letter(dossier=dossier, at=late)
    services.sign_letter(dossier=dossier, by=by, at=late)
    acts = Event.objects.filter(
        dossier=dossier, kind__in=("deadline_extended", "consulted", "apology_signed")
    )
    assert {event.data["for"] for event in acts} == {chief.user_id}
    assert acts.count() == 3
    assert Letter.objects.get(dossier=dossier).signer_title == "TL. Trưởng phòng\nCông chức"


def test_a_fee_raised_after_the_page_was_made_is_judged_by_the_new_fee(world):
    world.lend(limit_vnd=50_000)
    dossier = world.proposed()
    by = actors.for_dossier(world.deputy, dossier, at=AT)
    Dossier.objects.filter(pk=dossier.pk).update(fee_vnd=60_000)
    with pytest.raises(Conflict):
        services.sign(dossier=dossier, by=by, at=AT)
    assert Result.objects.get(dossier=dossier).status == Result.Status.DRAFT


# Giving and taking back


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"roles": []}, Refused),
        ({"roles": [Role.APPROVER]}, Refused),
        ({"roles": [Role.SIGNER, Role.FINANCE]}, Refused),
        ({"ends_on": DAY - dt.timedelta(days=1)}, Refused),
        ({"starts_on": dt.date(2026, 4, 1), "ends_on": dt.date(2026, 4, 2), "document_date": DAY}, Refused),
        ({"document_date": DAY + dt.timedelta(days=1)}, Refused),
        ({"document_number": "  "}, Refused),
        ({"document_number": "x" * 61}, Refused),
        ({"form": ""}, Refused),
        ({"form": "XX"}, Refused),
        ({"limit_vnd": -1}, Refused),
    ],
)
def test_what_may_not_be_given_is_refused_and_nothing_is_stored(world, changes, error):
    with pytest.raises(error):
        world.lend(**changes)
    assert not Delegation.objects.exists()
    assert not DutyEvent.objects.exists()


def test_only_the_giver_leader_or_administrator_gives_and_nobody_to_oneself(world):
    stranger = factories.officer(factories.commune_agency("Thanh Khê"), Role.SIGNER)
    administrator = world.post("Quản Trị", Role.ADMINISTRATOR)
    for giver, deputy, by, error in (
        (world.signer, world.signer, world.signer, Refused),
        (world.signer, world.deputy, world.drafter, Forbidden),
        (world.signer, world.deputy, world.deputy, Forbidden),
        (world.signer, administrator, administrator, Forbidden),
        (world.signer, stranger, world.signer, Refused),
        (stranger, world.deputy, world.leader, Refused),
    ):
        with pytest.raises(error):
            world.lend(giver=giver, deputy=deputy, by=actors.officer(by))
    assert not Delegation.objects.exists()
    assert world.lend(by=actors.officer(world.leader)).created_by_id == world.leader.user_id


def test_giving_and_revoking_each_leave_one_audit_row_nobody_can_change(world):
    lent = world.lend()
    with pytest.raises(NotFound):
        services.revoke_delegation(delegation=lent.pk, by=actors.officer(world.deputy), at=AT)
    foreign = factories.officer(factories.commune_agency("Thanh Khê"), Role.LEADER)
    for number in (lent.pk, 999_999):
        with pytest.raises(NotFound, match="Không có ủy quyền này"):
            services.revoke_delegation(delegation=number, by=actors.officer(foreign), at=AT)
    services.revoke_delegation(delegation=lent.pk, by=actors.officer(world.leader), at=AT)
    with pytest.raises(Conflict):
        services.revoke_delegation(delegation=lent.pk, by=actors.officer(world.signer), at=AT)
    rows = list(DutyEvent.objects.order_by("pk").values_list("kind", "actor", "post"))
    assert rows == [
        ("delegated", world.signer.user_id, world.signer.pk),
        ("revoked", world.leader.user_id, world.signer.pk),
    ]
    for change in (
        lambda: DutyEvent.objects.update(kind="absence"),
        lambda: DutyEvent.objects.all().delete(),
        lambda: Delegation.objects.update(ends_on=DAY + dt.timedelta(days=99)),
        lambda: Delegation.objects.update(revoked_at=None, revoked_by=None),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
