"""Standing in for a colleague: for whom, for what, until when; two persons stay two; everything says «A thay B»."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from applications import access, actors, hands, services
from applications.actors import Actor
from applications.deadlines import LEGAL_ZONE
from applications.models import Delegation, Dossier, DutyEvent, Event, Letter, Result
from applications.office import signing
from applications.services import four_eyes
from identity.errors import Conflict, Forbidden, NotFound, Refused
from identity.models import Agency, Officer, Role
from tests import factories
from tests.applications import lateness

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 5, 5)
AT = dt.datetime(2026, 5, 5, 3, 0, tzinfo=dt.UTC)


class World:
    """Signer S, drafter P, colleague D with no role of their own, and a leader."""

    def __init__(self) -> None:
        self.agency: Agency = factories.commune_agency()
        self.signer = self.post("Phạm Quốc Việt", Role.SIGNER)
        self.signer.title = "Chủ tịch"
        self.signer.save()
        self.deputy = self.post("Trần Thị Mai")
        self.drafter = self.post("Phan Thụ Lý", Role.CASE_OFFICER)
        self.leader = self.post("Hoàng Đình Nam", Role.LEADER)

    def post(self, name: str, *roles: str) -> Officer:
        return factories.officer(self.agency, *roles, name=name)

    def lend(self, giver: Officer | None = None, deputy: Officer | None = None, **changes: Any) -> Delegation:
        giver = giver or self.signer
        asked: dict[str, Any] = {
            "giver": giver,
            "deputy": deputy or self.deputy,
            "roles": [Role.SIGNER],
            "starts_on": DAY,
            "ends_on": DAY + dt.timedelta(days=2),
            "form": "KT",
            "document_number": "12/UQ-UBND",
            "document_date": DAY,
            "by": actors.officer(giver),
            "at": AT,
        }
        return services.delegate(**{**asked, **changes})

    def proposed(self, by: Actor | None = None, **changes: Any) -> Dossier:
        dossier = factories.processing(self.agency, at=AT, child_dob="2026-04-23", **changes)
        services.propose(dossier=dossier, kind="grant", by=by or actors.officer(self.drafter), at=AT)
        return dossier


@pytest.fixture
def world() -> World:
    return World()


def signs(post: Officer, dossier: Dossier, at: dt.datetime = AT) -> Dossier:
    fresh = Dossier.objects.select_related("version__procedure", "agency").get(pk=dossier.pk)
    return services.sign(dossier=fresh, by=actors.for_dossier(post, fresh, at=at), at=at)


def refused(post: Officer, dossier: Dossier, at: dt.datetime = AT) -> None:
    """The signature is refused and leaves nothing behind."""
    before = Dossier.objects.values().get(pk=dossier.pk)
    with pytest.raises(Forbidden):
        signs(post, dossier, at)
    assert Dossier.objects.values().get(pk=dossier.pk) == before
    assert Result.objects.get(dossier=dossier).status == Result.Status.DRAFT


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LEGAL_ZONE)


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


# Lists and doors


def test_lists_and_the_next_dossier_show_what_the_deputy_may_do(world):
    named = factories.version()
    inside, outside = world.proposed(of=named), world.proposed()
    assert services.claim_next(officer=world.deputy, at=AT) is None
    world.lend(procedures=[named.procedure], ends_on=dt.date(2100, 1, 1))
    assert [row.dossier.pk for row in signing.read(world.deputy, now=AT).rows] == [inside.pk]
    assert [*access.dossiers_for_officer(world.deputy).values_list("pk", flat=True)] == [inside.pk]
    client = factories.sign_in_officer(Client(), world.deputy)
    page = client.get("/can-bo/", {"nhom": "mine"})
    assert [row.dossier.pk for row in page.context["inbox"].rows] == [inside.pk]
    assert "Anh/chị đang thay Phạm Quốc Việt (Chủ tịch) với vai trò Người ký" in page.text
    assert client.get("/can-bo/ky-so/").status_code == 200
    assert client.get(f"/can-bo/ho-so/{outside.code}/").status_code == 404
    taken = services.claim_next(officer=world.deputy, at=AT)
    assert taken is not None
    assert taken.pk == inside.pk
    assert Event.objects.get(dossier=inside, kind="claim").data["for"] == world.signer.user_id
    assert services.claim_next(officer=world.deputy, at=AT) is None


def test_a_lent_role_opens_no_door_of_money_or_catalogue(world):
    world.lend(ends_on=dt.date(2100, 1, 1))
    client = factories.sign_in_officer(Client(), world.deputy)
    assert client.get("/can-bo/doi-soat/").status_code == 403
    assert client.get("/bien-tap/").status_code == 403
    assert client.get("/can-bo/cap-duoi/").status_code == 403


# Pages


def typed(world: World, **changes: Any) -> dict[str, Any]:
    today = dt.date.today()
    return {
        "deputy": world.deputy.pk,
        "role": ["signer"],
        "starts_on": today.isoformat(),
        "ends_on": (today + dt.timedelta(days=3)).isoformat(),
        "form": "TUQ",
        "document_number": "12/UQ-UBND",
        "document_date": today.isoformat(),
        **changes,
    }


def test_the_page_gives_and_takes_back(world):
    client = factories.sign_in_officer(Client(), world.signer)
    named = world.proposed().version.procedure
    given = client.post(
        "/can-bo/uy-quyen/", typed(world, procedure=[named.pk], limit_vnd="200.000"), follow=True
    )
    assert "Đã giao quyền cho Trần Thị Mai" in given.text
    lent = Delegation.objects.get()
    assert (lent.limit_vnd, lent.form, list(lent.procedures.all())) == (200_000, "TUQ", [named])
    assert "Đang hiệu lực" in given.text
    received = factories.sign_in_officer(Client(), world.deputy).get("/can-bo/uy-quyen/")
    assert "Trần Thị Mai thay Phạm Quốc Việt" in received.text
    assert "Thu hồi" not in received.text
    answer = client.post(f"/can-bo/uy-quyen/{lent.pk}/thu-hoi/", follow=True)
    assert "Đã thu hồi" in answer.text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"deputy": ""}, "Hãy chọn người được ủy quyền trong danh sách"),
        ({"role": []}, "Hãy chọn ít nhất một vai trò"),
        ({"starts_on": "5/5"}, "Hãy chọn ngày bắt đầu"),
        ({"ends_on": "0001-01-01"}, "Hãy chọn ngày cuối cùng"),
        ({"document_date": ""}, "Hãy chọn ngày của văn bản"),
        ({"limit_vnd": "hai trăm"}, "Mức phí chỉ gồm chữ số"),
        ({"document_number": ""}, "Hãy ghi số văn bản ủy quyền"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(world, changes, says):
    client = factories.sign_in_officer(Client(), world.signer)
    page = client.post("/can-bo/uy-quyen/", typed(world, **changes))
    assert page.status_code == 422
    assert says in page.text
    if "document_number" not in changes:
        assert 'value="12/UQ-UBND"' in page.text
    assert not Delegation.objects.exists()


def test_people_of_another_agency_do_not_even_exist(world):
    foreign = World()
    lent = foreign.lend(ends_on=dt.date(2100, 1, 1), document_number="99/UQ-KHAC")
    client = factories.sign_in_officer(Client(), world.leader)
    page = client.get("/can-bo/uy-quyen/").text
    assert "99/UQ-KHAC" not in page
    assert f'<option value="{foreign.deputy.pk}"' not in page
    said = {
        client.post("/can-bo/uy-quyen/", typed(world, giver=world.signer.pk, deputy=number))
        .context["error"]
        .message
        for number in (foreign.deputy.pk, 999_999, "x")
    }
    assert said == {"Hãy chọn người được ủy quyền trong danh sách."}
    assert [client.post(f"/can-bo/uy-quyen/{n}/thu-hoi/").status_code for n in (lent.pk, 999_999)] == [
        404,
        404,
    ]
    assert Delegation.objects.get().revoked_at is None
