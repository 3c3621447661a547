from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest

from procedures import rules
from procedures.rules import RuleError
from procedures.schema import Condition
from procedures.words import date_in_words, number_in_words

CTX = rules.context(today=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("born < ctx.today", True),
        ("date('2026-01-02') > born", True),
        ("days_between(born, ctx.today)", 23),
        ("years_between('2000-11-24', ctx.today)", 25),
        ("size(rows) == 2 && rows.all(r, r.n > 0)", True),
        ("rows.exists(r, r.n > 2.5)", False),
        ("min(3, count)", 0),
        ("text == '' && yes == null && count == 0", True),
        ("cas_ok('1310-73-2') && !cas_ok('1310-73-3') && !cas_ok('')", True),
        ("hs_ok('28151100') && !hs_ok('2815')", True),
        ("date_in_words('2026-04-20')", "Ngày hai mươi tháng tư năm hai nghìn không trăm hai mươi sáu"),
    ],
)
def test_an_expression_reads_answers_and_context(expression: str, value: Any) -> None:
    scope = {
        "born": "2026-10-31",
        "rows": [{"n": 1}, {"n": 2.5}],
        "text": "",
        "yes": None,
        "count": 0,
        "ctx": CTX,
    }
    if "date('" in expression:
        scope["born"] = "2025-10-31"
    assert rules.evaluate(expression, scope) == value


def test_size_counts_letters_not_bytes() -> None:
    assert rules.evaluate("size(name)", {"name": unicodedata.normalize("NFC", "Ảnh")}) == 3


@pytest.mark.parametrize(
    ("expression", "scope"),
    [
        ("missing == ''", {}),
        ("a > 3", {"a": ""}),
        ("days_between(a, '2026-01-01')", {"a": ""}),
        ("date('2026-02-30') == ''", {}),
        ("a.b == ''", {"a": {}}),
        ("1 / 0 == 1", {}),
        ("a + 1 > 0", {"a": 9223372036854775807}),
        ("a &&", {"a": True}),
        ("__import__('os')", {}),
    ],
)
def test_what_cannot_be_evaluated_names_its_expression(expression: str, scope: dict[str, Any]) -> None:
    with pytest.raises(RuleError) as caught:
        rules.truth(expression, scope)
    assert caught.value.expression == expression
    assert expression in str(caught.value)


def test_a_condition_must_be_true_or_false() -> None:
    with pytest.raises(RuleError, match="phải là đúng hoặc sai"):
        rules.truth("1 + 1", {})


@pytest.mark.parametrize("bomb", ["(" * 41 + "1" + ")" * 41, "1+" * 1001 + "1", "[1].map(a,[1].map(b,[1].map(c,[1].map(d,1))))"])  # fmt: skip  # noqa: E501
def test_expression_bombs_are_refused_before_they_are_parsed(bomb: str) -> None:
    assert len(rules.problems(bomb, [])) == 1


def test_unknown_names_are_found_without_running() -> None:
    expression = "a == 'b c' && rows.all(r, r.n > limit) && ctx.todya == '' && open('x')"
    assert rules.problems(expression, {"a", "rows"}) == [
        "không có câu hỏi nào tên «limit»",
        "không có câu hỏi nào tên «ctx.todya»",
        "không có hàm nào tên «open»",
    ]
    assert rules.problems("a == ''", {"a"}) == []


def test_the_broken_check_that_trusts_every_name_would_miss_the_fault() -> None:
    def trusting(expression: str) -> list[str]:
        return rules.problems(expression, rules.compiled(expression).names)

    assert trusting("limit == ''") == []
    assert rules.problems("limit == ''", []) != trusting("limit == ''")


def test_failed_conditions_are_named_in_their_order() -> None:
    conditions = [
        Condition(name, rule, name) for name, rule in (("a", "x > 1"), ("b", "x > 0"), ("c", "x > 2"))
    ]
    assert [one.id for one in rules.failed(conditions, {"x": 1})] == ["a", "c"]


def test_context_knows_its_names() -> None:
    with pytest.raises(TypeError):
        rules.context(today=date(2026, 1, 1), wheather="fine")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (105, "một trăm linh năm"),
        (200000, "hai trăm nghìn"),
        (2026, "hai nghìn không trăm hai mươi sáu"),
        (1000005, "một triệu không trăm linh năm"),
        (1234567890, "một tỷ hai trăm ba mươi bốn triệu năm trăm sáu mươi bảy nghìn tám trăm chín mươi"),
    ],
)
def test_numbers_are_read_out_as_receipts_print_them(number: int, words: str) -> None:
    assert number_in_words(number) == words


def test_april_is_thang_tu() -> None:
    assert date_in_words(date(2026, 4, 1)) == "Ngày một tháng tư năm hai nghìn không trăm hai mươi sáu"
