"""What a catalogue file says around its procedures: fields, life events, offerings, synonyms. Pure.

The project's own files list life events without ``steps``; those are its vocabulary, loaded elsewhere. An event with
steps is a page of the portal and is taken over as it stands.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from procedures.catalogue.additions import at_most
from procedures.catalogue.validate import CHANNELS, ONLINE_LEVELS, TARGETS, Known, brief_slug
from procedures.catalogue.values import (
    Fault,
    Rule,
    any_object,
    day,
    fields_of,
    is_text,
    list_of,
    maybe_text,
    one_of,
    or_null,
    shown,
    slug,
    text,
    whole,
)

Row = Mapping[str, Any]
MOST = {"fields": 5_000, "life_events": 500, "offerings": 500_000, "synonyms": 20_000}
HIGHEST_ORDER = 32_767


def slug_of(raw: Row) -> str:
    """The name under which a procedure of the file is stored."""
    named = raw.get("procedure")
    given = named.get("slug") if isinstance(named, dict) else None
    return str(given or raw.get("id") or brief_slug(str(raw.get("code"))))


def known_with(document: Mapping[str, Any], known: Known) -> Known:
    """``known`` and what the file itself brings."""
    names = (row.get("name_vi") for row in _rows(document, "fields"))
    events = (row.get("id") for row in _rows(document, "life_events") if "steps" in row)
    slugs = {slug_of(row) for row in _rows(document, "procedures")}
    return Known(
        agencies=known.agencies,
        fields=known.fields | {str(name) for name in names if is_text(name)},
        life_events=known.life_events | {str(key) for key in events if is_text(key)},
        registers=known.registers,
        codes=known.codes,
        slugs=known.slugs | slugs,
        offering_agencies=known.offering_agencies,
    )


def faults(document: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    """``known`` includes what the file brings (``known_with``)."""
    for name, check in (
        ("fields", _field),
        ("life_events", _life_event),
        ("offerings", _offering),
        ("synonyms", _synonym),
    ):
        rows = document.get(name, [])
        if not isinstance(rows, list) or len(rows) > MOST[name]:
            yield Fault(f"$.{name}", f"phải là danh sách có nhiều nhất {MOST[name]} mục")
            continue
        yield from _each(rows, f"$.{name}", check, known)
    yield from _twice(document, "fields", "id")
    yield from _twice(document, "fields", "name_vi")
    yield from _twice(document, "life_events", "id")


def _rows(document: Mapping[str, Any], name: str) -> list[Row]:
    rows = document.get(name, [])
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


Check = Callable[[Row, str, Known], Iterator[Fault]]


def _each(rows: list[Any], path: str, check: Check, known: Known) -> Iterator[Fault]:
    for number, row in enumerate(rows):
        if isinstance(row, dict):
            yield from check(row, f"{path}[{number}]", known)
        else:
            yield Fault(f"{path}[{number}]", any_object(row))


def _twice(document: Mapping[str, Any], name: str, key: str) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    rows = document.get(name, [])
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        value = row.get(key) if isinstance(row, dict) else None
        if isinstance(value, str) and seen.setdefault(value, number) != number:
            yield Fault(
                f"$.{name}[{number}].{key}", f"«{shown(value)}» đã có ở $.{name}[{seen[value]}]; hãy giữ một"
            )


def _field(row: Row, path: str, known: Known) -> Iterator[Fault]:
    rules: dict[str, Rule] = {
        "id": _key(120),
        "name_vi": _needed(200),
        "name_en": at_most(200),
        "ministry_id": or_null(one_of(known.agencies, "cơ quan")),
    }
    yield from fields_of({key: row[key] for key in row if key in rules}, path, rules, optional=frozenset())


def _life_event(row: Row, path: str, known: Known) -> Iterator[Fault]:
    if "steps" not in row:
        return
    rules: dict[str, Rule] = {
        "id": _key(60),
        "name_vi": _needed(120),
        "name_en": _needed(120),
        "audience": one_of(TARGETS, "đối tượng"),
        "order": _order,
        "summary_vi": maybe_text,
        "summary_en": maybe_text,
        "steps": list_of(any_object),
    }
    yield from fields_of(row, path, rules, optional=frozenset({"summary_vi", "summary_en"}))
    step: dict[str, Rule] = {
        "procedure": one_of(known.slugs, "thủ tục"),
        "order": _order,
        "note_vi": at_most(200),
        "note_en": at_most(200),
    }
    seen: set[Any] = set()
    for number, one in enumerate(row["steps"] if isinstance(row["steps"], list) else []):
        if not isinstance(one, dict):
            continue
        place = f"{path}.steps[{number}]"
        yield from fields_of(one, place, step, optional=frozenset({"note_vi", "note_en"}))
        named = one.get("procedure")
        if isinstance(named, str) and named in seen:
            yield Fault(f"{place}.procedure", f"«{shown(named)}» đã đứng trong việc này; hãy giữ một")
        seen.add(named if isinstance(named, str) else None)


def _offering(row: Row, path: str, known: Known) -> Iterator[Fault]:
    rules: dict[str, Rule] = {
        "procedure": one_of(known.slugs, "thủ tục"),
        "agency": one_of(known.offering_agencies, "cơ quan"),
        "online_level": one_of(ONLINE_LEVELS, "mức độ trực tuyến"),
        "fee_vnd": or_null(whole),
        "fee_basis": at_most(200),
        "channels": list_of(one_of(CHANNELS, "kênh nộp"), least=1),
        "valid_from": day,
        "valid_to": or_null(day),
    }
    wrong = list(fields_of(row, path, rules, optional=frozenset()))
    yield from wrong
    if not wrong and row["valid_to"] and row["valid_to"] < row["valid_from"]:
        yield Fault(f"{path}.valid_to", "trước «valid_from»; hãy ghi ngày sau ngày đó hoặc null")


def _synonym(row: Row, path: str, known: Known) -> Iterator[Fault]:
    rules: dict[str, Rule] = {
        "say": list_of(_needed(120), least=1),
        "find": list_of(_needed(200), least=1),
        "labels": list_of(at_most(120)),
        "labels_en": list_of(at_most(120)),
        "is_own": lambda value: "" if isinstance(value, bool) else "phải là true hoặc false",
    }
    yield from fields_of(row, path, rules, optional=frozenset({"labels", "labels_en", "is_own"}))


def overlaps(document: Mapping[str, Any], stored: Mapping[tuple[str, str], list[Period]]) -> Iterator[Fault]:
    """An agency offers a procedure on one set of terms a day, counting what is stored and stays."""
    stated: dict[tuple[str, str], list[tuple[int, Row]]] = defaultdict(list)
    for number, row in enumerate(document.get("offerings", [])):
        stated[row["procedure"], row["agency"]].append((number, row))
    for pair, rows in stated.items():
        periods = planned([row for _, row in rows], stored.get(pair, []))
        begins = {row["valid_from"]: number for number, row in reversed(rows)}
        if len(begins) < len(rows):
            yield Fault(
                f"$.offerings[{rows[-1][0]}].valid_from",
                "nơi này có hai mức bắt đầu cùng một ngày; hãy giữ một",
            )
        for earlier, later in zip(periods, periods[1:], strict=False):
            if earlier[1] is None or earlier[1] >= later[0]:
                place = begins.get(later[0].isoformat(), begins.get(earlier[0].isoformat(), rows[0][0]))
                yield Fault(
                    f"$.offerings[{place}].valid_from",
                    f"mức từ {earlier[0]} còn hiệu lực ngày {later[0]}; hãy ghi ngày cuối của mức trước",
                )


Period = tuple[dt.date, dt.date | None]


def planned(rows: list[Row], stored: list[Period]) -> list[Period]:
    """The periods after the import: a stored one that the file does not state ends where a stated one begins."""
    stated = {dt.date.fromisoformat(row["valid_from"]): row["valid_to"] for row in rows}
    periods = [(begins, dt.date.fromisoformat(ends) if ends else None) for begins, ends in stated.items()]
    for begins, ends in stored:
        if begins in stated:
            continue
        later = [day for day in stated if day > begins]
        cut = min(later) - dt.timedelta(days=1) if later else None
        periods.append((begins, min(ends or dt.date.max, cut) if cut else ends))
    return sorted(periods, key=lambda period: period[0])


def _key(length: int) -> Rule:
    def check(value: Any) -> str:
        return slug(value) or ("" if len(value) <= length else f"dài quá {length} ký tự; hãy rút gọn")

    return check


def _needed(length: int) -> Rule:
    return lambda value: text(value) or at_most(length)(value)


def _order(value: Any) -> str:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST_ORDER
    return "" if good else f"phải là số thứ tự từ 0 đến {HIGHEST_ORDER}"
