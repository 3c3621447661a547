"""The portal signs citizens in through a real provider in another process, also when that one misbehaves."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.oidc.core import CodeIDToken
from django.test import Client

from identity import oidc
from identity.models import Citizen, Mandate, User
from tests.identity.conftest import CALLBACK, leave, number_of, sign_in
from tests.identity.provider import Person, free_port

pytestmark = pytest.mark.django_db


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_citizen_signs_in_and_returns_to_the_page_they_left(provider, client):
    response = sign_in(client, "hanh", "/thu-tuc/1.001193/nop/")
    assert response.status_code == 302
    assert response["Location"] == "/thu-tuc/1.001193/nop/"
    citizen = Citizen.objects.get()
    assert (citizen.number, citizen.name) == (number_of("hanh"), "Nguyễn Thị Minh Hạnh")
    assert (str(citizen.date_of_birth), citizen.sex, citizen.assurance_level) == ("1995-03-12", "female", 2)
    assert client.session["_auth_user_id"] == str(citizen.user_id)
    assert number_of("hanh") not in citizen.user.username
    assert not citizen.user.has_usable_password()


def test_the_request_carries_pkce_state_nonce_and_the_wanted_level(provider, client):
    asked = parse_qs(urlsplit(leave(client)).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["acr_values"] == ["loa:2"]
    assert asked["prompt"] == ["login"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()


def test_a_second_sign_in_makes_no_second_person(provider, client):
    sign_in(client, "hanh")
    sign_in(Client(), "hanh")
    assert (User.objects.count(), Citizen.objects.count()) == (1, 1)


def test_the_session_key_changes_at_sign_in_and_a_known_one_is_worth_nothing(provider, client):
    leave(client)
    planted = client.session.session_key
    sign_in(client, "hanh")
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["portal_session"] = planted
    assert not signed_in(thief)


def test_a_representative_gets_the_organisation_of_the_business_registry(provider, client):
    response = sign_in(client, "huy", "/ho-so/")
    assert response["Location"] == "/dai-dien/?next=%2Fho-so%2F"
    mandate = Mandate.objects.get()
    assert (mandate.organisation.tax_code, mandate.citizen.name) == ("0400000011", "Bùi Quốc Huy")


def test_level_1_signs_in_and_is_told_what_is_missing(provider, client):
    response = sign_in(client, "bao", "/ho-so/")
    assert response["Location"] == "/dang-nhap/muc-1/?next=%2Fho-so%2F"
    assert Citizen.objects.get().assurance_level == 1
    assert "chưa nộp được hồ sơ" in client.get(response["Location"]).content.decode()


def test_who_declines_is_not_signed_in(provider, client):
    back = Person(number_of("hanh")).sign_in(leave(client), answer="refuse")
    response = client.get(back.removeprefix("http://testserver"))
    assert response.status_code == 403
    assert "Bạn đã không đồng ý" in response.content.decode()
    assert not signed_in(client)


def test_a_state_of_another_browser_is_refused(provider, client):
    back = Person(number_of("hanh")).sign_in(leave(client))
    stranger = Client()
    leave(stranger)
    response = stranger.get(back.removeprefix("http://testserver"))
    assert response.status_code == 403
    assert not signed_in(stranger)
    assert not User.objects.exists()


def test_an_answer_is_accepted_once(provider, client):
    back = Person(number_of("hanh")).sign_in(leave(client)).removeprefix("http://testserver")
    assert client.get(back).status_code == 302
    client.post("/dang-xuat/")
    assert client.get(back).status_code == 403
    assert not signed_in(client)


def test_a_used_code_with_a_fresh_state_is_refused_by_the_provider(provider, client):
    used = Person(number_of("hanh")).sign_in(leave(client))
    client.get(used.removeprefix("http://testserver"))
    client.post("/dang-xuat/")
    code = parse_qs(urlsplit(used).query)["code"][0]
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]
    response = client.get(CALLBACK, {"code": code, "state": state})
    assert response.status_code == 403
    assert not signed_in(client)


def test_a_code_without_its_pkce_verifier_is_worth_nothing(provider, client):
    back = Person(number_of("hanh")).sign_in(leave(client))
    stolen = parse_qs(urlsplit(back).query)["code"][0]
    answer = requests.post(
        f"{provider.issuer}/token/",
        data={
            "grant_type": "authorization_code",
            "code": stolen,
            "redirect_uri": f"http://testserver{CALLBACK}",
            "code_verifier": "x" * 43,
        },
        auth=("portal", "demo-eid-client-secret"),
        timeout=10,
    )
    assert answer.status_code == 400
    assert "id_token" not in answer.json()


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("bad_signature", "Giấy xác nhận của hệ thống định danh không hợp lệ"),
        ("wrong_nonce", "Giấy xác nhận của hệ thống định danh không hợp lệ"),
        ("expired", "Giấy xác nhận của hệ thống định danh không hợp lệ"),
        ("low_acr", "chưa đạt mức 1 hoặc mức 2"),
    ],
)
def test_a_spoilt_identity_token_signs_nobody_in(provider, client, fault, sentence):
    provider.misbehave(fault)
    response = sign_in(client, "hanh")
    assert response.status_code == 403
    assert sentence in response.content.decode()
    assert not signed_in(client)
    assert not User.objects.exists()


def test_without_the_nonce_check_the_spoilt_token_would_pass(provider, client, monkeypatch):
    """The broken variant of the test above: the fault really reaches the portal."""
    monkeypatch.setattr(CodeIDToken, "validate_nonce", lambda self: None)
    provider.misbehave("wrong_nonce")
    assert sign_in(client, "hanh").status_code == 302
    assert signed_in(client)


@pytest.mark.parametrize("name", ["iss", "aud"])
def test_a_token_of_another_issuer_or_for_another_client_is_refused(provider, client, settings, name):
    back = Person(number_of("hanh")).sign_in(leave(client))
    if name == "aud":
        settings.EID_CLIENT_ID = "somebody-else"
    else:
        settings.EID_ISSUER = provider.issuer.replace("127.0.0.1", "localhost")
    assert client.get(back.removeprefix("http://testserver")).status_code == 403
    assert not signed_in(client)


def test_a_provider_that_is_gone_gives_a_plain_page(client, settings):
    settings.EID_ISSUER = f"http://127.0.0.1:{free_port()}/o"
    response = client.post("/dang-nhap/eid/")
    assert response.status_code == 503
    assert "đang không trả lời" in response.content.decode()


def test_a_provider_that_fails_half_way_gives_a_plain_page_and_a_retry_works(provider, client):
    back = Person(number_of("hanh")).sign_in(leave(client))
    provider.misbehave("down")
    assert client.get(back.removeprefix("http://testserver")).status_code == 503
    provider.behave()
    assert sign_in(client, "hanh").status_code == 302


def test_a_slow_provider_is_waited_for_no_longer_than_agreed(provider, client, monkeypatch):
    back = Person(number_of("hanh")).sign_in(leave(client)).removeprefix("http://testserver")
    monkeypatch.setattr(oidc, "TIMEOUT", 0.3)
    provider.misbehave("slow")
    started = time.monotonic()
    assert client.post("/dang-nhap/eid/").status_code == 503
    assert client.get(back).status_code == 503
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_to_a_foreign_address_after_signing_in(provider, client, evil):
    assert f'value="{evil}"' not in client.get("/dang-nhap/", {"next": evil}).content.decode()
    assert sign_in(client, "hanh", evil)["Location"] == "/ho-so/"


def test_the_sign_in_page_says_first_what_is_needed(client, db):
    page = client.get("/dang-nhap/", {"next": "/ho-so/"}).content.decode()
    assert "mức 2" in page
    assert "Cho phép đăng nhập trên web" in page
    assert 'name="next" value="/ho-so/"' in page


def test_signing_in_needs_a_post_of_our_own_page(client, db):
    assert client.get("/dang-nhap/eid/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/dang-nhap/eid/").status_code == 403


def test_signing_out_needs_a_post(provider, client):
    sign_in(client, "hanh")
    assert client.get("/dang-xuat/").status_code == 200
    assert signed_in(client)
    assert client.post("/dang-xuat/")["Location"] == "/"
    assert not signed_in(client)


def test_the_provider_asks_anew_each_time(provider, client):
    person = Person(number_of("hanh"))
    person.sign_in(leave(client))
    assert "Bạn là ai?" in person.browser.get(leave(client), timeout=10).text


def test_the_provider_keeps_its_key_private_and_publishes_only_the_public_half(provider):
    key = provider.home / "eid" / "signing-key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    published = requests.get(f"{provider.issuer}/.well-known/jwks.json", timeout=5).json()["keys"]
    assert [one["alg"] for one in published] == ["RS256"]
    assert "d" not in published[0]


def test_an_unknown_number_is_told_so_at_the_provider(provider, client):
    page = Person("000000000000").choose(leave(client))
    assert page.status_code == 422
    assert "không có tài khoản định danh" in page.text
