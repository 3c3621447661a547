"""Registers of invented people for demonstrations and tests, with the faults of real ones.

Faults are set for a process by FAKE_REGISTER_FAULTS="civil_status_db=down,national_population_db=slow",
or on one register by its `fault` attribute: down (nobody answers), slow (answers late), missing (no record).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from identity.registers.base import Record, RegisterUnavailable

DEMO = Path(__file__).with_name("demo.json")
NAMES = (
    "national_population_db",
    "civil_status_db",
    "birth_notification_db",
    "business_registry",
    "judicial_record_db",
    "citizen_vault",
)


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()


@cache
def _demo() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(DEMO.read_text(encoding="utf-8"))
    return data


def persons() -> list[dict[str, Any]]:
    """The one list of demonstration people; the demonstration eID signs the same people in."""
    return [dict(person) for person in _demo()["persons"]]


def person(nick: str) -> dict[str, Any]:
    return next(found for found in persons() if found["nick"] == nick)


def _dated(record: Mapping[str, Any], on: date) -> Record:
    """`x_days_ago` becomes `x` as a date, so that the demonstration never grows too old for the law."""
    shown: dict[str, Any] = {}
    for name, value in record.items():
        if name.endswith("_days_ago"):
            shown[name.removesuffix("_days_ago")] = (on - timedelta(days=value)).isoformat()
        else:
            shown[name] = value
    return shown


class FakeRegister:
    slow_seconds = 3.0

    def __init__(self, name: str, *, today: Callable[[], date] = today) -> None:
        self.name = name
        self.today = today
        self.fault = ""

    def fetch(self, key: str) -> Record | None:
        fault = self.fault or _faults().get(self.name, "")
        if fault == "down":
            raise RegisterUnavailable(self.name)
        if fault == "slow":
            time.sleep(self.slow_seconds)
        record = None if fault == "missing" else _records(self.name).get(key)
        return None if record is None else _dated(record, self.today())


def _faults() -> dict[str, str]:
    pairs = os.environ.get("FAKE_REGISTER_FAULTS", "").split(",")
    return dict(pair.strip().split("=", 1) for pair in pairs if "=" in pair)


@cache
def _records(name: str) -> dict[str, dict[str, Any]]:
    demo = _demo()
    if name == "national_population_db":
        return {one["number"]: one["population"] | _identity(one) for one in demo["persons"]}
    if name == "citizen_vault":
        return {one["number"]: one["vault"] for one in demo["persons"] if "vault" in one}
    found: dict[str, dict[str, Any]] = demo[name]
    return found


def _identity(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("number", "full_name", "date_of_birth", "sex")}
