from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from procedures import rules
from procedures.journey import Answer, Journey
from procedures.schema import AnswerError, Form, Page, clean, is_blank, load
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


# Properties over random forms and answers

KINDS = ("text", "name", "date", "integer", "boolean", "choice", "address", "computed")
RULES = {
    "text": "{0} != ''",
    "name": "size({0}) > 3",
    "date": "{0} < '2020-01-01'",
    "integer": "{0} > 5",
    "boolean": "{0} == true",
    "choice": "{0} in ['a', 'c']",
    "address": "{0}.commune_code != ''",
    "computed": "{0} == 'yes'",
}
GOOD: dict[str, Any] = {
    "text": st.text("abc", min_size=1, max_size=5),
    "name": st.sampled_from(["Lê An", "H’Lan Niê"]),
    "date": st.dates(date(1990, 1, 1), date(2026, 1, 1)).map(date.isoformat),
    "integer": st.integers(0, 10),
    "boolean": st.booleans(),
    "choice": st.sampled_from(["a", "b"]),
    "address": st.just(HOME),
    "computed": st.just("forged"),
}
BAD = st.sampled_from(["", None, "x1", -5, [], {}, "30/02/2026", "c", True])


@st.composite
def forms(draw: st.DrawFn) -> Form:
    earlier: list[tuple[str, str]] = []
    pages = []
    for number in range(draw(st.integers(1, 4))):
        questions = [_question(draw, f"q{number}_{nth}", earlier) for nth in range(draw(st.integers(1, 4)))]
        pages.append({"id": f"p{number}", "title": "Trang", "questions": questions})
        if earlier and draw(st.booleans()):
            pages[-1]["show_if"] = _rule(draw, earlier[: len(earlier) - len(questions)])
    if draw(st.booleans()):
        column = [question("integer", "n", required=True), question(name="w", show_if="n > 5", required=True)]
        group = {"id": "rows", "label": "Dòng", "min": 1, "max": 3}
        pages.append({"id": "list", "title": "Bảng", "group": group, "questions": column})
    return load({"procedure_id": "random", "official_form": "Mẫu", "pages": pages})


def _rule(draw: st.DrawFn, earlier: list[tuple[str, str]]) -> str:
    if not earlier:
        return "true"
    name, kind = draw(st.sampled_from(earlier))
    return RULES[kind].format(name)


def _question(draw: st.DrawFn, name: str, earlier: list[tuple[str, str]]) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    made = question(kind, name)
    if draw(st.booleans()):
        made["show_if"] = _rule(draw, earlier)
    if kind == "computed":
        made["derive"] = f"{_rule(draw, earlier)} ? 'yes' : ''"
    elif draw(st.booleans()):
        made["required"] = draw(st.just(True) | st.builds(lambda: _rule(draw, earlier)))
    if kind == "choice":
        made["choices"] = [{"code": code, "label": code} for code in "abc"]
        made["choices"][2]["show_if"] = _rule(draw, earlier)
    earlier.append((name, kind))
    return made


@st.composite
def cases(draw: st.DrawFn) -> tuple[Form, dict[str, Answer], dict[str, Answer]]:
    """A form, answers, and other answers to be put where nothing is shown."""
    form = draw(forms())
    names = [*form.questions, *form.groups]
    return form, *({name: _answer(draw, form, name) for name in names if draw(st.booleans())} for _ in "ab")


def _answer(draw: st.DrawFn, form: Form, name: str) -> Answer:
    if name in form.groups:
        row = st.fixed_dictionaries({"n": st.integers(0, 10) | BAD, "w": st.sampled_from(["", "chữ"])})
        return Answer(draw(st.lists(row, max_size=4)))
    kind = form.questions[name].kind
    registered = draw(st.booleans()) and kind not in ("computed", "choice")
    return Answer(draw(GOOD[kind] if registered else GOOD[kind] | BAD), "npdb" if registered else "citizen")


Case = tuple[Form, dict[str, Answer], dict[str, Answer]]


def holds(prop: Callable[[type[Journey], Case], None], walker: type[Journey], examples: int = 250) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=cases())
    def check(case: Case) -> None:
        prop(walker, case)

    check()


def ends(walker: type[Journey], case: Case) -> None:
    form, answers, _ = case
    walk = walker(form, answers, CTX)
    seen: list[str] = []
    page = walk.next_page(None)
    while page is not None:
        assert page.id not in seen, "the same page twice"
        seen.append(page.id)
        page = walk.next_page(page.id)
    assert seen == [one.id for one in walk.pages]


def hidden_never_counts(walker: type[Journey], case: Case) -> None:
    form, answers, others = case
    walk = walker(form, answers, CTX)
    shown = {one.id for page in form.pages if page.group is None for one in walk.visible(page)}
    shown |= form.groups.keys()
    assert walk.values().keys() <= shown
    replaced = {name: one for name, one in answers.items() if name in shown}
    replaced |= {name: one for name, one in others.items() if name not in shown}
    again = walker(form, replaced, CTX)
    assert (again.values(), again.errors()) == (walk.values(), walk.errors())


def complete_validates(walker: type[Journey], case: Case) -> None:
    form, answers, _ = case
    walk = walker(form, answers, CTX)
    if not walk.complete:
        assert walk.errors()
        return
    values = walk.values()
    for page in walk.pages:
        if page.group is not None:
            assert 1 <= len(values.get(page.group.id, [])) <= 3
            for row in values[page.group.id]:
                assert not is_blank(row["n"])
                assert "w" not in row or row["w"]
            continue
        for one in walk.to_ask(page):
            assert one.id in values or not walk.is_required(one)
            if one.id in values:
                _readable(one, values[one.id])
                assert not one.choices or values[one.id] in {choice.code for choice in walk.choices(one)}


def _readable(asked: Any, value: Any) -> None:
    try:
        clean(asked, value, today=date(2026, 11, 23))
    except AnswerError as error:
        raise AssertionError(error.message) from error


class Circling(Journey):
    def next_page(self, after: str | None) -> Page | None:
        return self.pages[0] if self.pages else None


class Remembering(Journey):
    def values(self) -> dict[str, Any]:
        return {name: one.value for name, one in self._given.items()} | super().values()


class Trusting(Journey):
    @property
    def complete(self) -> bool:
        return all(name in self._answers for name in self._required)


PROPERTIES = [(ends, Circling), (hidden_never_counts, Remembering), (complete_validates, Trusting)]


@pytest.mark.parametrize("prop", [prop for prop, broken in PROPERTIES])
def test_the_journey_keeps_its_promise_for_any_form_and_any_answers(prop: Any) -> None:
    holds(prop, Journey)


@pytest.mark.parametrize(("prop", "broken"), PROPERTIES)
def test_a_journey_that_breaks_the_promise_is_caught(prop: Any, broken: type[Journey]) -> None:
    with pytest.raises(AssertionError):
        holds(prop, broken)


def test_answering_every_page_in_turn_always_arrives() -> None:
    def arrives(walker: type[Journey], case: Case) -> None:
        form, _, _ = case
        answers: dict[str, Answer] = {}
        for _round in range(2 * len(form.pages) + 2):
            walk = walker(form, answers, CTX)
            wrong = next((page for page in walk.pages if walk.page_errors(page)), None)
            if wrong is None:
                break
            assert walk.can_visit(wrong.id)
            if wrong.group is not None:
                answers[wrong.group.id] = Answer([{"n": 9, "w": "chữ"}])
            for one in walk.to_ask(wrong) if wrong.group is None else ():
                answers.setdefault(one.id, Answer(EXAMPLE[one.kind]))
        else:
            raise AssertionError("never arrives")
        assert walker(form, answers, CTX).complete

    holds(arrives, Journey)


EXAMPLE = {
    "text": "abc", "name": "Lê An", "date": "2019-05-05", "integer": 7, "boolean": True, "choice": "b",
    "address": HOME,
}  # fmt: skip
