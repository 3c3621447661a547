"""The legal clock: published vectors, the rules one by one, and properties that hold for any case."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.deadlines import LEGAL_ZONE, Calendar, DeadlineError, Override, Pause, due_at

DATA = json.loads((Path(__file__).parents[2] / "procedures" / "data" / "holidays.json").read_text())
CALENDAR = Calendar(
    {
        dt.date.fromisoformat(day["date"]): Override(day["name_vi"], day["is_working_day"])
        for day in DATA["days"]
    }
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LEGAL_ZONE)


def due(received: str, value: int, unit: str = "working_days", **kwargs):
    return due_at(received_at=at(received), value=value, unit=unit, calendar=CALENDAR, **kwargs)


@pytest.mark.parametrize("vector", DATA["working_day_test_vectors"], ids=lambda v: v["received_at"][:10])
def test_the_published_vectors_of_working_days_hold(vector):
    deadline = due_at(
        received_at=dt.datetime.fromisoformat(vector["received_at"]),
        value=vector["add_working_days"],
        unit="working_days",
        calendar=CALENDAR,
    )
    assert deadline.due_at.date().isoformat() == vector["due_date"]


def test_a_term_ends_when_the_office_closes_in_the_legal_zone():
    assert due("2026-05-11T09:00", 3).due_at == at("2026-05-14T17:00")


def test_the_day_of_acceptance_is_day_zero_even_on_a_sunday():
    assert due("2026-05-10T09:00", 1).due_at.date() == dt.date(2026, 5, 11)


def test_a_same_day_term_ends_today_before_the_cutoff():
    assert due("2026-05-11T14:59", 0, cutoff_hour=15).due_at == at("2026-05-11T17:00")


def test_a_same_day_term_ends_the_next_working_day_after_the_cutoff():
    assert due("2026-05-11T15:00", 0, cutoff_hour=15).due_at == at("2026-05-12T17:00")


def test_accepted_at_half_past_three_before_a_holiday_ends_after_the_holiday():
    deadline = due("2026-04-29T15:30", 0, cutoff_hour=15)
    assert deadline.due_at == at("2026-05-04T17:00")
    assert "sau 15 giờ" in deadline.explain[0]


def test_holidays_are_named_in_words_a_citizen_can_read():
    lines = due("2026-04-28T10:14", 7).explain
    assert any(line.startswith("+2 ngày: 30/4, 1/5") for line in lines)


def test_a_make_up_saturday_counts_and_is_said():
    deadline = due("2026-08-21T09:00", 1)
    assert deadline.due_at.date() == dt.date(2026, 8, 22)
    assert any("22/8 là ngày làm bù" in line for line in deadline.explain)


def test_a_swap_friday_after_new_year_is_off():
    assert due("2025-12-31T09:00", 1).due_at.date() == dt.date(2026, 1, 5)


def test_a_calendar_term_that_ends_on_a_sunday_ends_on_monday():
    assert due("2026-05-07T09:00", 10, "days").due_at.date() == dt.date(2026, 5, 18)


def test_a_month_ends_on_the_same_day_number_or_the_last_day():
    assert due("2026-01-31T09:00", 1, "months").due_at.date() == dt.date(2026, 3, 2)


def test_eight_working_hours_run_over_lunch_and_night():
    assert due("2026-05-11T10:30", 8, "working_hours").due_at == at("2026-05-12T10:30")


def test_working_hours_that_start_at_night_start_when_the_office_opens():
    assert due("2026-05-09T22:00", 8, "working_hours").due_at == at("2026-05-11T17:00")


def test_a_pause_moves_a_day_term_by_the_days_after_its_start():
    pause = Pause(at("2026-05-12T16:20"), at("2026-05-14T09:00"))
    assert due("2026-05-11T09:00", 3, pauses=[pause]).due_at.date() == dt.date(2026, 5, 18)


def test_a_pause_within_one_day_does_not_move_a_day_term():
    pause = Pause(at("2026-05-12T08:00"), at("2026-05-12T16:00"))
    assert due("2026-05-11T09:00", 3, pauses=[pause]).due_at == due("2026-05-11T09:00", 3).due_at


def test_a_pause_moves_working_hours_by_the_office_time_it_covers():
    pause = Pause(at("2026-05-11T11:00"), at("2026-05-11T14:00"))
    assert due("2026-05-11T10:30", 2, "working_hours", pauses=[pause]).due_at == at("2026-05-11T15:30")


@pytest.mark.parametrize(
    "bad",
    [
        {"value": -1},
        {"unit": "fortnights"},
        {"pauses": [Pause(at("2026-05-12T08:00"), at("2026-05-11T08:00"))]},
        {"received_at": dt.datetime(2026, 5, 11, 9, 0)},
    ],
)
def test_an_impossible_question_is_refused(bad):
    question = {
        "received_at": at("2026-05-11T09:00"),
        "value": 1,
        "unit": "days",
        "calendar": CALENDAR,
        **bad,
    }
    with pytest.raises(DeadlineError):
        due_at(**question)


MOMENTS = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 10, 1)).map(
    lambda moment: moment.replace(tzinfo=LEGAL_ZONE)
)


@given(received=MOMENTS, value=st.integers(0, 60), cutoff=st.sampled_from([None, 15]))
def test_a_working_day_term_ends_on_a_working_day_with_exactly_that_many_counted(received, value, cutoff):
    deadline = due_at(
        received_at=received, value=value, unit="working_days", calendar=CALENDAR, cutoff_hour=cutoff
    )
    last = deadline.due_at.date()
    assert CALENDAR.is_working(last)
    assert last >= received.date()
    if value:
        counted = [d for d in deadline.days if d.kind == "counted"]
        assert len(counted) == value
        assert all(CALENDAR.is_working(d.date) for d in counted)
        assert counted[-1].date == last


@given(received=MOMENTS, value=st.integers(1, 30), wait=st.integers(0, 20), offset=st.integers(0, 10))
def test_a_pause_never_brings_a_deadline_forward(received, value, wait, offset):
    start = received + dt.timedelta(days=offset)
    pause = Pause(start, start + dt.timedelta(days=wait))
    for unit in ("working_days", "days", "working_hours", "hours"):
        question = {"received_at": received, "value": value, "unit": unit, "calendar": CALENDAR}
        assert due_at(**question, pauses=[pause]).due_at >= due_at(**question).due_at


@given(received=MOMENTS, value=st.integers(0, 40))
def test_a_longer_term_never_ends_earlier(received, value):
    ends = [
        due_at(received_at=received, value=v, unit="working_days", calendar=CALENDAR).due_at
        for v in (value, value + 1)
    ]
    assert ends[0] <= ends[1]


def test_a_clock_that_forgets_make_up_saturdays_is_caught():
    forgetful = Calendar({d: o for d, o in CALENDAR.overrides.items() if not o.is_working})
    wrong = [
        vector["received_at"]
        for vector in DATA["working_day_test_vectors"]
        if due_at(
            received_at=dt.datetime.fromisoformat(vector["received_at"]),
            value=vector["add_working_days"],
            unit="working_days",
            calendar=forgetful,
        )
        .due_at.date()
        .isoformat()
        != vector["due_date"]
    ]
    assert wrong
