from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from identity import registers
from identity.numbers import NumberError, check_citizen_number, check_tax_code
from identity.registers import fake

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("number", "province", "sex", "year"),
    [
        ("048095001234", "48", "male", 1995),
        ("001198012345", "01", "female", 1998),
        ("079205000017", "79", "male", 2005),
        ("046310123456", "46", "female", 2010),
    ],
)
def test_a_citizen_number_tells_place_sex_and_year(number: str, province: str, sex: str, year: int) -> None:
    found = check_citizen_number(number, today=TODAY)
    assert (found.province, found.sex, found.birth_year, found.needs_review) == (province, sex, year, False)


@pytest.mark.parametrize("number", ["003095001234", "048895001234", "04809500123", "048095 00123A", ""])
def test_a_number_that_cannot_have_been_issued_is_refused(number: str) -> None:
    with pytest.raises(NumberError):
        check_citizen_number(number, today=TODAY)


def test_a_birth_abroad_is_left_to_an_officer() -> None:
    assert check_citizen_number("301095001234", today=TODAY).needs_review


def test_declared_data_that_disagree_are_a_warning() -> None:
    found = check_citizen_number("048195001234", today=TODAY)
    assert found.disagreements(sex="male", birth_year=1995) == ("sex",)
    assert found.disagreements(sex="female", birth_year=1994) == ("birth_year",)


@pytest.mark.parametrize("code", ["0100233488", "0314409058-002", "0400000011", "0400000029", "3300000013"])
def test_issued_tax_codes_pass(code: str) -> None:
    assert check_tax_code(code, today=TODAY) == code


@pytest.mark.parametrize(
    "code",
    ["0400000012", *(f"040000009{digit}" for digit in range(10)), "0100000004", "0100233488-000", "12"],
)
def test_tax_codes_never_issued_are_refused(code: str) -> None:
    with pytest.raises(NumberError):
        check_tax_code(code, today=TODAY)


# Registers of invented people


def test_demo_people_carry_valid_numbers_that_agree_with_their_data() -> None:
    people = fake.persons()
    assert len(people) >= 10
    assert len({one["number"] for one in people} | {one["nick"] for one in people}) == 2 * len(people)
    for one in people:
        found = check_citizen_number(one["number"], today=TODAY)
        year = int(one["date_of_birth"][:4])
        assert found.disagreements(sex=one["sex"], birth_year=year) == ()
    assert [one["nick"] for one in people if one["level"] == 1] == ["bao"]


def test_demo_addresses_lie_in_communes_of_today() -> None:
    data = Path(__file__).parents[2] / "procedures" / "data" / "administrative_units.json"
    provinces = json.loads(data.read_text(encoding="utf-8"))["provinces"]
    communes = {one["code"] for province in provinces for one in province["communes"]}
    used = re.findall(r'"commune_code": "([^"]*)"', fake.DEMO.read_text(encoding="utf-8"))
    assert used
    assert set(used) <= communes


def test_the_birth_notice_never_grows_too_old_for_the_sixty_days() -> None:
    register = fake.FakeRegister("birth_notification_db", today=lambda: date(2031, 1, 10))
    notice = register.fetch("048195001234")
    assert notice is not None
    assert notice["born"] == "2030-12-18"


def test_a_register_can_be_down_slow_or_without_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    register = fake.FakeRegister("civil_status_db")
    register.fault = "missing"
    assert register.fetch("048195001234") is None
    register.fault, register.slow_seconds = "slow", 0.0
    assert register.fetch("048195001234") is not None
    register.fault = ""
    monkeypatch.setenv("FAKE_REGISTER_FAULTS", "civil_status_db=down, citizen_vault=missing")
    with pytest.raises(registers.RegisterUnavailable):
        register.fetch("048195001234")


def test_a_register_nobody_connected_counts_as_unavailable() -> None:
    with pytest.raises(registers.RegisterUnavailable):
        registers.fetch("land_db", "1")
