"""What no honest browser sends: it never becomes an error of ours, and what was typed beside it is kept."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from applications import actors
from applications.models import Dossier
from applications.services.moving import remark
from identity.models import Officer, Role
from tests import factories
from tests.applications import walking

pytestmark = pytest.mark.django_db
CONTENT_SECURITY_POLICY = "Content-Security-Policy"


@pytest.fixture
def tough() -> Client:
    """A client that gets the page of an error instead of the exception."""
    return Client(raise_request_exception=False)


@pytest.fixture
def desk(tough) -> tuple[Client, Dossier]:
    agency = factories.commune_agency()
    post = factories.everyone(agency)
    post.roles = [*post.roles, Role.FINANCE]
    post.save()
    return factories.sign_in_officer(tough, post), factories.submitted(agency)


@pytest.mark.parametrize(
    "address",
    [
        "/thu-tuc/%00/",
        "/thu-tuc/%00/dieu-kien/",
        "/dia-chi/xa-phuong/?ten=a&tinh=%00",
        "/thu-tuc/?q=%00",
        "/cong-thanh-toan-demo/%00/",
        "/api/v1/procedures/%00/",
        "/xac-thuc/%00/",
        "/?%00=1",
    ],
)
def test_nul_in_an_address_is_refused_in_words(tough, address):
    answer = tough.get(address)
    assert answer.status_code in (400, 404)
    said = answer.json()["title"] if "/api/" in address else answer.text
    assert "Không tìm thấy" in said or "không đọc được yêu cầu" in said


@pytest.mark.parametrize("address", ["/ho-so/%00/", "/thu-tuc/%00/nop/", "/thanh-toan/bien-lai/%00/"])
def test_nul_in_an_address_of_a_citizen_is_refused(tough, address):
    factories.sign_in_citizen(tough, factories.citizen())
    assert tough.get(address).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["?q=%00", "?thu-tuc=%00", "ky-so/?ho-so=%00", "ho-so/%00/", "so-theo-doi/?tu=9999-12-31&den=9999-12-31"],
)
def test_odd_addresses_of_the_desk_are_refused(desk, query):
    client, _dossier = desk
    assert client.get(f"/can-bo/{query}").status_code in (400, 404, 422)


def test_the_finance_desk_shows_another_day_for_one_outside_the_calendar(desk):
    client, _dossier = desk
    assert client.get("/can-bo/doi-soat/?ngay=9999-12-31").status_code == 200


def test_nul_in_a_cookie_is_no_session(tough):
    tough.cookies["portal_session"] = "abcdefgh\0ijkl"
    assert tough.get("/").status_code == 200


def test_nul_in_a_form_is_taken_out_and_the_rest_kept(tough):
    agency = walking.agency()
    person = factories.citizen()
    dossier = factories.submitted(agency, by=person, of=factories.version(processing=_routed(agency)))
    factories.sign_in_citizen(tough, person)
    answer = tough.post(f"/ho-so/{dossier.code}/rut/", {"ly_do": "Tôi\0 nộp nhầm"})
    assert answer.status_code == 302
    dossier.refresh_from_db()
    assert dossier.events.get(kind="request_withdrawal").note.text == "Tôi nộp nhầm"


def _routed(agency):
    return {**factories.PROCESSING, "routing": {**factories.PROCESSING["routing"], "kind": agency.kind}}


@pytest.mark.parametrize("field", ["ma", "so"])
def test_nul_in_the_public_tracking_form_finds_nothing(tough, field):
    answer = tough.post("/tra-cuu/", {"ma": "H17", "so": "1234", field: "\0"})
    assert answer.status_code == 200


@pytest.mark.parametrize("seq", ["9" * 2000, "\0", "", "x"])
def test_a_broken_page_number_of_the_desk_counts_as_stale(desk, seq):
    client, dossier = desk
    answer = client.post(f"/can-bo/ho-so/{dossier.code}/accept/", {"seq": seq})
    assert answer.status_code == 409
    assert "Mới đăng ký" in answer.text


@pytest.mark.parametrize("assignee", ["9" * 2000, "-1", "x"])
def test_a_broken_colleague_is_refused(desk, assignee):
    client, dossier = desk
    asked = {"seq": "99", "then": "pass_on", "assignee": assignee}
    assert client.post(f"/can-bo/ho-so/{dossier.code}/accept/", asked).status_code == 422
    dossier.refresh_from_db()
    assert dossier.state == "submitted"


def test_a_reason_as_long_as_a_novel_is_refused_and_changes_nothing(desk):
    client, dossier = desk
    answer = client.post(f"/can-bo/ho-so/{dossier.code}/refuse/", {"seq": "99", "reason": "x" * 50_000})
    assert answer.status_code == 422
    assert "viết ngắn lại" in answer.text
    dossier.refresh_from_db()
    assert dossier.state == "submitted"


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("address", ["/", "/can-bo/", "/ho-so/", "/tra-cuu/"])
def test_methods_no_page_knows_are_refused(tough, method, address):
    answer = tough.generic(method, address)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert CONTENT_SECURITY_POLICY in answer.headers


@pytest.mark.parametrize("address", ["/", "/dang-nhap/", "/can-bo/dang-nhap/", "/phan-anh/", "/tra-cuu/"])
def test_head_answers_like_get_without_the_body(tough, address):
    answer = tough.head(address)
    assert answer.status_code == 200
    assert answer.content == b""


def test_a_button_opened_as_a_page_is_explained(tough):
    answer = tough.get("/dang-nhap/eid/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Không mở lại được bước này" in answer.text


@pytest.mark.parametrize("posted", [{f"f{number}": "x" for number in range(2100)}, {"text": "x" * 6_000_000}])
def test_too_many_fields_and_too_much_text_get_a_page_in_words(tough, posted):
    answer = tough.post("/phan-anh/", posted)
    assert answer.status_code == 400
    assert "không đọc được yêu cầu này" in answer.text


def test_a_broken_multipart_body_gets_a_page_in_words(tough):
    answer = tough.generic("POST", "/phan-anh/", b"--x", content_type="multipart/form-data; boundary=")
    assert answer.status_code == 400
    assert "không đọc được yêu cầu này" in answer.text


def test_a_foreign_host_is_refused(tough):
    assert tough.get("/", headers={"host": "evil.example"}).status_code == 400


def test_an_unknown_address_of_the_api_is_problem_json(tough):
    answer = tough.get("/api/v1/khong-co/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("page", ["9" * 5000, "-1", "٣", "x", ""])
def test_an_odd_page_of_the_api_is_no_error(tough, page):
    assert tough.get("/api/v1/procedures/", {"page": page}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/ngon-ngu/?language=en&next=",
        "/dang-nhap/?next=",
        "/can-bo/dang-nhap/?next=",
        "/hien-thi/?next=",
    ],
)
@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/%5Cevil.example", "javascript:alert(1)", "///evil.example"],
)
def test_nothing_leads_to_another_site(tough, address, target):
    answer = tough.get(address + target)
    assert "evil.example" not in answer.headers.get("Location", "")
    assert not re.search('value="(//|https://)evil', answer.text)


@pytest.mark.parametrize("name", ["portal_language", "hien_thi"])
@pytest.mark.parametrize("value", ["x" * 3000, "../../x", "<script>", "vi;q=0.1"])
def test_garbage_in_the_display_cookies_changes_nothing(tough, name, value):
    tough.cookies[name] = value
    answer = tough.get("/")
    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_a_page_of_a_person_is_never_kept_by_the_browser(tough):
    assert "Cache-Control" not in tough.get("/").headers
    factories.sign_in_citizen(tough, factories.citizen())
    assert tough.get("/ho-so/").headers["Cache-Control"] == "private, no-store"


def test_after_an_expired_session_a_button_leads_back_to_its_page(tough):
    page = "http://testserver/can-bo/ho-so/H17/?giay-to=1"
    answer = tough.post("/can-bo/ho-so/H17/accept/", {"seq": "1"}, headers={"referer": page})
    assert answer.headers["Location"] == "/can-bo/dang-nhap/?next=%2Fcan-bo%2Fho-so%2FH17%2F%3Fgiay-to%3D1"
    answer = tough.post("/can-bo/ho-so/H17/accept/", headers={"referer": "https://evil.example/x/"})
    assert answer.headers["Location"] == "/can-bo/dang-nhap/?next=%2Fcan-bo%2Fho-so%2FH17%2Faccept%2F"


def test_after_signing_in_the_citizen_goes_on_with_what_the_button_began(tough):
    answer = tough.post("/thu-tuc/1.001193/nop/", headers={"referer": "http://testserver/thu-tuc/1.001193/"})
    assert answer.headers["Location"] == "/dang-nhap/?next=/thu-tuc/1.001193/nop/"


def test_a_conflict_names_the_officer_who_moved_the_dossier_not_a_later_remark(desk):
    client, dossier = desk
    post = Officer.objects.get(user__full_name="Lê Mọi Vai")
    client.post(f"/can-bo/ho-so/{dossier.code}/accept/", {"seq": "99"})
    dossier.refresh_from_db()
    remark(dossier, "partner_acknowledged", by=actors.SYSTEM, at=timezone.now())
    answer = client.post(f"/can-bo/ho-so/{dossier.code}/accept/", {"seq": "1"})
    assert answer.status_code == 409
    assert f"do {post.user.full_name} cập nhật" in answer.text
