"""Asking other agencies: they see what was shared and nothing else; the clock, late answers, reminders."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import actors, services, sweeping, timeline
from applications.models import Consultation, Dossier, Event, Pause
from applications.states import State
from identity.errors import Conflict, Forbidden, Refused
from identity.models import DataAccess, Role
from tests import factories
from tests.applications.desks import desk, picture, press

LISTED = "/can-bo/lay-y-kien/"
BASIS = "Luật Xây dựng 2014, Điều 102"
MONDAY = dt.datetime(2026, 5, 11, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def agency(db):
    return factories.commune_agency()


@pytest.fixture
def other(db):
    return factories.commune_agency("Thanh Khê")


@pytest.fixture
def clerk(agency):
    return actors.officer(factories.officer(agency, Role.CASE_OFFICER))


@pytest.fixture
def expert(other):
    return actors.officer(factories.officer(other, Role.CASE_OFFICER, name="Võ Chuyên Gia"))


def with_two_papers(agency, at=None) -> Dossier:
    """In «Đang xử lý», with a paper to share and one that stays here."""
    at = at or timezone.now()
    dossier = factories.draft(agency, at=at, child_dob="2026-04-23")
    owner = actors.citizen(dossier.submitter)
    for question, name in (("doc_notice", "chia-se.png"), ("doc_other", "giu-kin.png")):
        services.attach(dossier=dossier, question=question, name=name, content=picture(), by=owner, at=at)
    services.submit(dossier=dossier, by=owner, at=at)
    clerk = actors.officer(factories.officer(agency, Role.INTAKE))
    services.accept(dossier=dossier, by=clerk, at=at)
    return services.pass_on(dossier=dossier, by=clerk, at=at)


def asked(
    dossier: Dossier, other, by, *, at=None, days: int = 3, share: tuple[str, ...] = ()
) -> Consultation:
    papers = list(dossier.attachments.filter(question__in=share).values_list("pk", flat=True))
    return services.consult(
        dossier=dossier, agency=other, question="Đất có quy hoạch không?", papers=papers, days=days,
        by=by, at=at or timezone.now(),
    )  # fmt: skip


def test_the_asked_agency_sees_the_question_and_the_shared_paper_and_nothing_else(agency, other, clerk):
    dossier = with_two_papers(agency)
    one = asked(dossier, other, clerk, share=("doc_notice",))
    shared, kept = (dossier.attachments.get(question=name) for name in ("doc_notice", "doc_other"))
    client = factories.sign_in_officer(Client(), factories.officer(other, Role.CASE_OFFICER))
    for page in (client.get(LISTED).text, client.get(f"{LISTED}{one.key}/").text):
        assert agency.name in page
        assert all(hidden not in page for hidden in (dossier.code, "giu-kin", "Minh Hạnh", "An Nhiên"))
    assert client.get(f"{LISTED}{one.key}/giay-to/{shared.pk}/").status_code == 200
    assert client.get(f"{LISTED}{one.key}/giay-to/{kept.pk}/").status_code == 404
    assert client.get(desk(dossier)).status_code == 404
    seen = DataAccess.objects.filter(subject=dossier.submitter, agency=other, dossier_code=dossier.code)
    assert {tuple(row.fields) for row in seen} == {("Câu hỏi lấy ý kiến", "chia-se.png")}
    third = factories.sign_in_officer(
        Client(), factories.officer(factories.commune_agency("Sơn Trà"), Role.CASE_OFFICER)
    )
    assert third.get(f"{LISTED}{one.key}/").status_code == 404
    assert one.key not in third.get(LISTED).text


def test_it_is_asked_on_the_desk_answered_over_there_and_read_here(agency, other):
    dossier = with_two_papers(agency)
    here, there = (
        factories.sign_in_officer(Client(), factories.officer(one, Role.CASE_OFFICER))
        for one in (agency, other)
    )
    url = reverse("applications:consult", args=[dossier.code])
    typed = {"agency": "Cơ quan lạ", "question": "Có quy hoạch không?", "days": "5", "seq": dossier.seq}
    refused = here.post(url, typed)
    assert (refused.status_code, Consultation.objects.count()) == (422, 0)
    assert "Có quy hoạch không?" in refused.text
    assert here.post(url, typed | {"agency": other.name}).status_code == 302
    one = Consultation.objects.get()
    dossier.refresh_from_db()
    assert (dossier.state, dossier.open_consultations) == (State.PROCESSING, 1)
    answer = there.post(f"{LISTED}{one.key}/", {"opinion": "disagree", "text": " "})
    assert answer.status_code == 422
    assert (
        there.post(f"{LISTED}{one.key}/", {"opinion": "disagree", "text": "Nằm trong quy hoạch"}).status_code
        == 302
    )
    page = here.get(desk(dossier)).text
    assert "Không đồng ý" in page
    assert "Nằm trong quy hoạch" in page
    dossier.refresh_from_db()
    assert dossier.open_consultations == 0
    titles = [one.title for one in timeline.happenings(dossier)]
    assert titles[0] == f"{other.name} đã cho ý kiến"
    assert titles[1].startswith(f"Đang hỏi ý kiến {other.name}, chậm nhất ")


def test_several_are_asked_at_once_and_the_clock_stands_only_where_the_law_says_so(
    agency, other, clerk, expert
):
    plain = asked(factories.processing(agency, at=MONDAY, child_dob="2026-04-23"), other, clerk, at=MONDAY)
    assert not Pause.objects.filter(dossier=plain.dossier).exists()
    version = factories.version(processing={**factories.PROCESSING, "consultation": {"pauses": BASIS}})
    dossier = factories.processing(agency, of=version, at=MONDAY, child_dob="2026-04-23")
    due = dossier.due_at
    first, second = (asked(dossier, other, clerk, at=MONDAY) for _n in range(2))
    for number, one in enumerate((first, second), 1):
        one.dossier.refresh_from_db()
        services.answer_consultation(
            consultation=one, opinion="agree", text="", by=expert, at=MONDAY + dt.timedelta(days=number)
        )
        dossier.refresh_from_db()
        assert dossier.open_consultations == 2 - number
        assert Pause.objects.filter(dossier=dossier, ended_at=None).exists() == (number == 1)
    pause = Pause.objects.get(dossier=dossier)
    assert (pause.legal_basis, pause.cause) == (BASIS, Pause.CONSULTATION)
    assert dossier.due_at > due


def test_a_supplement_interrupts_the_pause_of_a_consultation_and_gives_it_back(agency, other, clerk):
    version = factories.version(processing={**factories.PROCESSING, "consultation": {"pauses": BASIS}})
    dossier = factories.processing(agency, of=version)
    asked(dossier, other, clerk)
    missing = [{"question": "child_name", "label": "Tên", "reason": "Sai"}]
    services.request_supplement(dossier=dossier, items=missing, by=clerk, at=timezone.now())
    services.answer_supplement(dossier=dossier, by=actors.citizen(dossier.submitter), at=timezone.now())
    rows = Pause.objects.filter(dossier=dossier).order_by("pk")
    causes = [(row.cause, row.ended_at is None) for row in rows]
    assert causes == [
        (Pause.CONSULTATION, False), (State.SUPPLEMENT_REQUESTED, False), (Pause.CONSULTATION, True),
    ]  # fmt: skip


def test_a_late_answer_is_shown_as_late_and_one_closed_cannot_be_answered(agency, other, clerk, expert):
    dossier = factories.processing(agency, at=MONDAY, child_dob="2026-04-23")
    late, closed = asked(dossier, other, clerk, at=MONDAY), asked(dossier, other, clerk, at=MONDAY)
    after = MONDAY + dt.timedelta(days=9)
    services.answer_consultation(consultation=late, opinion="agree", text="", by=expert, at=after)
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.CASE_OFFICER))
    assert "Đồng ý, muộn" in client.get(desk(dossier)).text
    assert press(client, dossier, "close_consultation", key=closed.key, reason=" ").status_code == 422
    assert (
        press(client, dossier, "close_consultation", key=closed.key, reason="Đã đủ căn cứ").status_code == 302
    )
    closed.refresh_from_db()
    with pytest.raises(Conflict):
        services.answer_consultation(consultation=closed, opinion="agree", text="", by=expert, at=after)
    dossier.refresh_from_db()
    assert dossier.open_consultations == 0
    assert Event.objects.filter(dossier=dossier, kind="consultation_answered").count() == 1


def test_a_reminder_goes_out_once(agency, other, clerk):
    dossier = factories.processing(agency, at=MONDAY, child_dob="2026-04-23")
    one = asked(dossier, other, clerk, at=MONDAY)
    assert sweeping.remind_consulted(at=MONDAY) == 0
    for expected in (1, 0):
        assert sweeping.remind_consulted(at=one.due_at) == expected
    assert Event.objects.filter(dossier=dossier, kind="consultation_reminded").count() == 1


def test_who_may_ask_and_what_cannot_be_asked(agency, other, clerk, expert):
    dossier = factories.processing(agency)
    foreign = with_two_papers(other)
    intake = actors.officer(factories.officer(agency, Role.INTAKE))
    for by in (intake, expert):
        with pytest.raises(Forbidden):
            asked(dossier, other, by)
    with pytest.raises(Refused):
        asked(dossier, agency, clerk)
    with pytest.raises(Refused):
        asked(dossier, other, clerk, days=0)
    with pytest.raises(Refused):
        services.consult(
            dossier=dossier, agency=other, question="?", papers=[foreign.attachments.first().pk], days=2,
            by=clerk, at=timezone.now(),
        )  # fmt: skip
    with pytest.raises(Conflict):
        asked(factories.submitted(agency), other, clerk)
    assert not Consultation.objects.exists()
    assert not Event.objects.filter(kind="consulted").exists()
