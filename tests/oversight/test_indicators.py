"""Public figures, counted by hand on a small world."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.core.cache import cache
from django.db import connection

from applications import actors, services
from identity.models import Role
from oversight import indicators
from oversight.indicators import Share
from tests import factories

MONDAY = dt.datetime(2026, 11, 2, 2, 0, tzinfo=dt.UTC)
"""09:00 in Vietnam."""
DAY = dt.timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


def ended(agency, version, *, accepted_after: dt.timedelta, stopped_after: dt.timedelta):
    """Submitted on Monday, accepted and stopped later; due five working days after acceptance."""
    dossier = factories.submitted(agency, of=version, at=MONDAY)
    clerk = actors.officer(factories.officer(agency, Role.INTAKE, Role.CASE_OFFICER))
    services.accept(dossier=dossier, by=clerk, at=MONDAY + accepted_after)
    services.pass_on(dossier=dossier, by=clerk, at=MONDAY + accepted_after)
    services.stop(dossier=dossier, reason="x", by=clerk, at=MONDAY + stopped_after)
    return dossier


def world():
    """One agency: 4 ended in time, 2 late; of these 1 was accepted too late; 1 unanswered and overdue; 1 fresh."""
    agency, version = factories.commune_agency("Thanh Khê"), factories.version()
    hour = dt.timedelta(hours=1)
    for _ in range(4):
        ended(agency, version, accepted_after=hour, stopped_after=2 * DAY)
    ended(agency, version, accepted_after=hour, stopped_after=20 * DAY)
    ended(agency, version, accepted_after=3 * DAY, stopped_after=20 * DAY)
    factories.submitted(agency, of=version, at=MONDAY)
    factories.submitted(agency, of=version, at=MONDAY + 20 * DAY)
    factories.draft(agency, of=version, at=MONDAY)
    return agency


def test_each_figure_equals_the_count_by_hand():
    agency = world()
    everything, alone = indicators.figures(at=MONDAY + 20 * DAY + dt.timedelta(minutes=1))
    assert everything.agency == ""
    assert alone.agency == agency.name
    for row in (everything, alone):
        assert row.dossiers == 8
        assert row.online == Share(8, 8)
        assert row.answered == Share(5, 7), "five in time, one late, one never; the fresh one is not owed yet"
        assert row.on_time == Share(4, 6)
        assert (row.finished, row.median_hours) == (0, None)


def test_an_open_dossier_past_its_date_counts_as_late_unless_its_clock_stands_still():
    agency = factories.commune_agency()
    running, paused = (factories.processing(agency, at=MONDAY) for _ in range(2))
    clerk = actors.officer(factories.officer(agency, Role.CASE_OFFICER))
    item = {"question": "child_name", "label": "Họ tên của trẻ", "reason": "Mờ"}
    services.request_supplement(dossier=paused, items=[item], by=clerk, at=MONDAY + DAY)
    assert indicators.figures(at=MONDAY + DAY)[0].on_time == Share(0, 0)
    assert indicators.figures(at=MONDAY + 30 * DAY)[0].on_time == Share(0, 1)
    assert running.due_at < MONDAY + 30 * DAY


def test_counting_only_what_has_ended_hides_the_late_ones_and_is_caught(monkeypatch):
    """The broken variant: an office that never ends its late dossiers would look perfect."""
    agency = factories.commune_agency()
    for _ in range(5):
        factories.processing(agency, at=MONDAY)
    honest = indicators.figures(at=MONDAY + 30 * DAY)[0].on_time
    blind = indicators._SQL.replace("OR (d.due_at < %(at)s AND d.state IN", "OR (false AND d.state IN")
    monkeypatch.setattr(indicators, "_SQL", blind)
    assert honest == Share(0, 5)
    assert indicators.figures(at=MONDAY + 30 * DAY)[0].on_time != honest


def test_the_median_is_that_of_finished_dossiers():
    agency, version = factories.commune_agency(), factories.version()
    for hours in (1, 2, 3, 10, 100):
        dossier = ended(agency, version, accepted_after=DAY, stopped_after=DAY + dt.timedelta(hours=hours))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE applications_dossier SET state = 'completed' WHERE id = %s", [dossier.pk])
    row = indicators.figures(at=MONDAY + 30 * DAY)[0]
    assert (row.finished, row.median_hours) == (5, 3.0)


@pytest.mark.parametrize(
    ("share", "percent"),
    [(Share(0, 0), None), (Share(4, 4), None), (Share(5, 5), 100.0), (Share(1, 7), 14.29)],
)
def test_too_few_dossiers_give_no_percentage(share, percent):
    assert share.percent == percent


def test_an_empty_portal_says_that_there_is_not_enough_data(client):
    page = client.get("/thong-ke/")
    assert page.status_code == 200
    assert page.content.decode().count("chưa đủ dữ liệu") >= 4
    assert "Chưa có hồ sơ nào được nộp" in page.content.decode()


def test_the_page_shows_each_figure_with_numerator_denominator_and_definition(client, monkeypatch):
    agency = world()
    at = MONDAY + 20 * DAY + dt.timedelta(minutes=1)
    monkeypatch.setattr("oversight.views.timezone.now", lambda: at)
    page = client.get("/thong-ke/").content.decode()
    assert "5 trên 7 hồ sơ" in page
    assert "4 trên 6 hồ sơ" in page
    assert "66,7" in page
    assert agency.name in page
    assert "Tử số: hồ sơ kết thúc không muộn hơn ngày hẹn trả" in page
    assert 'width="66.67"' in page, "numbers of a drawing keep the point"


def test_csv_and_json_carry_the_same_figures_and_hide_small_counts(client, monkeypatch):
    world()
    monkeypatch.setattr("oversight.views.timezone.now", lambda: MONDAY + 20 * DAY + dt.timedelta(minutes=1))
    rows = list(csv.DictReader(io.StringIO(client.get("/thong-ke/so-lieu.csv").content.decode("utf-8-sig"))))
    figures = client.get("/thong-ke/so-lieu.json").json()["figures"]
    assert [{k: "" if v is None else str(v) for k, v in f.items()} for f in figures] == rows
    answered = next(f for f in figures if f["indicator"] == "answered")
    assert (answered["numerator"], answered["denominator"], answered["percent"]) == (5, 7, 71.43)


def test_the_figures_of_a_small_agency_are_not_given_away(client):
    factories.submitted(factories.commune_agency(), at=MONDAY)
    figures = client.get("/thong-ke/so-lieu.json").json()["figures"]
    assert {f["numerator"] for f in figures} == {None}
    assert {f["percent"] for f in figures} == {None}
