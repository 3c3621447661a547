"""What a machine may send as answers is said by a JSON Schema that agrees with the readers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from procedures.schema import AnswerError, clean, is_blank, json_schema, load
from procedures.schema.model import KINDS
from tests.procedures.definitions import SHIPPED, definition, one, question, shipped

TODAY = date(2026, 11, 23)
CHOICES = [{"code": "a", "label": "Một"}, {"code": "b", "label": "Hai"}]
DAY = st.fixed_dictionaries({part: st.integers(1, 12).map(str) for part in ("day", "month")} | {
    "year": st.integers(1850, 2300).map(str)})  # fmt: skip
WRITTEN: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=310), "long_text": st.text(max_size=50), "org_name": st.text(max_size=50),
    "name": st.text("Ăấ ’'-nHƀ", max_size=110), "date": DAY, "partial_date": DAY,
    "time": st.from_regex(r"\A[0-9]{1,2}[:h][0-9]{0,2}\Z"), "year": st.integers(1800, 2300).map(str),
    "choice": st.sampled_from(["", "a", "b", "c"]), "multi_choice": st.lists(st.sampled_from(["a", "b"])),
    "country": st.sampled_from(["VN", "LA", "ZZ"]), "ethnicity": st.sampled_from(["01", "12", "99"]),
    "religion": st.sampled_from(["00", "01", "1"]), "boolean": st.sampled_from(["yes", "no", "", "maybe"]),
    "citizen_id": st.sampled_from(["048195001234", "048 195 001 234", "1"]),
    "tax_code": st.sampled_from(["0314409058-002", "0314409058", "048195001234", "0"]),
    "passport_no": st.from_regex(r"\A[a-zA-Z0-9]{5,10}\Z"),
    "phone": st.sampled_from(["0905 123 218", "+84905123218", "+1 212 555 0123", "12"]),
    "email": st.from_regex(r"\A[a-z]{1,5}@[a-z]{1,3}(\.[a-z]{0,3}){0,2}\Z"),
    "money": st.integers(-1, 10**16).map(str), "integer": st.integers(-(10**10), 10**10).map(str),
    "decimal": st.floats(-(10**6), 10**6).map(lambda number: f"{number:.3f}".replace(".", ",")),
    "code": st.text("AB-1 ", max_size=110), "file": st.lists(st.text("ab", min_size=1), max_size=22),
    "address": st.fixed_dictionaries({"detail": st.text(max_size=210), "commune_code": st.sampled_from(
        ["20242", "", "1"]), "country": st.sampled_from(["VN", "", "LA"])}),
    "identity_document": st.fixed_dictionaries({"number": st.from_regex(r"\A[a-z0-9]{5,13}\Z"), "type": st.just(""),
        "issue_date": DAY | st.just(""), "issuer": st.text(max_size=210)}),
}  # fmt: skip


def extra(kind: str) -> dict[str, Any]:
    chosen = {"choices": CHOICES} if kind in ("choice", "multi_choice") else {}
    return chosen | ({"component": 1} if kind == "file" else {})


def test_every_kind_has_something_written() -> None:
    assert WRITTEN.keys() == KINDS - {"computed"}


@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_every_answer_that_can_be_read_validates(kind: str) -> None:
    form = load(definition(question(kind, **extra(kind))))
    validator = Draft202012Validator(json_schema(form))

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(raw=WRITTEN[kind])
    def validates(raw: Any) -> None:
        try:
            value = clean(form.questions["q"], raw, today=TODAY)
        except AnswerError:
            return
        if not is_blank(value):
            validator.validate({"q": value})

    validates()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_schema_of_a_shipped_form_is_itself_valid(name: str) -> None:
    made = json_schema(shipped(name))
    Draft202012Validator.check_schema(made)
    assert made["properties"].keys() == {*shipped(name).questions, *shipped(name).groups}


def test_words_rules_and_needs_are_told() -> None:
    raw = definition(
        question("choice", "c", label_en="Question", hint="Gợi ý", choices=CHOICES, required=True),
        question("integer", "n", min=1, max=9, required=True, show_if="c == 'a'"),
        question("date", "d", max="today", required="c == 'b'"),
        question("computed", "sum", derive="n * 2", value_kind="integer"),
    )
    group = {"id": "rows", "label": "Dòng", "min": 1, "max": 3}
    columns = [question("integer", "k", required=True), question(name="w")]
    raw["pages"].append({"id": "two", "title": "Bảng", "group": group, "questions": columns})
    made = json_schema(load(raw))
    assert made["required"] == ["c", "rows"]
    assert made["properties"]["c"]["enum"] == ["a", "b"]
    assert made["properties"]["c"]["x-title-en"] == "Question"
    assert made["properties"]["n"]["x-show-if"] == "(c == 'a')"
    assert (made["properties"]["n"]["minimum"], made["properties"]["n"]["maximum"]) == (1, 9)
    assert made["properties"]["d"]["x-max"] == "today"
    assert made["properties"]["d"]["x-required-if"] == "c == 'b'"
    assert made["properties"]["sum"]["readOnly"] is True
    assert made["properties"]["rows"]["items"]["required"] == ["k"]
    validator = Draft202012Validator(made)
    assert validator.is_valid({"c": "a", "n": 3, "rows": [{"k": 1, "w": ""}]})
    for wrong in ({"c": "z"}, {"n": 10}, {"rows": []}, {"rows": [{"w": "x"}]}, {"surprise": 1}):
        assert not validator.is_valid({"c": "a", "rows": [{"k": 1}]} | wrong)


def test_a_schema_stricter_than_the_reader_is_caught() -> None:
    made = json_schema(load(definition(question("name"))))
    made["properties"]["q"]["pattern"] = "^[A-Za-z ]*$"
    value = clean(one("name"), "H’Hen Niê", today=TODAY)
    assert not Draft202012Validator(made).is_valid({"q": value})
