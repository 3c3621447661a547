"""Everything wrong with a catalogue file, each fault with its place and a reason. Pure: no database.

Two kinds of record share the file: a detailed one has an ``id`` and describes the procedure in full; a brief one
has only what a list states. What nobody knows is ``null``; a missing key is a fault, so that nothing is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

CODE = re.compile(r"\d\.\d{6}")
UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")
"""What JSON can spell and PostgreSQL cannot keep."""
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LEVELS = frozenset({"central", "province", "district", "commune"})
UNITS = frozenset({"working_days", "working_hours", "days", "hours", "months"})
FEE_TYPES = frozenset({"le_phi", "phi", "none"})
CHANNELS = frozenset({"online", "in_person", "post"})
TARGETS = frozenset({"citizen", "business"})
ONLINE_LEVELS = frozenset({"full", "partial", "information"})
CONFIDENCES = frozenset({"high", "medium", "low"})

Rule = Callable[[Any], str]
"""Why a value is wrong, or an empty text."""


@dataclass(frozen=True, slots=True)
class Fault:
    path: str
    reason: str


@dataclass(frozen=True)
class Known:
    """What a record may refer to: everything already in the catalogue, and what this installation knows."""

    agencies: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    life_events: frozenset[str] = frozenset()
    registers: frozenset[str] = frozenset()
    codes: Mapping[str, str] = field(default_factory=dict)
    """Slug of the stored procedure that bears a code."""
    slugs: frozenset[str] = frozenset()


def faults(document: Any, known: Known) -> list[Fault]:
    """All of them, in the order of the file; an empty list means the file may be imported as a whole."""
    if not isinstance(document, dict) or not isinstance(document.get("procedures"), list):
        return [Fault("$", "phải là một đối tượng JSON có danh sách «procedures»")]
    records = document["procedures"]
    ids = {record["id"] for record in records if isinstance(record, dict) and _is_text(record.get("id"))}
    found = list(_repeated(records, known))
    for position, record in enumerate(records):
        found += _record(record, f"$.procedures[{position}]", known, frozenset(ids) | known.slugs)
    return sorted(found, key=lambda fault: _order(fault.path))


def _order(path: str) -> tuple[int, str]:
    position = re.match(r"\$\.procedures\[(\d+)\]", path)
    return (int(position[1]) if position else -1, path)


def _repeated(records: list[Any], known: Known) -> Iterator[Fault]:
    """A code and an id name one procedure, in the file and in the catalogue."""
    first: dict[tuple[str, str], int] = {}
    for position, record in enumerate(records):
        if not isinstance(record, dict):
            continue
        for key in ("id", "code"):
            value = record.get(key)
            if not isinstance(value, str):
                continue
            if (key, value) in first:
                earlier = first[key, value]
                yield Fault(f"$.procedures[{position}].{key}", f"«{value}» đã có ở $.procedures[{earlier}]")
            first.setdefault((key, value), position)
        owner = known.codes.get(str(record.get("code")), "")
        if owner and "id" in record and owner not in (record["id"], brief_slug(str(record["code"]))):
            yield Fault(f"$.procedures[{position}].code", f"mã đang thuộc thủ tục «{owner}» trong danh mục")


def brief_slug(code: str) -> str:
    """The slug of a procedure known by its code only."""
    return code.replace(".", "-")


def _record(record: Any, path: str, known: Known, ids: frozenset[str]) -> Iterator[Fault]:
    if not isinstance(record, dict):
        yield Fault(path, "phải là một đối tượng JSON")
        return
    rules = _detailed(known, ids) if "id" in record else _brief(known)
    yield from _object(record, path, rules, optional=OPTIONAL if "id" in record else frozenset())
    if "id" in record:
        yield from _parts(record, path, known)


OPTIONAL = frozenset(
    {
        "alt_codes",
        "bundle_of",
        "owner_before_2025",
        "owner_since_2025",
        "source_doc_note",
        "source_note",
        "status_note",
        "valid_from",
    }
)


def _detailed(known: Known, ids: frozenset[str]) -> dict[str, Rule]:
    agency = _one_of(known.agencies, "cơ quan")
    return {
        "id": lambda v: "" if _is_text(v) and SLUG.fullmatch(v) else "phải là chữ thường, số và dấu gạch nối",
        "code": _or_null(_code),
        "code_confidence": _or_null(_one_of(CONFIDENCES, "độ tin cậy")),
        "code_source": _or_null(_text),
        "name_vi": _text,
        "name_en": _text,
        "field_vi": _one_of(known.fields, "lĩnh vực"),
        "field_en": _text,
        "owning_agency": agency,
        "owner_since_2025": agency,
        "owner_before_2025": agency,
        "levels": _list_of(_one_of(LEVELS, "cấp")),
        "levels_since_2025_07": _list_of(_one_of(LEVELS, "cấp")),
        "target": _list_of(_one_of(TARGETS, "đối tượng"), least=1),
        "online_level": _one_of(ONLINE_LEVELS, "mức độ trực tuyến"),
        "submission_channels": _list_of(_one_of(CHANNELS, "kênh nộp"), least=1),
        "legal_bases": _list_of(_text),
        "steps": _list_of(_any_object),
        "components": _list_of(_any_object),
        "time_limit": _any_object,
        "fee": _any_object,
        "result": _any_object,
        "life_events": _list_of(_one_of(known.life_events, "việc trong đời")),
        "keywords": _list_of(_text),
        "confidence": _one_of(CONFIDENCES, "độ tin cậy"),
        "bundle_of": _list_of(_one_of(ids, "thủ tục"), least=2),
        "alt_codes": _list_of(_text),
        "source_doc_note": _text,
        "source_note": _text,
        "status_note": _text,
        "valid_from": _day,
    }


def _brief(known: Known) -> dict[str, Rule]:
    return {
        "code": _code,
        "name_vi": _text,
        "field_vi": _one_of(known.fields, "lĩnh vực"),
        "ministry_id": _or_null(_one_of(known.agencies, "cơ quan")),
        "levels": _list_of(_one_of(LEVELS, "cấp")),
        "online_level": _or_null(_one_of(ONLINE_LEVELS, "mức độ trực tuyến")),
        "time_limit": _or_null(_brief_time_limit),
        "fee_vnd": _or_null(_whole),
        "source": _text,
        "confidence": _one_of(CONFIDENCES, "độ tin cậy"),
    }


def _parts(record: Mapping[str, Any], path: str, known: Known) -> Iterator[Fault]:
    """The objects inside a detailed record."""
    register = _list_of(_one_of(known.registers, "cơ sở dữ liệu"))
    component = COMPONENT | {"satisfiable_from": register}
    for key, rules, optional in (
        ("time_limit", TIME_LIMIT, TIME_LIMIT_OPTIONAL),
        ("fee", FEE, FEE_OPTIONAL),
        ("result", RESULT, frozenset[str]()),
    ):
        if isinstance(record.get(key), dict):
            yield from _object(record[key], f"{path}.{key}", rules, optional=optional)
    for key, rules in (("steps", STEP), ("components", component)):
        for position, part in enumerate(record[key] if isinstance(record.get(key), list) else []):
            if isinstance(part, dict):
                yield from _object(part, f"{path}.{key}[{position}]", rules, optional=frozenset())


def _object(
    value: Mapping[str, Any], path: str, rules: Mapping[str, Rule], *, optional: frozenset[str]
) -> Iterator[Fault]:
    for key in rules.keys() - value.keys() - optional:
        yield Fault(f"{path}.{key}", "thiếu; điều chưa biết thì ghi null")
    for key, inner in value.items():
        rule = rules.get(key)
        reason = rule(inner) if rule else "tên trường không có trong định dạng"
        if reason:
            yield Fault(f"{path}.{key}", reason)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not UNWRITABLE.search(value)


def _text(value: Any) -> str:
    return "" if _is_text(value) else "phải là một câu chữ, không để trống, không có ký tự lạ"


def _code(value: Any) -> str:
    return "" if _is_text(value) and CODE.fullmatch(value) else "mã phải có dạng N.NNNNNN, ví dụ 1.001193"


def _whole(value: Any) -> str:
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return "" if good else "phải là số nguyên không âm, hoặc null"


def _hour(value: Any) -> str:
    return "" if not _whole(value) and value < 24 else "phải là giờ trong ngày, từ 0 đến 23"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "phải là true hoặc false"


def _day(value: Any) -> str:
    good = isinstance(value, str) and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", value)
    return "" if good else "phải là ngày dạng 2025-07-01"


def _any_object(value: Any) -> str:
    return "" if isinstance(value, dict) else "phải là một đối tượng JSON"


def _or_null(rule: Rule) -> Rule:
    return lambda value: "" if value is None else rule(value)


def _one_of(allowed: frozenset[str], what: str) -> Rule:
    return lambda v: "" if isinstance(v, str) and v in allowed else f"{what} «{v}» không có trong danh mục"


def _list_of(rule: Rule, least: int = 0) -> Rule:
    def check(value: Any) -> str:
        if not isinstance(value, list) or len(value) < least:
            return f"phải là danh sách có ít nhất {least} mục" if least else "phải là danh sách"
        return next((reason for item in value if (reason := rule(item))), "")

    return check


def _whole_object(value: Any, rules: Mapping[str, Rule], optional: frozenset[str] = frozenset()) -> str:
    """The first thing wrong with a small object, in one sentence."""
    if not isinstance(value, dict):
        return "phải là một đối tượng JSON"
    wrong = next(_object(value, "", rules, optional=optional), None)
    return f"{wrong.path.lstrip('.')}: {wrong.reason}" if wrong else ""


def _each(value: Any, rules: Mapping[str, Rule]) -> str:
    return _list_of(lambda item: _whole_object(item, rules))(value)


def _brief_time_limit(value: Any) -> str:
    return _whole_object(value, TIME_LIMIT, TIME_LIMIT_OPTIONAL | {"note_vi"})


TIME_LIMIT: dict[str, Rule] = {
    "value": _or_null(_whole),
    "unit": _one_of(UNITS, "đơn vị thời gian"),
    "note_vi": _or_null(_text),
    "cutoff_hour": _hour,
    "automatic": _flag,
    "typical_seconds": _whole,
    "longest_of_several": _flag,
    "confidence": _one_of(CONFIDENCES, "độ tin cậy"),
    "sub_limits": lambda v: _each(v, SUB_LIMIT),
}
TIME_LIMIT_OPTIONAL = frozenset(TIME_LIMIT) - {"value", "unit", "note_vi"}
SUB_LIMIT: dict[str, Rule] = {
    "procedure": _text,
    "value": _or_null(_whole),
    "unit": _one_of(UNITS, "đơn vị thời gian"),
}
VARIANT: dict[str, Rule] = {
    "name_vi": _text,
    "amount_vnd": _or_null(_whole),
    "online_amount_vnd": _or_null(_whole),
}
FEE: dict[str, Rule] = {
    "type": _one_of(FEE_TYPES, "loại phí"),
    "amount_vnd": _or_null(_whole),
    "online_amount_vnd": _or_null(_whole),
    "unit": _or_null(_text),
    "set_by": _or_null(_one_of(frozenset({"national", "province"}), "cấp quy định mức phí")),
    "note_vi": _or_null(_text),
    "legal_basis": _or_null(_text),
    "variants": lambda v: _each(v, VARIANT),
    "online_discount_valid_to": _or_null(_day),
}
FEE_OPTIONAL = frozenset({"variants", "online_discount_valid_to"})
RESULT: dict[str, Rule] = {"name_vi": _text, "name_en": _text}
STEP: dict[str, Rule] = {"order": _whole, "actor": _text, "name_vi": _text, "name_en": _text}
COMPONENT: dict[str, Rule] = {
    "name_vi": _text,
    "name_en": _text,
    "required": _flag,
    "condition_vi": _or_null(_text),
    "copies_original": _or_null(_whole),
    "copies_copy": _or_null(_whole),
    "form_code": _or_null(_text),
    "is_eform": _flag,
}
