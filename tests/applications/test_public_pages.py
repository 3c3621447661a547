"""Tracking and verification for anybody: one constant «no», masked data, the bytes decide."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications import papers, services
from applications.models import Result
from applications.views import public
from identity.models import Role
from tests import factories
from tests.applications.test_citizen_pages import officer, released
from tests.applications.walking import units

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def agency():
    return factories.commune_agency()


@pytest.fixture
def result(agency):
    return Result.objects.get(dossier=released(agency, factories.citizen("Nguyễn Thị Minh Hạnh")))


def without_what_was_written(html: str) -> str:
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)
    return re.sub(r'(id="ma" name="ma" value=")[^"]*', r"\1", html)


def ask(client, code: str, digits: str) -> str:
    return client.post("/tra-cuu/", {"ma": code, "so": digits}).content.decode()


def test_code_and_four_digits_tell_state_office_and_dates_only(client, agency):
    dossier = factories.submitted(agency, by=factories.citizen("Trần Văn Kín"))
    page = ask(client, dossier.code.lower().replace("-", " – "), dossier.submitter.number[-4:])
    assert "Mới đăng ký" in page
    assert agency.name in page
    for private in ("Trần Văn Kín", dossier.submitter.number, "An Nhiên", "Bạch Đằng"):
        assert private not in page


def test_wrong_digits_wrong_codes_and_drafts_get_one_constant_answer(client, agency):
    dossier = factories.submitted(agency)
    draft = factories.draft(agency)
    answers = {
        without_what_was_written(ask(client, code, digits))
        for code, digits in (
            (dossier.code, "9999"),
            (dossier.code, ""),
            ("H99.1-260101-0001", dossier.submitter.number[-4:]),
            (draft.key, draft.submitter.number[-4:]),
            ("", ""),
        )
    }
    assert len(answers) == 1
    assert "Không tìm thấy hồ sơ nào" in answers.pop()


def test_nothing_asked_stands_in_an_address(client, agency):
    dossier = factories.submitted(agency)
    page = client.get("/tra-cuu/", {"ma": dossier.code, "so": dossier.submitter.number[-4:]})
    assert "Mới đăng ký" not in page.content.decode()


def test_guessing_is_stopped_without_a_captcha(client, agency):
    dossier = factories.submitted(agency)
    for _try in range(settings.PUBLIC_TRIES):
        ask(client, dossier.code, "0000")
    stopped = client.post("/tra-cuu/", {"ma": dossier.code, "so": dossier.submitter.number[-4:]})
    assert stopped.status_code == 429
    assert "Mới đăng ký" not in stopped.content.decode()


def test_a_printed_code_says_valid_who_signed_and_masks_the_person(client, result):
    page = client.get(f"/xac-thuc/{result.verify_code}/").content.decode()
    assert "Giấy này là thật và còn hiệu lực" in page
    assert result.number in page
    assert result.signer_name in page
    assert "N••••• T•• M••• H•••" in page
    for private in ("Nguyễn Thị Minh Hạnh", result.dossier.submitter.number, "An Nhiên"):
        assert private not in page


def test_the_short_form_leads_to_the_lasting_address(client, result):
    spaced = f"{result.verify_code[:4]} – {result.verify_code[4:].lower()}"
    assert client.post("/xac-thuc/", {"ma": spaced}).url == f"/xac-thuc/{result.verify_code}/"


def test_the_file_itself_is_judged(client, result):
    whole = papers.read(result.path)
    assert "là thật và còn hiệu lực" in drop(client, whole)
    middle = len(whole) // 2
    assert "đã bị sửa sau khi ký" in drop(
        client, whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    )
    assert "Không tìm thấy giấy này" in drop(client, b"%PDF-1.7\n%%EOF\n")
    assert "không phải PDF" in drop(client, b"PK\x03\x04")


def drop(client, content: bytes) -> str:
    return client.post("/xac-thuc/", {"tep": SimpleUploadedFile("giay.pdf", content)}).content.decode()


def test_a_revoked_paper_is_said_to_be_revoked(client, result):
    whole = papers.read(result.path)
    Result.objects.filter(pk=result.pk).update(status=Result.Status.REVOKED, revoked_at=timezone.now())
    for page in (client.get(f"/xac-thuc/{result.verify_code}/").content.decode(), drop(client, whole)):
        assert "Giấy này đã bị thu hồi" in page
        assert "còn hiệu lực</h1>" not in page


def test_a_signed_paper_not_yet_released_is_unknown_to_the_public(client, agency):
    dossier = factories.proposed(agency)
    services.sign(dossier=dossier, by=officer(agency, Role.SIGNER), at=timezone.now())
    services.issue(dossier=dossier, at=timezone.now())
    result = Result.objects.get(dossier=dossier)
    whole = papers.read(result.path)
    assert "Không tìm thấy giấy này" in client.get(f"/xac-thuc/{result.verify_code}/").content.decode()
    assert "Không tìm thấy giấy này" in drop(client, whole)


def test_an_unknown_code_is_unknown(client):
    page = client.get("/xac-thuc/ABCDEFGH2345/")
    assert "Không tìm thấy giấy này" in page.content.decode()


def test_a_judge_that_believed_the_code_alone_would_be_caught(client, result, monkeypatch):
    """The broken variant: an altered stored file must turn the verdict, whatever the register says."""
    monkeypatch.setattr(public.papers, "read", lambda path: b"%PDF-1.7 another file")
    assert "đã bị sửa sau khi ký" in client.get(f"/xac-thuc/{result.verify_code}/").content.decode()


def test_names_of_communes_are_offered_to_scripts(client):
    units()
    found = client.get("/dia-chi/xa-phuong/", {"ten": "thanh binh", "tinh": "48"}).json()["communes"]
    assert [one["code"] for one in found] == ["20242"]
