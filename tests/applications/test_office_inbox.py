"""The inbox over HTTP: tabs, counts, pages, chips of the clock."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from applications import actors, services
from applications.deadlines import LEGAL_ZONE, Calendar, Override
from applications.models import Dossier
from applications.office import clock
from applications.states import State
from identity.models import Role
from tests import factories
from tests.applications.desks import INBOX, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return factories.commune_agency()


def test_the_inbox_counts_each_tab_and_lists_only_the_own_agency(agency):
    mine, foreign = factories.submitted(agency), factories.submitted(factories.commune_agency("Thanh Khê"))
    client, _post = signed_in(agency, Role.INTAKE)
    page = client.get(INBOX, {"nhom": "waiting"})
    assert page.status_code == 200
    assert {tab.key: tab.count for tab in page.context["inbox"].tabs} == {
        "waiting": 1, "mine": 0, "citizen": 0, "elsewhere": 0, "signing": 0, "soon": 1, "overdue": 0, "done": 0,
    }  # fmt: skip
    assert mine.code in page.text.replace(" – ", "-")
    assert foreign.code not in page.text.replace(" – ", "-")


def test_the_inbox_says_when_the_answer_is_owed(agency):
    factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    assert "Trả lời trước" in client.get(INBOX, {"nhom": "waiting"}).text


def test_mine_are_those_given_to_me_and_those_of_my_step_given_to_nobody(agency):
    free = factories.processing(agency)
    client, post = signed_in(agency, Role.CASE_OFFICER)
    other = factories.officer(agency, Role.CASE_OFFICER, name="Người Khác")
    clerk = actors.officer(factories.officer(agency, Role.INTAKE))
    given, taken = factories.submitted(agency), factories.submitted(agency)
    for dossier, to in ((given, post), (taken, other)):
        services.accept(dossier=dossier, by=clerk, at=timezone.now())
        services.pass_on(dossier=dossier, by=clerk, at=timezone.now(), assignee_id=to.user_id)
    rows = client.get(INBOX, {"nhom": "mine"}).context["inbox"].rows
    assert {row.dossier.pk for row in rows} == {free.pk, given.pk}


def test_the_inbox_asks_as_many_questions_for_many_dossiers_as_for_one(agency, django_assert_max_num_queries):
    version = factories.version()
    factories.submitted(agency, of=version)
    client, _post = signed_in(agency, Role.INTAKE)
    for count in (0, 6):
        for _number in range(count):
            factories.submitted(agency, of=version)
        with django_assert_max_num_queries(19):
            assert len(client.get(INBOX, {"nhom": "waiting"}).context["inbox"].rows) == count + 1


def test_pages_follow_one_another_without_losing_or_repeating_a_dossier(agency, monkeypatch):
    monkeypatch.setattr("applications.office.queues.PAGE", 2)
    version, at = factories.version(), timezone.now()
    made = {factories.submitted(agency, of=version, at=at).pk for _n in range(5)}
    client, _post = signed_in(agency, Role.INTAKE)
    seen: list[int] = []
    key = ""
    for _page in range(3):
        found = client.get(INBOX, {"nhom": "waiting", "sau": key}).context["inbox"]
        seen += [row.dossier.pk for row in found.rows]
        key = found.next_key
    assert key == ""
    assert sorted(seen) == sorted(made)


@pytest.mark.parametrize("key", ["x", "20260101T000000.000000-", "-9", "20260101T000000.000000-" + "9" * 30])
def test_a_broken_page_key_does_no_harm(agency, key):
    factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    assert client.get(INBOX, {"nhom": "waiting", "sau": key}).status_code == 200


def test_a_dossier_is_found_by_a_part_of_its_code_written_with_spaces(agency):
    wanted = factories.submitted(agency)
    factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    spoken = wanted.code[-11:].replace("-", " – ")
    rows = client.get(INBOX, {"q": spoken}).context["inbox"].rows
    assert [row.dossier.pk for row in rows] == [wanted.pk]


def test_the_inbox_is_filtered_by_procedure(agency):
    wanted = factories.submitted(agency)
    factories.submitted(agency)
    client, _post = signed_in(agency, Role.INTAKE)
    slug = wanted.version.procedure.slug
    rows = client.get(INBOX, {"nhom": "waiting", "thu-tuc": slug}).context["inbox"].rows
    assert [row.dossier.pk for row in rows] == [wanted.pk]


def moment(day: int, hour: int = 17) -> dt.datetime:
    return dt.datetime(2026, 5, day, hour, tzinfo=LEGAL_ZONE)


@pytest.mark.parametrize(
    ("state", "due", "now", "tone", "text"),
    [
        (State.PROCESSING, moment(7), moment(5, 9), "success", "Còn 2 ngày làm việc"),
        (State.PROCESSING, moment(6), moment(5, 9), "warning", "Còn 1 ngày làm việc"),
        (State.PROCESSING, moment(11), moment(8, 9), "warning", "Còn 1 ngày làm việc"),
        (State.PROCESSING, moment(5), moment(5, 9), "warning", "Hạn hôm nay"),
        (State.PROCESSING, moment(4), moment(5, 9), "error", "Quá hạn 1 ngày"),
        (State.PROCESSING, moment(8), moment(11, 9), "error", "Quá hạn 1 ngày"),
        (State.PROCESSING, moment(5), moment(5, 18), "error", "Quá hạn từ 17:00 hôm nay"),
        (State.SUBMITTED, moment(5), moment(5, 9), "warning", "Trả lời trước 17:00"),
        (State.SUBMITTED, moment(4), moment(5, 9), "error", "Quá hạn trả lời"),
        (State.SUPPLEMENT_REQUESTED, moment(4), moment(5, 9), "", "Tạm dừng"),
    ],
)
def test_the_chip_tells_the_clock_in_working_days(state, due, now, tone, text):
    dossier = Dossier(state=state, due_at=due, answer_due_at=due)
    chip = clock.due_chip(dossier, now=now, calendar=Calendar({}))
    assert (chip.tone, chip.text) == (tone, text)
    assert chip.icon


def test_a_holiday_is_no_working_day_on_the_chip():
    dossier = Dossier(state=State.PROCESSING, due_at=moment(7))
    holiday = Calendar({dt.date(2026, 5, 6): Override("Nghỉ lễ", is_working=False)})
    assert clock.due_chip(dossier, now=moment(5, 9), calendar=holiday).text == "Còn 1 ngày làm việc"
