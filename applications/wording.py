"""An answer as a person reads it: choices by their label, dates day first, places by their present name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from identity.models import AdministrativeUnit
from procedures.schema import STANDARD_CHOICES, Choice, Question, is_blank

_DOCUMENT_TYPES = {
    "citizen_card": gettext_lazy("Thẻ căn cước"),
    "passport": gettext_lazy("Hộ chiếu"),
}


def in_words(question: Question, value: Any) -> str:
    """One line of text; empty when there is nothing to say."""
    if is_blank(value):
        return ""
    kind = question.value_kind if question.kind == "computed" else question.kind
    if kind in ("choice", "ethnicity", "religion", "country"):
        return _label(question.choices or STANDARD_CHOICES.get(kind, ()), value)
    if kind == "multi_choice":
        return ", ".join(_label(question.choices, one) for one in value)
    writer = _WRITERS.get(kind)
    return writer(value) if writer else str(value)


def rows_in_words(questions: Iterable[Question], rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """A repeating group as a table, one list a row, in the order of ``questions``."""
    columns = list(questions)
    return [[in_words(column, row.get(column.id)) for column in columns] for row in rows]


def _label(choices: Iterable[Choice], code: Any) -> str:
    return next((choice.text for choice in choices if choice.code == code), str(code))


def _boolean(value: bool) -> str:
    return _("Có") if value else _("Không")


def _date(value: str) -> str:
    """Full dates, and the partial ones of old papers (2010, 2010-05)."""
    parts = value.split("-")
    if len(parts) == 3:
        return date_format(dt.date.fromisoformat(value), "DATE_FORMAT")
    return "/".join(reversed([str(int(part)) for part in parts]))


def _address(value: Mapping[str, Any]) -> str:
    if country := value.get("country"):
        place = _label(STANDARD_CHOICES["country"], country)
        return ", ".join(part for part in (value.get("detail"), place) if part)
    parts = (value.get("detail"), commune_name(value.get("commune_code") or ""))
    return ", ".join(part for part in parts if part)


@lru_cache(maxsize=4096)
def commune_name(code: str) -> str:
    """«Phường Hải Châu, Thành phố Đà Nẵng»: names of today; codes are those in force since 1/7/2025."""
    unit = (
        AdministrativeUnit.objects.in_force(dt.date(2025, 7, 1))
        .select_related("parent")
        .filter(level=AdministrativeUnit.Level.COMMUNE, code=code)
        .first()
    )
    return str(unit) if unit else ""


def _document(value: Mapping[str, Any]) -> str:
    return " ".join(
        str(part) for part in (_DOCUMENT_TYPES.get(value.get("type", ""), ""), value.get("number")) if part
    )


def _number(value: int | float) -> str:
    return number_format(value, force_grouping=True)


def _money(value: int) -> str:
    return _("%(amount)s đồng") % {"amount": number_format(value, 0, force_grouping=True)}


_WRITERS = {
    "boolean": _boolean,
    "date": _date,
    "partial_date": _date,
    "address": _address,
    "identity_document": _document,
    "integer": _number,
    "decimal": _number,
    "money": _money,
}
