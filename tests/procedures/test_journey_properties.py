"""Properties of every journey: random definitions, random answers, and a broken walker for each promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from procedures import rules
from procedures.fees import fee_lines
from procedures.journey import Answer, Journey
from procedures.schema import AnswerError, Form, Page, clean, is_blank, json_schema, load
from tests.procedures.definitions import question

CTX = rules.context(today=date(2026, 11, 23))
HOME = {"detail": "12 Lê Hồng Phong", "commune_code": "20242", "country": "VN"}

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
        total = question("computed", "total", value_kind="integer", derive="size(rows.filter(r, r.n > 5))")
        pages.append({"id": "sum", "title": "Tổng", "questions": [total]})
    whole = [RULES[kind].format(name) for name, kind in earlier]
    cases = [{"when": rule, "label": f"Phí {n}", "amount_vnd": 1000} for n, rule in enumerate(whole)]
    return load(
        {
            "procedure_id": "random",
            "official_form": "Mẫu",
            "pages": pages,
            "fees": {"kind": "phi", "legal_basis": "Luật", "cases": cases},
            "auto_decision": [
                {"id": f"d{n}", "when": rule, "fail_vi": "Sai"} for n, rule in enumerate(whole)
            ],
        }
    )


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


def holds(prop: Callable[[type[Journey], Case], None], walker: type[Journey], examples: int = 120) -> None:
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
    assert _fees(again) == _fees(walk)
    assert again.failed_conditions() == walk.failed_conditions()


def _fees(walk: Journey) -> list[Any]:
    return fee_lines(walk.form, {name: one for name, one in walk.values().items() if _clean(walk, name)}, CTX)


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


def complete_fits_the_json_schema(walker: type[Journey], case: Case) -> None:
    form, answers, _ = case
    walk = walker(form, answers, CTX)
    if not walk.errors():
        wrong = [
            error.message for error in Draft202012Validator(json_schema(form)).iter_errors(walk.values())
        ]
        assert wrong == []


def fees_and_decisions_read_what_counts(walker: type[Journey], case: Case) -> None:
    """Over the counted values alone a fee and a decision come out the same as inside the walk."""
    form, answers, _ = case
    walk = walker(form, answers, CTX)
    scope = form.scope({name: value for name, value in walk.values().items() if _clean(walk, name)}, CTX)
    held = [rule.id for rule in form.auto_decision if not rules.truth(rule.when, scope)]
    assert [rule.id for rule in walk.failed_conditions()] == held


def _clean(walk: Journey, name: str) -> bool:
    return name not in walk._wrong


def going_back_keeps_what_still_shows(walker: type[Journey], case: Case) -> None:
    """Change one answer, change it back: everything is as before; in between nothing hidden counts."""
    form, answers, others = case
    before = walker(form, answers, CTX)
    for name in others:
        changed = walker(form, {**answers, name: others[name]}, CTX)
        shown = {one.id for page in form.pages if page.group is None for one in changed.visible(page)}
        assert changed.values().keys() <= shown | form.groups.keys()
        kept = shown & answers.keys() - {name} & before.values().keys()
        asked = {one for one in kept if form.questions[one].kind != "computed"}
        assert all(changed.values().get(one) == before.values()[one] for one in asked)
        again = walker(form, {**answers, name: answers[name]} if name in answers else answers, CTX)
        assert again.values() == before.values()


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


class Forgiving(Journey):
    def errors(self) -> tuple[Any, ...]:
        return ()


class Leaking(Journey):
    """Decides over everything that was ever written."""

    def failed_conditions(self) -> list[Any]:
        written = {name: one.value for name, one in self._given.items() if name in self.form.questions}
        usable = {name: value for name, value in written.items() if _readable_as(self.form, name, value)}
        return rules.failed(self.form.auto_decision, {**self._scope, **usable})


def _readable_as(form: Form, name: str, value: Any) -> bool:
    try:
        return form.questions[name].kind != "computed" and clean(form.questions[name], value) == value != ""
    except AnswerError:
        return False


class Dropping(Journey):
    """Forgets an answer once the page before it changed."""

    def values(self) -> Mapping[str, Any]:  # type: ignore[override]
        known = super().values()
        return dict(list(known.items())[: len(known) - (len(self._given) % 2)])


PROPERTIES = [
    (ends, Circling),
    (hidden_never_counts, Remembering),
    (complete_validates, Trusting),
    (complete_fits_the_json_schema, Forgiving),
    (fees_and_decisions_read_what_counts, Leaking),
    (going_back_keeps_what_still_shows, Dropping),
]


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
