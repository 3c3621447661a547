"""The national data dictionary: one wording for one datum, and questions an editor can put into a form."""

from __future__ import annotations

from collections import defaultdict

import pytest

from procedures import dictionary, facts
from procedures.schema import STANDARD_CHOICES, load
from procedures.schema.model import KINDS

PAIRS = [(element, of) for element, by_role in dictionary.wordings().items() for of in by_role]


def form_of(*questions: dict, **more) -> dict:
    """A form around some questions, with every role they are about known from the requester."""
    roles = {
        source["role"]: [{"of": "requester"}]
        for question in questions
        for source in question.get("prefill", [])
        if source.get("role", "organisation") != "organisation"
    }
    page = {"id": "page", "title": "Trang", "questions": list(questions)}
    return {"procedure_id": "p", "official_form": "Mẫu", "roles": roles, "pages": [page], **more}


def test_every_element_has_words_in_both_languages_and_a_kind_forms_know():
    for element in dictionary.elements().values():
        assert element.kind in KINDS, element.id
        assert element.label, element.id
        assert element.label_en, element.id
        assert element.help, element.id
        assert element.help_en, element.id
        assert element.why, element.id
        assert element.why_en, element.id


def test_every_element_is_worded_for_the_roles_it_may_be_about():
    wordings = dictionary.wordings()
    assert wordings.keys() == dictionary.elements().keys()
    assert {of for by_role in wordings.values() for of in by_role} == dictionary.roles().keys()


def test_a_label_means_one_element_only():
    meant = defaultdict(set)
    for element, of in PAIRS:
        pair = dictionary.wording(element, of)
        assert pair
        meant[pair[0]].add(element)
    assert {label: found for label, found in meant.items() if len(found) > 1} == {}


def test_every_register_named_is_one_the_catalogue_knows():
    named = {element.register for element in dictionary.elements().values() if element.register}
    assert named <= facts.REGISTERS.keys()


def test_a_choice_element_brings_its_choices_in_both_languages():
    for element in dictionary.elements().values():
        if element.kind in ("choice", "multi_choice") and element.id not in STANDARD_CHOICES:
            codes = [choice.code for choice in element.choices]
            assert len(codes) == len(set(codes)) > 0 or element.id == "relationship", element.id
            assert all(choice.label_en for choice in element.choices), element.id


@pytest.mark.parametrize(("element", "of"), PAIRS, ids=[f"{e}-{of}" for e, of in PAIRS])
def test_a_dictionary_question_loads_in_a_form(element, of):
    question = dictionary.question(element, of, id="asked")
    if question["kind"] == "file":
        question["component"] = 1
    if question["kind"] == "computed":
        question["derive"] = "''"
    loaded = load(form_of(question)).questions["asked"]
    assert (loaded.label, loaded.label_en) == dictionary.wording(element, of)


def test_the_requester_is_taken_from_the_population_register_and_else_from_the_eid():
    question = dictionary.question("full_name", "requester", id="name")
    assert question["label"] == "Họ, chữ đệm và tên của bạn"
    assert question["prefill"] == [
        {"register": "national_population_db", "path": "full_name"},
        {"register": "eid", "path": "full_name"},
    ]


def test_somebody_else_is_taken_from_the_register_by_role():
    question = dictionary.question("date_of_birth", "mother", id="born")
    assert question["prefill"] == [
        {"register": "national_population_db", "path": "date_of_birth", "role": "mother"}
    ]


def test_what_nobody_asks_has_no_wording():
    assert dictionary.wording("full_name", "vehicle") is None
    with pytest.raises(KeyError, match="full_name of vehicle"):
        dictionary.question("full_name", "vehicle", id="x")
