"""Everything wrong with a catalogue file, each fault with its place and a reason. Pure: no database.

Two kinds of record share the file: a detailed one has an ``id`` and describes the procedure in full; a brief one
has only what a list states. What nobody knows is ``null``; a missing key is a fault, so that nothing is forgotten.
What an export says beyond its records is looked at in ``additions`` and ``around``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from procedures.catalogue.values import (
    Fault,
    Rule,
    any_object,
    code,
    day,
    each,
    fields_of,
    flag,
    hour,
    is_text,
    keyword,
    list_of,
    maybe_text,
    one_of,
    or_null,
    shown,
    slug,
    text,
    whole,
    whole_object,
)

LEVELS = frozenset({"central", "province", "district", "commune"})
UNITS = frozenset({"working_days", "working_hours", "days", "hours", "months"})
FEE_TYPES = frozenset({"le_phi", "phi", "none"})
CHANNELS = frozenset({"online", "in_person", "post"})
TARGETS = frozenset({"citizen", "business"})
ONLINE_LEVELS = frozenset({"full", "partial", "information"})
CONFIDENCES = frozenset({"high", "medium", "low"})
MOST_RECORDS = 20_000
LARGEST_RECORD = 2_000_000
"""Characters as JSON, forms and history counted apart: what is imported can be edited here."""
ADDED = frozenset({"form", "processing", "version", "history", "procedure", "burden"})
"""What an export says of a procedure beside its record."""


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
    offering_agencies: frozenset[str] = frozenset()
    """Whoever may offer a procedure: agencies of every level."""


def faults(document: Any, known: Known) -> list[Fault]:
    """All of them, in the order of the file; an empty list means the file may be imported as a whole."""
    if not isinstance(document, dict) or not isinstance(document.get("procedures"), list):
        return [Fault("$", "phải là một đối tượng JSON có danh sách «procedures»")]
    records = document["procedures"]
    if len(records) > MOST_RECORDS:
        return [Fault("$.procedures", f"nhiều hơn {MOST_RECORDS} thủ tục; hãy chia thành nhiều tệp")]
    ids = {record["id"] for record in records if isinstance(record, dict) and is_text(record.get("id"))}
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
                yield Fault(
                    f"$.procedures[{position}].{key}", f"«{shown(value)}» đã có ở $.procedures[{earlier}]"
                )
            first.setdefault((key, value), position)
        yield from _taken(record, f"$.procedures[{position}]", known)


def _taken(record: Mapping[str, Any], path: str, known: Known) -> Iterator[Fault]:
    owner = known.codes.get(str(record.get("code")), "")
    if not owner or "id" not in record or owner == record["id"]:
        return
    if owner != brief_slug(str(record["code"])):
        yield Fault(f"{path}.code", f"mã đang thuộc thủ tục «{owner}» trong danh mục")
    elif record["id"] in known.slugs:
        yield Fault(f"{path}.id", "đang là tên của một thủ tục khác trong danh mục")


def brief_slug(code: str) -> str:
    """The slug of a procedure known by its code only."""
    return code.replace(".", "-")


def _record(record: Any, path: str, known: Known, ids: frozenset[str]) -> Iterator[Fault]:
    if not isinstance(record, dict):
        yield Fault(path, "phải là một đối tượng JSON")
        return
    record = {key: value for key, value in record.items() if key not in ADDED}
    if len(json.dumps(record, ensure_ascii=False)) > LARGEST_RECORD:
        yield Fault(path, f"dài quá {LARGEST_RECORD} ký tự; hãy chia thủ tục thành nhiều trường hợp")
        return
    rules = _detailed(known, ids) if "id" in record else _brief(known)
    yield from fields_of(record, path, rules, optional=OPTIONAL if "id" in record else frozenset())
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
    agency = one_of(known.agencies, "cơ quan")
    return {
        "id": slug,
        "code": or_null(code),
        "code_confidence": or_null(one_of(CONFIDENCES, "độ tin cậy")),
        "code_source": or_null(text),
        "name_vi": text,
        "name_en": maybe_text,
        "field_vi": one_of(known.fields, "lĩnh vực"),
        "field_en": maybe_text,
        "owning_agency": agency,
        "owner_since_2025": agency,
        "owner_before_2025": agency,
        "levels": list_of(one_of(LEVELS, "cấp")),
        "levels_since_2025_07": list_of(one_of(LEVELS, "cấp")),
        "target": list_of(one_of(TARGETS, "đối tượng"), least=1),
        "online_level": one_of(ONLINE_LEVELS, "mức độ trực tuyến"),
        "submission_channels": list_of(one_of(CHANNELS, "kênh nộp"), least=1),
        "legal_bases": list_of(text),
        "steps": list_of(any_object),
        "components": list_of(any_object),
        "time_limit": any_object,
        "fee": any_object,
        "result": any_object,
        "life_events": list_of(one_of(known.life_events, "việc trong đời")),
        "keywords": list_of(keyword),
        "confidence": one_of(CONFIDENCES, "độ tin cậy"),
        "bundle_of": list_of(one_of(ids, "thủ tục"), least=2),
        "alt_codes": list_of(text),
        "source_doc_note": text,
        "source_note": text,
        "status_note": text,
        "valid_from": day,
    }


def _brief(known: Known) -> dict[str, Rule]:
    return {
        "code": code,
        "name_vi": text,
        "field_vi": one_of(known.fields, "lĩnh vực"),
        "ministry_id": or_null(one_of(known.agencies, "cơ quan")),
        "levels": list_of(one_of(LEVELS, "cấp")),
        "online_level": or_null(one_of(ONLINE_LEVELS, "mức độ trực tuyến")),
        "time_limit": or_null(_brief_time_limit),
        "fee_vnd": or_null(whole),
        "source": text,
        "confidence": one_of(CONFIDENCES, "độ tin cậy"),
    }


def _parts(record: Mapping[str, Any], path: str, known: Known) -> Iterator[Fault]:
    """The objects inside a detailed record."""
    register = list_of(one_of(known.registers, "cơ sở dữ liệu"))
    component = COMPONENT | {"satisfiable_from": register}
    for key, rules, optional in (
        ("time_limit", TIME_LIMIT, TIME_LIMIT_OPTIONAL),
        ("fee", FEE, FEE_OPTIONAL),
        ("result", RESULT, frozenset[str]()),
    ):
        if isinstance(record.get(key), dict):
            yield from fields_of(record[key], f"{path}.{key}", rules, optional=optional)
    for key, rules, optional in (
        ("steps", STEP, frozenset[str]()),
        ("components", component, COMPONENT_OPTIONAL),
    ):
        for position, part in enumerate(record[key] if isinstance(record.get(key), list) else []):
            if isinstance(part, dict):
                yield from fields_of(part, f"{path}.{key}[{position}]", rules, optional=optional)


def _brief_time_limit(value: Any) -> str:
    return whole_object(value, TIME_LIMIT, TIME_LIMIT_OPTIONAL | {"note_vi"})


TIME_LIMIT: dict[str, Rule] = {
    "value": or_null(whole),
    "unit": one_of(UNITS, "đơn vị thời gian"),
    "note_vi": or_null(text),
    "cutoff_hour": hour,
    "automatic": flag,
    "typical_seconds": whole,
    "longest_of_several": flag,
    "confidence": one_of(CONFIDENCES, "độ tin cậy"),
    "sub_limits": lambda v: each(v, SUB_LIMIT),
}
TIME_LIMIT_OPTIONAL = frozenset(TIME_LIMIT) - {"value", "unit", "note_vi"}
SUB_LIMIT: dict[str, Rule] = {
    "procedure": text,
    "value": or_null(whole),
    "unit": one_of(UNITS, "đơn vị thời gian"),
}
VARIANT: dict[str, Rule] = {
    "name_vi": text,
    "amount_vnd": or_null(whole),
    "online_amount_vnd": or_null(whole),
}
FEE: dict[str, Rule] = {
    "type": one_of(FEE_TYPES, "loại phí"),
    "amount_vnd": or_null(whole),
    "online_amount_vnd": or_null(whole),
    "unit": or_null(text),
    "set_by": or_null(one_of(frozenset({"national", "province"}), "cấp quy định mức phí")),
    "note_vi": or_null(text),
    "legal_basis": or_null(text),
    "variants": lambda v: each(v, VARIANT),
    "online_discount_valid_to": or_null(day),
    "refund": lambda v: whole_object(v, REFUND, frozenset()),
}
FEE_OPTIONAL = frozenset({"variants", "online_discount_valid_to", "refund"})
REFUND: dict[str, Rule] = {
    "until": one_of(frozenset({"never", "acceptance", "processing", "decision"}), "lúc còn hoàn phí"),
    "basis": text,
}
RESULT: dict[str, Rule] = {"name_vi": text, "name_en": maybe_text}
STEP: dict[str, Rule] = {"order": whole, "actor": text, "name_vi": text, "name_en": maybe_text}
COMPONENT: dict[str, Rule] = {
    "name_vi": text,
    "name_en": maybe_text,
    "required": flag,
    "condition_vi": or_null(text),
    "copies_original": or_null(whole),
    "copies_copy": or_null(whole),
    "form_code": or_null(text),
    "is_eform": flag,
    "legal_basis": or_null(text),
}
COMPONENT_OPTIONAL = frozenset({"legal_basis"})
