"""What the definition schema allows, said to the person who typed. The bounds themselves stay in the schema. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from procedures.schema import structure

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
    limit = error.validator_value
    match error.validator:
        case "maxLength":
            return _("viết ngắn lại, không quá %(most)s ký tự") % {"most": limit}
        case "minLength":
            return _("anh/chị chưa ghi")
        case "pattern":
            return _pattern(str(limit))
        case "minimum":
            return _("ghi số từ %(low)s trở lên") % {"low": limit}
        case "maximum":
            return _("ghi số không quá %(high)s") % {"high": limit}
        case "maxItems":
            return _("nhiều nhất %(most)s dòng") % {"most": limit}
        case "minItems":
            return _("cần ít nhất %(least)s dòng") % {"least": limit}
        case "enum":
            return _("chọn một mục trong danh sách")
    return _("ghi chưa đúng dạng")


def _pattern(pattern: str) -> str:
    if pattern == structure.TEXT["pattern"]:
        return _("bỏ dấu < và >")
    if pattern == structure.BOUND["pattern"]:
        return _("ghi ngày dạng 2026-01-31, hoặc today là hôm nay")
    return _("chỉ gồm chữ không dấu, số và gạch dưới, bắt đầu bằng chữ thường")
