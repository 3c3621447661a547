from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from procedures import rules
from procedures.fees import FeeUnknown, fee_lines, total
from procedures.rules import RuleError
from procedures.schema import FeeCase, Fees, SchemaError, load
from tests.procedures.definitions import definition, question, shipped

CTX = rules.context(today=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("group", "copies", "amounts"),
    [
        ("full", 1, [200000]),
        ("full", 2, [200000]),
        ("full", 3, [200000, 5000]),
        ("half", 5, [100000, 15000]),
        ("free", 2, [0]),
        ("free", 4, [0, 10000]),
    ],
)
def test_judicial_record_lines_add_up(group: str, copies: int, amounts: list[int]) -> None:
    form = shipped("judicial-record")
    lines = fee_lines(form, {"fee_group": group, "copies_count": copies}, CTX)
    assert [line.amount_vnd for line in lines] == amounts
    assert total(lines) == sum(amounts)
    assert all(line.legal_basis and line.label and line.label_en for line in lines)


@pytest.mark.parametrize(
    ("days", "exempt", "amount"), [(0, "", 0), (60, "", 0), (61, "", 8000), (61, "disabled", 0)]
)
def test_birth_is_free_within_sixty_days_and_provincial_after(days: int, exempt: str, amount: int) -> None:
    ctx = CTX | {"local_fee": 8000, "local_fee_basis": "Nghị quyết 23/2026/NQ-HĐND"}
    values = {"child_days_since_birth": days, "exempt_group": exempt}
    lines = fee_lines(shipped("birth-registration"), values, ctx)
    assert [line.amount_vnd for line in lines] == [amount]
    assert (lines[0].legal_basis == "Nghị quyết 23/2026/NQ-HĐND") is (amount > 0)


def test_a_provincial_fee_nobody_entered_is_unknown_and_never_zero() -> None:
    with pytest.raises(FeeUnknown):
        fee_lines(shipped("birth-registration"), {"child_days_since_birth": 61}, CTX)


def test_chemicals_cost_nothing() -> None:
    assert total(fee_lines(shipped("chemical-import-declaration"), {}, CTX)) == 0


@pytest.mark.parametrize("times", ["0.5", "-1", "true", "'2'"])
def test_a_fee_is_whole_dong_times_a_whole_number(times: str) -> None:
    cases: list[dict[str, Any]] = [{"when": "true", "label": "Phí", "amount_vnd": 1000, "times": times}]
    with pytest.raises(SchemaError, match="số lần"):
        load(definition(question(), fees={"kind": "phi", "legal_basis": "Luật", "cases": cases}))
    unchecked = Fees("phi", "Luật", (FeeCase("true", "Phí", 1000, times=times),))
    with pytest.raises(RuleError):
        fee_lines(replace(load(definition(question())), fees=unchecked), {}, CTX)


def test_a_count_is_known_to_be_positive_where_its_case_holds() -> None:
    case = {"when": "n > 2", "label": "Phí", "amount_vnd": 5000, "times": "n - 2"}
    fees = {"kind": "phi", "legal_basis": "Luật", "cases": [case]}
    form = load(definition(question("integer", "n"), fees=fees))
    assert [line.amount_vnd for line in fee_lines(form, {"n": 5}, CTX)] == [15000]
    with pytest.raises(SchemaError, match="số lần có thể âm"):
        load(definition(question("integer", "n"), fees=fees | {"cases": [case | {"when": "n < 9"}]}))
