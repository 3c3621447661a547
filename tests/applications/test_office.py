"""The officer's desk over HTTP: inbox, workspace, buttons, signing desk."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from applications import actors, services, sweeping
from applications.deadlines import LEGAL_ZONE, Calendar, Override
from applications.models import Answer, Dossier, Event, Outbox, Result
from applications.office import clock
from applications.states import State
from identity import registers
from identity.models import DataAccess, Officer, Role
from tests import factories
from tests.applications.second_factor import six_digits

pytestmark = pytest.mark.django_db
INBOX = "/can-bo/"


def desk(dossier: Dossier) -> str:
    return reverse("applications:workspace", args=[dossier.code])


def press(client: Client, dossier: Dossier, action: str, *, seq: int | None = None, **typed):
    """Press a button of the page as it stands now, or as it stood at ``seq``."""
    if seq is None:
        dossier.refresh_from_db()
        seq = dossier.seq
    return client.post(reverse("applications:act", args=[dossier.code, action]), {"seq": seq, **typed})


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(drawn, "PNG")
    return drawn.getvalue()


@pytest.fixture
def agency():
    return factories.commune_agency()


def signed_in(agency, *roles: str, name: str = "Trần Quốc Bảo") -> tuple[Client, Officer]:
    post = factories.officer(agency, *roles, name=name)
    return factories.sign_in_officer(Client(), post), post


# Inbox


def test_the_inbox_counts_each_tab_and_lists_only_the_own_agency(agency):
    mine, foreign = factories.submitted(agency), factories.submitted(factories.commune_agency("Thanh Khê"))
    client, _post = signed_in(agency, Role.INTAKE)
    page = client.get(INBOX, {"nhom": "waiting"})
    assert page.status_code == 200
    assert {tab.key: tab.count for tab in page.context["inbox"].tabs} == {
        "waiting": 1, "mine": 0, "citizen": 0, "elsewhere": 0, "signing": 0, "soon": 1, "overdue": 0, "done": 0,
    }  # fmt: skip
    assert mine.code in page.text.replace(" – ", "-")
    assert foreign.code not in page.text.replace(" – ", "-")


def test_the_inbox_says_when_the_answer_is_owed(agency):
    factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    assert "Trả lời trước" in client.get(INBOX, {"nhom": "waiting"}).text


def test_mine_are_those_given_to_me_and_those_of_my_step_given_to_nobody(agency):
    free = factories.processing(agency)
    client, post = signed_in(agency, Role.CASE_OFFICER)
    other = factories.officer(agency, Role.CASE_OFFICER, name="Người Khác")
    clerk = actors.officer(factories.officer(agency, Role.INTAKE))
    given, taken = factories.submitted(agency), factories.submitted(agency)
    for dossier, to in ((given, post), (taken, other)):
        services.accept(dossier=dossier, by=clerk, at=timezone.now())
        services.pass_on(dossier=dossier, by=clerk, at=timezone.now(), assignee_id=to.user_id)
    rows = client.get(INBOX, {"nhom": "mine"}).context["inbox"].rows
    assert {row.dossier.pk for row in rows} == {free.pk, given.pk}


def test_the_inbox_asks_as_many_questions_for_many_dossiers_as_for_one(agency, django_assert_max_num_queries):
    version = factories.version()
    factories.submitted(agency, of=version)
    client, _post = signed_in(agency, Role.INTAKE)
    for count in (0, 6):
        for _number in range(count):
            factories.submitted(agency, of=version)
        with django_assert_max_num_queries(19):
            assert len(client.get(INBOX, {"nhom": "waiting"}).context["inbox"].rows) == count + 1


def test_pages_follow_one_another_without_losing_or_repeating_a_dossier(agency, monkeypatch):
    monkeypatch.setattr("applications.office.queues.PAGE", 2)
    version, at = factories.version(), timezone.now()
    made = {factories.submitted(agency, of=version, at=at).pk for _n in range(5)}
    client, _post = signed_in(agency, Role.INTAKE)
    seen: list[int] = []
    key = ""
    for _page in range(3):
        found = client.get(INBOX, {"nhom": "waiting", "sau": key}).context["inbox"]
        seen += [row.dossier.pk for row in found.rows]
        key = found.next_key
    assert key == ""
    assert sorted(seen) == sorted(made)


@pytest.mark.parametrize("key", ["x", "20260101T000000.000000-", "-9", "20260101T000000.000000-" + "9" * 30])
def test_a_broken_page_key_does_no_harm(agency, key):
    factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    assert client.get(INBOX, {"nhom": "waiting", "sau": key}).status_code == 200


def test_a_dossier_is_found_by_a_part_of_its_code_written_with_spaces(agency):
    wanted = factories.submitted(agency)
    factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    spoken = wanted.code[-11:].replace("-", " – ")
    rows = client.get(INBOX, {"q": spoken}).context["inbox"].rows
    assert [row.dossier.pk for row in rows] == [wanted.pk]


def test_the_inbox_is_filtered_by_procedure(agency):
    wanted = factories.submitted(agency)
    factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    slug = wanted.version.procedure.slug
    rows = client.get(INBOX, {"nhom": "waiting", "thu-tuc": slug}).context["inbox"].rows
    assert [row.dossier.pk for row in rows] == [wanted.pk]


def moment(day: int, hour: int = 17) -> dt.datetime:
    return dt.datetime(2026, 5, day, hour, tzinfo=LEGAL_ZONE)


@pytest.mark.parametrize(
    ("state", "due", "now", "tone", "text"),
    [
        (State.PROCESSING, moment(7), moment(5, 9), "success", "Còn 2 ngày làm việc"),
        (State.PROCESSING, moment(6), moment(5, 9), "warning", "Còn 1 ngày làm việc"),
        (State.PROCESSING, moment(11), moment(8, 9), "warning", "Còn 1 ngày làm việc"),
        (State.PROCESSING, moment(5), moment(5, 9), "warning", "Hạn hôm nay"),
        (State.PROCESSING, moment(4), moment(5, 9), "error", "Quá hạn 1 ngày"),
        (State.PROCESSING, moment(8), moment(11, 9), "error", "Quá hạn 1 ngày"),
        (State.PROCESSING, moment(5), moment(5, 18), "error", "Quá hạn từ 17:00 hôm nay"),
        (State.SUBMITTED, moment(5), moment(5, 9), "warning", "Trả lời trước 17:00"),
        (State.SUBMITTED, moment(4), moment(5, 9), "error", "Quá hạn trả lời"),
        (State.SUPPLEMENT_REQUESTED, moment(4), moment(5, 9), "", "Tạm dừng"),
    ],
)
def test_the_chip_tells_the_clock_in_working_days(state, due, now, tone, text):
    dossier = Dossier(state=state, due_at=due, answer_due_at=due)
    chip = clock.due_chip(dossier, now=now, calendar=Calendar({}))
    assert (chip.tone, chip.text) == (tone, text)
    assert chip.icon


def test_a_holiday_is_no_working_day_on_the_chip():
    dossier = Dossier(state=State.PROCESSING, due_at=moment(7))
    holiday = Calendar({dt.date(2026, 5, 6): Override("Nghỉ lễ", is_working=False)})
    assert clock.due_chip(dossier, now=moment(5, 9), calendar=holiday).text == "Còn 1 ngày làm việc"


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


# What stands on the desk


def test_a_value_that_differs_from_the_register_is_shown_with_both_values(agency, monkeypatch):
    dossier = factories.submitted(agency)
    Dossier.objects.filter(pk=dossier.pk).update(needs_matching=True)
    record = {"full_name": "Nguyễn Thị Mỹ Hạnh"}
    monkeypatch.setattr(registers, "fetch", lambda name, key: record)
    client, _post = signed_in(agency, Role.INTAKE)
    page = client.get(desk(dossier)).text
    assert "Cơ sở dữ liệu quốc gia về dân cư: Nguyễn Thị Mỹ Hạnh" in page
    assert "Lệch: Họ, chữ đệm và tên của bạn" in page


def test_a_register_is_not_read_where_nothing_was_declared_in_its_place(agency, monkeypatch):
    dossier = factories.submitted(agency)
    asked: list[str] = []
    monkeypatch.setattr(registers, "fetch", lambda name, key: asked.append(name))
    client, _post = signed_in(agency, Role.INTAKE)
    assert client.get(desk(dossier)).status_code == 200
    assert asked == []


def test_a_verified_answer_is_ticked_with_its_register(agency):
    dossier = factories.submitted(agency)
    Answer.objects.filter(dossier=dossier, question="req_name").update(source="national_population_db")
    client, _post = signed_in(agency, Role.INTAKE)
    assert "Khớp Cơ sở dữ liệu quốc gia về dân cư" in client.get(desk(dossier)).text


def test_the_conditions_of_the_version_are_looked_at_before_the_officer(agency):
    rule = {
        "when": "days_between(child_dob, ctx.today) <= 60",
        "pass_vi": "Trong 60 ngày",
        "fail_vi": "Quá 60 ngày",
    }
    version = factories.version(processing={**factories.PROCESSING, "conditions": [rule]})
    client, _post = signed_in(agency, Role.INTAKE)
    today = timezone.localdate()
    for born, words in ((today, "Trong 60 ngày"), (today - dt.timedelta(days=61), "Quá 60 ngày")):
        dossier = factories.submitted(agency, of=version, child_dob=born.isoformat())
        assert words in client.get(desk(dossier)).text


def test_a_condition_that_cannot_be_computed_is_left_to_the_officer(agency):
    rule = {"when": "days_between('', ctx.today) <= 60", "pass_vi": "Trong 60 ngày", "fail_vi": "Quá 60 ngày"}
    version = factories.version(processing={**factories.PROCESSING, "conditions": [rule]})
    client, _post = signed_in(agency, Role.INTAKE)
    assert "Chưa tự xét được: Quá 60 ngày" in client.get(desk(factories.submitted(agency, of=version))).text


def test_a_paper_opens_sealed_and_its_reading_is_recorded(agency):
    person = factories.citizen()
    dossier = factories.draft(agency, by=person)
    owner = actors.citizen(person)
    services.attach(
        dossier=dossier,
        question="doc_notice",
        name="chứng sinh.png",
        content=picture(),
        by=owner,
        at=timezone.now(),
    )
    services.submit(dossier=dossier, by=owner, at=timezone.now())
    client, _post = signed_in(agency, Role.INTAKE)
    address = reverse("applications:desk_paper", args=[dossier.code, dossier.attachments.get().pk])
    shown = client.get(address)
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert "no-store" in shown["Cache-Control"]
    assert client.get(address + "?tai")["Content-Disposition"].startswith("attachment")
    assert DataAccess.objects.filter(fields=["Giấy chứng sinh"]).count() == 2
    other = factories.submitted(agency)
    wrong = reverse("applications:desk_paper", args=[other.code, dossier.attachments.get().pk])
    assert client.get(wrong).status_code == 404


def test_the_draft_shows_what_the_result_will_say(agency):
    dossier = factories.processing(agency)
    client, _post = signed_in(agency, Role.CASE_OFFICER)
    page = client.get(reverse("applications:draft", args=[dossier.code])).text
    assert "DỰ THẢO" in page
    assert "Lê Nguyễn An Nhiên" in page
    assert "20/10/2026" in page


def test_words_of_a_citizen_run_nothing_on_the_desk(agency):
    dossier = factories.submitted(agency)
    Answer.objects.filter(dossier=dossier, question="child_name").update(value="<script>alert(1)</script>")
    client, _post = signed_in(agency, Role.INTAKE)
    assert "<script>alert" not in client.get(desk(dossier)).text


def test_what_only_the_agency_knows_is_asked_when_proposing_and_stands_on_the_result(agency):
    finding = {"id": "book", "label": "Quyển số", "label_en": "Book", "required": True, "suggest": "01/2026"}
    result_fields = [*factories.FORM["result_fields"], {"label": "Quyển số", "source": "issued"}]
    version = factories.version(
        form={**factories.FORM, "result_fields": result_fields},
        processing={**factories.PROCESSING, "findings": [finding]},
    )
    dossier = factories.processing(agency, of=version)
    client, _post = signed_in(agency, Role.CASE_OFFICER)
    assert 'value="01/2026"' in client.get(desk(dossier)).text
    answer = press(client, dossier, "propose", kind="grant", **{"finding-book": " "})
    assert (answer.status_code, Result.objects.count()) == (422, 0)
    assert "Hãy ghi «Quyển số»" in answer.text
    assert press(client, dossier, "propose", kind="grant", **{"finding-book": "02/2026"}).status_code == 302
    assert {"label": "Quyển số", "label_en": "", "value": "02/2026"} in Result.objects.get().fields


def test_what_the_citizen_reported_as_wrong_stands_beside_the_register(agency):
    dossier = factories.submitted(agency)
    Answer.objects.filter(dossier=dossier, question="req_name").update(source="national_population_db")
    Answer.objects.create(
        dossier=dossier, question="correction.req_name", value="Tên đúng là Minh Hạnh", at=timezone.now()
    )
    client, _post = signed_in(agency, Role.INTAKE)
    page = client.get(desk(dossier)).text
    assert "Dân báo dữ liệu sai" in page
    assert "Tên đúng là Minh Hạnh" in page
    assert "Cơ sở dữ liệu quốc gia về dân cư: Nguyễn Thị Minh Hạnh" in page


def test_what_no_register_knows_is_never_called_a_match(agency, monkeypatch):
    dossier = factories.submitted(agency)
    Dossier.objects.filter(pk=dossier.pk).update(needs_matching=True)
    monkeypatch.setattr(registers, "fetch", lambda name, key: None)
    client, _post = signed_in(agency, Role.INTAKE)
    page = client.get(desk(dossier)).text
    assert "không có dữ liệu để đối chiếu 2 mục" in page
    assert "khớp" not in page.lower()


def test_a_register_that_is_still_silent_is_named(agency, monkeypatch):
    dossier = factories.submitted(agency)
    Dossier.objects.filter(pk=dossier.pk).update(needs_matching=True)

    def silent(name: str, key: str):
        raise registers.RegisterUnavailable(name)

    monkeypatch.setattr(registers, "fetch", silent)
    client, _post = signed_in(agency, Role.INTAKE)
    assert "Chưa đối chiếu được: Cơ sở dữ liệu quốc gia về dân cư" in client.get(desk(dossier)).text


def test_who_wrote_a_draft_is_told_that_another_person_decides_on_it(agency):
    dossier = factories.processing(agency)
    author, other = factories.everyone(agency), factories.everyone(agency)
    services.propose(dossier=dossier, kind="grant", by=actors.officer(author), at=timezone.now())
    own, theirs = (factories.sign_in_officer(Client(), post).get(desk(dossier)) for post in (author, other))
    assert "cần người thứ hai" in own.text
    assert "sign" not in [action.name for action in own.context["desk"].actions]
    assert "cần người thứ hai" not in theirs.text
    assert "sign" in [action.name for action in theirs.context["desk"].actions]
