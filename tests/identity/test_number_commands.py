"""The commands that check a number: one object on stdout, exit 0, or 2 when there is nothing to check."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def run(command: str, number: str) -> dict:
    out = StringIO()
    call_command(command, number, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_good_personal_number_is_explained():
    assert run("validate_id", "001198012345") == {
        "valid": True,
        "reason": "",
        "province": "01",
        "sex": "female",
        "birth_year": 1998,
        "needs_review": False,
    }


@pytest.mark.parametrize("number", ["12345", "0010980123AB", "097098012345", "0" * 400])
def test_a_bad_personal_number_gets_a_reason(number):
    verdict = run("validate_id", number)
    assert verdict["valid"] is False
    assert verdict["reason"]


@pytest.mark.parametrize(
    ("code", "valid"), [("0100233488", True), ("0314409058-002", True), ("0400000012", False)]
)
def test_tax_codes_are_judged(code, valid):
    verdict = run("validate_tax_code", code)
    assert verdict["valid"] is valid
    assert bool(verdict["reason"]) is not valid


@pytest.mark.parametrize("command", ["validate_id", "validate_tax_code"])
def test_nothing_to_check_is_unusable(command):
    with pytest.raises(CommandError) as refused:
        call_command(command, "  ", "--json")
    assert refused.value.returncode == 2
