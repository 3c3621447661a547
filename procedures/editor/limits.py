"""What the definition schema allows, said to the person who typed. The bounds themselves stay in the schema. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from procedures.schema import shape

Fault = tuple[tuple[str | int, ...], str]


def faults(schema: Mapping[str, Any], value: Any) -> list[Fault]:
    """Each wrong place, as a path into ``value``, with the sentence that says how to mend it."""
    found: dict[tuple[str | int, ...], str] = {}
    for error in Draft202012Validator(schema).iter_errors(value):
        for place, sentence in _told(error):
            found.setdefault(place, sentence)
    return list(found.items())


def _told(error: ValidationError) -> Iterator[Fault]:
    if error.validator == "anyOf" and error.context:
        deepest = max(error.context, key=lambda one: len(one.absolute_path))
        yield tuple(deepest.absolute_path), sentence(deepest)
    elif error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        yield (*error.absolute_path, missing), _("anh/chị chưa ghi")
    else:
        yield tuple(error.absolute_path), sentence(error)


def sentence(error: ValidationError) -> str:
    return _("anh/chị chưa ghi") if error.validator == "minLength" else shape.sentence(error)
