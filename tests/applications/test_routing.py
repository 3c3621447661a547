"""Where a dossier goes: cases of the version, judged over the answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from applications import routing
from identity.errors import Refused
from tests import factories

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 11, 23)
HOME = {"level": "commune", "kind": factories.KIND, "from": ["req_residence"]}


def goes(dossier: Any, values: dict[str, Any]) -> str:
    return routing.competent_agency(dossier, values, on=ON).key


def test_cases_are_judged_in_order_over_the_answers() -> None:
    agency, other = factories.commune_agency(), factories.commune_agency("Thanh Khê")
    cases = [{"when": "result_delivery == 'post'", "agency": other.key}, HOME]
    version = factories.version(processing={**factories.PROCESSING, "routing": {"cases": cases}})
    dossier = factories.draft(agency, of=version)
    values = factories.answers(agency)
    assert goes(dossier, values) == agency.key
    assert goes(dossier, values | {"result_delivery": "post"}) == other.key


def test_without_a_place_nobody_is_guessed() -> None:
    agency = factories.commune_agency()
    dossier = factories.draft(agency)
    with pytest.raises(Refused, match="nơi cư trú"):
        goes(dossier, {})
