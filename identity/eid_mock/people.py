"""The people of the demonstration eID: the same invented people as in the demonstration registers."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date
from functools import cache
from typing import Any

from identity.registers import fake


@cache
def by_number() -> dict[str, dict[str, Any]]:
    return {one["number"]: one | {"born": date.fromisoformat(one["date_of_birth"])} for one in fake.persons()}


def subject(number: str, secret: str) -> str:
    """The opaque name of a person: stable, and of no use to anybody who has not the secret."""
    return hmac.new(secret.encode(), f"subject {number}".encode(), hashlib.sha256).hexdigest()[:40]


def acr(number: str) -> str:
    return f"loa:{by_number()[number]['level']}"


def tax_codes(number: str) -> list[str]:
    """The organisations whose identification account belongs to this legal representative."""
    return sorted(code for code, one in _businesses().items() if one["legal_rep_number"] == number)


@cache
def _businesses() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(fake.DEMO.read_text(encoding="utf-8"))["business_registry"]
    return found
