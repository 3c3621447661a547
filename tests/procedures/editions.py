"""Editions for lint and diff: one without a fault, and random edits of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from procedures.catalogue import DEFINITIONS, read
from procedures.edition import Edition

FORM: dict[str, Any] = {
    "procedure_id": "try-it",
    "official_form": "Tờ khai thử",
    "declaration": "Tôi cam đoan nội dung trên là đúng.",
    "declaration_en": "I declare that the above is true.",
    "pages": [
        {
            "id": "who",
            "title": "Người yêu cầu",
            "title_en": "Who asks",
            "questions": [
                {
                    "id": "name",
                    "kind": "name",
                    "label": "Họ, chữ đệm và tên của bạn",
                    "label_en": "Your full name",
                    "why": "Để in đúng tên trên kết quả",
                    "why_en": "Printed on the result",
                    "element": "full_name",
                    "of": "requester",
                    "required": True,
                    "prefill": {"register": "national_population_db", "path": "full_name"},
                },
                {
                    "id": "purpose",
                    "kind": "choice",
                    "label": "Bạn cần giấy để làm gì?",
                    "label_en": "What do you need the paper for?",
                    "why": "Kết quả in mục này",
                    "why_en": "Printed on the result",
                    "required": True,
                    "choices": [
                        {"code": "work", "label": "Đi làm", "label_en": "Work"},
                        {"code": "other", "label": "Việc khác", "label_en": "Something else"},
                    ],
                },
            ],
        },
        {
            "id": "more",
            "title": "Giấy tờ kèm theo",
            "title_en": "Papers",
            "questions": [
                {
                    "id": "reason",
                    "kind": "text",
                    "label": "Việc đó là việc gì?",
                    "label_en": "What is it?",
                    "why": "Để cơ quan hiểu yêu cầu",
                    "why_en": "So that the office understands",
                    "required": True,
                    "show_if": "purpose == 'other'",
                },
                {
                    "id": "proof",
                    "kind": "file",
                    "label": "Giấy tờ chứng minh việc cần giấy",
                    "label_en": "Proof",
                    "why": "Chứng minh yêu cầu",
                    "why_en": "Proof of the request",
                    "required": True,
                    "component": 1,
                },
            ],
        },
    ],
    "result_fields": [{"label": "Họ và tên", "label_en": "Name", "source": "name"}],
}
CONTENT: dict[str, Any] = {
    "id": "try-it",
    "code": "1.000001",
    "name_vi": "Xác nhận thử",
    "name_en": "Trial confirmation",
    "online_level": "full",
    "levels_since_2025_07": ["commune"],
    "target": ["citizen"],
    "submission_channels": ["online", "in_person"],
    "legal_bases": ["Luật Hộ tịch 2014"],
    "steps": [
        {"order": 1, "actor": "citizen", "name_vi": "Nộp hồ sơ trực tuyến", "name_en": "File online"},
        {"order": 2, "actor": "leader", "name_vi": "Ký số kết quả", "name_en": "Sign"},
    ],
    "components": [
        {
            "name_vi": "Tờ khai điện tử",
            "name_en": "Declaration",
            "required": True,
            "condition_vi": None,
            "copies_original": 1,
            "copies_copy": 0,
            "form_code": None,
            "is_eform": True,
            "satisfiable_from": [],
        },
        {
            "name_vi": "Giấy tờ chứng minh việc cần giấy",
            "name_en": "Proof",
            "required": True,
            "condition_vi": None,
            "copies_original": 0,
            "copies_copy": 1,
            "form_code": None,
            "is_eform": False,
            "satisfiable_from": [],
        },
    ],
    "time_limit": {"value": 3, "unit": "working_days", "note_vi": None},
    "fee": {"type": "none", "amount_vnd": 0, "set_by": None, "note_vi": None, "legal_basis": None},
    "result": {"name_vi": "Giấy xác nhận", "name_en": "Confirmation"},
    "confidence": "high",
}
STEPS = {
    "steps": [
        {
            "id": "examine",
            "kind": "examine",
            "role": "case_officer",
            "name_vi": "Thẩm tra",
            "name_en": "Examine",
        },
        {"id": "sign", "kind": "sign", "role": "signer", "name_vi": "Ký số", "name_en": "Sign"},
        {
            "id": "release",
            "kind": "release",
            "role": "registry_clerk",
            "name_vi": "Phát hành",
            "name_en": "Release",
        },
    ]
}


def edition() -> Edition:
    return copy.deepcopy(Edition("try-it", "full", CONTENT, FORM, STEPS))


def question(one: Edition, page: int, number: int) -> dict[str, Any]:
    assert one.form is not None
    found: dict[str, Any] = one.form["pages"][page]["questions"][number]
    return found


def level(one: Edition, online_level: str) -> Edition:
    return replace(one, online_level=online_level)


@cache
def _records() -> dict[str, Any]:
    return {record["id"]: record for record in read("procedures")["procedures"]}


def shipped(slug: str) -> Edition:
    """A procedure of the catalogue with the form shipped for it."""
    form = json.loads((DEFINITIONS / f"{slug}.json").read_text(encoding="utf-8"))
    steps = json.loads((DEFINITIONS / f"{slug}.processing.json").read_text(encoding="utf-8"))
    return Edition(slug, "full", copy.deepcopy(_records()[slug]), form, steps)


REMOVED = object()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, (*path, number))


def whole(one: Edition) -> dict[str, Any]:
    return {
        "content": one.content,
        "form": one.form,
        "processing": one.processing,
        "online_level": one.online_level,
    }


def edited(one: Edition, path: tuple[Any, ...], value: Any) -> Edition:
    parts = copy.deepcopy(whole(one))
    holder = parts
    for step in path[:-1]:
        holder = holder[step]
    if value is REMOVED:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return Edition(one.slug, **parts)
