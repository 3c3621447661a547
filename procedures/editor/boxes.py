"""Boxes of the editor's plain forms: what stands in them, and from what was typed back to the value. Pure.

A box names its place in a record with dots (``fee.amount_vnd``); the same name stands in the form, and is the anchor
of the box. What is left empty is unknown and stays ``null``, so that nothing is invented.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Words = str | Promise
Options = tuple[tuple[str, Words], ...]
Kind = Literal["line", "text", "lines", "whole", "choice", "checks", "flag", "day"]
MOST_ROWS = 100
MOST_LINES = 200
FEW = 12
"""Checks that stand open on the page."""


@dataclass(frozen=True)
class Box:
    name: str
    label: Words
    kind: Kind = "line"
    hint: Words = ""
    options: Options = ()
    most: int = 500
    """Characters of a text, or the largest whole number."""
    empty: Any = None
    """What an empty box means."""
    dropped: bool = False
    """The key is left out while the box is empty; otherwise it stays with ``empty``."""
    language: str = ""
    wide: bool = True
    only_for: str = ""
    """In rows: the kind of part the box belongs to; others do not show it, a new row does."""


@dataclass(frozen=True)
class Rows:
    """A list of parts of one kind, each with the same boxes."""

    name: str
    label: Words
    one: Words
    boxes: tuple[Box, ...]
    blank: Mapping[str, Any]
    """A new row, with the keys that have no box."""
    dropped: bool = False


@dataclass(frozen=True)
class Section:
    id: str
    title: Words
    parts: tuple[Box | Rows, ...]
    hint: Words = ""


Typed = Mapping[str, Sequence[str]]
"""Every value sent under a name, as ``dict(QueryDict.lists())`` gives it."""


@dataclass
class Written:
    """A record with what was typed put into it, and for each box that could not be read a sentence."""

    record: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)
    origins: dict[str, list[int | None]] = field(default_factory=dict)
    """For each list of rows: the place every row had before; None for a new one."""


def write(record: Mapping[str, Any], sections: Sequence[Section], typed: Typed) -> Written:
    """What stood on the page is put into a copy of the record; everything else stays as it was."""
    written = Written(copy.deepcopy(dict(record)))
    for part in (part for section in sections for part in section.parts):
        if isinstance(part, Rows):
            _write_rows(written, part, typed)
        else:
            _write_box(written, part, typed, written.record, part.name)
    return written


def _write_rows(written: Written, rows: Rows, typed: Typed) -> None:
    before = value_at(written.record, rows.name) or []
    origins = _origins(rows, typed, len(before))
    if origins is None:
        return
    found = []
    for number, origin in enumerate(origins):
        row = copy.deepcopy(dict(rows.blank if origin is None else before[origin]))
        for box in rows.boxes:
            _write_box(written, box, typed, row, f"{rows.name}.{number}.{box.name}")
        found.append(row)
    written.origins[rows.name] = origins
    _put(written.record, rows.name, found, dropped=rows.dropped and not found)


def _origins(rows: Rows, typed: Typed, stored: int) -> list[int | None] | None:
    """None when the rows did not stand on the page at all."""
    sent = typed.get(f"{rows.name}.rows")
    if sent is None:
        return None
    places = [one for one in sent[0].split(",") if one][:MOST_ROWS]
    return [int(one) if one.isdecimal() and int(one) < stored else None for one in places]


def _write_box(written: Written, box: Box, typed: Typed, holder: dict[str, Any], name: str) -> None:
    sent = typed.get(name)
    if sent is None and f"{name}.shown" not in typed:
        return
    value, problem = read(box, list(sent or []))
    if box.kind == "checks":
        stored = value_at(holder, box.name) or []
        value = [one for one in stored if one in value] + [one for one in value if one not in stored]
    if problem:
        written.problems[name] = f"{box.label}: {problem}"
    else:
        _put(holder, box.name, value, dropped=box.dropped and value == box.empty)


def read(box: Box, sent: list[str]) -> tuple[Any, str]:
    """The value of a box, or why there is none."""
    if box.kind == "checks":
        known = [key for key, _label in box.options]
        wrong = [one for one in sent if one not in known]
        return [one for one in known if one in sent], _("chọn trong danh sách") if wrong else ""
    text = unicodedata.normalize("NFC", sent[0]) if sent else ""
    if box.kind == "flag":
        return bool(text), ""
    if box.kind == "lines":
        return _lines(box, text)
    text = text.strip() if box.kind == "text" else " ".join(text.split())
    if not text:
        return box.empty, ""
    if box.kind == "whole":
        return _whole(box, text)
    if box.kind == "choice" and text not in {key for key, _label in box.options}:
        return None, _("chọn một mục trong danh sách")
    if box.kind == "day" and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", text):
        return None, _("ghi ngày dạng 2026-01-31")
    return (text, "") if len(text) <= box.most else (None, _too_long(box))


def _lines(box: Box, text: str) -> tuple[Any, str]:
    lines = [line for line in (" ".join(one.split()) for one in text.splitlines()) if line]
    if len(lines) > MOST_LINES:
        return None, _("nhiều nhất %(most)s dòng") % {"most": MOST_LINES}
    if any(len(line) > box.most for line in lines):
        return None, _too_long(box)
    return (lines or (box.empty if box.empty is not None else [])), ""


def _whole(box: Box, text: str) -> tuple[Any, str]:
    """Vietnamese groups thousands with a dot or a space."""
    digits = re.sub(r"(?<=\d)[ .](?=\d{3}(\D|$))", "", text)
    if not re.fullmatch(r"\d{1,15}", digits):
        return None, _("ghi số nguyên, không âm; chưa biết thì để trống")
    if int(digits) > box.most:
        return None, _("ghi số không quá %(most)s") % {"most": box.most}
    return int(digits), ""


def _too_long(box: Box) -> str:
    return _("viết ngắn lại, không quá %(most)s ký tự") % {"most": box.most}


def value_at(record: Mapping[str, Any], name: str) -> Any:
    """The value under a name with dots; None where a part of the way is missing."""
    value: Any = record
    for key in name.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _put(record: dict[str, Any], name: str, value: Any, *, dropped: bool) -> None:
    *way, last = name.split(".")
    if dropped and way and not isinstance(value_at(record, ".".join(way)), Mapping):
        return
    for key in way:
        inner = record.get(key)
        record[key] = record = dict(inner) if isinstance(inner, Mapping) else {}
    if dropped:
        record.pop(last, None)
    else:
        record[last] = value


def rearranged(rows: Sequence[Rows], typed: dict[str, list[str]], button: str) -> dict[str, list[str]]:
    """A page as typed after one button of its rows: ``add:steps``, ``up:steps:2``, ``down:steps:0``,
    ``remove:steps:1``. Nothing is stored by it; a button that fits no row changes nothing."""
    verb, _colon, where = button.partition(":")
    name, _colon, place = where.partition(":")
    part = next((one for one in rows if one.name == name), None)
    if part is None:
        return typed
    count = _count(typed, name)
    number = int(place) if place.isdecimal() and len(place) < 4 else count
    order: list[int | None] = list(range(count))
    if verb == "add" and count < MOST_ROWS:
        order.append(None)
    elif number < count and verb == "remove":
        order.pop(number)
    elif number < count and verb in ("up", "down"):
        there = min(max(number + (1 if verb == "down" else -1), 0), count - 1)
        order.insert(there, order.pop(number))
    return _reordered(typed, part, order)


def _reordered(typed: dict[str, list[str]], rows: Rows, order: list[int | None]) -> dict[str, list[str]]:
    head = re.compile(rf"{re.escape(rows.name)}\.(\d+)\.")
    kept = {name: values for name, values in typed.items() if not head.match(name)}
    origins = typed.get(f"{rows.name}.rows", [""])[0].split(",")
    for place, old in enumerate(order):
        before = f"{rows.name}.{old}."
        for name, values in typed.items():
            if name.startswith(before):
                kept[f"{rows.name}.{place}.{name.removeprefix(before)}"] = values
    kept[f"{rows.name}.rows"] = [",".join("n" if old is None else origins[old] for old in order)]
    return kept


def found_again(record: Mapping[str, Any], rows: Sequence[Rows], typed: dict[str, list[str]]) -> None:
    """After somebody else moved rows: each typed row belongs to the stored one of the same name, or is new."""
    for part in rows:
        if f"{part.name}.rows" not in typed:
            continue
        key = next(box.name for box in part.boxes if box.name in ("id", "name_vi"))
        names = [str(row.get(key)) for row in value_at(record, part.name) or []]
        sent = [typed.get(f"{part.name}.{place}.{key}", [""])[0] for place in range(_count(typed, part.name))]
        places = [str(names.index(name)) if name in names else "n" for name in sent]
        typed[f"{part.name}.rows"] = [",".join(places)]


def _count(typed: Typed, name: str) -> int:
    return len([one for one in typed.get(f"{name}.rows", [""])[0].split(",") if one])


@dataclass(frozen=True)
class Shown:
    """A box as the page draws it."""

    box: Box
    name: str
    text: str
    chosen: tuple[str, ...]
    problem: str
    stored: str = ""
    """What stands in the draft meanwhile, where it differs from what was typed."""

    @property
    def is_grouped(self) -> bool:
        return self.box.kind == "checks"

    @property
    def is_long(self) -> bool:
        """A list of checks that is folded until it is wanted."""
        return len(self.box.options) > FEW

    @property
    def words(self) -> str:
        """The value for somebody who only reads."""
        if self.box.kind == "flag":
            return _("Có") if self.text else _("Không")
        named = [str(label) for _key, label, is_chosen in self.options if is_chosen]
        return ", ".join(named) if self.box.options else self.text

    @property
    def options(self) -> list[tuple[str, Words, bool]]:
        return [(key, label, key in self.chosen) for key, label in self.box.options]


@dataclass(frozen=True)
class ShownRow:
    name: str
    number: int
    boxes: list[Shown]
    said: str
    """What the row is about, where no box of it says so."""
    is_new: bool
    is_first: bool
    is_last: bool

    @property
    def is_open(self) -> bool:
        """New rows and rows with something to look at are not folded away."""
        return self.is_new or any(box.problem or box.stored for box in self.boxes)

    @property
    def title(self) -> str:
        named = (box.text for box in self.boxes if box.box.name in ("name_vi", "label", "when"))
        return self.said or next(named, "")


@dataclass(frozen=True)
class ShownRows:
    part: Rows
    rows: list[ShownRow]
    origins: str


@dataclass(frozen=True)
class ShownSection:
    section: Section
    parts: list[Shown | ShownRows]

    @property
    def faults(self) -> int:
        return sum(bool(box.problem) for box in self.boxes())

    def boxes(self) -> Iterator[Shown]:
        for part in self.parts:
            if isinstance(part, Shown):
                yield part
            else:
                yield from (box for row in part.rows for box in row.boxes)


def shown(
    record: Mapping[str, Any],
    sections: Sequence[Section],
    *,
    typed: Typed | None = None,
    problems: Mapping[str, str] | None = None,
    beside: bool = False,
) -> list[ShownSection]:
    """The page: from the record, or exactly as it was typed; then ``beside`` shows what the record says too."""
    told = problems or {}

    def show(box: Box, name: str, value: Any) -> Shown:
        text, chosen = _text(box, value), _chosen(value)
        if typed is None or (name not in typed and f"{name}.shown" not in typed):
            return Shown(box, name, text, chosen, told.get(name, ""))
        sent = tuple(typed.get(name, ()))
        differs = beside and (sent != chosen if box.options else (*sent, "")[0].split() != text.split())
        stored = Shown(box, name, text, chosen, "").words if differs else ""
        return Shown(box, name, sent[0] if sent else "", sent, told.get(name, ""), stored)

    def show_rows(part: Rows) -> ShownRows:
        stored = list(value_at(record, part.name) or [])
        origins = [str(number) for number in range(len(stored))]
        if typed is not None and f"{part.name}.rows" in typed:
            origins = [one for one in typed[f"{part.name}.rows"][0].split(",") if one][:MOST_ROWS]
        drawn = []
        for number, origin in enumerate(origins):
            known = stored[int(origin)] if origin.isdecimal() and int(origin) < len(stored) else part.blank
            name = f"{part.name}.{number}"
            said, is_new, last = str(known.get("title") or ""), not origin.isdecimal(), len(origins) - 1
            fitting = [one for one in part.boxes if is_new or one.only_for in ("", known.get("kind"))]
            boxes = [show(box, f"{name}.{box.name}", value_at(known, box.name)) for box in fitting]
            drawn.append(ShownRow(name, number + 1, boxes, said, is_new, number == 0, number == last))
        return ShownRows(part, drawn, ",".join(origins))

    return [
        ShownSection(
            section,
            [
                show_rows(part)
                if isinstance(part, Rows)
                else show(part, part.name, value_at(record, part.name))
                for part in section.parts
            ],
        )
        for section in sections
    ]


def _text(box: Box, value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def _chosen(value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    return (str(value),) if value not in (None, "", False) else ()
