"""Made-up people: believable to the form, always the same, and together they see every page."""

from __future__ import annotations

import datetime as dt

import pytest

from procedures import plausible, schema
from procedures.burden import measure
from procedures.catalogue import read
from procedures.journey import CITIZEN
from procedures.personas import burden_of, context, counters, standard, walks
from procedures.schema.model import KINDS
from tests.procedures.definitions import SHIPPED, definition, one, question, shipped
from tests.procedures.editions import edition
from tests.procedures.editions import shipped as shipped_edition

TODAY = dt.date(2026, 11, 26)
CHOICES = [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}]


@pytest.mark.parametrize("kind", sorted(KINDS - {"computed"}))
def test_a_made_up_answer_of_every_kind_can_be_read(kind):
    more = {"choices": CHOICES} if kind in ("choice", "multi_choice") else {}
    asked = one(kind, **more, **({"component": 0} if kind == "file" else {}))
    for value in plausible.alternatives(asked, ["a", 60], today=TODAY):
        schema.clean(asked, value, today=TODAY)


@pytest.mark.parametrize(
    "bounds",
    [
        {"kind": "date", "max": "today"},
        {"kind": "date", "min": "today"},
        {"kind": "date", "min": "2030-01-01", "max": "2030-01-02"},
        {"kind": "integer", "min": 18, "max": 60},
        {"kind": "money", "max": 10},
        {"kind": "decimal", "min": 95.5},
        {"kind": "text", "max_length": 3},
        {"kind": "code", "format": "cas"},
        {"kind": "code", "format": "hs"},
    ],
)
def test_made_up_answers_keep_within_the_bounds(bounds):
    asked = one(**bounds)
    for value in plausible.alternatives(asked, [18, 95], today=TODAY):
        schema.clean(asked, value, today=TODAY)


def test_the_commune_of_made_up_addresses_exists():
    provinces = read("administrative_units")["provinces"]
    assert plausible.COMMUNE in {unit["code"] for province in provinces for unit in province["communes"]}


@pytest.mark.parametrize("name", SHIPPED)
def test_nobody_gets_stuck_on_a_standard_way(name):
    for persona in ("unknown", "known"):
        way = standard(shipped(name), persona, today=TODAY)
        assert way.stuck == ""


@pytest.mark.parametrize("name", SHIPPED)
def test_walks_are_the_same_every_time_and_each_has_its_own_name(name):
    first, again = walks(shipped(name), today=TODAY), walks(shipped(name), today=TODAY)
    assert [(way.name, way.pages, way.burden) for way in first] == [
        (way.name, way.pages, way.burden) for way in again
    ]
    assert len({way.name for way in first}) == len(first)


def test_the_known_person_is_asked_less_than_the_unknown():
    found = counters(shipped("birth-registration"), today=TODAY)
    assert (found["known"].typed, found["known"].uploads) == (1, 0)
    assert found["unknown"].typed == 12


def test_the_counters_of_a_persona_are_those_of_its_answers():
    form = shipped("birth-registration")
    way = standard(form, "known", today=TODAY)
    facts = {
        name: answer for name, answer in way.answers.items() if answer.source not in (CITIZEN, "computed")
    }
    chosen = {name: answer.value for name, answer in way.answers.items() if answer.source == CITIZEN}
    assert measure(form, facts, chosen, context(TODAY)) == way.burden


def test_the_burden_of_an_edition_is_published_for_both_personas():
    assert burden_of(edition(), today=TODAY) == {
        "unknown": {"typed": 1, "chosen": 1, "uploads": 1, "pages": 7, "clicks": 9},
        "known": {"typed": 0, "chosen": 1, "uploads": 1, "pages": 7, "clicks": 9},
    }
    assert burden_of(shipped_edition("judicial-record"), today=TODAY).keys() == {"unknown", "known"}


def seen(*questions: dict[str, object], **more: object) -> set[str]:
    form = schema.load(definition(*questions, **more))
    return set[str]().union(*(way.seen for way in walks(form, today=TODAY)))


def test_every_choice_an_expression_looks_at_is_walked():
    choices = [{"code": code, "label": code.upper()} for code in "abcdefgh"]
    asked = [question("choice", "pick", choices=choices, required=True)]
    asked += [question("text", f"for_{code}", show_if=f"pick == '{code}'") for code in "abcdefgh"]
    assert {f"for_{code}" for code in "abcdefgh"} <= seen(*asked)


def test_a_question_behind_two_answers_at_once_is_reached():
    asked = [question("choice", name, choices=CHOICES, required=True) for name in ("one", "two", "three")]
    last = question("text", "last", show_if="one == 'b' && two == 'b' && three == 'b'")
    assert "last" in seen(*asked, last)


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (question("integer", "n"), "n >= 18"),
        (question("integer", "n"), "n == 7"),
        (question("date", "n", max="today"), "n != '' && years_between(n, ctx.today) < 18"),
        (question("date", "n"), "n != '' && days_between(n, ctx.today) > 60"),
        (question("text", "n"), "n == ''"),
        (question("boolean", "n", required=True), "n == false"),
        (question("address", "n"), "n.country != 'VN'"),
        (question("text", "n", prefill={"register": "national_population_db", "path": "x"}), "n == ''"),
        (question("text", "n"), "ctx.on_behalf"),
        (question("computed", "n", derive="ctx.exempt ? 'x' : ''"), "n == 'x'"),
    ],
)
def test_both_sides_of_a_condition_are_walked(asked, rule):
    asked = {**asked, "show_if": ""} if asked["kind"] == "computed" else asked
    yes, no = question("text", "yes", show_if=rule), question("text", "no", show_if=f"!({rule})")
    assert {"yes", "no"} <= seen(asked, yes, no)


def test_columns_of_a_table_are_seen_in_rows_that_differ():
    columns = [
        question("choice", "kind_of", choices=CHOICES),
        question("text", "detail", show_if="kind_of == 'b'"),
    ]
    page = {"id": "rows", "title": "Bảng", "questions": columns, "group": {"id": "table", "label": "Bảng"}}
    form = schema.load(definition(question()) | {"pages": [page]})
    assert "detail" in set().union(*(way.seen for way in walks(form, today=TODAY)))


def test_what_nobody_can_reach_is_not_seen():
    asked = question("choice", "pick", choices=CHOICES, required=True)
    assert "never" not in seen(asked, question("text", "never", show_if="pick == 'a' && pick == 'b'"))


def test_a_check_is_obliged_where_it_can_be_and_stops_the_walk_where_it_cannot():
    dates = [question("date", name, required=True) for name in ("start", "end")]
    check = {"id": "order", "question": "end", "when": "start < end", "fail_vi": "sau ngày bắt đầu"}
    possible = schema.load(definition(*dates, checks=[check]))
    assert standard(possible, "unknown", today=TODAY).stuck == ""
    never = schema.load(definition(*dates, checks=[check | {"when": "start < end && end < start"}]))
    assert standard(never, "unknown", today=TODAY).stuck == "Câu hỏi: sau ngày bắt đầu"


def test_no_more_walks_than_asked_for():
    choices = [{"code": f"c{number}", "label": "C"} for number in range(300)]
    asked = [question("choice", "pick", choices=choices)]
    asked += [question("text", f"q{number}", show_if=f"pick == 'c{number}'") for number in range(90)]
    assert len(walks(schema.load(definition(*asked)), today=TODAY, most=25)) == 25
