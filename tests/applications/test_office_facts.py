"""What stands on the desk beside the buttons: facts with their source, conditions, papers, the draft."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import actors, services
from applications.models import Answer, Dossier, Result
from identity import registers
from identity.models import DataAccess, Role
from tests import factories
from tests.applications.desks import desk, picture, press, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return factories.commune_agency()


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
