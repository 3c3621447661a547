from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from applications import prefill
from applications.prefill import Prefill, depends_on, gather, merge
from identity import registers
from identity.registers import fake
from procedures import rules
from procedures.burden import Burden, measure
from procedures.fees import fee_lines, total
from procedures.journey import Answer, Journey
from procedures.schema import Form
from tests.procedures.definitions import shipped

AT = datetime.now(UTC)
CTX = rules.context(today=fake.today(), agency="Ủy ban nhân dân phường Hải Châu", level=2)
BIRTH = shipped("birth-registration")
CHILD = {
    "child_name": "Lê Nguyễn An Nhiên",
    "ethnicity_source": "father",
    "hometown_source": "father",
    "copies_delivery": "electronic",
}
AT_HOME = {
    "req_relationship": "mother",
    "child_dob": fake.today().isoformat(),
    "child_birth_time": "05:10",
    "child_sex": "male",
    "child_birth_place": {"detail": "Tại nhà", "commune_code": "20263", "country": "VN"},
    "doc_birth_notification_certificate": ["file-1"],
}
BY_HAND = {
    "req_residence": {"detail": "45 Ngô Quyền", "commune_code": "20263", "country": "VN"},
    "parents_married": "yes",
    "mother_ethnicity": "01",
    "father_id": "048094006789",
    "father_name": "Phạm Đăng Khoa",
    "father_birth_year": "1994",
    "father_ethnicity": "01",
    "ethnicity_source": "mother",
    "hometown_source": "other",
    "child_hometown_other": {"detail": "", "commune_code": "20320", "country": "VN"},
    "doc_marriage_certificate_of_the_parents": ["file-2"],
}
CIVIL = ("national_population_db", "civil_status_db", "birth_notification_db")


class Fetch:
    """The registers, remembering what was looked up."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, register: str, key: str) -> Mapping[str, Any] | None:
        self.asked.append((register, key))
        return registers.fetch(register, key)


@pytest.fixture
def down() -> Iterator[None]:
    for name in CIVIL:
        registers.get(name).fault = "down"
    yield
    for name in CIVIL:
        registers.get(name).fault = ""


def look_up(
    nick: str, form: Form = BIRTH, *, fetch: Fetch | None = None, code: str = "", **answered: Any
) -> Prefill:
    person = fake.person(nick)
    return gather(
        form,
        citizen_number=person["number"],
        organisation_code=code,
        fetch=fetch or Fetch(),
        at=AT,
        claims={name: person[name] for name in ("full_name", "date_of_birth", "sex")},
        answered={name: Answer(value) for name, value in answered.items()},
        context=CTX,
    )


def scenario(nick: str, choices: dict[str, Any]) -> tuple[Journey, Burden]:
    """As the pages do it: look up, answer, look up again once the answers tell who is who."""
    known = merge(look_up(nick).answers, look_up(nick, **choices).answers)
    journey = Journey(BIRTH, {**known, **{name: Answer(one) for name, one in choices.items()}}, CTX)
    assert journey.errors() == ()
    return journey, measure(BIRTH, known, choices, CTX)


# How much is asked


def test_scenario_a_types_one_name_and_chooses_three() -> None:
    journey, burden = scenario("hanh", CHILD)
    assert burden == Burden(typed=1, chosen=3, uploads=0, pages=6, clicks=9)
    assert [page.id for page in journey.pages] == ["child"]
    assert total(fee_lines(BIRTH, journey.values(), CTX)) == 0


def test_scenario_a_is_the_same_for_the_father() -> None:
    journey, burden = scenario("dung", CHILD)
    assert burden == Burden(typed=1, chosen=3, uploads=0, pages=6, clicks=9)
    assert journey.values()["req_relationship"] == "father"
    assert journey.values()["mother_name"] == "Nguyễn Thị Minh Hạnh"


@pytest.mark.parametrize(("nick", "relationship"), [("nga", "mother"), ("khoa", "father")])
def test_scenario_b_without_an_electronic_notice(nick: str, relationship: str) -> None:
    journey, burden = scenario(nick, CHILD | AT_HOME | {"req_relationship": relationship})
    assert burden == Burden(typed=4, chosen=5, uploads=1, pages=8, clicks=14)
    assert [page.id for page in journey.pages] == ["birth", "child", "documents"]


def test_scenario_c_never_shows_a_single_mother_the_father_s_part() -> None:
    choices = {name: CHILD[name] for name in ("child_name", "copies_delivery")}
    journey, burden = scenario("lan", choices)
    assert (burden.typed, burden.uploads, burden.pages) == (1, 0, 6)
    assert burden.chosen <= 4
    assert burden.clicks <= 14
    shown = {question.id for page in BIRTH.pages for question in journey.visible(page)}
    assert not [name for name in shown if name.startswith("father_")]
    # Nghị định 123/2015/NĐ-CP, Điều 15: no father determined, the child follows the mother.
    values = journey.values()
    assert (values["child_ethnicity"], values["child_hometown"]["commune_code"]) == ("12", "24133")


@pytest.mark.usefixtures("down")
def test_scenario_d_with_the_registers_down_still_arrives() -> None:
    journey, burden = scenario("nga", CHILD | AT_HOME | BY_HAND)
    assert look_up("nga").needs_matching
    assert look_up("nga").unavailable == sorted(CIVIL)
    assert burden.typed <= 14
    assert burden.chosen <= 9
    assert 1 <= burden.uploads <= 2
    assert burden.pages <= 9
    assert burden.clicks <= 24
    assert journey.values()["mother_name"] == "Trần Thị Thúy Nga"
    assert max(len(journey.to_ask(page)) for page in journey.pages) <= 7


def test_a_form_that_asks_what_the_notice_told_would_exceed_the_burden() -> None:
    known = {name: one for name, one in look_up("hanh").answers.items() if name != "child_dob"}
    broken = measure(BIRTH, known, CHILD, CTX)
    assert broken.typed == 2
    assert broken.pages == 7


# Where answers come from


def test_every_fact_names_its_register_and_time() -> None:
    answers = look_up("hanh").answers
    assert answers["child_dob"].source == "birth_notification_db"
    assert answers["father_id"] == Answer("048092004517", "civil_status_db", AT)
    assert answers["father_name"] == Answer("Lê Quang Dũng", "national_population_db", AT)
    assert "child_name" not in answers


def test_a_stranger_s_data_are_never_looked_up() -> None:
    fetch = Fetch()
    found = look_up(
        "chi", fetch=fetch, mother_id="048195001234", father_id="048092004517", req_relationship="sibling"
    )
    assert {key for _register, key in fetch.asked} == {"001198012345"}
    assert "mother_name" not in found.answers
    assert "father_name" not in found.answers


def test_a_lookup_that_trusted_typed_numbers_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    careful = prefill._Roles.number

    def trusting(self: Any, role: str, **more: Any) -> str:
        return careful(self, role, **more) or self.scope.get(f"{role}_id", "")

    monkeypatch.setattr(prefill._Roles, "number", trusting)
    fetch = Fetch()
    look_up("chi", fetch=fetch, mother_id="048195001234", req_relationship="sibling")
    assert ("national_population_db", "048195001234") in fetch.asked


def test_claiming_to_be_the_mother_gives_only_one_s_own_data() -> None:
    fetch = Fetch()
    found = look_up("chi", fetch=fetch, req_relationship="mother")
    assert found.answers["mother_name"].value == "Ngô Linh Chi"
    assert "req_relationship" not in found.answers
    assert {key for _register, key in fetch.asked} == {"001198012345"}


def test_a_record_is_fetched_once_and_a_silent_register_is_asked_once(down: None) -> None:
    fetch = Fetch()
    look_up("nga", fetch=fetch)
    assert sorted(fetch.asked) == sorted((name, "048197002345") for name in CIVIL)


@pytest.mark.usefixtures("down")
def test_without_the_population_register_the_eid_still_names_the_person() -> None:
    answers = look_up("nga").answers
    assert answers["req_name"] == Answer("Trần Thị Thúy Nga", "eid", AT)
    assert answers["req_id"] == Answer("048197002345", "eid", AT)


def test_junk_from_a_register_is_asked_and_reported_not_shown() -> None:
    def junk(register: str, key: str) -> dict[str, Any]:
        return {"full_name": "<script>", "number": "12"}

    found = gather(BIRTH, citizen_number="048195001234", fetch=junk, at=AT)
    assert "req_name" not in found.answers
    assert ("req_name", "national_population_db") in found.rejected


def test_looking_up_again_depends_on_who_the_requester_is() -> None:
    assert depends_on(BIRTH) == {"req_relationship"}
    assert depends_on(shipped("judicial-record")) == frozenset()


def test_merging_keeps_the_citizen_s_words_and_drops_facts_about_somebody_else() -> None:
    kept = {"a": Answer("tôi viết"), "b": Answer("cũ", "npdb"), "c": Answer("")}
    found = {"a": Answer("sổ ghi", "npdb"), "c": Answer("mới", "npdb")}
    assert merge(kept, found) == {"a": Answer("tôi viết"), "c": Answer("mới", "npdb")}


@pytest.mark.parametrize(
    ("nick", "fee"), [("hanh", 200000), ("quan", 100000), ("ly", 0), ("tai", 0)]
)  # fmt: skip
def test_the_fee_group_is_proposed_from_the_register(nick: str, fee: int) -> None:
    form = shipped("judicial-record")
    choices = {
        "record_type": "no1", "ban_confirm": False, "use_purpose": "Xin việc", "copies_count": 1,
        "result_delivery": "electronic",
    }  # fmt: skip
    known = look_up(nick, form).answers
    journey = Journey(form, {**known, **{name: Answer(one) for name, one in choices.items()}}, CTX)
    assert journey.complete
    assert [page.id for page in journey.pages] == ["request"]
    assert total(fee_lines(form, journey.values(), CTX)) == fee


def test_a_better_fee_group_than_the_register_knows_needs_proof() -> None:
    form = shipped("judicial-record")
    answers = look_up("hanh", form).answers | {"fee_group": Answer("half")}
    journey = Journey(form, answers, CTX)
    assert "doc_fee_group" in {question.id for page in journey.pages for question in journey.to_ask(page)}


def test_a_business_declares_from_its_registration() -> None:
    form = shipped("chemical-import-declaration")
    answers = look_up("huy", form, code="0400000011").answers
    assert answers["org_name"] == Answer("Công ty TNHH Hóa chất Sen Việt", "business_registry", AT)
    assert answers["org_rep"].value == "Bùi Quốc Huy"
    assert "org_name" not in look_up("huy", form).answers
