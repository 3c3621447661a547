"""A kept answer as people read it: the label of a choice, a date day first, an address with its names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from procedures.schema.model import STANDARD_CHOICES, Choice, Question, is_blank
from procedures.schema.readers import shown


def display(question: Question, value: Any, *, commune_name: Callable[[str], str] = str) -> str:
    """Plain text, '' for no answer. `commune_name` turns a commune code into «Phường …, Thành phố …»."""
    if is_blank(value):
        return ""
    kind = question.value_of
    if kind in ("choice", "multi_choice", "ethnicity", "religion", "country"):
        choices = question.choices or STANDARD_CHOICES.get(kind, ())
        return ", ".join(_label(choices, code) for code in (value if isinstance(value, list) else [value]))
    read = _READ.get(kind)
    return read(value, commune_name) if read else str(value)


def _label(choices: tuple[Choice, ...], code: str) -> str:
    return next((choice.text for choice in choices if choice.code == code), code)


def _day(value: Any, _names: Callable[[str], str]) -> str:
    return "/".join(str(int(part)) for part in reversed(str(value).split("-")))


def _address(value: Mapping[str, str], commune_name: Callable[[str], str]) -> str:
    place = commune_name(value["commune_code"]) if value.get("commune_code") else ""
    abroad = value.get("country", "VN")
    country = _label(STANDARD_CHOICES["country"], abroad) if abroad not in ("", "VN") else ""
    return ", ".join(part for part in (value.get("detail", ""), place, country) if part)


def _identity(value: Mapping[str, str], names: Callable[[str], str]) -> str:
    parts = [value["number"]]
    if value.get("issue_date"):
        parts.append(_("cấp ngày %(day)s") % {"day": _day(value["issue_date"], names)})
    return ", ".join([*parts, *([value["issuer"]] if value.get("issuer") else [])])


_READ: Mapping[str, Callable[[Any, Callable[[str], str]], str]] = {
    "date": _day,
    "partial_date": _day,
    "boolean": lambda value, _names: _("Có") if value else _("Không"),
    "money": lambda value, _names: _("%(amount)s đồng") % {"amount": shown(value)},
    "integer": lambda value, _names: shown(value),
    "decimal": lambda value, _names: shown(value).removesuffix(",0"),
    "file": lambda value, _names: _("%(count)s tệp") % {"count": len(value)},
    "address": _address,
    "identity_document": _identity,
}
