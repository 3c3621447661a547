"""Officers: account, lockout, second factor, and the end of a post."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django_otp.middleware import OTPMiddleware
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity import access, demo, services
from identity.access import officer_required
from identity.errors import Conflict, Refused
from identity.models import Officer

PASSWORD_PAGE = "/can-bo/dang-nhap/"
CODE_PAGE = "/can-bo/dang-nhap/xac-thuc/"
ACCOUNT = demo.OFFICERS[0]

pytestmark = pytest.mark.django_db


def code_now(ahead: int = 0) -> str:
    at = dt.datetime.fromtimestamp(time.time() + 30 * ahead, dt.UTC)
    return demo.code(ACCOUNT["totp_key"], at)


def give_password(client: Client, password: str = demo.PASSWORD, **more: str) -> HttpResponse:
    return client.post(PASSWORD_PAGE, {"username": ACCOUNT["username"], "password": password} | more)


def answer(client: Client, *roles: str) -> HttpResponse:
    """What a page of officers answers to this browser's next request."""
    page = officer_required(*roles)(lambda request: HttpResponse("work"))
    request = RequestFactory().get("/can-bo/")
    request.session = client.session
    return AuthenticationMiddleware(OTPMiddleware(page))(request)


def works(client: Client) -> bool:
    return answer(client).content == b"work"


def sign_in(client: Client, ahead: int = 0) -> HttpResponse:
    give_password(client)
    return client.post(CODE_PAGE, {"code": code_now(ahead), "next": "/can-bo/"})


def test_password_then_code_opens_the_office(client, officer):
    response = give_password(client, next="/can-bo/ho-so/H17/")
    assert response["Location"] == f"{CODE_PAGE}?next=%2Fcan-bo%2Fho-so%2FH17%2F"
    response = client.post(CODE_PAGE, {"code": code_now(), "next": "/can-bo/ho-so/H17/"})
    assert response["Location"] == "/can-bo/ho-so/H17/"
    assert works(client)


def test_after_the_password_alone_nobody_is_signed_in(client, officer):
    give_password(client)
    assert "_auth_user_id" not in client.session
    assert not works(client)
    assert answer(client)["Location"] == "/can-bo/dang-nhap/?next=%2Fcan-bo%2F"


def test_an_officer_signed_in_without_the_second_factor_is_not_an_officer(client, officer):
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    assert not works(client)


def test_the_code_page_needs_the_password_first(client, officer):
    response = client.post(CODE_PAGE, {"code": code_now()})
    assert response["Location"].startswith(PASSWORD_PAGE)
    assert not works(client)


def test_a_wrong_code_is_refused(client, officer):
    give_password(client)
    wrong = f"{(int(code_now()) + 1) % 1_000_000:06d}"
    response = client.post(CODE_PAGE, {"code": wrong})
    assert response.status_code == 422
    assert "Mã không đúng hoặc đã dùng" in response.content.decode()
    assert not works(client)


def test_a_code_is_taken_once(client, officer):
    give_password(client)
    code = code_now()
    assert client.post(CODE_PAGE, {"code": code}).status_code == 302
    other = Client()
    give_password(other)
    assert other.post(CODE_PAGE, {"code": code}).status_code == 422
    assert not works(other)


def test_after_five_wrong_codes_the_password_is_asked_again(client, officer):
    give_password(client)
    for _ in range(5):
        assert client.post(CODE_PAGE, {"code": "000000"}).status_code == 422
    response = client.post(CODE_PAGE, {"code": code_now()})
    assert response["Location"].startswith(PASSWORD_PAGE)
    assert not works(client)


def test_a_password_given_long_ago_is_forgotten(client, officer):
    give_password(client)
    session = client.session
    session["officer_waiting"] |= {"until": time.time() - 1}
    session.save()
    assert client.post(CODE_PAGE, {"code": code_now()})["Location"].startswith(PASSWORD_PAGE)


def test_the_session_key_changes_at_each_step(client, officer):
    client.get(PASSWORD_PAGE)
    keys = [client.session.session_key]
    give_password(client)
    keys.append(client.session.session_key)
    client.post(CODE_PAGE, {"code": code_now()})
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(client, officer):
    answers = [give_password(client, "not-the-password").status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    response = give_password(client)
    assert response.status_code == 429
    assert "Tài khoản tạm khóa 15 phút" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert "officer_waiting" not in client.session


def test_the_lock_ends_by_itself(client, officer):
    for _ in range(5):
        give_password(client, "not-the-password")
    AccessAttempt.objects.update(attempt_time=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16))
    assert give_password(client).status_code == 302


def test_an_unknown_account_gets_the_same_sentence_as_a_wrong_password(client, officer):
    unknown = client.post(PASSWORD_PAGE, {"username": "nobody", "password": "x"}).content.decode()
    wrong = give_password(client, "not-the-password").content.decode()
    for page in (unknown, wrong):
        assert "Tên tài khoản hoặc mật khẩu không đúng" in page


def test_a_text_no_database_can_store_is_a_plain_error(client, officer):
    assert client.post(PASSWORD_PAGE, {"username": "a\x00b", "password": "x"}).status_code == 422


def test_a_revoked_officer_is_refused_at_the_next_request(client, officer):
    sign_in(client)
    assert works(client)
    services.revoke_officer(officer=officer)
    assert not works(client)
    assert give_password(client).status_code == 422


def test_without_the_fresh_look_a_revoked_officer_would_go_on(client, officer, monkeypatch):
    """The broken variant of the test above: rights remembered from the sign-in."""
    sign_in(client)
    services.revoke_officer(officer=officer)
    monkeypatch.setattr(access, "officer_of", lambda request: officer)
    assert works(client)


def test_a_page_of_other_roles_is_closed(client, officer):
    sign_in(client)
    assert answer(client, "intake").content == b"work"
    with pytest.raises(access.Forbidden):
        answer(client, "signer")


def test_signing_out_needs_a_post(client, officer):
    sign_in(client)
    assert client.get("/can-bo/dang-xuat/").status_code == 200
    assert works(client)
    client.post("/can-bo/dang-xuat/")
    assert not works(client)


def test_nobody_is_sent_to_a_foreign_address(client, officer):
    assert give_password(client, next="https://evil.example/")["Location"] == f"{CODE_PAGE}?next=%2Fcan-bo%2F"
    response = client.post(CODE_PAGE, {"code": code_now(), "next": "//evil.example/"})
    assert response["Location"] == "/can-bo/"


def test_a_citizen_account_cannot_use_the_password_page(client, officer):
    citizen = demo.citizen("hanh", dt.datetime.now(dt.UTC))
    response = client.post(PASSWORD_PAGE, {"username": citizen.user.username, "password": ""})
    assert response.status_code == 422


def test_an_officer_with_a_weak_password_or_a_taken_name_is_not_created(officer, agency):
    one = {**ACCOUNT, "agency": agency}
    with pytest.raises(Refused):
        services.create_officer(**one | {"username": "new", "password": "12345"})
    with pytest.raises(Conflict):
        services.create_officer(**one)
    with pytest.raises(Conflict):
        services.create_officer(**one | {"username": "new", "roles": ["emperor"]})
    assert (Officer.objects.count(), TOTPDevice.objects.count()) == (1, 1)


def test_the_page_of_demo_codes_shows_the_code_of_now_and_exists_only_in_the_demonstration(
    client, officer, settings
):
    page = client.get("/can-bo/ma-trinh-dien/").content.decode()
    assert code_now() in page
    assert "chỉ có ở bản trình diễn" in page
    settings.DEMO = False
    assert client.get("/can-bo/ma-trinh-dien/").status_code == 404
