from __future__ import annotations

from datetime import date
from typing import Any

from procedures import rules
from procedures.journey import Answer, Journey
from procedures.schema import load
from tests.procedures.definitions import definition, question, shipped

CTX = rules.context(today=date(2026, 11, 23))
HOME = {"detail": "", "commune_code": "20242", "country": "VN"}


def journey(*questions: dict[str, Any], answers: dict[str, Any] | None = None, **more: Any) -> Journey:
    given_answers = {
        name: one if isinstance(one, Answer) else Answer(one) for name, one in (answers or {}).items()
    }
    return Journey(load(definition(*questions, **more)), given_answers, CTX)


# Examples


def test_a_hidden_answer_never_counts() -> None:
    asked = [question("boolean", "has"), question(name="which", show_if="has == true", required=True)]
    walk = journey(*asked, answers={"has": False, "which": "cũ"})
    assert walk.values() == {"has": False}
    assert walk.complete
    assert journey(*asked, answers={"has": True}).errors() == (("which", "Câu hỏi: bạn chưa ghi"),)


def test_what_a_register_knows_is_shown_and_not_asked() -> None:
    known = question("name", required=True, prefill={"register": "npdb", "path": "name"})
    walk = journey(known, answers={"q": Answer("Lê An", "npdb")})
    page = walk.form.pages[0]
    assert (walk.pages, walk.to_ask(page)) == ((), ())
    assert [(one.id, answer.source) for one, answer in walk.known(page)] == [("q", "npdb")]
    assert walk.next_page(None) is None


def test_a_correction_by_the_citizen_is_asked_again_and_checked() -> None:
    known = question("name", prefill={"register": "npdb", "path": "name"})
    walk = journey(known, answers={"q": Answer("L3", "citizen")})
    assert [page.id for page in walk.pages] == ["only"]
    assert walk.errors()[0][0] == "q"


def test_a_proposal_is_asked_with_its_value_and_the_citizen_has_the_last_word() -> None:
    offered = question(proposed=True, prefill={"register": "npdb", "path": "group"})
    walk = journey(offered, answers={"q": Answer("full", "npdb")})
    assert [one.id for one in walk.to_ask(walk.form.pages[0])] == ["q"]
    assert walk.values() == {"q": "full"}
    assert journey(offered, answers={"q": "half"}).values() == {"q": "half"}


def test_a_derived_value_replaces_the_question_only_while_it_holds() -> None:
    asked = [
        question("boolean", "same"),
        question(name="copy", required=True, derive="same == true ? 'x' : ''"),
    ]
    assert journey(*asked, answers={"same": True, "copy": "stale"}).values() == {"same": True, "copy": "x"}
    assert journey(*asked, answers={"same": False}).errors() == (("copy", "Câu hỏi: bạn chưa ghi"),)


def test_only_offered_choices_are_accepted() -> None:
    choices = [{"code": "a", "label": "A", "show_if": "q0 == 'x'"}, {"code": "b", "label": "B"}]
    asked = [question(name="q0"), question("choice", "q", choices=choices)]
    assert journey(*asked, answers={"q0": "x", "q": "a"}).complete
    assert journey(*asked, answers={"q": "a"}).errors()[0][0] == "q"
    walk = journey(*asked)
    assert [one.code for one in walk.choices(walk.form.questions["q"])] == ["b"]


def test_an_unreadable_stored_answer_is_an_error_to_show_and_stays_out_of_expressions() -> None:
    asked = [question("integer", "n"), question(name="many", show_if="n > 3")]
    walk = journey(*asked, answers={"n": "không phải số"})
    assert walk.errors() == (("n", "Câu hỏi: ghi số nguyên, chỉ gồm chữ số"),)
    assert walk.values()["n"] == "không phải số"


def test_a_check_across_questions_is_told_at_its_question() -> None:
    check = {
        "id": "order",
        "question": "b",
        "when": "a == '' || b == '' || a <= b",
        "fail_vi": "ghi ngày sau",
    }
    asked = [question("date", "a"), question("date", "b")]
    wrong = journey(*asked, answers={"a": "2026-02-01", "b": "2026-01-01"}, checks=[check])
    assert wrong.errors() == (("b", "Câu hỏi: ghi ngày sau"),)
    assert journey(*asked, answers={"a": "2026-01-01", "b": "2026-02-01"}, checks=[check]).complete


def test_rows_of_a_group_have_their_own_visibility_and_errors() -> None:
    form = load(
        {
            "procedure_id": "try",
            "official_form": "Mẫu",
            "pages": [
                {
                    "id": "list",
                    "title": "Danh sách",
                    "group": {"id": "items", "label": "Hàng", "min": 1, "max": 2},
                    "questions": [
                        question(name="name", required=True),
                        question("boolean", "big"),
                        question("integer", "size", show_if="big == true", required=True),
                    ],
                }
            ],
        }
    )
    rows = [{"name": "a", "big": False, "size": 9}, {"name": "", "big": True}]
    walk = Journey(form, {"items": Answer(rows)}, CTX)
    assert walk.values()["items"][0] == {"name": "a", "big": False}
    assert [name for name, message in walk.errors()] == ["items-1-name", "items-1-size"]
    assert walk.page_errors(form.pages[0]) == walk.errors()
    assert Journey(form, {}, CTX).errors() == (("items", "Hàng: ghi từ 1 đến 2 dòng"),)


def test_a_page_opens_only_when_those_before_it_are_right() -> None:
    form = shipped("birth-registration")
    walk = Journey(form, {}, CTX)
    assert walk.can_visit("requester")
    assert not walk.can_visit("child")
    assert not walk.can_visit("nowhere")


def test_the_automatic_decision_names_what_failed() -> None:
    row = {"trade_name": "X", "cas": "50782-69-9", "content": 120.0, "hs": "28151100", "amount": 0}
    answers = {
        "items": Answer([row]),
        "gate": Answer("Tiên Sa"),
        "org_status": Answer("active", "business_registry"),
    }
    failed = Journey(shipped("chemical-import-declaration"), answers, CTX).failed_conditions()
    assert [one.id for one in failed] == [
        "not_banned",
        "content_in_range",
        "amount_positive",
        "invoice_not_future",
    ]
    assert "Danh mục hóa chất cấm" in failed[0].fail
