"""The officer's desk over HTTP: inbox, workspace, buttons, signing desk."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import actors, services, sweeping
from applications.models import Dossier, Event, Outbox, Result
from applications.states import State
from identity.models import DataAccess, Officer, Role
from tests import factories
from tests.applications.desks import desk, picture, press, signed_in
from tests.applications.second_factor import six_digits

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return factories.commune_agency()


# Who may open what


def test_reading_a_dossier_is_recorded_with_purpose_and_the_fields_shown(agency):
    dossier = factories.submitted(agency)
    client, post = signed_in(agency, Role.INTAKE)
    assert client.get(desk(dossier)).status_code == 200
    row = DataAccess.objects.get()
    assert (row.officer_id, row.agency_id, row.subject_id) == (post.user_id, agency.pk, dossier.submitter_id)
    assert row.purpose == "Giải quyết hồ sơ"
    assert row.dossier_code == dossier.code
    assert {"Họ tên của trẻ", "Nơi cư trú của bạn", "Giấy chứng sinh"} <= set(row.fields)


def test_another_agency_gets_the_answer_of_an_unknown_code_and_leaves_no_row(agency):
    dossier = factories.submitted(agency)
    client, _post = signed_in(factories.commune_agency("Thanh Khê"), Role.INTAKE)
    foreign = client.get(desk(dossier))
    unknown = client.get(reverse("applications:workspace", args=["H99-260505-9999"]))
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text.replace(dossier.code, "") == unknown.text.replace("H99-260505-9999", "")
    assert press(client, dossier, "accept").status_code == 404
    assert DataAccess.objects.count() == 0
    assert Event.objects.filter(dossier=dossier).count() == 1


@pytest.mark.parametrize("page", ["workspace", "draft", "ask_supplement"])
def test_an_officer_without_a_role_in_the_handling_opens_nothing(agency, page):
    dossier = factories.submitted(agency)
    client, _post = signed_in(agency, Role.FINANCE)
    assert client.get(reverse(f"applications:{page}", args=[dossier.code])).status_code == 403
    assert DataAccess.objects.count() == 0


def test_without_the_second_factor_nobody_comes_in(agency):
    dossier = factories.submitted(agency)
    post = factories.officer(agency, Role.INTAKE)
    client = factories.sign_in_officer(Client(), post, second_factor=False)
    assert client.get(desk(dossier)).status_code == 302
    assert press(client, dossier, "accept").status_code == 302
    assert Event.objects.filter(dossier=dossier, kind="accept").count() == 0


def test_a_revoked_officer_is_out_with_the_next_request(agency):
    dossier = factories.submitted(agency)
    client, post = signed_in(agency, Role.INTAKE)
    assert client.get(desk(dossier)).status_code == 200
    Officer.objects.filter(pk=post.pk).update(is_active=False)
    assert press(client, dossier, "accept").status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED


def test_a_button_of_another_role_is_not_shown_and_refused_when_pressed_anyway(agency):
    dossier = factories.submitted(agency)
    client, _post = signed_in(agency, Role.SIGNER)
    assert "Từ chối tiếp nhận" not in client.get(desk(dossier)).text
    answer = press(client, dossier, "accept")
    assert answer.status_code == 403
    assert "Vai trò của bạn không làm được việc «Tiếp nhận»" in answer.text
    assert Event.objects.filter(dossier=dossier).count() == 1


def test_an_action_that_is_no_officers_business_does_not_exist(agency):
    dossier = factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    for action in ("submit", "expire", "record_payment", "abc"):
        assert press(client, dossier, action).status_code == 404


# The way of a birth registration


def test_a_birth_goes_from_acceptance_to_the_vault_through_four_hands(agency):
    dossier = factories.submitted(agency)
    intake, _p = signed_in(agency, Role.INTAKE)
    case, _p = signed_in(agency, Role.CASE_OFFICER)
    signer, signing_post = signed_in(agency, Role.SIGNER, name="Võ Thanh Tùng")
    clerk, _p = signed_in(agency, Role.REGISTRY_CLERK)
    assert press(intake, dossier, "accept").status_code == 302
    assert press(intake, dossier, "pass_on").status_code == 302
    assert press(case, dossier, "propose", kind="grant").status_code == 302
    listed = signer.get(reverse("applications:signing"), {"ho-so": dossier.code})
    assert "Lê Nguyễn An Nhiên" in listed.text
    assert press(signer, dossier, "sign", otp=six_digits(signing_post)).status_code == 302
    assert "Phát hành</button>" not in clerk.get(desk(dossier)).text
    assert sweeping.run(Outbox.Topic.ISSUE, dossier.pk, at=timezone.now())
    assert press(clerk, dossier, "release").status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.DELIVERED
    kinds = list(Event.objects.filter(dossier=dossier).values_list("kind", flat=True))
    assert kinds == ["submit", "accept", "pass_on", "propose", "sign", "result_signed", "release", "deliver"]
    assert Result.objects.get(dossier=dossier).signer_name == "Võ Thanh Tùng"


def test_accepting_and_passing_on_is_one_button_and_two_events(agency):
    dossier = factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    assert press(client, dossier, "accept", then="pass_on").status_code == 302
    kinds = list(Event.objects.filter(dossier=dossier).values_list("kind", flat=True))
    assert kinds == ["submit", "accept", "pass_on"]


def test_passing_on_names_the_colleague_but_nobody_of_another_agency(agency):
    dossier = factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    stranger = factories.officer(factories.commune_agency("Thanh Khê"), Role.CASE_OFFICER)
    press(client, dossier, "accept")
    assert press(client, dossier, "pass_on", assignee=stranger.user_id).status_code == 422
    colleague = factories.officer(agency, Role.CASE_OFFICER)
    assert press(client, dossier, "pass_on", assignee=colleague.user_id).status_code == 302
    dossier.refresh_from_db()
    assert dossier.assignee_id == colleague.user_id


def test_who_drafts_does_not_sign(agency):
    dossier = factories.processing(agency)
    post = factories.everyone(agency)
    client = factories.sign_in_officer(Client(), post)
    assert press(client, dossier, "propose", kind="grant").status_code == 302
    answer = press(client, dossier, "sign", otp=six_digits(post))
    assert answer.status_code == 403
    assert "cần người thứ hai" in answer.text
    assert Event.objects.filter(dossier=dossier, kind="sign").count() == 0


@pytest.mark.parametrize("otp", ["", "000000", "abc"])
def test_signing_asks_for_the_second_factor_again(agency, otp):
    dossier = factories.proposed(agency)
    client, _post = signed_in(agency, Role.SIGNER)
    answer = press(client, dossier, "sign", otp=otp)
    assert answer.status_code == 422
    assert "Mã xác thực không đúng" in answer.text
    assert Event.objects.filter(dossier=dossier, kind="sign").count() == 0


def test_one_code_signs_one_paper(agency):
    first, second = factories.proposed(agency), factories.proposed(agency)
    client, post = signed_in(agency, Role.SIGNER)
    otp = six_digits(post)
    assert press(client, first, "sign", otp=otp).status_code == 302
    assert press(client, second, "sign", otp=otp).status_code == 422


def test_the_signer_sends_a_draft_back_with_the_reason(agency):
    dossier = factories.proposed(agency)
    client, _post = signed_in(agency, Role.SIGNER)
    assert press(client, dossier, "send_back", reason="Sai ngày sinh").status_code == 302
    dossier.refresh_from_db()
    assert dossier.step == 0
    assert "Sai ngày sinh" in client.get(desk(dossier)).text


def test_a_refusal_without_a_reason_is_not_accepted_and_one_with_a_reason_is(agency):
    dossier = factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    answer = press(client, dossier, "refuse", reason="  ")
    assert (answer.status_code, Event.objects.filter(dossier=dossier).count()) == (422, 1)
    assert "Hãy ghi lý do không tiếp nhận" in answer.text
    assert press(client, dossier, "refuse", reason="Không thuộc thẩm quyền").status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.REFUSED


def test_a_refused_button_keeps_what_was_typed(agency):
    dossier = factories.processing(agency)
    client, _post = signed_in(agency, Role.CASE_OFFICER)
    answer = press(client, dossier, "request_payment", fee_vnd="hai trăm", reason="Lệ phí cấp bản sao")
    assert answer.status_code == 422
    assert "hai trăm" in answer.text
    assert "Lệ phí cấp bản sao" in answer.text


def test_a_payment_request_takes_the_amount_as_people_write_it(agency):
    dossier = factories.processing(agency)
    client, _post = signed_in(agency, Role.CASE_OFFICER)
    assert press(client, dossier, "request_payment", fee_vnd="16.000", reason="Bản sao").status_code == 302
    dossier.refresh_from_db()
    assert (dossier.state, dossier.fee_vnd) == (State.PAYMENT_REQUESTED, 16_000)


def test_a_paper_result_is_handed_over_with_evidence(agency):
    dossier = factories.proposed(agency, result_delivery="counter")
    at = timezone.now()
    signer = actors.officer(factories.officer(agency, Role.SIGNER))
    services.sign(dossier=dossier, by=signer, at=at)
    services.issue(dossier=dossier, at=at)
    services.release(
        dossier=dossier, by=actors.officer(factories.officer(agency, Role.REGISTRY_CLERK)), at=at
    )
    client, _post = signed_in(agency, Role.INTAKE)
    page, checked = f"/can-bo/tra-ket-qua/{dossier.code}/", {"receiver": "self", "identity_checked": "1"}
    assert page in client.get(desk(dossier)).text
    assert client.post(page, checked).status_code == 422
    assert client.post(page, {**checked, "signed": "1"}).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.DELIVERED


def test_a_withdrawal_is_declined_with_a_reason_or_granted(agency):
    client, _post = signed_in(agency, Role.CASE_OFFICER)
    for action, reason, state in (
        ("decline_withdrawal", "Đã có kết quả", State.PROCESSING),
        ("grant_withdrawal", "", State.STOPPED),
    ):
        dossier = factories.processing(agency)
        owner = actors.citizen(dossier.submitter)
        services.request_withdrawal(dossier=dossier, reason="Đổi ý", by=owner, at=timezone.now())
        assert press(client, dossier, action, reason=reason).status_code == 302
        dossier.refresh_from_db()
        assert dossier.state == state


# Stale pages


def test_a_stale_page_is_told_who_was_faster_and_when(agency):
    dossier = factories.submitted(agency)
    seen = dossier.seq
    first, _p = signed_in(agency, Role.INTAKE, name="Lương Thị Hiền")
    second, _p = signed_in(agency, Role.INTAKE, name="Trần Quốc Bảo")
    assert press(first, dossier, "refuse", reason="Sai nơi nộp").status_code == 302
    answer = press(second, dossier, "accept", seq=seen)
    assert answer.status_code == 409
    assert "do Lương Thị Hiền cập nhật lúc" in answer.text
    dossier.refresh_from_db()
    assert dossier.state == State.REFUSED
    assert Event.objects.filter(dossier=dossier).count() == 2


def test_a_stale_page_is_stale_even_when_the_state_came_back(agency):
    dossier = factories.proposed(agency)
    seen = dossier.seq
    signer, _p = signed_in(agency, Role.SIGNER)
    press(signer, dossier, "send_back", reason="Sai")
    drafter = actors.officer(factories.officer(agency, Role.CASE_OFFICER))
    dossier.refresh_from_db()
    services.propose(dossier=dossier, kind="refusal", reason="Trùng", by=drafter, at=timezone.now())
    assert press(signer, dossier, "send_back", reason="Muộn", seq=seen).status_code == 409


def test_a_remark_of_a_machine_makes_no_page_stale(agency):
    dossier = factories.submitted(agency)
    seen = dossier.seq
    services.record_acknowledgement(dossier=dossier, partner="ministry", event_seq=1, at=timezone.now())
    client, _post = signed_in(agency, Role.INTAKE)
    assert press(client, dossier, "accept", seq=seen).status_code == 302


@pytest.mark.parametrize("seq", ["", "x", "-1"])
def test_a_button_that_does_not_say_which_page_it_stood_on_is_refused(agency, seq):
    dossier = factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    assert press(client, dossier, "accept", seq=seq).status_code == 409


def test_opposite_decisions_are_both_taken_when_staleness_is_not_checked(agency, monkeypatch):
    """The broken variant: without the check, a page made before «send back» still signs the new draft."""
    monkeypatch.setattr("applications.office.acting.is_stale", lambda dossier, seq: False)
    with pytest.raises(AssertionError):
        test_a_stale_page_is_stale_even_when_the_state_came_back(agency)


# Supplement


def test_a_supplement_is_previewed_sent_answered_and_the_clock_goes_on(agency):
    dossier = factories.processing(agency)
    client, _post = signed_in(agency, Role.CASE_OFFICER)
    address = reverse("applications:ask_supplement", args=[dossier.code])
    assert "Giấy chứng sinh" in client.get(address).text
    chosen = {"question": ["doc_notice"], "reason-doc_notice": "Ảnh mờ, hãy chụp lại", "seq": dossier.seq}
    preview = client.post(address, chosen)
    assert preview.status_code == 200
    assert "Ảnh mờ, hãy chụp lại" in preview.text
    assert Event.objects.filter(dossier=dossier, kind="request_supplement").count() == 0
    assert press(client, dossier, "request_supplement", **chosen).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT_REQUESTED
    assert dossier.supplement_requests.get().items == [
        {"question": "doc_notice", "label": "Giấy chứng sinh", "reason": "Ảnh mờ, hãy chụp lại"}
    ]
    owner, later = actors.citizen(dossier.submitter), timezone.now()
    services.attach(
        dossier=dossier, question="doc_notice", name="moi.png", content=picture(), by=owner, at=later
    )
    services.answer_supplement(dossier=dossier, by=owner, at=later)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.pauses.get().ended_at) == (State.PROCESSING, later)


def test_a_supplement_needs_an_item_and_a_reason_and_keeps_what_was_typed(agency):
    dossier = factories.processing(agency)
    client, _post = signed_in(agency, Role.CASE_OFFICER)
    address = reverse("applications:ask_supplement", args=[dossier.code])
    answer = client.post(address, {"question": ["doc_notice"], "reason-child_name": "Ghi chú", "seq": 3})
    assert answer.status_code == 422
    assert 'value="Ghi chú"' in answer.text
    assert answer.text.count(" checked") == 1


def test_a_second_supplement_without_an_approver_is_refused_on_the_page(agency):
    dossier = factories.processing(agency)
    Dossier.objects.filter(pk=dossier.pk).update(supplement_count=1)
    client, _post = signed_in(agency, Role.CASE_OFFICER)
    typed = {"question": ["doc_notice"], "reason-doc_notice": "Thiếu trang 2"}
    answer = press(client, dossier, "request_supplement", **typed)
    assert answer.status_code == 422
    assert "Thiếu trang 2" in answer.text
    assert "lãnh đạo phê duyệt" in answer.text
