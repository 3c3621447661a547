"""What a published version asks of people, counted once a day for each form (the day may matter)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import lru_cache

from procedures.edition import Edition
from procedures.models import ProcedureVersion
from procedures.personas import burden_of
from procedures.schema import SchemaError

Counters = Mapping[str, Mapping[str, int]]


def counters(version: ProcedureVersion, *, on: dt.date) -> Counters:
    """By persona (``unknown``, ``known`` to the registers); empty where there is no form, or one that cannot run."""
    return _counted(json.dumps(version.form), on) if version.form is not None else {}


@lru_cache(maxsize=1000)
def _counted(form: str, on: dt.date) -> Counters:
    edition = Edition(slug="", online_level="", content={}, form=json.loads(form), processing={})
    try:
        return burden_of(edition, today=on)
    except SchemaError:
        return {}
