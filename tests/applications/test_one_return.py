"""Asking once for everything: second requests, what was named late, marked places only, old values in history."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applications import actors, one_return, revisions, services
from applications.models import Answer, AnswerRevision, Dossier, Event, SupplementDraft, SupplementRequest
from applications.states import State
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Role
from tests import factories
from tests.applications.desks import desk, picture, press

BASIS = "Luật Hộ tịch 2014, Điều 16"


def item(question: str, reason: str = "Sửa cho khớp") -> dict[str, str]:
    return {"question": question, "label": question, "reason": reason}


@pytest.fixture
def agency(db):
    return factories.commune_agency()


@pytest.fixture
def clerk(agency):
    return actors.officer(factories.officer(agency, Role.CASE_OFFICER))


@pytest.fixture
def chief(agency):
    return actors.officer(factories.officer(agency, Role.APPROVER, name="Lãnh Đạo"))


@pytest.fixture
def answered(agency, clerk):
    """The name was asked for, changed and handed in again."""
    dossier = factories.processing(agency)
    services.request_supplement(dossier=dossier, items=[item("child_name")], by=clerk, at=timezone.now())
    change(dossier, child_name="Lê Nguyễn An Nhi")
    services.answer_supplement(dossier=dossier, by=actors.citizen(dossier.submitter), at=timezone.now())
    return dossier


def change(dossier: Dossier, **answers) -> None:
    owner = actors.citizen(dossier.submitter)
    services.save_answers(dossier=dossier, answers=answers, by=owner, at=timezone.now())


def drafted(dossier: Dossier, by, *questions: str) -> SupplementDraft:
    items = [item(one) for one in questions]
    return services.draft_supplement(
        dossier=dossier, items=items, legal_basis=BASIS, by=by, at=timezone.now()
    )


# A second request


def test_a_second_request_reaches_the_citizen_only_through_a_superior(answered, clerk, chief):
    drafted(answered, clerk, "child_dob")
    answered.refresh_from_db()
    assert (answered.state, answered.supplement_count) == (State.PROCESSING, 1)
    request = services.confirm_supplement(dossier=answered, by=chief, at=timezone.now())
    answered.refresh_from_db()
    assert (answered.state, answered.supplement_count) == (State.SUPPLEMENT_REQUESTED, 2)
    assert (request.legal_basis, request.requested_by_id) == (BASIS, chief.user_id)
    assert not SupplementDraft.objects.filter(closed_at=None).exists()


def test_a_second_request_is_refused_straight_without_basis_and_by_its_own_author(agency, answered, clerk):
    now = timezone.now()
    with pytest.raises(Refused):
        services.request_supplement(dossier=answered, items=[item("child_dob")], by=clerk, at=now)
    with pytest.raises(Refused):
        services.draft_supplement(
            dossier=answered, items=[item("child_dob")], legal_basis=" ", by=clerk, at=now
        )
    both = actors.officer(factories.officer(agency, Role.CASE_OFFICER, Role.APPROVER))
    drafted(answered, both, "child_dob")
    for by in (both, clerk):
        with pytest.raises(Forbidden):
            services.confirm_supplement(dossier=answered, by=by, at=now)
    assert SupplementRequest.objects.filter(dossier=answered).count() == 1


def test_a_draft_is_decided_once_and_a_second_one_does_not_stand_beside_it(answered, clerk, chief):
    drafted(answered, clerk, "child_dob")
    with pytest.raises(Refused):
        drafted(answered, clerk, "req_name")
    services.decline_supplement(dossier=answered, reason="Đã đủ", by=chief, at=timezone.now())
    with pytest.raises(Conflict):
        services.confirm_supplement(dossier=answered, by=chief, at=timezone.now())
    assert SupplementDraft.objects.filter(dossier=answered).count() == 1
    assert Event.objects.filter(dossier=answered, kind="supplement_declined").count() == 1


def test_on_the_desk_the_officer_drafts_and_the_superior_sees_what_is_late(agency, answered):
    officer, boss = (
        factories.sign_in_officer(Client(), factories.officer(agency, role))
        for role in (Role.CASE_OFFICER, Role.APPROVER)
    )
    typed = {
        "question": ["child_dob"],
        "code-child_dob": "differs",
        "reason-child_dob": "",
        "legal_basis": BASIS,
    }
    preview = officer.post(reverse("applications:ask_supplement", args=[answered.code]), typed | {"seq": 9})
    assert "Cơ quan lẽ ra đã phải nêu mục này từ lần đầu" in preview.text
    assert press(officer, answered, "request_supplement", **typed).status_code == 302
    assert "Phê duyệt và gửi người nộp" not in officer.get(desk(answered)).text
    page = boss.get(desk(answered)).text
    assert "Lẽ ra đã thấy từ lần đầu" in page
    assert "Thông tin khác với giấy tờ gửi kèm" in page
    assert press(boss, answered, "confirm_supplement").status_code == 302
    [request] = SupplementRequest.objects.filter(answered_at=None)
    assert (request.late_defects, request.items[0]["late"], request.items[0]["code"]) == (1, True, "differs")
    citizen = factories.sign_in_citizen(Client(), answered.submitter)
    assert "Lỗi này tính cho cơ quan" in citizen.get(f"/ho-so/{answered.code}/").text
    assert "Lỗi này tính cho cơ quan" in citizen.get(f"/ho-so/{answered.code}/bo-sung/").text


# What the first request could have named


def late_is_what_lay_open_the_first_time(answered) -> None:
    named = ["child_name", "child_dob", "doc_notice"]
    assert revisions.late_defects(answered, named, at=timezone.now()) == {"child_dob", "doc_notice"}


def test_what_was_named_or_changed_since_is_not_late_and_what_lay_open_is(answered):
    late_is_what_lay_open_the_first_time(answered)


def test_a_rule_that_forgets_what_was_named_is_caught(answered, monkeypatch):
    """The broken variant: everything unchanged or not, named or not, is late."""
    monkeypatch.setattr(one_return, "late_defects", lambda asked, **facts: frozenset(asked))
    with pytest.raises(AssertionError):
        late_is_what_lay_open_the_first_time(answered)


names = st.sampled_from("abcd")
facts = st.dictionaries(names, st.integers(0, 1))


@given(st.sets(names), st.sets(names), st.sets(names), facts, facts)
def test_late_is_never_what_was_hidden_named_before_or_changed(asked, named, visible, then, now):
    late = one_return.late_defects(asked, named=named, visible=visible, then=then, now=now)
    assert late <= asked & visible - named
    assert {name for name in asked & visible - named if then.get(name) == now.get(name)} == late


# The marked places, and what stood there before


def test_only_the_marked_places_can_be_changed_and_the_rest_stays(agency, clerk):
    dossier = factories.processing(agency)
    services.request_supplement(dossier=dossier, items=[item("child_name")], by=clerk, at=timezone.now())
    with pytest.raises(Refused):
        change(dossier, child_name="Lê An", child_dob="2026-10-21")
    owner = actors.citizen(dossier.submitter)
    with pytest.raises(Refused):
        services.attach(
            dossier=dossier,
            question="doc_notice",
            name="a.png",
            content=picture(),
            by=owner,
            at=timezone.now(),
        )
    assert Answer.objects.get(dossier=dossier, question="child_name").value == "Lê Nguyễn An Nhiên"
    assert not AnswerRevision.objects.exists()
    assert not dossier.attachments.exists()


def test_a_question_the_new_answer_brings_up_can_be_answered_too(agency, clerk):
    follow = {
        "id": "child_note", "kind": "text", "label": "Ghi chú", "required": True,
        "show_if": "child_name == 'Lê An'",
    }  # fmt: skip
    pages = [dict(page) for page in factories.FORM["pages"]]
    pages[1] = {**pages[1], "questions": [*pages[1]["questions"], follow]}
    version = factories.version(form={**factories.FORM, "pages": pages})
    dossier = factories.processing(agency, of=version)
    services.request_supplement(dossier=dossier, items=[item("child_name")], by=clerk, at=timezone.now())
    citizen = factories.sign_in_citizen(Client(), dossier.submitter)
    url = f"/ho-so/{dossier.code}/bo-sung/"
    assert 'name="child_note"' not in citizen.get(url).text
    citizen.post(url, {"child_name": "Lê An", "tiep": "1"})
    assert 'name="child_note"' in citizen.get(url).text
    citizen.post(url, {"child_name": "Lê An", "child_note": "Tên theo họ mẹ", "tiep": "1"})
    dossier.refresh_from_db()
    assert dossier.state == State.PROCESSING


def test_every_value_that_stood_there_stays_and_the_officer_sees_old_and_new(agency, clerk):
    dossier = factories.processing(agency)
    places = [item("child_name"), item("doc_notice")]
    services.request_supplement(dossier=dossier, items=places, by=clerk, at=timezone.now())
    for name in ("Lê Một", "Lê Hai", "Lê Hai"):
        change(dossier, child_name=name)
    owner = actors.citizen(dossier.submitter)
    services.attach(
        dossier=dossier, question="doc_notice", name="moi.png", content=picture(), by=owner, at=timezone.now()
    )
    kept = list(AnswerRevision.objects.values_list("question", "value", "source"))
    assert kept == [
        ("child_name", "Lê Nguyễn An Nhiên", "citizen"),
        ("child_name", "Lê Một", "citizen"),
        ("doc_notice", None, ""),
    ]
    services.answer_supplement(dossier=dossier, by=owner, at=timezone.now())
    found = revisions.changes_of(dossier, at=timezone.now())
    assert [(one.label, one.before, one.after) for one in found] == [
        ("Họ tên của trẻ", "Lê Nguyễn An Nhiên", "Lê Hai"),
        ("Giấy chứng sinh", "", "moi.png"),
    ]
    page = factories.sign_in_officer(Client(), factories.officer(agency, Role.CASE_OFFICER)).get(
        desk(dossier)
    )
    assert "<del>Lê Nguyễn An Nhiên</del>" in page.text
    assert "<ins>Lê Hai</ins>" in page.text


def test_the_history_of_answers_cannot_be_rewritten(answered):
    row = AnswerRevision.objects.get()
    for forbidden in (row.delete, lambda: AnswerRevision.objects.update(value="Khác")):
        with pytest.raises(DatabaseError), transaction.atomic():
            forbidden()
    assert AnswerRevision.objects.get().value == "Lê Nguyễn An Nhiên"
