"""From what an editor typed to a part of a definition, with a sentence for each place that cannot be kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.editor import kinds, limits
from procedures.schema import structure

Typed = Mapping[str, str]
LABELS = {
    "label": gettext_lazy("Câu hỏi"),
    "label_en": gettext_lazy("Câu hỏi bằng tiếng Anh"),
    "hint": gettext_lazy("Gợi ý"),
    "hint_en": gettext_lazy("Gợi ý bằng tiếng Anh"),
    "why": gettext_lazy("Vì sao hỏi"),
    "why_en": gettext_lazy("Vì sao hỏi, bằng tiếng Anh"),
    "kind": gettext_lazy("Kiểu trả lời"),
    "required": gettext_lazy("Bắt buộc khi"),
    "show_if": gettext_lazy("Hiện khi"),
    "choices": gettext_lazy("Các lựa chọn"),
    "prefill": gettext_lazy("Nguồn dữ liệu"),
    "derive": gettext_lazy("Tính từ câu trả lời khác"),
    "fact_only": gettext_lazy("Chỉ cho xem khi"),
    "value_kind": gettext_lazy("Kết quả tính là"),
    "component": gettext_lazy("Thành phần hồ sơ"),
    "min": gettext_lazy("Nhỏ nhất"),
    "max": gettext_lazy("Lớn nhất"),
    "max_length": gettext_lazy("Nhiều nhất bao nhiêu ký tự"),
    "format": gettext_lazy("Dạng mã"),
    "basis": gettext_lazy("Căn cứ để hỏi"),
    "element": gettext_lazy("Trường trong từ điển"),
    "of": gettext_lazy("Của ai"),
    "blank_no": gettext_lazy("Số mục trên mẫu"),
    "title": gettext_lazy("Tên trang"),
    "title_en": gettext_lazy("Tên trang bằng tiếng Anh"),
    "group": gettext_lazy("Trang lặp lại"),
    "id": gettext_lazy("Mã"),
}
SENTENCES = ("label", "label_en", "hint", "hint_en", "why", "why_en", "basis")
NAMES = ("kind", "element", "of", "format", "value_kind", "show_if", "derive")
SWITCHES = ("sensitive", "proposed", "on_form")
COUNTS = ("max_length", "component", "blank_no")
MOST_SOURCES = 5
BAR = re.compile(r"(?<!\\)\|")


@dataclass
class Read:
    """What was typed as properties to set, and for each input that is wrong a sentence."""

    changes: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, name: str, how: str) -> None:
        self.problems.append((name, f"{LABELS.get(name, name)}: {how}"))

    def check(self, schema: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
        """Add what the schema says of ``whole``, each property once."""
        told = {name for name, _sentence in self.problems}
        for path, sentence in limits.faults(schema, whole):
            name = str(path[0]) if path else "label"
            line = next((part for part in path[1:] if isinstance(part, int)), None)
            if name in told:
                continue
            told.add(name)
            self.refuse(name, sentence if line is None else _("dòng %(n)s: ") % {"n": line + 1} + sentence)


def question(typed: Typed, before: Mapping[str, Any]) -> Read:
    """Only what stood on the page is read, so that a property without a box stays as it was."""
    read = Read()
    for name in typed.keys() & {*SENTENCES, *NAMES}:
        read.changes[name] = _line(typed[name])
    for name in typed.keys() & set(SWITCHES):
        read.changes[name] = typed[name] == "1"
    for name in typed.keys() & {"required", "fact_only"}:
        read.changes[name] = _yes_no_rule(read, name, typed)
    kind = read.changes.get("kind", before["kind"])
    _bounds(read, typed, kind)
    if "choices" in typed:
        read.changes["choices"] = choices_of(read, typed["choices"])
    if "prefill-0-register" in typed:
        read.changes["prefill"] = prefill(read, typed)
    if kind != before["kind"]:
        read.changes |= {name: None for name in kinds.FITS if name in before and not kinds.fits(name, kind)}
    whole = {**before, **read.changes}
    read.check(structure.QUESTION, {name: value for name, value in whole.items() if _kept(name, value)})
    return read


def _bounds(read: Read, typed: Typed, kind: str) -> None:
    for name in typed.keys() & set(COUNTS):
        read.changes[name] = _number(read, name, typed[name], whole=True)
    for name in typed.keys() & {"min", "max"}:
        day = kind in kinds.DAYS
        read.changes[name] = typed[name].strip() if day else _number(read, name, typed[name])


def page(typed: Typed) -> Read:
    """Title, rule, and ``group`` (None = asked once)."""
    read = Read()
    read.changes = {name: _line(typed.get(name, "")) for name in ("title", "title_en", "show_if")}
    read.check(
        structure.PAGE, {"id": "x", "questions": [{"id": "x", "kind": "text", "label": "x"}]} | read.changes
    )
    read.changes["group"] = None
    if typed.get("repeats") != "1":
        return read
    group: dict[str, Any] = {
        "label": _line(typed.get("group_label", "")),
        "label_en": _line(typed.get("group_label_en", "")),
        "min": _number(read, "group", typed.get("group_min", ""), whole=True),
        "max": _number(read, "group", typed.get("group_max", ""), whole=True),
        "prefill": prefill(read, typed),
    }
    group = {name: value for name, value in group.items() if value is not None and value != []}
    for path, sentence in limits.faults(structure.GROUP, {"id": "x", **group}):
        read.refuse("group", sentence if path[:1] != ("label",) else _("tên của các dòng, ") + sentence)
        break
    if group.get("min", 1) > group.get("max", structure.GROUP["properties"]["max"]["maximum"]):
        read.refuse("group", _("số dòng ít nhất phải không quá số dòng nhiều nhất"))
    read.changes["group"] = group
    return read


def prefill(read: Read, typed: Typed) -> list[dict[str, str]]:
    found = []
    for number in range(MOST_SOURCES):
        register, path, role = (
            _line(typed.get(f"prefill-{number}-{part}", "")) for part in ("register", "path", "role")
        )
        if register and not path:
            read.refuse("prefill", _("dòng %(n)s: ghi trường cần lấy") % {"n": number + 1})
        if register and path:
            more = {"role": role} if role and role != "requester" else {}
            found.append({"register": register, "path": path, **more})
    return found


def choices_of(read: Read, text: str) -> list[dict[str, str]]:
    """One a line: ``code | nhãn | label in English | shown when``; a bar inside a label is written ``\\|``."""
    found: list[dict[str, str]] = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        parts = [_line(part).replace("\\|", "|") for part in BAR.split(line, maxsplit=3)]
        if len(parts) < 2 or not parts[0] or not parts[1]:
            read.refuse("choices", _("dòng %(n)s: ghi mã, dấu |, rồi nhãn") % {"n": number})
            continue
        if parts[0] in {one["code"] for one in found}:
            read.refuse("choices", _("mã «%(code)s» ghi hai lần") % {"code": parts[0]})
        names = ("code", "label", "label_en", "show_if")
        found.append({name: part for name, part in zip(names, parts, strict=False) if part})
    return found


def choice_lines(choices: list[Mapping[str, str]]) -> str:
    return "\n".join(" | ".join(_cells(one)) for one in choices)


def _cells(choice: Mapping[str, str]) -> Iterator[str]:
    cells = [choice["code"], choice["label"], choice.get("label_en", ""), choice.get("show_if", "")]
    while len(cells) > 2 and not cells[-1]:
        cells.pop()
    yield from (cell if place == 3 else cell.replace("|", "\\|") for place, cell in enumerate(cells))


def _yes_no_rule(read: Read, name: str, typed: Typed) -> bool | str:
    if typed[name] != "rule":
        return typed[name] == "yes"
    rule = _line(typed.get(f"{name}_rule", ""))
    if not rule:
        read.refuse(name, _("anh/chị chưa ghi điều kiện"))
    return rule


def _number(read: Read, name: str, text: str, *, whole: bool = False) -> int | float | None:
    text = text.strip().replace(" ", "").replace(",", ".")
    if not text:
        return None
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,10})?", text) or (whole and "." in text):
        read.refuse(name, _("ghi bằng số"))
        return None
    return float(text) if "." in text else int(text)


def _line(text: str) -> str:
    return " ".join(text.split())


def _kept(name: str, value: Any) -> bool:
    return name in ("kind", "label") or not (value is False or value in ("", None, [], {}))
