"""What an export says of a procedure beside its record: form, processing, dates, earlier and later versions. Pure.

All of it may be left out. A record without ``form`` takes the project's own definition; one without ``version``
begins to hold on the day of the import.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from procedures import processing, schema
from procedures.catalogue.validate import ADDED, LARGEST_RECORD, LEVELS, ONLINE_LEVELS, TARGETS, Known
from procedures.catalogue.values import (
    Fault,
    Rule,
    any_object,
    day,
    fields_of,
    keyword,
    list_of,
    maybe_text,
    one_of,
    or_null,
    slug,
    text,
)

Record = Mapping[str, Any]
MOST_VERSIONS = 500
MOST_FORM_FAULTS = 20
HIGHEST = 1_000_000


@dataclass(frozen=True)
class Stated:
    """One version as the file states it; ``terms`` are its number, decision and dates, each may be missing."""

    record: Record
    path: str
    terms: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    states_form: bool = False
    steps: Mapping[str, Any] = field(default_factory=dict)
    """The processing of the version."""

    @cached_property
    def begins(self) -> dt.date | None:
        return self._day("effective_from")

    @cached_property
    def ends(self) -> dt.date | None:
        return self._day("effective_to")

    def term(self, name: str, otherwise: Any) -> Any:
        value = (self.terms or {}).get(name)
        return otherwise if value is None else value

    def _day(self, name: str) -> dt.date | None:
        value = self.term(name, None)
        return dt.date.fromisoformat(value) if value else None


@dataclass(frozen=True)
class Entry:
    """One procedure of the file. ``row`` is what its own row says otherwise than the record."""

    now: Stated
    history: Sequence[Stated]
    row: Mapping[str, Any]


def entry(raw: Mapping[str, Any], path: str) -> Entry:
    record = {key: value for key, value in raw.items() if key not in ADDED}
    history = [
        _stated(one["record"], one, f"{path}.history[{number}]")
        for number, one in enumerate(raw.get("history", []))
    ]
    return Entry(_stated(record, raw, path), history, raw.get("procedure", {}))


def _stated(record: Record, raw: Mapping[str, Any], path: str) -> Stated:
    form = raw.get("form")
    return Stated(record, path, raw.get("version"), form, "form" in raw, raw.get("processing") or {})


def faults(raw: Mapping[str, Any], path: str, known: Known) -> Iterator[Fault]:
    """Everything wrong with the additions of one procedure."""
    if "history" in raw and "version" not in raw:
        yield Fault(f"{path}.version", "thiếu; có «history» thì phải ghi bản hiện hành là bản nào")
    yield from _version(raw, path)
    row = raw.get("procedure", {})
    if isinstance(row, dict):
        yield from fields_of(row, f"{path}.procedure", _row(known), optional=frozenset(_row(known)))
    else:
        yield Fault(f"{path}.procedure", any_object(row))
    history = raw.get("history", [])
    if not isinstance(history, list) or len(history) > MOST_VERSIONS:
        yield Fault(f"{path}.history", f"phải là danh sách có nhiều nhất {MOST_VERSIONS} bản")
        return
    for number, one in enumerate(history):
        place = f"{path}.history[{number}]"
        if not isinstance(one, dict):
            yield Fault(place, any_object(one))
            continue
        yield from fields_of(one, place, _HISTORY, optional=frozenset({"form", "processing"}))
        yield from _version(one, place)
    if history and all(isinstance(one, dict) for one in history):
        yield from _timeline([raw, *history], path)


_HISTORY: dict[str, Rule] = {
    "record": any_object,
    "version": any_object,
    "form": or_null(any_object),
    "processing": any_object,
}


def _version(raw: Mapping[str, Any], path: str) -> Iterator[Fault]:
    yield from _form(raw, path)
    terms = raw.get("version", {})
    if not isinstance(terms, dict):
        yield Fault(f"{path}.version", any_object(terms))
        return
    wrong = list(fields_of(terms, f"{path}.version", VERSION, optional=frozenset(VERSION)))
    yield from wrong
    if not wrong and (terms.get("based_on") or 0) >= terms.get("number", HIGHEST):
        yield Fault(f"{path}.version.based_on", "phải là số của một bản trước; hãy sửa hoặc bỏ")
    begins, ends = terms.get("effective_from"), terms.get("effective_to")
    if not wrong and begins and ends and ends < begins:
        yield Fault(f"{path}.version.effective_to", f"trước ngày bắt đầu {begins}; hãy ghi ngày sau ngày đó")


def _form(raw: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """The form, and the processing that refers to its questions."""
    for name in ("form", "processing"):
        part = raw.get(name)
        if part is not None and not isinstance(part, dict):
            yield Fault(f"{path}.{name}", any_object(part))
            return
        if part and len(json.dumps(part, ensure_ascii=False)) > LARGEST_RECORD:
            yield Fault(f"{path}.{name}", f"dài quá {LARGEST_RECORD} ký tự; hãy chia thành nhiều trường hợp")
            return
    form = None
    if raw.get("form") is not None:
        try:
            form = schema.load(raw["form"])
        except schema.SchemaError as error:
            yield from _under(f"{path}.form", "form", error.faults)
            return
    if raw.get("processing"):
        yield from _under(f"{path}.processing", "processing", processing.faults(raw["processing"], form))


def _under(path: str, root: str, found: Sequence[schema.Fault]) -> Iterator[Fault]:
    for fault in found[:MOST_FORM_FAULTS]:
        place = path if fault.path in (root, "") else f"{path}.{fault.path}"
        yield Fault(place[:300], fault.reason[:300])


def _timeline(versions: Sequence[Mapping[str, Any]], path: str) -> Iterator[Fault]:
    """Each version of a history has its number, and the law knows one version on a day."""
    terms = [one.get("version") for one in versions]
    if not all(isinstance(one, dict) and _dated(one) for one in terms):
        yield Fault(f"{path}.history", "mỗi bản phải có «number» và «effective_from»; hãy ghi đủ")
        return
    dated: list[dict[str, Any]] = sorted(
        (dict(one) for one in terms if one), key=lambda one: one["effective_from"]
    )
    if len({one["number"] for one in dated}) < len(dated):
        yield Fault(f"{path}.history", "hai bản có cùng «number»; mỗi bản một số")
    for earlier, later in zip(dated, dated[1:], strict=False):
        if (earlier.get("effective_to") or "9999-12-31") >= later["effective_from"]:
            yield Fault(
                f"{path}.history",
                f"bản {earlier['number']} và bản {later['number']} cùng có hiệu lực ngày"
                f" {later['effective_from']}; hãy ghi ngày hết hiệu lực của bản trước",
            )


def _dated(terms: Mapping[str, Any]) -> bool:
    return not _number(terms.get("number")) and not day(terms.get("effective_from"))


def _number(value: Any) -> str:
    good = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= HIGHEST
    return "" if good else "phải là số thứ tự từ 1"


def _instant(value: Any) -> str:
    try:
        good = dt.datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        good = False
    return "" if good else "phải là thời điểm có múi giờ, ví dụ 2025-07-01T08:00:00+07:00"


def at_most(length: int) -> Rule:
    """A text that may be empty, as long as a column holds."""

    def check(value: Any) -> str:
        too_long = isinstance(value, str) and len(value) > length
        return f"dài quá {length} ký tự; hãy rút gọn" if too_long else maybe_text(value)

    return check


VERSION: dict[str, Rule] = {
    "number": _number,
    "based_on": or_null(_number),
    "online_level": one_of(ONLINE_LEVELS, "mức độ trực tuyến"),
    "decision": at_most(120),
    "effective_from": day,
    "effective_to": or_null(day),
    "published_at": _instant,
    "change_note": at_most(100_000),
    "burden_reason": at_most(100_000),
    "repeal_decision": at_most(120),
}


def _row(known: Known) -> dict[str, Rule]:
    return {
        "slug": slug,
        "name": text,
        "name_en": maybe_text,
        "field": or_null(one_of(known.fields, "lĩnh vực")),
        "owner": or_null(one_of(known.agencies, "cơ quan")),
        "levels": list_of(one_of(LEVELS, "cấp")),
        "audience": list_of(one_of(TARGETS, "đối tượng")),
        "keywords": list_of(keyword),
        "source": maybe_text,
        "confidence": at_most(10),
    }
