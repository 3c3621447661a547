"""Comparing and linting a form of 100 questions: milliseconds an edition, and comparisons a second beside others."""

from __future__ import annotations

import copy
import difflib
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.measure import per_second, table
from procedures.catalogue import DEFINITIONS, read
from procedures.diff import compare
from procedures.edition import Edition
from procedures.lint import lint

QUESTIONS, ON_A_PAGE = 100, 5


def hundred() -> Edition:
    """The birth record with a form of 100 questions, a third of them shown by an earlier answer."""
    record = next(one for one in read("procedures")["procedures"] if one["id"] == "birth-registration")
    questions = [_question(number) for number in range(QUESTIONS)]
    pages = [
        {"id": f"p{at}", "title": "Trang", "title_en": "Page", "questions": questions[at : at + ON_A_PAGE]}
        for at in range(0, QUESTIONS, ON_A_PAGE)
    ]
    shipped = json.loads((DEFINITIONS / "birth-registration.json").read_text(encoding="utf-8"))
    form = {name: shipped[name] for name in ("procedure_id", "official_form")} | {"pages": pages}
    return Edition("birth-registration", "full", record, form, {})


def _question(number: int) -> dict[str, Any]:
    asked = {
        "id": f"q{number}",
        "label": f"Câu hỏi số {number}",
        "label_en": "Q",
        "why": "Để biết",
        "why_en": "To know",
    }
    if number % 5 == 0:
        choices = [{"code": code, "label": code, "label_en": code} for code in ("a", "b", "c")]
        return asked | {"kind": "choice", "required": True, "choices": choices}
    shown = {"show_if": f"q{number - number % 5} == 'b'"} if number % 3 == 0 else {}
    return asked | {"kind": "text", "hint": "Ghi như trên giấy tờ.", "hint_en": "As on your papers."} | shown


def edited(one: Edition) -> Edition:
    """Ten edits: labels, a removed, an added and a moved question, a fee, a paper."""
    content, form = copy.deepcopy(dict(one.content)), copy.deepcopy(dict(one.form or {}))
    for page in form["pages"][:5]:
        page["questions"][1]["label"] += " của bạn"
    form["pages"][7]["questions"].pop()
    form["pages"][8]["questions"].append(_question(1) | {"id": "fresh"})
    form["pages"][10]["questions"].append(form["pages"][9]["questions"].pop())
    content["fee"]["amount_vnd"] = 8000
    content["components"].append(content["components"][0] | {"name_vi": "Giấy tờ mới"})
    return Edition(one.slug, one.online_level, content, form, one.processing)


def limit(before: Any, after: Any) -> list[Any]:
    """Nothing but equality, part by part: no matching, no names, no moves."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            found for key in before.keys() | after.keys() for found in limit(before.get(key), after.get(key))
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [found for old, new in zip(before, after, strict=True) for found in limit(old, new)]
    return [] if before == after else [(before, after)]


def usual(before: Edition, after: Edition) -> list[str]:
    """What version tools show: a line diff of the two as indented JSON."""
    old, new = (
        json.dumps([one.content, one.form], ensure_ascii=False, indent=1, sort_keys=True).splitlines()
        for one in (before, after)
    )
    return list(difflib.unified_diff(old, new, lineterm="", n=0))


def milliseconds(job: Callable[[], object], times: int) -> float:
    took = []
    for _round in range(times):
        began = time.perf_counter()
        job()
        took.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(took), 1)


def run(*, each: int = 20, rounds: int = 5) -> list[dict[str, Any]]:
    before = hundred()
    after = edited(before)
    rates = per_second(
        {
            "limit": lambda _n: limit([before.content, before.form], [after.content, after.form]),
            "usual": lambda _n: usual(before, after),
            "ours": lambda _n: compare(before, after),
        },
        each=each,
        rounds=rounds,
        threads=1,
    )
    job = table("typed diff of two editions of 100 questions", rates, floors={"ours_to_usual": 1.5})
    job["ms"] = {
        "diff": milliseconds(lambda: compare(before, after), each),
        "lint": milliseconds(lambda: lint(after), rounds),
    }
    return [job]
