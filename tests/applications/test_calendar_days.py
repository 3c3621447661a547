"""The calendar of the legal clock against a second source."""

import datetime as dt
import json

import pytest
from django.core.management import call_command

from applications import calendar_days, legal
from applications.deadlines import due_at
from applications.models import CalendarDay
from procedures.catalogue import read


@pytest.fixture
def document():
    return read("holidays")


def test_every_difference_to_the_holidays_package_is_known_and_explained(document):
    found = calendar_days.differences(document)
    assert [(one.date.isoformat(), one.affects_deadlines) for one in found] == [
        ("2025-02-01", False), ("2026-01-02", True), ("2026-01-10", True),
    ]  # fmt: skip
    assert all("Hoán đổi" in one.explanation for one in found if one.affects_deadlines)
    assert "ngày nghỉ hằng tuần" in found[0].explanation


def test_a_holiday_left_out_of_our_list_is_found_by_the_comparison(document):
    broken = {**document, "days": [row for row in document["days"] if row["date"] != "2026-11-24"]}
    found = [one for one in calendar_days.differences(broken) if one.affects_deadlines]
    assert dt.date(2026, 11, 24) in {one.date for one in found}


def test_culture_day_is_off_from_2026_only(db, document):
    calendar_days.load(document)
    calendar = legal.calendar()
    assert not calendar.is_working(dt.date(2026, 11, 24))
    assert calendar.is_working(dt.date(2025, 11, 24))


def test_swap_days_turn_a_weekday_off_and_a_saturday_on(db, document):
    calendar_days.load(document)
    calendar = legal.calendar()
    assert not calendar.is_working(dt.date(2026, 8, 31))
    assert calendar.is_working(dt.date(2026, 8, 22))


def test_the_published_vectors_hold_on_the_loaded_calendar(db, document):
    calendar_days.load(document)
    for vector in document["working_day_test_vectors"]:
        due = due_at(
            received_at=dt.datetime.fromisoformat(vector["received_at"]),
            value=vector["add_working_days"],
            unit="working_days",
            calendar=legal.calendar(),
        )
        assert (
            due.due_at.astimezone(dt.timezone(dt.timedelta(hours=7))).date().isoformat() == vector["due_date"]
        )


def test_years_without_a_checked_decision_are_marked_with_their_source(db, document):
    calendar_days.load(document)
    seeded = CalendarDay.objects.filter(source__startswith="gói holidays")
    assert set(seeded.values_list("date__year", flat=True)) == set(calendar_days.PACKAGE_YEARS)
    assert CalendarDay.objects.get(date=dt.date(2027, 2, 6)).source.startswith("gói holidays")
    assert CalendarDay.objects.get(date=dt.date(2026, 1, 2)).source == "holidays.json, độ tin cậy medium"


def test_loading_twice_changes_nothing(db, document):
    first = calendar_days.load(document)
    again = calendar_days.load(document)
    assert (again.created, again.updated, again.unchanged) == (0, 0, first.created)


def test_the_command_lists_the_differences_as_json(db, document, capsys):
    calendar_days.load(document)
    call_command("calendar", "check", "--json")
    assert len(json.loads(capsys.readouterr().out)["differences"]) == 3
