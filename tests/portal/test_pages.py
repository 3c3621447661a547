"""The pages of the portal itself, its API's manners, and whether it is well."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import RequestFactory
from rest_framework.exceptions import ValidationError

from identity.errors import Conflict
from portal import views
from portal.api import problem

STATIC_PAGES = [
    "/gioi-thieu/", "/ho-tro/", "/hien-thi/", "/kha-nang-tiep-can/", "/quyen-rieng-tu/", "/cookie/", "/nhan-biet/",
]  # fmt: skip


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("address", ["/", "/?ban-la=business", *STATIC_PAGES])
def test_every_page_has_one_h1_a_title_and_the_shell(client, catalogue, address):
    response = client.get(address)
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<h1") == 1
    assert re.search(r"<title>[^|<]+ \| Cổng Dịch vụ công</title>", page)
    assert all(mark in page for mark in ('class="skip"', 'class="masthead"', "site-footer"))
    assert not re.search(r"<script(?![^>]*src)|style=\"|https?://(?!www\.w3\.org)[^\"']*\.(js|css)", page)


def test_home_shows_life_events_of_the_chosen_tab(client, catalogue):
    citizen, business = text(client.get("/")), text(client.get("/?ban-la=business"))
    assert "Có con nhỏ" in citizen
    assert "Khởi sự kinh doanh" not in citizen
    assert "Khởi sự kinh doanh" in business
    assert "Có con nhỏ" not in business
    assert "Có con nhỏ" in text(client.get("/?ban-la=<x>"))


def test_figures_are_counted_from_the_tables(client, catalogue):
    told = text(client.get("/"))
    for figure in ("3.172 thủ tục", "75 mô tả đầy đủ", "75 thủ tục", "0 hồ sơ", "34 tỉnh, 3.321 xã"):
        assert figure in told
    assert "Việc cần làm" not in told


def test_display_settings_are_kept_in_one_cookie_and_shown(client, db):
    response = client.post("/hien-thi/", {"theme": "dark", "size": "150", "next": "/ho-tro/"})
    assert (response.status_code, response["Location"]) == (302, "/ho-tro/")
    assert client.cookies["hien_thi"].value == "dark-150"
    assert '<html lang="vi" data-theme="dark" data-size="150">' in client.get("/ho-tro/").content.decode()


@pytest.mark.parametrize("chosen", [{"theme": "<b>", "size": "9"}, {}, {"theme": "dark-200"}])
def test_unknown_display_settings_fall_back_to_the_device(client, db, chosen):
    client.post("/hien-thi/", chosen)
    assert client.cookies["hien_thi"].value == "-"


def test_the_language_switch_keeps_the_page(client, db):
    response = client.get("/ngon-ngu/?language=en&next=/ho-tro/%3Fa%3D1")
    assert response["Location"] == "/ho-tro/?a=1"
    assert '<html lang="en"' in client.get("/ho-tro/").content.decode()
    client.get("/ngon-ngu/?language=vi&next=/")
    assert '<html lang="vi"' in client.get("/ho-tro/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://xau.example/", "//xau.example", "javascript:alert(1)", "\\\\xau"]
)
@pytest.mark.parametrize("address", ["/ngon-ngu/?language=en&next=", "/hien-thi/?next="])
def test_nobody_is_sent_to_another_site(client, db, target, address):
    send = client.get if address.startswith("/ngon-ngu/") else client.post
    assert send(address + target)["Location"] == "/"


def test_an_unknown_language_changes_nothing(client, db):
    client.get("/ngon-ngu/?language=xx&next=/")
    assert "portal_language" not in client.cookies


def test_health_needs_no_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_tells_of_database_and_redis(client, catalogue):
    told = client.get("/readyz").json()
    assert (told["status"], told["database"], told["procedures"]) == ("ok", "up", 3172)
    assert told["redis"] in {"up", "down"}


def test_a_silent_redis_does_not_make_the_portal_unready(client, db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["redis"]) == (200, "down")


def test_a_lost_database_makes_it_unready(db):
    def lost(execute, sql, params, many, context):
        raise DatabaseError("gone")

    with connection.execute_wrapper(lost):
        response = views.ready(RequestFactory().get("/readyz"))
    assert response.status_code == 503


def test_an_unknown_address_is_a_page_with_a_search(client, db):
    response = client.get("/khong-co/")
    assert response.status_code == 404
    assert 'role="search"' in response.content.decode()


def test_the_error_page_needs_neither_database_nor_request():
    from django.views.defaults import server_error

    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Cổng đang gặp lỗi" in response.content.decode()


def test_the_api_lists_finds_and_shows_procedures(client, catalogue):
    found = client.get("/api/v1/procedures/", {"q": "lam khai sinh"}).json()
    assert found["results"][0]["code"] == "1.001193"
    assert client.get("/api/v1/procedures/").json()["count"] == 3172
    one = client.get("/api/v1/procedures/1.001193/").json()
    assert (one["can_be_filed_here"], one["record"]["time_limit"]["cutoff_hour"]) == (True, 15)


def test_the_api_refuses_with_problem_details(client, catalogue):
    response = client.get("/api/v1/procedures/9.999999/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json() == {
        "type": "about:blank", "status": 404, "instance": "/api/v1/procedures/9.999999/",
        "title": "Không có thủ tục mang mã này.", "code": "not_found",
    }  # fmt: skip
    assert client.post("/api/v1/procedures/").status_code == 405


def test_a_domain_error_and_a_validation_error_become_problems():
    conflict = problem(Conflict("Đã có người làm.", who="An"), {})
    assert (conflict.status_code, conflict.data["code"], conflict.data["who"]) == (409, "conflict", "An")
    invalid = problem(ValidationError({"state": ["sai"]}), {})
    assert (invalid.status_code, invalid.data["errors"]) == (400, {"state": ["sai"]})
    assert problem(ValueError("lỗi lập trình"), {}) is None


def test_the_schema_describes_the_api(client, catalogue):
    response = client.get("/api/v1/schema/?format=json")
    assert response.status_code == 200
    assert "/api/v1/procedures/{code}/" in response.content.decode()


def test_demo_data_can_be_loaded_twice(catalogue, tmp_path, settings, capsys):
    import io
    import json

    settings.SIGNING_DIR = tmp_path
    call_command("demo_data", "--json", stdout=io.StringIO())
    out = io.StringIO()
    call_command("demo_data", "--json", stdout=out)
    told = json.loads(out.getvalue())
    for part in ("units", "calendar", "vocabulary", "procedures", "catalogue_more"):
        assert (told[part]["created"], told[part]["updated"]) == (0, 0)
    assert told["people"]["officers"] >= 10


def test_the_home_page_of_a_citizen_begins_with_what_waits_for_them(client, catalogue):
    from identity import demo

    citizen = demo.citizen("hanh", dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    client.force_login(citizen.user, backend="django.contrib.auth.backends.ModelBackend")
    told = text(client.get("/"))
    assert "Không có việc nào đang chờ bạn." in told
    assert told.index("Việc cần làm") < told.index("Theo việc trong đời")
