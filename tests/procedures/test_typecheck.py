"""Expressions are understood before they run: what is wrong is said, what is accepted never fails."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from procedures import rules
from procedures.schema import SchemaError, load, typecheck
from procedures.schema.expressions import Walk
from procedures.schema.model import Form, in_expressions
from procedures.schema.reach import unreachable
from procedures.schema.typecheck import Checker, check
from procedures.schema.types import LONGEST_RESULT, Type
from tests.procedures.definitions import SHIPPED, definition, question, shipped

CODES = [{"code": "a", "label": "Một"}, {"code": "b", "label": "Hai"}]
ROWS = {"id": "rows", "label": "Dòng", "min": 0, "max": 4}


def everything() -> Form:
    asked = [
        question("text", "t", max_length=40),
        question("date", "d"),
        question("partial_date", "pd"),
        question("integer", "n", min=0, max=9),
        question("integer", "m"),
        question("decimal", "x", min=0, max=100),
        question("boolean", "yes"),
        question("choice", "c", choices=CODES),
        question("multi_choice", "cs", choices=CODES),
        question("address", "home"),
        question("identity_document", "paper"),
        question("computed", "age", value_kind="integer", derive="d == '' ? 0 : years_between(d, ctx.today)"),
    ]
    columns = [question("integer", "k", max=50), question("text", "w", max_length=20)]
    form = definition(*asked)
    form["pages"].append({"id": "list", "title": "Bảng", "group": ROWS, "questions": columns})
    return load(form)


FORM = everything()
ENV = Walk(FORM).env


def said(expression: str, **more: Any) -> str:
    return "; ".join(check(expression, ENV, **more).problems)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("gone == ''", "không có câu hỏi nào tên «gone»"),
        ("home.street == ''", "không có «home.street»"),
        ("ctx.todya == ''", "không có «ctx.todya»"),
        ("rows.all(r, r.z > 0)", "không có «r.z»"),
        ("t == 3", "so sánh chữ với số nguyên"),
        ("n == '3'", "so sánh số nguyên với chữ"),
        ("t > 3", "không so lớn bé được"),
        ("yes > false", "không so lớn bé được"),
        ("t == null", "chỉ câu Có hoặc Không"),
        ("c == 'z'", "không có lựa chọn «z»; các mã là: a, b"),
        ("c in ['a', 'z']", "không có lựa chọn «z»"),
        ("'z' in cs", "không có lựa chọn «z»"),
        ("d < '2026-02-30'", "«2026-02-30» không phải một ngày có thật"),
        ("d == '1/2/2026'", "không phải một ngày có thật"),
        ("t + 1 == ''", "không tính được chữ + số nguyên"),
        ("t - t == ''", "không tính được"),
        ("n * 1.5 > 2.0", "đổi số nguyên bằng double( )"),
        ("n / 0 > 1", "chia cho 0"),
        ("10 / n > 1", "số chia có thể là 0"),
        ("m * m * m > 1", "kết quả có thể lớn quá"),
        ("days_between(d, ctx.today) > 1", "kiểm tra != '' trước"),
        ("days_between(t, ctx.today) > 1", "hàm days_between cần ngày"),
        ("years_between(pd, ctx.today) > 1", "hàm years_between cần ngày"),
        ("date('2026-02-30') == ''", "«2026-02-30» không phải một ngày có thật"),
        ("yes && n > 1", "hãy viết «yes == true»"),
        ("!t", "phải là đúng hoặc sai"),
        ("t ? 1 : 2", "phải là đúng hoặc sai"),
        ("yes == true ? 1 : 'a'", "hai nhánh"),
        ("t.matches('(a+)+b')", "không có hàm nào tên «matches»"),
        ("duration('1s') == duration('1s')", "không có hàm nào tên «duration»"),
        ("rows[0].k > 1", "không đọc theo số thứ tự"),
        ("n in t", "sau «in» phải là một danh sách"),
        ("rows.all(n, n.k > 1)", "đặt tên khác cho dòng"),
        ("rows.all(r, r.k)", "phải là đúng hoặc sai"),
        ("rows.map(r, r) == rows", "map chỉ lấy ra giá trị đơn"),
        ("home == home", "so sánh"),
        ("t == ''' ''' ", "viết sai ở chữ thứ"),
        ("t == 'a\\'b'", "viết sai ở chữ thứ"),
        ("t == '' // và", "viết sai ở chữ thứ"),
        ("b'a' == b'a'", "viết sai"),
        ("9223372036854775808 > 1", "viết sai"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(expression: str, says: str) -> None:
    assert says in said(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "d != '' && days_between(d, ctx.today) > 1",
        "d == '' || years_between(d, ctx.today) >= 18",
        "n > 0 && 10 / n > 1",
        "yes == true && n > 1",
        "yes != null && yes",
        "double(n) * 1.5 > x",
        "'a' in cs || c in ['a', '']",
        "rows.exists(r, r.k > n && size(r.w) > 2)",
        "rows.filter(r, r.k > 1).all(r, r.w != '')",
        "rows.map(r, r.k).exists(k, k > 3)",
        "home.commune_code != '' && home.country == 'VN'",
        "paper.issue_date != '' && paper.issue_date <= ctx.today",
        "ctx.local_fee != null && ctx.local_fee > 1000",
        "t.startsWith('x') || size(t) > 3 || min(n, m) < 3",
        "c == 'a' ? n > 1 : c == 'b' ? m > 1 : x > 1",
    ],
)
def test_what_is_right_is_accepted(expression: str) -> None:
    assert said(expression) == ""


def test_a_name_that_stands_later_or_is_the_question_itself_is_told_apart() -> None:
    assert "đứng sau" in said("late == ''", later={"late"})
    assert "chính nó" in said("me == ''", own="me")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_form_has_nothing_dead(name: str) -> None:
    assert [str(fault) for fault in unreachable(shipped(name))] == []


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ([question("choice", "c", choices=CODES), question(name="q", show_if="c == 'a' && c == 'b'")], 1),
        ([question("integer", "n", min=0, max=9), question(name="q", show_if="n > 9")], 1),
        ([question("integer", "n", max=9), question("integer", "k", show_if="n > 9"),
          question(name="q", show_if="k > 0")], 2),
        ([question("boolean", "y"), question(name="q", show_if="(y == true || y == null) && y == false")], 1),
        ([question("date", "d"), question(name="q", show_if="d != '' && d == ''")], 1),
    ],
)  # fmt: skip
def test_a_question_that_can_never_be_shown_is_found(asked: list[dict[str, Any]], path: int) -> None:
    found = {fault.path: fault.reason for fault in unreachable(load(definition(*asked)))}
    assert "không bao giờ hiện" in found[f"pages[0].questions[{path}].show_if"]


def test_pages_choices_fees_and_checks_that_decide_nothing_are_found() -> None:
    pages = [
        {"id": "one", "title": "Trang", "questions": [question("choice", "c", choices=[
            *CODES, {"code": "z", "label": "Ba", "show_if": "ctx.level > 99"}])]},
        {"id": "two", "title": "Trang", "questions": [question(name="q", show_if="c == 'z'")]},
        {"id": "three", "title": "Trang", "show_if": "c != c", "questions": [question(name="r")]},
    ]  # fmt: skip
    cases = [{"when": "c == 'z'", "label": "Phí", "amount_vnd": 1}]
    more = {
        "fees": {"kind": "phi", "legal_basis": "Luật", "cases": cases},
        "checks": [{"id": "k", "question": "c", "when": "c != ''", "fail_vi": "Sai"}],
    }
    form = load({"procedure_id": "try", "official_form": "Mẫu", "pages": pages} | more)
    assert {fault.path for fault in unreachable(form)} == {
        "pages[0].questions[0].choices[2].show_if",
        "pages[1].questions[0].show_if",
        "pages[1]",
        "fees.cases[0].when",
        "checks[0].when",
    }


@pytest.mark.parametrize(
    ("value_kind", "derive", "says"),
    [
        ("integer", "t", "cần số nguyên"),
        ("text", "n", "cần chữ"),
        ("decimal", "n", "cần số thập phân"),
        ("boolean", "t", "cần đúng hoặc sai"),
        ("date", "t", "phải cho ra một ngày"),
        ("address", "t", "cần giá trị nhiều phần"),
        ("identity_document", "{'serial': t}", "không có phần «serial»"),
        ("country", "'XX'", "không có trong các lựa chọn"),
        ("integer", "n > 3 ? n : 0", ""),
        ("date", "d", ""),
        ("date", "'2026-02-28'", ""),
        ("address", "home", ""),
        ("identity_document", "t == '' ? {} : {'number': t}", ""),
        ("country", "c == 'a' ? 'VN' : ''", ""),
        ("boolean", "yes == true", ""),
        ("decimal", "double(n) / 2.0", ""),
        ("multi_choice", "cs", ""),
        ("text", "t + ' ' + string(n)", ""),
    ],
)
def test_a_computed_value_is_of_its_kind(value_kind: str, derive: str, says: str) -> None:
    raw = definition(
        question("text", "t"), question("integer", "n"), question("date", "d"), question("boolean", "yes"),
        question("choice", "c", choices=CODES), question("multi_choice", "cs", choices=CODES),
        question("address", "home"),
        question("computed", "sum", value_kind=value_kind, derive=derive,
                 **({"choices": CODES} if value_kind == "multi_choice" else {})),
    )  # fmt: skip
    if not says:
        assert load(raw).questions["sum"].derive == derive
        return
    with pytest.raises(SchemaError, match=says):
        load(raw)


# What is accepted never fails, and stays within what was foretold

LEAVES = {
    "truth": [
        "true",
        "false",
        "ctx.exempt",
        "yes",
        "yes == true",
        "cas_ok(t)",
        "'a' in cs",
        "t.contains('x')",
    ],
    "whole": ["n", "m", "age", "0", "7", "size(t)", "size(rows)", "size(cs)", "ctx.local_fee", "ctx.level"],
    "decimal": ["x", "1.5", "double(n)"],
    "text": ["t", "c", "''", "'a'", "home.detail", "paper.number", "string(n)", "ctx.channel", "pd"],
    "day": ["d", "ctx.today", "paper.issue_date", "'2026-02-28'", "''", "'2026-02-30'", "t"],
}
NUMBER = st.sampled_from(["whole", "decimal"])


@st.composite
def expressions(draw: st.DrawFn, sort: str, depth: int = 3) -> str:
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(LEAVES[sort]))

    def inner(other: str) -> str:
        return draw(expressions(other, depth - 1))

    if draw(st.integers(0, 5)) == 0:
        return f"({inner('truth')} ? {inner(sort)} : {inner(sort)})"
    if sort == "truth":
        return _truths(draw, inner)
    if sort in ("whole", "decimal"):
        if sort == "whole" and draw(st.booleans()):
            function = draw(st.sampled_from(["days_between", "years_between"]))
            return f"{function}({inner('day')}, {inner('day')})"
        return f"({inner(sort)} {draw(st.sampled_from('+-*/%'))} {inner(sort)})"
    if sort == "text":
        return draw(
            st.sampled_from([f"({inner('text')} + {inner('text')})", f"date_in_words({inner('day')})"])
        )
    return f"date({inner('day')})"


def _truths(draw: st.DrawFn, inner: Any) -> str:
    form = draw(st.integers(0, 5))
    if form == 0:
        return f"!({inner('truth')})"
    if form == 1:
        return f"({inner('truth')} && {inner('truth')})"
    if form == 2:
        return f"({inner('truth')} || {inner('truth')})"
    if form == 3:
        rule, sign = (
            draw(st.sampled_from(["all", "exists", "exists_one"])),
            draw(st.sampled_from(["<", "=="])),
        )
        return f"rows.{rule}(r, r.k {sign} {inner('whole')} && r.w != {inner('text')})"
    sort = draw(st.sampled_from(["whole", "decimal", "text", "day"]))
    return f"({inner(sort)} {draw(st.sampled_from(['==', '!=', '<', '<=', '>', '>=']))} {inner(sort)})"


DAY = st.sampled_from(["", "2026-02-28", "1999-12-31"])
TEXTS = st.sampled_from(["", "x", "107-44-8", "ắ" * 40])
ANSWERS = st.fixed_dictionaries(
    {
        "t": TEXTS,
        "d": DAY,
        "pd": st.sampled_from(["", "1962", "1962-03", "1962-03-04"]),
        "n": st.integers(0, 9),
        "m": st.sampled_from([-(10**9), -3, 0, 1, 10**9]),
        "x": st.sampled_from([0.0, 0.5, 100.0]),
        "yes": st.sampled_from([None, True, False]),
        "c": st.sampled_from(["", "a", "b"]),
        "cs": st.lists(st.sampled_from(["a", "b"]), unique=True),
        "home": st.fixed_dictionaries(
            {"detail": TEXTS, "commune_code": st.just(""), "country": st.just("VN")}
        ),
        "paper": st.fixed_dictionaries({"type": TEXTS, "number": TEXTS, "issuer": TEXTS, "issue_date": DAY}),
        "age": st.integers(-1, 126),
        "rows": st.lists(
            st.fixed_dictionaries({"k": st.sampled_from([0, 50, -9]), "w": st.just("chữ")}), max_size=4
        ),
    }
)
FEE = st.sampled_from([None, 0, 10**12])


def within(value: Any, foretold: Type) -> bool:
    if value is None:
        return foretold.null
    if isinstance(value, bool):
        return foretold.sort == "truth" and value in (foretold.can or ())
    if isinstance(value, str):
        listed = foretold.can is None or value in foretold.can
        return foretold.sort == "text" and listed and len(value) <= foretold.most <= LONGEST_RESULT
    if isinstance(value, int | float):
        kind = "decimal" if isinstance(value, float) else "whole"
        return foretold.sort == kind and foretold.low <= value <= foretold.high
    return isinstance(value, list) and foretold.sort == "list" and len(value) <= foretold.most


def keeps_its_word(expression: str, answers: dict[str, Any], fee: int | None) -> None:
    checked = check(expression, ENV)
    if checked.problems:
        return
    known = {**FORM.questions}
    scope = {
        name: in_expressions(known[name], one) if name in known else one for name, one in answers.items()
    }
    scope["ctx"] = rules.context(today=date(2026, 11, 23), local_fee=fee)
    try:
        value = rules.evaluate(expression, scope)
    except rules.RuleError as error:
        raise AssertionError(f"accepted, but fails: {error}") from error
    assert within(value, checked.result), (expression, value, checked.result)


def sound(examples: int) -> None:
    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate], report_multiple_bugs=False,
    )  # fmt: skip
    @given(
        expression=st.sampled_from(["truth", "whole", "decimal", "text", "day"]).flatmap(expressions),
        answers=ANSWERS,
        fee=FEE,
    )
    def prove(expression: str, answers: dict[str, Any], fee: int | None) -> None:
        keeps_its_word(expression, answers, fee)

    prove()


def test_an_accepted_expression_never_fails_and_gives_what_was_foretold() -> None:
    sound(600)


def test_a_checker_that_believes_every_date_is_written_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def trusting(name: str, given: Any, say: Any) -> Type:
        return Type("whole", low=-4_000_000, high=4_000_000)

    monkeypatch.setitem(typecheck.calls._CALLS, "days_between", trusting)
    with pytest.raises(AssertionError, match="accepted, but fails"):
        sound(600)


def test_a_checker_that_forgets_that_a_divisor_can_be_0_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetting(self: Checker, one: Type, sign: str, other: Type) -> Type:
        return Type(one.sort if one.is_number else "any", low=-(10.0**30), high=10.0**30)

    monkeypatch.setattr(Checker, "_count", forgetting)
    with pytest.raises(AssertionError, match="accepted, but fails"):
        sound(600)
