"""The load of a unit: exact numbers, links that lead to the dossiers counted, names for superiors only."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from applications import actors, services
from applications.deadlines import LEGAL_ZONE, Calendar, Override
from applications.models import Dossier
from applications.office import load
from applications.working_time import Stopwatch
from identity.models import Officer, Role
from tests import factories

PAGE = "/can-bo/tai-viec/"
CALENDAR = Calendar({dt.date(2026, 5, 1): Override("Nghỉ lễ", is_working=False)})
MINUTES = st.integers(0, 14 * 24 * 60)
START = dt.datetime(2026, 4, 25, tzinfo=LEGAL_ZONE)


def worked(start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """The slow way: minute by minute."""
    minutes, at = 0, start
    while at < end:
        if CALENDAR.is_working(at.date()) and any(
            a <= at.time() < b for a, b in CALENDAR.shifts_on(at.date())
        ):
            minutes += 1
        at += dt.timedelta(minutes=1)
    return dt.timedelta(minutes=minutes)


@settings(max_examples=25)
@given(MINUTES, MINUTES)
def test_working_time_is_what_counting_each_minute_gives(first, second):
    watch = Stopwatch(CALENDAR, first=START.date(), last=START.date() + dt.timedelta(days=15))
    start, end = (START + dt.timedelta(minutes=minutes) for minutes in (first, second))
    assert watch.between(start, end) == worked(start, end)


def test_a_night_and_a_holiday_are_no_working_time():
    watch = Stopwatch(CALENDAR, first=dt.date(2026, 4, 20), last=dt.date(2026, 5, 10))
    evening = dt.datetime(2026, 4, 30, 16, 30, tzinfo=LEGAL_ZONE)
    morning = dt.datetime(2026, 5, 4, 8, 0, tzinfo=LEGAL_ZONE)
    assert watch.between(evening, morning) == dt.timedelta(hours=1)
    assert watch.between(morning, evening) == dt.timedelta()


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 phút"), (125, "2 giờ 5 phút"), (480, "1 ngày làm việc"), (720, "1,5 ngày")]
)
def test_a_span_is_told_in_plain_words(minutes, words):
    assert load.spoken(dt.timedelta(minutes=minutes)).startswith(words)


def given_to(agency, post: Officer, *, late: bool = False) -> Dossier:
    clerk = actors.officer(factories.officer(agency, Role.INTAKE, name="Lương Thị Hiền"))
    dossier, now = factories.submitted(agency), timezone.now()
    services.accept(dossier=dossier, by=clerk, at=now)
    services.pass_on(dossier=dossier, by=clerk, at=now, assignee_id=post.user_id)
    if late:
        Dossier.objects.filter(pk=dossier.pk).update(due_at=now - dt.timedelta(days=3))
    return dossier


@pytest.fixture
def unit():
    """One officer with two dossiers, one of them late, and one finished; another with none; one nobody holds."""
    agency = factories.commune_agency()
    busy = factories.officer(agency, Role.CASE_OFFICER, name="Phan Văn Bận")
    idle = factories.officer(agency, Role.CASE_OFFICER, name="Đỗ Thị Rảnh")
    given_to(agency, busy)
    given_to(agency, busy, late=True)
    factories.processing(agency)
    done = given_to(agency, busy)
    services.propose(dossier=done, kind="grant", by=actors.officer(busy), at=timezone.now())
    given_to(
        factories.commune_agency("Thanh Khê"), factories.officer(agency, Role.CASE_OFFICER, name="Lạc Chỗ")
    )
    return agency, busy, idle


@pytest.mark.django_db
def test_each_officer_is_told_with_exact_numbers(unit):
    agency, busy, idle = unit
    leader = factories.officer(agency, Role.LEADER, name="Trần Lãnh Đạo")
    told = {one.holder: one for one in load.of_unit(leader, now=timezone.now()).rows}
    assert (told[busy.user_id].held, told[busy.user_id].overdue, told[busy.user_id].finished) == (2, 1, 1)
    assert told[busy.user_id].median is not None
    assert (told[idle.user_id].held, told[idle.user_id].finished, told[idle.user_id].median) == (0, 0, None)
    whole = load.of_unit(leader, now=timezone.now())
    assert (
        whole.free.held == 2
    )  # the one of the specialised unit, and the proposed one that waits for a signer
    assert (whole.total.held, whole.total.overdue) == (4, 1)


@pytest.mark.django_db
def test_the_measure_begins_when_the_officer_took_the_dossier():
    agency = factories.commune_agency()
    post = factories.officer(agency, Role.CASE_OFFICER)
    day = dt.datetime(2026, 11, 10, 8, 0, tzinfo=LEGAL_ZONE)
    dossier = factories.processing(agency, at=day)
    services.claim(dossier=dossier, by=actors.officer(post), at=day.replace(hour=14))
    services.propose(
        dossier=dossier, kind="grant", by=actors.officer(post), at=day.replace(hour=15, minute=30)
    )
    row = next(r for r in _rows(agency, day + dt.timedelta(days=1)) if r.holder == post.user_id)
    assert row.median == dt.timedelta(hours=1, minutes=30)
    later = next(r for r in _rows(agency, day + dt.timedelta(days=40)) if r.holder == post.user_id)
    assert (later.finished, later.median) == (0, None)


def _rows(agency, now: dt.datetime):
    return load.of_unit(factories.officer(agency, Role.LEADER), now=now).rows


@pytest.mark.django_db
def test_every_number_leads_to_just_those_dossiers(unit):
    agency, busy, _idle = unit
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.APPROVER))
    page = client.get(PAGE).text
    links = re.findall(rf'href="(/can-bo/\?nhom=(\w+)&amp;nguoi={busy.user_id})">', page)
    counts = {tab: client.get(link.replace("&amp;", "&")).context["inbox"] for link, tab in links}
    assert {tab: len(found.rows) for tab, found in counts.items()} == {"mine": 2, "overdue": 1}
    assert {row.dossier.assignee_id for found in counts.values() for row in found.rows} == {busy.user_id}
    assert counts["mine"].tab.label == "Của Phan Văn Bận"


def names_for_superiors_only(unit) -> None:
    agency, busy, idle = unit
    client = factories.sign_in_officer(Client(), idle)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert idle.user.full_name in page.text
    assert busy.user.full_name not in page.text
    leader = factories.sign_in_officer(Client(), factories.officer(agency, Role.LEADER))
    assert busy.user.full_name in leader.get(PAGE).text


@pytest.mark.django_db
def test_an_officer_reads_no_name_of_a_colleague(unit):
    names_for_superiors_only(unit)


@pytest.mark.django_db
def test_a_page_that_names_everybody_to_everybody_is_caught(unit, monkeypatch):
    monkeypatch.setattr(load, "SUPERIORS", tuple(Role))
    with pytest.raises(AssertionError):
        names_for_superiors_only(unit)
