"""The shape a definition must have before its meaning is looked at (JSON Schema)."""

from __future__ import annotations

from typing import Any

from procedures.schema.model import KINDS

ID = {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,59}$"}
# Shown to people as text: no markup can hide in it.
TEXT = {"type": "string", "pattern": r"^[^<>]*$", "maxLength": 1000}
NAMED = TEXT | {"minLength": 1}
RULE = {"type": "string", "maxLength": 2000}


def record(needed: tuple[str, ...] = (), /, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(needed),
        "additionalProperties": False,
    }


def many(items: Any, most: int, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most, "minItems": least}


CHOICE = record(
    ("code", "label"),
    code={"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
    label=NAMED,
    label_en=TEXT,
    show_if=RULE,
)
PREFILL_ONE = record(("register", "path"), register=ID, path={"type": "string", "maxLength": 100}, role=ID)
PREFILL = {"anyOf": [PREFILL_ONE, many(PREFILL_ONE, 5, 1)]}
BOUND = {"type": ["number", "string"], "pattern": r"^(today|\d{4}-\d{2}-\d{2})$"}
QUESTION = record(
    ("id", "kind", "label"),
    id=ID,
    kind={"enum": sorted(KINDS)},
    label=NAMED,
    label_en=TEXT,
    hint=TEXT,
    hint_en=TEXT,
    why=TEXT,
    why_en=TEXT,
    element=ID,
    of=ID,
    required={"type": ["boolean", "string"], "maxLength": 2000},
    show_if=RULE,
    choices=many(CHOICE, 400, 1),
    prefill=PREFILL,
    proposed={"type": "boolean"},
    fact_only={"type": ["boolean", "string"], "maxLength": 2000},
    derive=RULE,
    value_kind={"enum": sorted(KINDS - {"computed"})},
    component={"type": "integer", "minimum": 0},
    min=BOUND,
    max=BOUND,
    max_length={"type": "integer", "minimum": 1, "maximum": 10000},
    format={"enum": ["cas", "hs"]},
    sensitive={"type": "boolean"},
    basis=TEXT,
    on_form={"type": "boolean"},
    blank_no={"type": "integer", "minimum": 1},
)
GROUP = record(
    ("id", "label"),
    id=ID,
    label=NAMED,
    label_en=TEXT,
    min={"type": "integer", "minimum": 0, "maximum": 50},
    max={"type": "integer", "minimum": 1, "maximum": 200},
    prefill=PREFILL,
)
PAGE = record(
    ("id", "title", "questions"),
    id={"type": "string", "pattern": r"^[a-z][a-z0-9-]{0,39}$"},
    title=NAMED,
    title_en=TEXT,
    show_if=RULE,
    group=GROUP,
    questions=many(QUESTION, 100, 1),
)
CONDITION = record(("id", "when", "fail_vi"), id=ID, when=RULE, fail_vi=NAMED, fail_en=TEXT, question=ID)
ROLE_SOURCE = record(("of",), of=ID, register=ID, path={"type": "string", "maxLength": 100}, when=RULE)
FEE_CASE = record(
    ("when", "label", "amount_vnd"),
    when=RULE,
    label=NAMED,
    label_en=TEXT,
    amount_vnd={"type": ["integer", "null"], "minimum": 0, "maximum": 10**12},
    times=RULE,
)
ELIGIBILITY = record(
    ("id", "label", "pass_when", "otherwise"),
    id=ID,
    label=NAMED,
    label_en=TEXT,
    pass_when={"enum": ["yes", "no"]},
    otherwise=NAMED,
    otherwise_en=TEXT,
)
FORM = record(
    ("procedure_id", "official_form", "pages"),
    procedure_id={"type": "string", "pattern": r"^[a-z0-9][a-z0-9.-]{0,79}$"},
    official_form=NAMED,
    declaration=TEXT,
    declaration_en=TEXT,
    pages=many(PAGE, 50, 1),
    eligibility=many(ELIGIBILITY, 4),
    roles={"type": "object", "propertyNames": ID, "additionalProperties": many(ROLE_SOURCE, 10, 1)},
    checks=many(CONDITION, 100),
    fees=record(
        ("kind", "legal_basis", "cases"),
        kind={"enum": ["phi", "le_phi", "none"]},
        legal_basis=TEXT,
        cases=many(FEE_CASE, 50),
    ),
    auto_decision=many(CONDITION, 50),
    result_fields=many(record(("label", "source"), label=NAMED, label_en=TEXT, source=ID), 100),
)
