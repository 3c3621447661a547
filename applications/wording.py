"""Answers as a person reads them, with places by their present name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from identity.models import AdministrativeUnit
from procedures.schema import Question, display, in_language


def in_words(question: Question, value: Any) -> str:
    """One line of text; empty when there is nothing to say."""
    return display(question, value, commune_name=commune_name)


def rows_in_words(questions: Iterable[Question], rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """A repeating group as a table, one list a row, in the order of ``questions``."""
    columns = list(questions)
    return [[in_words(column, row.get(column.id)) for column in columns] for row in rows]


def step_name(step: Mapping[str, Any]) -> str:
    """A processing step as the version names it; empty for no step."""
    return in_language(step.get("name_vi", ""), step.get("name_en", ""))


_names: dict[str, str] = {}


def commune_name(code: str) -> str:
    """«Phường Hải Châu, Thành phố Đà Nẵng»; empty for an unknown code. Codes are those in force since 1/7/2025."""
    if code not in _names:
        unit = (
            AdministrativeUnit.objects.in_force(dt.date(2025, 7, 1))
            .select_related("parent")
            .filter(level=AdministrativeUnit.Level.COMMUNE, code=code)
            .first()
        )
        if unit is None:
            return ""
        _names[code] = str(unit)
    return _names[code]
