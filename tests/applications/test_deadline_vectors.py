"""Vectors of the legal clock, each with its article, and what must hold for any calendar, pause and extension."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import deadlines
from applications.deadlines import (
    LEGAL_ZONE,
    UNITS,
    Calendar,
    Extension,
    Hours,
    Override,
    Pause,
    due_at,
    moved,
)
from tests.applications.test_deadlines import CALENDAR, MOMENTS

VECTORS = json.loads((Path(__file__).parent / "vectors" / "deadlines.json").read_text())


def asked(vector, calendar=CALENDAR):
    extension = vector.get("extension")
    return due_at(
        received_at=dt.datetime.fromisoformat(vector["received_at"]),
        value=vector["value"],
        unit=vector["unit"],
        calendar=calendar,
        cutoff_hour=vector.get("cutoff_hour"),
        pauses=[Pause(*map(dt.datetime.fromisoformat, pair)) for pair in vector.get("pauses", [])],
        extension=Extension(**extension) if extension else None,
    )


def wrong(calendar=CALENDAR) -> list[str]:
    return [
        vector["note"]
        for vector in VECTORS
        if asked(vector, calendar).due_at != dt.datetime.fromisoformat(vector["due_at"])
    ]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["note"][:60])
def test_a_vector_holds(vector):
    assert asked(vector).due_at == dt.datetime.fromisoformat(vector["due_at"])
    assert vector["law"]


def test_a_calendar_without_its_holidays_is_caught_by_the_vectors():
    assert len(wrong(Calendar({}))) > 5


def test_a_clock_that_lets_a_term_end_in_a_pause_is_caught_by_the_vectors(monkeypatch):
    monkeypatch.setattr(deadlines, "_not_held", lambda end, *rest: (end, False))
    assert len(wrong()) == 4


def test_every_vector_names_its_law_and_no_case_is_told_twice():
    assert len({(v["received_at"], v["value"], v["unit"], str(v.get("pauses"))) for v in VECTORS}) >= 29
    assert len({vector["note"] for vector in VECTORS}) == len(VECTORS)


# The hours an agency keeps

MORNINGS = ((dt.time(8), dt.time(11)),)
FRIDAY = Hours(4, MORNINGS, dt.date(2026, 5, 1), dt.date(2026, 5, 31))


def test_a_term_ends_when_this_agency_closes_on_that_day():
    short = replace(CALENDAR, own=(FRIDAY,))
    at = dt.datetime(2026, 5, 14, 9, tzinfo=LEGAL_ZONE)
    due = due_at(received_at=at, value=1, unit="working_days", calendar=short).due_at
    assert due == dt.datetime(2026, 5, 15, 11, tzinfo=LEGAL_ZONE)


def test_working_hours_are_the_hours_this_agency_is_open():
    short = replace(CALENDAR, own=(FRIDAY,))
    at = dt.datetime(2026, 5, 15, 10, tzinfo=LEGAL_ZONE)
    due = due_at(received_at=at, value=2, unit="working_hours", calendar=short).due_at
    assert due == dt.datetime(2026, 5, 18, 8, 30, tzinfo=LEGAL_ZONE)


def test_hours_count_only_while_they_are_in_force():
    short = replace(CALENDAR, own=(FRIDAY,))
    assert short.shifts_on(dt.date(2026, 5, 29)) == MORNINGS
    assert short.shifts_on(dt.date(2026, 6, 5)) == CALENDAR.shifts
    assert short.shifts_on(dt.date(2026, 5, 28)) == CALENDAR.shifts


def test_two_working_days_before_the_first_day_after_tet_lie_before_tet():
    now = dt.datetime(2026, 2, 23, 9, 30, tzinfo=LEGAL_ZONE)
    assert CALENDAR.before(now, 2) == dt.datetime(2026, 2, 12, 9, 30, tzinfo=LEGAL_ZONE)


# Explanations


def test_an_extension_is_said_with_its_article_and_numbers_the_days_on():
    vector = next(one for one in VECTORS if "5 more on 1/6" in one["note"])
    deadline = asked({**vector, "extension": {**vector["extension"], "legal_basis": "Luật X, Điều 5"}})
    assert any("Gia hạn 5 ngày làm việc" in line and "Luật X, Điều 5" in line for line in deadline.explain)
    numbers = [day.number for day in deadline.days if day.kind == "counted"]
    assert numbers == list(range(1, 21))


def test_a_pause_at_the_end_is_shown_as_paused_days_and_said():
    vector = next(one for one in VECTORS if one["note"].startswith("a pause on the last day"))
    deadline = asked(vector)
    assert [day.date.day for day in deadline.days if day.kind == "paused"] == [15, 16, 17, 18, 19]
    assert any("đồng hồ dừng" in line for line in deadline.explain)


# What holds for any case

PAUSES = st.lists(st.tuples(st.integers(0, 60 * 24), st.integers(0, 40 * 24)), max_size=3).map(sorted)
"""(hours until the pause begins, hours it lasts); overlaps are cut off below."""


def laid_out(received, shape) -> list[Pause]:
    found: list[Pause] = []
    for offset, lasts in shape:
        start = max(received + dt.timedelta(hours=offset), found[-1].end if found else received)
        found.append(Pause(start, start + dt.timedelta(hours=lasts)))
    return found


QUESTIONS = st.fixed_dictionaries(
    {
        "received_at": MOMENTS,
        "value": st.integers(0, 40),
        "unit": st.sampled_from(UNITS),
        "cutoff_hour": st.sampled_from([None, 15]),
    }
).map(lambda question: {**question, "value": question["value"] % (4 if question["unit"] == "months" else 41)})


@given(question=QUESTIONS, shape=PAUSES)
def test_nothing_is_due_before_it_was_received(question, shape):
    pauses = laid_out(question["received_at"], shape)
    deadline = due_at(**question, calendar=CALENDAR, pauses=pauses)
    assert deadline.due_at.date() >= question["received_at"].date()


@given(question=QUESTIONS, shape=PAUSES, day=st.integers(0, 60))
def test_another_holiday_never_brings_a_date_forward(question, shape, day):
    off = question["received_at"].date() + dt.timedelta(days=day)
    more = Calendar({**CALENDAR.overrides, off: Override("Nghỉ thêm", is_working=False)})
    pauses = laid_out(question["received_at"], shape)
    before = due_at(**question, calendar=CALENDAR, pauses=pauses).due_at
    assert due_at(**question, calendar=more, pauses=pauses).due_at >= before


@given(question=QUESTIONS, shape=PAUSES, longer=st.integers(0, 30 * 24))
def test_waiting_longer_never_brings_a_date_forward(question, shape, longer):
    pauses = laid_out(question["received_at"], shape)[:1]
    later = [Pause(one.start, one.end + dt.timedelta(hours=longer)) for one in pauses]
    before = due_at(**question, calendar=CALENDAR, pauses=pauses).due_at
    assert due_at(**question, calendar=CALENDAR, pauses=later).due_at >= before
    assert before >= due_at(**question, calendar=CALENDAR).due_at


@given(question=QUESTIONS, shape=PAUSES)
def test_no_term_in_days_ends_while_the_clock_stands(question, shape):
    if question["unit"] in ("working_hours", "hours"):
        return
    pauses = laid_out(question["received_at"], shape)
    due = due_at(**question, calendar=CALENDAR, pauses=pauses).due_at
    assert not [one for one in pauses if one.start < due <= one.end]


@given(question=QUESTIONS, shape=PAUSES, value=st.integers(1, 20), unit=st.sampled_from(UNITS[:4]))
def test_an_extension_never_shortens(question, shape, value, unit):
    pauses = laid_out(question["received_at"], shape)
    first = due_at(**question, calendar=CALENDAR, pauses=pauses)
    longer = due_at(
        **question, calendar=CALENDAR, pauses=pauses, extension=Extension(value, unit, "Luật X, Điều 5")
    )
    assert longer.due_at >= first.due_at
    assert longer.days[: len(first.days)] == first.days


def test_an_extension_of_nothing_is_an_impossible_question():
    with pytest.raises(deadlines.DeadlineError):
        asked({**VECTORS[0], "extension": {"value": 0, "unit": "days", "legal_basis": "…"}})


@given(moment=MOMENTS, start=MOMENTS, waited=st.integers(0, 2000))
def test_a_new_date_moves_by_at_least_the_days_waited(moment, start, waited):
    pause = Pause(start, start + dt.timedelta(hours=waited))
    after = moved(moment, pause, CALENDAR)
    assert after >= moment
    assert (after.date() - moment.date()).days >= (pause.end.date() - pause.start.date()).days
