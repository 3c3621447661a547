"""From «Nộp» to the confirmation over HTTP, without scripts: little is asked and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from applications import services
from applications.models import Answer, Attachment, Dossier, Event, HeldForm
from applications.services import drafts
from applications.states import State
from applications.views import opening
from identity import registers
from identity.errors import Refused
from identity.models import Mandate, Organisation
from tests import factories
from tests.applications import walking
from tests.applications.walking import boxes, fill

pytestmark = pytest.mark.django_db


def png() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(drawn, "PNG")
    return drawn.getvalue()


@pytest.fixture
def hanh(client):
    person = walking.hanh()
    factories.sign_in_citizen(client, person)
    return person


@pytest.fixture
def birth(hanh):
    walking.agency()
    return walking.live("birth-registration", "1.001193")


@pytest.fixture
def short(hanh):
    """The short procedure of the factories, started and consented to with no register agreed."""
    agency = factories.commune_agency()
    version = factories.version()
    return agency, services.start(version=version, submitter=hanh, at=timezone.now())


@pytest.fixture
def silent():
    """A register that does not answer, for the time of a test."""
    register = registers.get("birth_notification_db")
    register.fault = "down"
    yield register
    register.fault = ""


def begin(client: Client, version) -> Dossier:
    started = client.get(f"/thu-tuc/{version.procedure.path_code}/nop/")
    assert started.status_code == 302
    key = started.url.split("/")[2]
    return Dossier.objects.get(key=key)


def agree(client: Client, dossier: Dossier, *names: str):
    return client.post(f"/ho-so/{dossier.key}/dong-y/", {"nguon": list(names)})


ALL = ("national_population_db", "civil_status_db", "birth_notification_db")


def test_a_mother_with_a_birth_notice_types_one_name_and_chooses_three_times(client, birth):
    pages, clicks, typed, chosen = ["procedure", "eid"], 2, 0, 0
    dossier = begin(client, birth)
    consent = client.get(f"/ho-so/{dossier.key}/dong-y/")
    pages.append("consent")
    sent = boxes(consent.content.decode())
    assert {name for name, kind in sent.kinds.items() if kind == "checkbox"} == {"nguon"}
    following = agree(client, dossier, *ALL)
    clicks += 1
    pages.append("child")
    assert following.url == f"/ho-so/{dossier.key}/trang/child/"
    page = client.get(following.url)
    asked = boxes(page.content.decode())
    visible = {name: kind for name, kind in asked.kinds.items() if kind != "hidden"}
    assert visible == {
        "child_name": "text",
        "ethnicity_source": "radio",
        "hometown_source": "radio",
        "copies_delivery": "radio",
    }
    typed, chosen, uploads = 1, 3, sum(kind == "file" for kind in visible.values())
    answers = {"ethnicity_source": "father", "hometown_source": "father", "copies_delivery": "electronic"}
    following = client.post(
        following.url, {**asked.values, "child_name": "Lê Nguyễn An Nhiên", "tiep": "1", **answers}
    )
    clicks += 1 + chosen
    pages.append("check")
    assert following.url == f"/ho-so/{dossier.key}/kiem-tra/"
    check = client.get(following.url).content.decode()
    assert "Nguyễn Thị Minh Hạnh" in check
    assert "Lê Quang Dũng" in check
    assert "UBND phường Hải Châu" in check
    assert check.count("Không phải nộp") >= 2
    following = client.post(following.url, {"cam_doan": "1"})
    clicks += 2
    pages.append("confirmation")
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED
    assert following.url == f"/ho-so/{dossier.code}/da-nop/"
    confirmation = client.get(following.url).content.decode()
    assert "UBND phường Hải Châu" in confirmation
    assert (typed, chosen, uploads, len(pages)) == (1, 3, 0, 6)
    assert clicks <= 9
    assert not dossier.needs_matching


def test_a_refused_register_is_not_read_and_its_questions_are_asked(client, birth):
    dossier = begin(client, birth)
    following = agree(client, dossier, "national_population_db", "civil_status_db")
    assert following.url.endswith("/trang/birth/")
    assert not Answer.objects.filter(
        dossier=dossier, source="birth_notification_db", value__isnull=False
    ).exists()
    dossier.refresh_from_db()
    assert dossier.needs_matching is False


def test_a_silent_register_is_told_and_the_dossier_is_matched_later(client, birth, silent):
    dossier = begin(client, birth)
    following = agree(client, dossier, *ALL)
    dossier.refresh_from_db()
    assert dossier.needs_matching is True
    assert "chưa trả lời" in client.get(following.url).content.decode()


def test_who_the_person_is_fills_in_what_follows_from_it(client, birth, silent):
    dossier = begin(client, birth)
    url = agree(client, dossier, *ALL).url
    place = {"child_birth_place-province": "48", "child_birth_place-commune": "Hải Châu"}
    born = {"child_dob-day": "23", "child_dob-month": "10", "child_dob-year": "2026"}
    done = fill(client, url, req_relationship="mother", child_sex="female", tiep="1", **place, **born)
    assert done.status_code == 302, done.content.decode()
    known = Answer.objects.get(dossier=dossier, question="father_name")
    assert (known.value, known.source) == ("Lê Quang Dũng", "national_population_db")


def test_an_empty_draft_is_used_again_and_a_begun_one_is_offered(client, birth):
    first = begin(client, birth)
    assert begin(client, birth) == first
    agree(client, first, *ALL)
    offered = client.get("/thu-tuc/1.001193/nop/")
    assert offered.status_code == 200
    assert f"/ho-so/{first.key}/lam-tiep/" in offered.content.decode()
    assert Dossier.objects.count() == 1
    fresh = client.post("/thu-tuc/1.001193/nop/", {"moi": "1"})
    assert first.key not in fresh.url
    assert Dossier.objects.count() == 2


def test_wrong_input_is_kept_and_told_with_the_same_words_twice(client, short):
    _agency, dossier = short
    agree(client, dossier, *[])
    url = f"/ho-so/{dossier.key}/trang/requester/"
    answer = client.post(url, {"req_name": "H4nh", "req_residence-commune": "Nơi không có", "tiep": "1"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Lỗi:" in html
    assert html.count("bỏ ký tự 4, tên chỉ gồm chữ cái") == 2
    assert html.count("không có nơi nào tên «Nơi không có»") == 2
    assert 'value="H4nh"' in html
    assert 'value="Nơi không có"' in html
    assert 'href="#req_name"' in html
    assert 'href="#req_residence-commune"' in html
    assert not Answer.objects.filter(dossier=dossier, question="req_name").exists()
    again = client.get(url).content.decode()
    assert 'value="H4nh"' in again


def test_save_for_later_keeps_what_is_not_right_yet_and_judges_nothing(client, short):
    _agency, dossier = short
    agree(client, dossier)
    url = f"/ho-so/{dossier.key}/trang/requester/"
    answer = client.post(url, {"req_name": "H4nh", "luu": "1"})
    assert answer.url == "/ho-so/"
    assert 'value="H4nh"' in client.get(url).content.decode()
    assert client.get(f"/ho-so/{dossier.key}/kiem-tra/").url == url


def test_what_was_saved_for_later_never_slips_into_a_submission_unjudged(client, short, hanh):
    agency, dossier = short
    agree(client, dossier)
    services.save_answers(
        dossier=dossier,
        answers={**factories.answers(agency), "raw.requester": None, "raw.child": None, "raw.papers": None},
        by=drafts.Actor(hanh.user_id, hanh.name, frozenset({"citizen"})),
        at=timezone.now(),
    )
    client.post(f"/ho-so/{dossier.key}/trang/child/", {"child_name": "4", "luu": "1"})
    sent = client.post(f"/ho-so/{dossier.key}/kiem-tra/", {"cam_doan": "1"})
    assert sent.url == f"/ho-so/{dossier.key}/trang/child/"
    dossier.refresh_from_db()
    assert dossier.state == State.DRAFT


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(client, short, hanh):
    _agency, dossier = short
    agree(client, dossier)
    url = f"/ho-so/{dossier.key}/trang/requester/"
    ticket = boxes(client.get(url).content.decode()).values["phieu"]
    typed = {"phieu": ticket, "req_name": "Trần Thị Gõ Dở", "req_residence-detail": "7 Trần Phú", "tiep": "1"}
    client.logout()
    sent_away = client.post(url, typed)
    assert sent_away.status_code == 302
    assert "Trần" not in sent_away.url
    held = HeldForm.objects.get()
    assert "Gõ Dở".encode() not in bytes(held.sealed)
    assert not Answer.objects.filter(question="raw.requester").exists()
    factories.sign_in_citizen(client, hanh)
    assert client.get(url).url == url
    page = client.get(url).content.decode()
    assert 'value="Trần Thị Gõ Dở"' in page
    assert 'value="7 Trần Phú"' in page
    assert "Những gì bạn ghi vẫn còn" in page
    assert not HeldForm.objects.exists()


def test_a_portal_that_held_nothing_would_be_caught(client, short, hanh, monkeypatch):
    """The broken variant of the test above: without holding, the typed words are gone."""
    monkeypatch.setattr(opening, "_hold", lambda request, code, page: None)
    _agency, dossier = short
    agree(client, dossier)
    url = f"/ho-so/{dossier.key}/trang/requester/"
    ticket = boxes(client.get(url).content.decode()).values["phieu"]
    client.logout()
    client.post(url, {"phieu": ticket, "req_name": "Trần Thị Gõ Dở"})
    factories.sign_in_citizen(client, hanh)
    assert "Gõ Dở" not in client.get(url).content.decode()


def test_what_is_held_is_given_to_nobody_else(client, short):
    _agency, dossier = short
    agree(client, dossier)
    url = f"/ho-so/{dossier.key}/trang/requester/"
    ticket = boxes(client.get(url).content.decode()).values["phieu"]
    client.logout()
    client.post(url, {"phieu": ticket, "req_name": "Trần Thị Gõ Dở"})
    factories.sign_in_citizen(client, factories.citizen("Người Lạ"))
    answer = client.get(url)
    assert answer.status_code == 404
    assert "Gõ Dở" not in answer.content.decode()
    assert HeldForm.objects.count() == 1


@pytest.mark.parametrize("ticket", ["", "1:forged", "another page"])
def test_a_form_we_did_not_give_out_is_not_held(client, short, ticket):
    from applications.drafting import Draft

    _agency, dossier = short
    if ticket == "another page":
        ticket = Draft(dossier, at=timezone.now()).ticket("child")
    client.logout()
    client.post(f"/ho-so/{dossier.key}/trang/requester/", {"phieu": ticket, "req_name": "Kẻ Gian"})
    assert not HeldForm.objects.exists()


def test_what_was_held_too_long_is_not_given_back(client, short, hanh):
    _agency, dossier = short
    then = timezone.now() - drafts.HOLD - dt.timedelta(minutes=1)
    services.hold(dossier=dossier, page="requester", posted={"requester": {"req_name": "Cũ"}}, at=then)
    actor = drafts.Actor(hanh.user_id, hanh.name, frozenset({"citizen"}))
    assert services.take_held(dossier=dossier, page="requester", by=actor, at=timezone.now()) is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("rong.pdf", b"", "rỗng"),
        ("gia.pdf", b"MZ\x90\x00 not a pdf", "không phải PDF, JPG hoặc PNG thật"),
        ("gia.png", b"%PDF-1.7 a pdf called png", "không phải PDF, JPG hoặc PNG thật"),
        ("to.pdf", b"%PDF-1.7" + b"0" * settings.ATTACHMENT_MAX_BYTES, "lớn hơn 10 MB"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_at_its_field(client, short, hanh, name, content, words):
    agency, dossier = short
    agree(client, dossier)
    actor = drafts.Actor(hanh.user_id, hanh.name, frozenset({"citizen"}))
    services.save_answers(dossier=dossier, answers=factories.answers(agency), by=actor, at=timezone.now())
    url = f"/ho-so/{dossier.key}/trang/papers/"
    answer = client.post(url, {"doc_notice": SimpleUploadedFile(name, content), "tiep": "1"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count(words) == 2
    assert 'href="#doc_notice"' in html
    assert not Attachment.objects.exists()


def test_a_file_is_kept_shown_and_can_be_taken_back(client, short, hanh):
    agency, dossier = short
    agree(client, dossier)
    actor = drafts.Actor(hanh.user_id, hanh.name, frozenset({"citizen"}))
    services.save_answers(dossier=dossier, answers=factories.answers(agency), by=actor, at=timezone.now())
    url = f"/ho-so/{dossier.key}/trang/papers/"
    kept = client.post(url, {"doc_notice": SimpleUploadedFile("chung-sinh.png", png()), "tiep": "1"})
    assert kept.status_code == 302
    paper = Attachment.objects.get(removed_at=None)
    assert "chung-sinh.png" in client.get(url).content.decode()
    shown = client.get(f"/ho-so/{dossier.key}/giay-to/{paper.pk}/")
    assert shown["Content-Disposition"].startswith("attachment")
    assert shown["X-Content-Type-Options"] == "nosniff"
    client.post(url, {"bo_tep": str(paper.pk)})
    assert not Attachment.objects.filter(removed_at=None).exists()


def test_a_former_name_finds_the_commune_of_today_and_two_are_offered(client, short):
    _agency, dossier = short
    walking.units()
    agree(client, dossier)
    url = f"/ho-so/{dossier.key}/trang/requester/"
    where = {"req_name": "Nguyễn Thị Hạnh", "req_residence-province": "48", "tiep": "1"}
    unclear = client.post(url, {**where, "req_residence-commune": "Hòa Thuận"}).content.decode()
    assert "nay là một trong 2 nơi" in unclear
    assert 'value="20242"' in unclear
    assert 'value="20285"' in unclear
    chosen = {"req_residence-commune": "Hòa Thuận", "req_residence-commune_code": "20285"}
    assert client.post(url, {**where, **chosen}).status_code == 302
    assert Answer.objects.get(question="req_residence").value["commune_code"] == "20285"
    assert client.post(url, {**where, "req_residence-commune": "thanh binh"}).status_code == 302
    assert Answer.objects.get(question="req_residence").value["commune_code"] == "20242"


def test_a_fact_reported_as_wrong_stays_and_does_not_block(client, birth):
    dossier = begin(client, birth)
    agree(client, dossier, *ALL)
    url = f"/ho-so/{dossier.key}/bao-sua/mother_name/"
    assert "Nguyễn Thị Minh Hạnh" in client.get(url).content.decode()
    done = client.post(url, {"noi_dung": "Nguyễn Thị Mỹ Hạnh", "ve": "child"})
    assert done.url == f"/ho-so/{dossier.key}/trang/child/"
    assert Answer.objects.get(dossier=dossier, question="mother_name").value == "Nguyễn Thị Minh Hạnh"
    assert "Bạn đã báo: Nguyễn Thị Mỹ Hạnh" in client.get(done.url).content.decode()


@pytest.fixture
def ready(client, short, hanh):
    """The short draft with every page confirmed."""
    agency, dossier = short
    agree(client, dossier)
    pages = {f"raw.{name}": None for name in ("requester", "child", "papers")}
    actor = drafts.Actor(hanh.user_id, hanh.name, frozenset({"citizen"}))
    answers = {**factories.answers(agency), **pages}
    services.save_answers(dossier=dossier, answers=answers, by=actor, at=timezone.now())
    return dossier


def test_nothing_is_handed_in_without_the_declaration(client, ready):
    answer = client.post(f"/ho-so/{ready.key}/kiem-tra/")
    assert answer.status_code == 422
    assert answer.content.decode().count("Cam đoan: bạn chưa đánh dấu") == 2
    ready.refresh_from_db()
    assert ready.state == State.DRAFT


def test_a_second_submit_of_the_same_page_leads_to_the_same_confirmation(client, ready):
    url = f"/ho-so/{ready.key}/kiem-tra/"
    first = client.post(url, {"cam_doan": "1"})
    second = client.post(url, {"cam_doan": "1"})
    assert first.url == second.url
    ready.refresh_from_db()
    assert first.url == f"/ho-so/{ready.code}/da-nop/"
    assert Event.objects.filter(dossier=ready, kind="submit").count() == 1
    assert ready.code.split("-")[-1] in client.get(second.url).content.decode()


def test_a_fee_leads_to_the_payment_page_after_submitting(client, hanh):
    agency = factories.commune_agency()
    case = {"when": "true", "label": "Phí", "amount_vnd": 200000}
    form = {**factories.FORM, "fees": {"kind": "phi", "legal_basis": "Luật Phí 2015", "cases": [case]}}
    dossier = factories.draft(agency, of=factories.version(form=form), by=hanh)
    agree(client, dossier)
    pages = {f"raw.{name}": None for name in ("requester", "child", "papers")}
    actor = drafts.Actor(hanh.user_id, hanh.name, frozenset({"citizen"}))
    services.save_answers(dossier=dossier, answers=pages, by=actor, at=timezone.now())
    assert "200.000 đồng" in client.get(f"/ho-so/{dossier.key}/kiem-tra/").content.decode()
    sent = client.post(f"/ho-so/{dossier.key}/kiem-tra/", {"cam_doan": "1"})
    dossier.refresh_from_db()
    assert sent.url == f"/ho-so/{dossier.code}/thanh-toan/"
    assert dossier.state == State.PAYMENT_REQUESTED


def test_a_procedure_for_businesses_opens_for_their_representatives_only(client, hanh):
    version = walking.live("chemical-import-declaration", "1.011538", audience=["business"])
    refused = client.get("/thu-tuc/1.011538/nop/")
    assert refused.status_code == 422
    assert "dành cho doanh nghiệp" in refused.content.decode()
    firm = Organisation.objects.create(tax_code="0101234567", name="Công ty TNHH Sen Việt")
    Mandate.objects.create(citizen=hanh, organisation=firm, valid_from="2024-01-01")
    dossier = begin(client, version)
    assert dossier.organisation == firm
    other = Organisation.objects.create(tax_code="0101234568", name="Công ty Sông Hàn")
    Mandate.objects.create(citizen=hanh, organisation=other, valid_from="2024-01-01")
    asked = client.get("/thu-tuc/1.011538/nop/").content.decode()
    assert "Nộp cho doanh nghiệp nào?" in asked
    chosen = client.post("/thu-tuc/1.011538/nop/", {"to_chuc": str(other.pk)})
    assert Dossier.objects.get(key=chosen.url.split("/")[2]).organisation == other


def test_an_old_tab_is_told_plainly_and_changes_nothing(client, ready):
    client.post(f"/ho-so/{ready.key}/kiem-tra/", {"cam_doan": "1"})
    late = client.post(f"/ho-so/{ready.key}/trang/child/", {"child_name": "Tên Khác", "tiep": "1"})
    ready.refresh_from_db()
    assert late.url == f"/ho-so/{ready.code}/"
    assert "thay đổi từ trang cũ không được ghi" in client.get(late.url).content.decode()
    assert Answer.objects.get(dossier=ready, question="child_name").value == "Lê Nguyễn An Nhiên"


def test_a_page_further_on_opens_only_after_the_ones_before(client, short):
    _agency, dossier = short
    assert client.get(f"/ho-so/{dossier.key}/trang/child/").url == f"/ho-so/{dossier.key}/dong-y/"
    agree(client, dossier)
    first = f"/ho-so/{dossier.key}/trang/requester/"
    assert client.get(f"/ho-so/{dossier.key}/trang/child/").url == first
    assert client.get(f"/ho-so/{dossier.key}/kiem-tra/").url == first


def test_a_draft_of_somebody_else_does_not_exist(client, short):
    _agency, dossier = short
    factories.sign_in_citizen(client, factories.citizen("Người Lạ"))
    pages = ("dong-y", "trang/requester", "kiem-tra", "to-khai", "xoa", "lam-tiep", "bao-sua/req_name")
    for page in pages:
        assert client.get(f"/ho-so/{dossier.key}/{page}/").status_code == 404, page


def test_a_deleted_draft_takes_its_answers_and_files_along(client, short, hanh, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    _agency, dossier = short
    actor = drafts.Actor(hanh.user_id, hanh.name, frozenset({"citizen"}))
    services.attach(
        dossier=dossier, question="doc_notice", name="a.png", content=png(), by=actor, at=timezone.now()
    )
    assert client.get(f"/ho-so/{dossier.key}/xoa/").status_code == 200
    assert Dossier.objects.filter(pk=dossier.pk).exists()
    assert client.post(f"/ho-so/{dossier.key}/xoa/").url == "/ho-so/"
    assert not Dossier.objects.filter(pk=dossier.pk).exists()
    assert not Attachment.objects.exists()


TABLE = {
    "procedure_id": "stays",
    "official_form": "Tờ khai",
    "pages": [
        {
            "id": "history",
            "title": "Quá trình cư trú",
            "group": {"id": "stays", "label": "Giai đoạn", "min": 1, "max": 3},
            "questions": [
                {"id": "stay_from", "kind": "date", "label": "Từ ngày", "required": True},
                {"id": "stay_job", "kind": "text", "label": "Nghề nghiệp"},
            ],
        }
    ],
}


def test_rows_of_a_table_are_added_taken_away_and_judged(client, hanh):
    dossier = begin(client, factories.version(form=TABLE))
    url = agree(client, dossier).url
    row = {"stays-0-stay_from-day": "1", "stays-0-stay_from-month": "2", "stays-0-stay_from-year": "2020"}
    first = {"stays-rows": "1", "stays-0-stay_job": "Thợ may", **row}
    assert client.post(url, {**first, "them_dong": "1"}).url == url
    page = client.get(url).content.decode()
    assert boxes(page).values["stays-rows"] == "2"
    assert 'value="Thợ may"' in page
    wrong = client.post(url, {**first, "stays-rows": "2", "stays-1-stay_job": "Giáo viên", "tiep": "1"})
    assert wrong.status_code == 422
    assert 'href="#stays-1-stay_from-day"' in wrong.content.decode()
    client.post(url, {**first, "stays-rows": "2", "stays-1-stay_job": "Giáo viên", "bo_dong": "1"})
    assert "Giáo viên" not in client.get(url).content.decode()
    assert client.post(url, {**first, "tiep": "1"}).url == f"/ho-so/{dossier.key}/kiem-tra/"
    kept = Answer.objects.get(dossier=dossier, question="stays").value
    assert kept == [{"stay_from": "2020-02-01", "stay_job": "Thợ may"}]
    none = client.post(url, {"stays-rows": "1", "tiep": "1"})
    assert none.status_code == 422
    assert "ghi từ 1 đến 3 dòng" in none.content.decode()


def test_eligibility_is_asked_of_anybody_and_stores_nothing(client, birth):
    client.logout()
    url = "/thu-tuc/1.001193/dieu-kien/"
    assert client.get(url).status_code == 200
    fits = client.post(url, {"e1": "yes", "e2": "no", "e3": "no"}).content.decode()
    assert "Bạn nộp được thủ tục này" in fits
    not_for_me = client.post(url, {"e1": "yes", "e2": "yes", "e3": "no"}).content.decode()
    assert "Thủ tục này chưa phù hợp với bạn" in not_for_me
    assert Dossier.objects.count() == 0


def test_a_version_in_force_today_can_be_begun_before_seven_when_it_is_still_yesterday_in_utc(hanh):
    today = dt.date(2026, 11, 26)
    version = factories.version(effective_from=today)
    after_midnight = dt.datetime(2026, 11, 25, 19, 0, tzinfo=dt.UTC)
    dossier = services.start(version=version, submitter=hanh, at=after_midnight)
    assert dossier.version == version
    with pytest.raises(Refused):
        services.start(version=version, submitter=hanh, at=after_midnight - dt.timedelta(hours=3))
