"""Every detailed procedure of the catalogue can be applied for: its form, its processing, its words, its papers."""

from __future__ import annotations

import copy
import datetime as dt
import json
from functools import cache
from typing import Any

import pytest

from identity import units
from identity.registers.fake import NAMES
from procedures import catalogue, dictionary, schema
from procedures.edition import Edition
from procedures.lint import lint
from procedures.personas import standard, walks
from tests.procedures.definitions import FOLDER

TODAY = dt.date(2026, 11, 25)
RECORDS: dict[str, dict[str, Any]] = {
    record["id"]: record for record in catalogue.read("procedures")["procedures"]
}
SLUGS = sorted(RECORDS)
ROLES = {
    "verify": "case_officer",
    "consult": "case_officer",
    "number": "registry_clerk",
    "examine": "case_officer",
    "approve": "approver",
    "sign": "signer",
    "release": "registry_clerk",
}
KINDS = {
    "commune": {units.COMMUNE_COMMITTEE},
    "province": {units.COMMITTEE, units.POLICE},
}


def read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return data


@cache
def form(slug: str) -> schema.Form:
    return schema.load(read(f"{slug}.json"))


def edition(slug: str) -> Edition:
    record = RECORDS[slug]
    return Edition(
        slug, record["online_level"], record, read(f"{slug}.json"), read(f"{slug}.processing.json")
    )


def worded_otherwise(definition: dict[str, Any]) -> list[str]:
    """Questions of a dictionary datum that are not asked in the words of the dictionary."""
    return [
        question["id"]
        for page in definition["pages"]
        for question in page["questions"]
        if question.get("element") and question.get("of")
        if dictionary.wording(question["element"], question["of"])
        != (question["label"], question["label_en"])
    ]


def test_every_detailed_procedure_has_a_form_and_a_processing_file_and_nothing_else_has():
    named = {path.name for path in FOLDER.glob("*.json")}
    assert named == {f"{slug}{kind}.json" for slug in SLUGS for kind in ("", ".processing")}
    assert len(SLUGS) == 75


@pytest.mark.parametrize("slug", SLUGS)
def test_no_two_procedures_ask_the_same_datum_in_different_words(slug):
    assert worded_otherwise(read(f"{slug}.json")) == []


def test_another_wording_is_caught():
    broken = copy.deepcopy(read("passport.json"))
    asked = next(one for one in broken["pages"][0]["questions"] if one.get("element") == "full_name")
    asked["label"] = "Tên của anh/chị"
    assert worded_otherwise(broken) == [asked["id"]]


@pytest.mark.parametrize("slug", SLUGS)
def test_lint_finds_no_error(slug):
    assert [finding for finding in lint(edition(slug)) if finding.severity == "error"] == []


@pytest.mark.parametrize("persona", ["unknown", "known"])
@pytest.mark.parametrize("slug", SLUGS)
def test_a_person_reaches_the_end_whether_registers_answer_or_keep_silent(slug, persona):
    way = standard(form(slug), persona, today=TODAY)
    assert way.stuck == ""
    assert way.questions


@pytest.mark.parametrize("slug", SLUGS)
def test_no_page_asks_more_than_seven_questions_on_any_walk(slug):
    fullest = {
        page: len(asked) for way in walks(form(slug), today=TODAY) for page, asked in way.asked.items()
    }
    assert {page: number for page, number in fullest.items() if number > 7} == {}


@pytest.mark.parametrize("slug", SLUGS)
def test_the_steps_end_with_a_signature_and_a_release(slug):
    steps = read(f"{slug}.processing.json")["steps"]
    kinds = [step["kind"] for step in steps]
    usual = [kind for kind in kinds if kind not in ("verify", "consult", "number")]
    assert usual in (["examine", "sign", "release"], ["examine", "approve", "sign", "release"])
    assert all(step["role"] in (ROLES[step["kind"]], "system") for step in steps)
    assert all(step["name_en"] for step in steps)


@pytest.mark.parametrize("slug", SLUGS)
def test_routing_names_agencies_that_exist_and_addresses_the_form_knows(slug):
    routing = read(f"{slug}.processing.json")["routing"]
    if "agency" in routing:
        ministries = {row["id"]: row for row in catalogue.read("agencies")["ministries"]}
        assert not ministries[routing["agency"]].get("successor")
        return
    assert routing["kind"] in KINDS[routing["level"]]
    assert routing["level"] in RECORDS[slug]["levels_since_2025_07"]
    kinds = {name: form(slug).questions[name].value_of for name in routing["from"]}
    assert set(kinds.values()) == {"address"}


@pytest.mark.parametrize("persona", ["unknown", "known"])
@pytest.mark.parametrize("slug", SLUGS)
def test_a_complete_form_says_where_it_goes(slug, persona):
    routing = read(f"{slug}.processing.json")["routing"]
    way = standard(form(slug), persona, today=TODAY)
    given = [way.answers[name].value for name in routing.get("from", []) if name in way.answers]
    assert "agency" in routing or any(address.get("commune_code") for address in given)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_file_question_stands_for_a_paper_of_the_record(slug):
    components = RECORDS[slug]["components"]
    for question in form(slug).questions.values():
        if question.kind == "file":
            assert not components[question.component]["is_eform"], question.id


@pytest.mark.parametrize("slug", SLUGS)
def test_a_required_paper_is_asked_for_or_a_connected_register_replaces_it(slug):
    asked = {one.component for one in form(slug).questions.values() if one.kind == "file"}
    for number, component in enumerate(RECORDS[slug]["components"]):
        replaced = any(name in NAMES for name in component["satisfiable_from"])
        if component["required"] and not component["is_eform"]:
            assert number in asked or replaced, component["name_vi"]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_agency_can_fill_what_only_it_knows(slug):
    """An `issued` field of the result beyond the frame of every paper has a finding of the same name; a finding may
    also state what the citizen left open, in a field of the result."""
    frame = {
        "Số giấy tờ, số quyết định",
        "Cơ quan cấp",
        "Ngày cấp",
        "Người ký, chức danh, chữ ký số",
        "Thời điểm phản hồi tự động",
    }
    stated = {one["label"] for one in read(f"{slug}.processing.json").get("findings", [])}
    issued = {field.label for field in form(slug).result_fields if field.source == "issued"}
    assert issued - frame <= stated <= {field.label for field in form(slug).result_fields}
