"""Each rule: an edition it lets pass (the same one, without a fault) and one broken on purpose that it stops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.edition import Edition
from procedures.lint import citations, lint
from procedures.lint.material import cites
from procedures.terms import terms
from tests.procedures.editions import REMOVED, edited, edition, leaves, level, question, shipped, whole

Break = Callable[[Edition], Edition | None]


def broken(how: Break) -> Edition:
    one = edition()
    return how(one) or one


def found(one: Edition) -> set[tuple[str, str, str]]:
    return {(finding.rule, finding.severity, finding.place) for finding in lint(one)}


def test_an_edition_without_a_fault_has_no_finding():
    assert lint(edition()) == []


def ask(**parts: Any) -> Break:
    """One more question on the second page."""
    more = {"label_en": "More", "why": "Để biết thêm", "why_en": "To know more"} | parts

    def change(one: Edition) -> None:
        one.form["pages"][1]["questions"].append({"id": "more", "kind": "text", "label": "Thêm"} | more)

    return change


def paper(**parts: Any) -> Break:
    """One more paper, and the box to send it in."""
    component = {
        "name_vi": "Giấy khác",
        "name_en": "Other paper",
        "required": True,
        "condition_vi": None,
        "copies_original": 0,
        "copies_copy": 1,
        "is_eform": False,
        "satisfiable_from": [],
    }

    def change(one: Edition) -> None:
        one.content["components"].append(component | parts)
        ask(kind="file", component=2)(one)

    return change


def set_question(page: int, number: int, **parts: Any) -> Break:
    return lambda one: question(one, page, number).update(parts)


def set_content(name: str, value: Any) -> Break:
    return lambda one: one.content.update({name: value})


def set_fee(**parts: Any) -> Break:
    return lambda one: one.content["fee"].update(parts)


def many_questions(one: Edition) -> None:
    for number in range(7):
        ask(id=f"more_{number}")(one)


def without_prefill(one: Edition) -> None:
    del question(one, 0, 0)["prefill"]


def without_form(one: Edition) -> Edition:
    return Edition(one.slug, "full", one.content, None, one.processing)


def without_slot(one: Edition) -> None:
    one.form["pages"][1]["questions"].pop()


def without_why(one: Edition) -> None:
    del question(one, 0, 1)["why"], question(one, 0, 1)["why_en"]


def without_release(one: Edition) -> None:
    one.processing["steps"].pop()


LONG = " ".join(["tiếng"] * 25)
TOO_LONG = " ".join(["tiếng"] * 40)
LAST = "form.pages[1].questions[2]"
SECOND_PAPER = "content.components[2]"
CASES: list[tuple[str, str, str, Break]] = [
    ("schema", "error", "form.pages[0].questions[1].choices", set_question(0, 1, choices=[])),
    ("schema", "error", "form.pages[1].questions[1]", set_question(1, 1, component=9)),
    ("schema", "error", "form.pages[1].questions[0].show_if", set_question(1, 0, show_if="no_such == ''")),
    ("schema", "error", "form.pages[1].questions[0].show_if", set_question(1, 0, show_if="int(purpose) > 0")),
    ("schema", "error", "processing.steps", without_release),
    ("schema", "error", "content.components", set_content("components", "none")),
    ("once_only", "error", "form.pages[0].questions[0]", without_prefill),
    ("once_only", "error", "form.pages[0].questions[0]", set_question(0, 0, proposed=True)),
    ("once_only", "error", "form.pages[0].questions[0]", set_question(0, 0, basis="theo quy định")),
    ("once_only", "error", LAST, ask(kind="citizen_id", of="requester")),
    ("once_only", "error", LAST, ask(kind="name", element="full_name", of="requester")),
    ("once_only", "error", LAST, paper(satisfiable_from=["civil_status_db"])),
    ("once_only", "error", SECOND_PAPER, paper(name_vi="Sổ hộ khẩu")),
    ("once_only", "error", SECOND_PAPER, paper(name_vi="Giấy khác", legal_basis="thông lệ")),
    ("once_only", "error", LAST, paper(name_vi="Bản sao CCCD")),
    ("missing", "error", "content.legal_bases", set_content("legal_bases", [])),
    ("missing", "error", "content.steps", set_content("steps", [])),
    ("missing", "error", "content.result", set_content("result", {})),
    ("missing", "error", "content.fee", set_content("fee", {})),
    ("missing", "error", "content.fee", set_fee(type="phi", amount_vnd=None, legal_basis="Luật Phí 2015")),
    ("missing", "error", "content.fee", set_fee(type="phi", amount_vnd=5, legal_basis=None)),
    (
        "missing",
        "warning",
        "content.fee",
        set_fee(type="phi", amount_vnd=None, set_by="province", legal_basis="Luật Phí và lệ phí 2015"),
    ),
    ("missing", "error", "content.time_limit", set_content("time_limit", {"value": None})),
    (
        "missing",
        "warning",
        "content.time_limit",
        set_content("time_limit", {"value": None, "note_vi": "Theo kế hoạch"}),
    ),
    ("missing", "error", "form.result_fields", lambda one: one.form.pop("result_fields") and None),
    ("missing", "warning", "content.confidence", set_content("confidence", "low")),
    ("full_level", "error", "content.submission_channels", set_content("submission_channels", ["post"])),
    ("full_level", "error", "content.components[1]", without_slot),
    ("full_level", "error", "form", without_form),
    ("full_level", "error", f"{LAST}.hint", ask(hint="Mang theo bản chính để đối chiếu.", hint_en="x")),
    ("full_level", "error", f"{LAST}.hint", ask(hint="Nộp bản gốc tại quầy.", hint_en="x")),
    ("print_sign_scan", "error", f"{LAST}.hint", ask(hint="In ra, ký, scan rồi tải lên.", hint_en="x")),
    ("print_sign_scan", "error", f"{LAST}.hint", ask(hint="Tải mẫu về và điền.", hint_en="x")),
    ("print_sign_scan", "error", "form.pages[1].questions[1]", set_question(1, 1, component=0)),
    ("page_size", "error", "form.pages[1]", many_questions),
    ("unreachable", "error", LAST, ask(show_if="purpose == 'work' && reason != ''")),
    ("unreachable", "error", f"{LAST}.show_if", ask(show_if="purpose == 'work' || purpose != 'work'")),
    ("abbreviation", "error", f"{LAST}.hint", ask(hint="Theo mẫu của XYZT.", hint_en="x")),
    ("long_sentence", "warning", f"{LAST}.hint", ask(hint=LONG, hint_en="x")),
    ("long_sentence", "error", f"{LAST}.hint", ask(hint=TOO_LONG, hint_en="x")),
    ("all_caps", "warning", f"{LAST}.label", ask(label="GHI ĐẦY ĐỦ NỘI DUNG")),
    ("english", "error", "content.name_en", set_content("name_en", "")),
    ("english", "error", "form.pages[0]", lambda one: one.form["pages"][0].pop("title_en") and None),
    ("english", "error", LAST, ask(label_en="")),
    ("english", "warning", LAST, ask(why_en="")),
    ("wording", "error", "form.pages[0].questions[0]", set_question(0, 0, label="Tên bạn")),
    ("wording", "error", LAST, ask(element="no_such_element", of="request")),
    ("wording", "warning", LAST, ask(element="full_name", of="no_such_role")),
    ("why", "warning", "form.pages[0].questions[1]", without_why),
]


@pytest.mark.parametrize(("rule", "severity", "place", "how"), CASES)
def test_a_rule_finds_the_edition_broken_for_it_at_its_place(rule, severity, place, how):
    assert (rule, severity, place) in found(broken(how))


@pytest.mark.parametrize(("rule", "severity", "place", "how"), CASES)
def test_every_finding_says_what_is_wrong_and_how_to_mend_it(rule, severity, place, how):
    for finding in lint(broken(how)):
        assert finding.message.endswith((".", "”", "?"))
        assert finding.mend.endswith(".")


def lawful(*changes: Break) -> Edition:
    one = edition()
    for change in changes:
        change(one)
    return one


BASIS = "Luật Hộ tịch 2014, Điều 16"


@pytest.mark.parametrize(
    "one",
    [
        lawful(without_prefill, set_question(0, 0, basis=BASIS)),
        lawful(paper(satisfiable_from=["civil_status_db"], legal_basis=BASIS)),
        lawful(
            paper(satisfiable_from=["civil_status_db"]),
            lambda one: question(one, 1, 2).update(show_if="name == ''"),
            set_question(0, 0, required=False),
        ),
        lawful(paper(satisfiable_from=["land_db"])),
        lawful(ask(hint="Không cần in ra, ký hay quét.", hint_en="x")),
        lawful(ask(hint="Nhận trực tiếp hoặc qua bản điện tử.", hint_en="x")),
        lawful(ask(hint="Theo Luật Nuôi con nuôi (LNCN).", hint_en="x")),
        lawful(ask(hint="Theo Nghị định 123/2015/NĐ-CP, mẫu CT01, phần II.", hint_en="x")),
        lawful(ask(hint="UBND cấp xã trả lời.", hint_en="x")),
        lawful(ask(kind="citizen_id", of="child")),
        level(lawful(ask(hint="Mang theo bản chính để đối chiếu.", hint_en="x")), "partial"),
    ],
    ids=range(11),
)
def test_what_the_law_allows_passes(one):
    assert lint(one) == []


def test_citations_are_listed_with_their_places():
    one = lawful(
        without_prefill, set_question(0, 0, basis=BASIS), paper(legal_basis="Thông tư 04/2020/TT-BTP")
    )
    told = [(citation.place, citation.basis) for citation in citations(one)]
    assert told == [
        ("form.pages[0].questions[0]", BASIS),
        ("content.components[2]", "Thông tư 04/2020/TT-BTP"),
    ]


@pytest.mark.parametrize("basis", ["theo quy định", "", None, "Luật", "Công văn số 12", "Điều 16"])
def test_what_names_no_act_is_no_citation(basis):
    assert not cites(basis)


def test_findings_come_in_the_order_of_the_edition():
    one = edition()
    for number in range(9):
        asked = {**question(one, 1, 0), "id": f"more_{number}"}
        one.form["pages"].append({"id": f"p{number}", "title": "Trang", "questions": [asked]})
    places = [finding.place for finding in lint(one) if finding.rule == "english"]
    assert places == [f"form.pages[{number}]" for number in range(2, 11)]


def test_a_definition_that_cannot_be_loaded_is_told_its_faults_and_what_the_record_lacks():
    one = lawful(set_content("legal_bases", []), lambda one: one.form.update(pages="none"))
    assert {finding.rule for finding in lint(one)} == {"schema", "missing"}


@settings(deadline=None)
@given(st.data())
def test_no_edit_however_wrong_breaks_the_lint(data):
    paths = [path for path in leaves(whole(edition())) if len(path) > 1]
    path = data.draw(st.sampled_from(paths))
    wrong = st.sampled_from(
        ["khác", 3, True, None, [], {}, [{"id": "x"}], ["y"], "a == 1", "2020-13-40", REMOVED]
    )
    assert isinstance(lint(edited(edition(), path, data.draw(wrong))), list)


def test_a_register_that_is_not_connected_excuses_the_question(monkeypatch):
    one = lawful(without_prefill)
    assert ("once_only", "error", "form.pages[0].questions[0]") in found(one)
    monkeypatch.setattr("identity.registers._registers", {})
    assert lint(one) == []


def test_every_term_is_explained_in_both_languages():
    assert terms()
    assert all(term.vi and term.en for term in terms().values())


def test_the_shipped_forms_load_and_break_no_rule_of_the_engine():
    for slug in ("birth-registration", "judicial-record", "chemical-import-declaration"):
        assert not [
            one for one in lint(shipped(slug)) if one.rule in ("schema", "once_only", "print_sign_scan")
        ]
