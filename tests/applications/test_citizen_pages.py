"""My dossiers, the timeline, supplement, withdrawal, downloads: what the owner sees, and that nobody else does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from applications import actors, papers, services
from applications.models import Answer, Event, Result
from applications.states import EDGES, State
from applications.timeline import KINDS
from identity.models import DataAccess, Role
from tests import factories
from tests.applications.walking import boxes

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return factories.commune_agency()


@pytest.fixture
def owner(client):
    person = factories.citizen()
    factories.sign_in_citizen(client, person)
    return person


def officer(agency, *roles):
    return actors.officer(factories.officer(agency, *roles))


def released(agency, owner):
    now = timezone.now()
    dossier = factories.proposed(agency, by=owner)
    services.sign(dossier=dossier, by=officer(agency, Role.SIGNER), at=now)
    services.issue(dossier=dossier, at=now)
    services.release(dossier=dossier, by=officer(agency, Role.REGISTRY_CLERK), at=now)
    return dossier


def asked_for(agency, owner, question="child_name"):
    dossier = factories.submitted(agency, by=owner)
    items = [{"question": question, "label": "Họ tên của trẻ", "reason": "Tên khác giấy chứng sinh"}]
    services.request_supplement(
        dossier=dossier, items=items, by=officer(agency, Role.INTAKE), at=timezone.now()
    )
    return dossier


def test_every_kind_of_event_has_words():
    assert EDGES.keys() <= KINDS.keys()
    assert {"result_signed", "partner_acknowledged", "partner_status"} <= KINDS.keys()


def test_the_list_puts_first_what_waits_for_me(client, agency, owner):
    factories.draft(agency, by=owner)
    working = factories.submitted(agency, by=owner)
    waiting = asked_for(agency, owner)
    page = client.get("/ho-so/").content.decode()
    assert page.index("Bản nháp</h2>") < page.index("Đang chờ bạn") < page.index("Cơ quan đang làm")
    assert page.index(f"/ho-so/{waiting.code}/") < page.index(f"/ho-so/{working.code}/")
    assert "Yêu cầu bổ sung giấy tờ" in page


def test_each_filter_is_an_address_and_shows_only_its_own(client, agency, owner):
    draft = factories.draft(agency, by=owner)
    open_one = factories.submitted(agency, by=owner)
    drafts = client.get("/ho-so/?nhom=ban-nhap").content.decode()
    done = client.get("/ho-so/?nhom=da-xong").content.decode()
    assert draft.key in drafts
    assert open_one.code not in drafts
    assert draft.key not in done
    assert open_one.code not in done


def test_a_dossier_of_somebody_else_looks_like_one_that_does_not_exist(client, agency, owner):
    foreign = factories.submitted(agency)
    for page in (
        "",
        "da-nop/",
        "to-khai/",
        "bo-sung/",
        "rut/",
        "ket-qua/",
        "ket-qua/xem/",
        "bieu-mau/receipt/",
    ):
        strange = client.get(f"/ho-so/{foreign.code}/{page}")
        missing = client.get(f"/ho-so/H99.9-260101-0001/{page}")
        assert (strange.status_code, missing.status_code) == (404, 404), page
        assert strange.content.decode().replace(foreign.code, "") == missing.content.decode().replace(
            "H99.9-260101-0001", ""
        )
    assert foreign.code not in client.get("/ho-so/").content.decode()


def test_the_page_says_who_holds_it_which_step_and_how_the_clock_stands(client, agency, owner):
    at = dt.datetime(2026, 4, 28, 3, tzinfo=dt.UTC)
    dossier = factories.processing(agency, by=owner, at=at, child_dob="2026-04-20")
    page = client.get(f"/ho-so/{dossier.code}/").content.decode()
    assert agency.name in page
    assert "2 trên 5: Thẩm tra" in page
    assert "ngày nhận không tính" in page
    assert '<li class="due">' in page
    assert "Được tiếp nhận, cấp giấy hẹn" in page
    assert "Mẫu 01" in page
    assert page.index("Bắt đầu xử lý") < page.index("Bạn nộp hồ sơ")


def test_the_page_lists_who_read_the_dossier(client, agency, owner):
    dossier = factories.submitted(agency, by=owner)
    post = factories.officer(agency, Role.INTAKE, name="Trần Quốc Bảo")
    DataAccess.objects.create(
        at=timezone.now(),
        officer=post.user,
        agency=agency,
        subject=owner,
        purpose="Tiếp nhận",
        fields=["req_name"],
        dossier_code=dossier.code,
    )
    page = client.get(f"/ho-so/{dossier.code}/").content.decode()
    assert "Trần Quốc Bảo" in page
    assert "Xem đủ 1 lượt" in page
    assert "req_name" in client.get(f"/ho-so/{dossier.code}/ai-da-xem/").content.decode()


def test_reading_the_own_dossier_changes_nothing(client, agency, owner):
    dossier = factories.submitted(agency, by=owner)
    before = Event.objects.count(), DataAccess.objects.count()
    client.get(f"/ho-so/{dossier.code}/")
    client.get(f"/ho-so/{dossier.code}/da-nop/")
    assert (Event.objects.count(), DataAccess.objects.count()) == before


def test_the_confirmation_lists_everything_with_size_and_fingerprint(client, agency, owner):
    dossier = factories.submitted(agency, by=owner)
    page = client.get(f"/ho-so/{dossier.code}/da-nop/").content.decode()
    assert "Tờ khai điện tử" in page
    assert agency.name in page
    assert "8 giờ làm việc" in page
    assert page == client.get(f"/ho-so/{dossier.code}/da-nop/").content.decode()


def test_a_supplement_opens_the_marked_question_only_with_the_remark(client, agency, owner):
    dossier = asked_for(agency, owner)
    url = f"/ho-so/{dossier.code}/bo-sung/"
    page = client.get(url).content.decode()
    kinds = {name for name, kind in boxes(page).kinds.items() if kind != "hidden"}
    assert kinds == {"child_name"}
    assert "Tên khác giấy chứng sinh" in page
    done = client.post(url, {"child_name": "Lê Nguyễn An Nhi", "req_name": "Kẻ Gian", "tiep": "1"})
    dossier.refresh_from_db()
    assert done.url == f"/ho-so/{dossier.code}/"
    assert dossier.state == State.SUBMITTED
    assert Answer.objects.get(dossier=dossier, question="child_name").value == "Lê Nguyễn An Nhi"
    assert Answer.objects.get(dossier=dossier, question="req_name").value == "Nguyễn Thị Minh Hạnh"


def test_a_marked_fact_of_a_register_is_answered_in_words_and_with_a_file(client, agency, owner):
    dossier = asked_for(agency, owner, question="something_else")
    url = f"/ho-so/{dossier.code}/bo-sung/"
    fake = SimpleUploadedFile("a.pdf", b"MZ not a pdf")
    refused = client.post(url, {"loi-something_else": "Đã sửa tên", "tep-something_else": fake, "tiep": "1"})
    assert refused.status_code == 422
    assert "Đã sửa tên" in refused.content.decode()
    client.post(url, {"loi-something_else": "Đã sửa tên", "tiep": "1"})
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED
    assert Answer.objects.get(dossier=dossier, question="correction.something_else").value == "Đã sửa tên"


def test_a_supplement_with_an_error_is_not_handed_in(client, agency, owner):
    dossier = asked_for(agency, owner)
    answer = client.post(f"/ho-so/{dossier.code}/bo-sung/", {"child_name": "4", "tiep": "1"})
    assert answer.status_code == 422
    assert 'value="4"' in answer.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT_REQUESTED


def test_a_supplement_posted_after_the_session_ended_is_given_back(client, agency, owner):
    dossier = asked_for(agency, owner)
    url = f"/ho-so/{dossier.code}/bo-sung/"
    ticket = boxes(client.get(url).content.decode()).values["phieu"]
    client.logout()
    client.post(url, {"phieu": ticket, "child_name": "Lê Nguyễn An Nhi"})
    factories.sign_in_citizen(client, owner)
    assert client.get(url).url == url
    assert 'value="Lê Nguyễn An Nhi"' in client.get(url).content.decode()


def test_a_supplement_nobody_asked_for_is_refused_plainly(client, agency, owner):
    dossier = factories.submitted(agency, by=owner)
    assert (
        client.post(f"/ho-so/{dossier.code}/bo-sung/", {"child_name": "X"}).url == f"/ho-so/{dossier.code}/"
    )
    assert Answer.objects.get(dossier=dossier, question="child_name").value == "Lê Nguyễn An Nhiên"


def test_withdrawing_needs_a_reason_and_asks_the_agency(client, agency, owner):
    dossier = factories.submitted(agency, by=owner)
    url = f"/ho-so/{dossier.code}/rut/"
    assert client.post(url, {"ly_do": " "}).status_code == 422
    client.post(url, {"ly_do": "Nộp nhầm nơi"})
    dossier.refresh_from_db()
    assert dossier.state == State.WITHDRAWAL_REQUESTED
    assert "Nộp nhầm nơi" in client.get(f"/ho-so/{dossier.code}/").content.decode()


def test_the_receipt_exists_only_after_acceptance(client, agency, owner):
    early = factories.submitted(agency, by=owner)
    assert client.get(f"/ho-so/{early.code}/bieu-mau/receipt/").status_code == 404
    dossier = factories.processing(agency, by=owner)
    paper = client.get(f"/ho-so/{dossier.code}/bieu-mau/receipt/")
    assert paper.content.startswith(b"%PDF-")
    assert paper["Content-Disposition"].startswith("attachment")
    assert client.get(f"/ho-so/{dossier.code}/bieu-mau/routing_slip/").status_code == 404


def test_the_result_is_the_signed_file_and_nothing_else(client, agency, owner):
    dossier = released(agency, owner)
    answer = client.get(f"/ho-so/{dossier.code}/ket-qua/")
    stored = papers.read(Result.objects.get(dossier=dossier).path)
    assert answer.content == stored
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    page = client.get(f"/ho-so/{dossier.code}/ket-qua/xem/").content.decode()
    assert "Lê Nguyễn An Nhiên" in page
    assert "/xac-thuc/" in page


def test_an_altered_stored_result_is_never_handed_out(client, agency, owner):
    dossier = released(agency, owner)
    path = Path(default_storage.path(Result.objects.get(dossier=dossier).path))
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:])
        answer = client.get(f"/ho-so/{dossier.code}/ket-qua/")
        assert answer.status_code == 409
        assert not answer.content.startswith(b"%PDF-")
    finally:
        path.write_bytes(whole)


def test_a_result_not_yet_released_cannot_be_downloaded(client, agency, owner):
    dossier = factories.proposed(agency, by=owner)
    services.sign(dossier=dossier, by=officer(agency, Role.SIGNER), at=timezone.now())
    services.issue(dossier=dossier, at=timezone.now())
    assert client.get(f"/ho-so/{dossier.code}/ket-qua/").status_code == 404
    assert client.get(f"/ho-so/{dossier.code}/ket-qua/xem/").status_code == 404


def test_somebody_not_signed_in_is_sent_to_sign_in_and_back(agency):
    dossier = factories.submitted(agency)
    answer = Client().get(f"/ho-so/{dossier.code}/")
    assert answer.status_code == 302
    assert answer.url.startswith("/dang-nhap/")
