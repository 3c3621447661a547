"""The parts of a form beside its pages, as rows with columns, to and from the definition. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.editor import limits
from procedures.schema import structure

Words = str | Promise
PHI = (
    ("none", gettext_lazy("Không thu")),
    ("phi", gettext_lazy("Phí")),
    ("le_phi", gettext_lazy("Lệ phí")),
)
YES_NO = (("yes", gettext_lazy("Trả lời Có thì đi tiếp")), ("no", gettext_lazy("Trả lời Không thì đi tiếp")))
ISSUED = "issued"
QUESTION, REGISTER = "question", "register"


@dataclass(frozen=True, slots=True)
class Column:
    """One box: ``kind`` is text, area, rule, select, question (one of the form), register or amount."""

    name: str
    label: Words
    kind: str = "text"
    hint: Words = ""
    choices: tuple[tuple[str, Words], ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """``head``: boxes asked once; ``columns``: boxes of every row; ``numbered``: rows carry an id of their own."""

    name: str
    title: Words
    about: Words
    row: Words = ""
    head: tuple[Column, ...] = ()
    columns: tuple[Column, ...] = ()
    numbered: str = ""


CONDITION = (
    Column(
        "when",
        gettext_lazy("Điều phải đúng"),
        "rule",
        gettext_lazy("Biểu thức đúng thì đạt, sai thì hiện câu dưới đây."),
        needed=True,
    ),
    Column("fail_vi", gettext_lazy("Nói gì khi sai"), needed=True),
    Column("fail_en", gettext_lazy("Nói gì khi sai, bằng tiếng Anh")),
    Column(QUESTION, gettext_lazy("Hiện lời báo ở câu"), QUESTION),
)
PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part(
            "eligibility",
            gettext_lazy("Câu hỏi đầu vào"),
            gettext_lazy(
                "Vài câu Có hoặc Không trước khi khai, để ai không thuộc diện biết ngay và biết đi đâu."
            ),
            row=gettext_lazy("Câu đầu vào"),
            columns=(
                Column("label", gettext_lazy("Câu hỏi"), needed=True),
                Column("label_en", gettext_lazy("Câu hỏi bằng tiếng Anh")),
                Column("pass_when", gettext_lazy("Ai đi tiếp"), "select", choices=YES_NO, needed=True),
                Column("otherwise", gettext_lazy("Nói gì với người không thuộc diện"), "area", needed=True),
                Column("otherwise_en", gettext_lazy("Nói gì, bằng tiếng Anh"), "area"),
            ),
            numbered="e",
        ),
        Part(
            "roles",
            gettext_lazy("Vai và cách tìm người"),
            gettext_lazy(
                "Mỗi vai là một người khác trong hồ sơ, như người mẹ. Cổng tìm số định danh của vai theo thứ tự"
                " các cách dưới đây, rồi điền sẵn dữ liệu của người đó."
            ),
            row=gettext_lazy("Cách tìm"),
            columns=(
                Column("role", gettext_lazy("Vai"), "role", needed=True),
                Column("of", gettext_lazy("Đi từ vai"), "role", needed=True),
                Column("register", gettext_lazy("Tra ở"), REGISTER),
                Column("path", gettext_lazy("Trường chứa số định danh"), "code"),
                Column("when", gettext_lazy("Chỉ dùng cách này khi"), "rule"),
            ),
        ),
        Part(
            "checks",
            gettext_lazy("Kiểm tra chéo giữa các câu"),
            gettext_lazy("Điều phải đúng giữa nhiều câu trả lời trước khi nộp."),
            row=gettext_lazy("Kiểm tra"),
            columns=CONDITION,
            numbered="check",
        ),
        Part(
            "fees",
            gettext_lazy("Phí, lệ phí"),
            gettext_lazy("Mỗi trường hợp đúng thêm một dòng vào số tiền phải nộp."),
            row=gettext_lazy("Trường hợp"),
            head=(
                Column("kind", gettext_lazy("Loại"), "select", choices=PHI, needed=True),
                Column("legal_basis", gettext_lazy("Căn cứ thu"), "area"),
            ),
            columns=(
                Column(
                    "when", gettext_lazy("Thu khi"), "rule", gettext_lazy("true là luôn luôn."), needed=True
                ),
                Column("label", gettext_lazy("Tên khoản thu"), needed=True),
                Column("label_en", gettext_lazy("Tên khoản thu, bằng tiếng Anh")),
                Column(
                    "amount_vnd",
                    gettext_lazy("Số tiền (đồng)"),
                    "amount",
                    gettext_lazy("Để trống nếu tỉnh quy định mức thu."),
                ),
                Column("times", gettext_lazy("Nhân với"), "rule", gettext_lazy("Ví dụ: số bản xin thêm.")),
            ),
        ),
        Part(
            "auto_decision",
            gettext_lazy("Quyết định tự động"),
            gettext_lazy(
                "Có dòng nào ở đây thì máy tự quyết định, không cần cán bộ: mọi điều phải đúng mới cấp kết quả."
            ),
            row=gettext_lazy("Điều kiện"),
            columns=CONDITION,
            numbered="rule",
        ),
        Part(
            "result_fields",
            gettext_lazy("Các mục của kết quả"),
            gettext_lazy(
                "Kết quả in những mục này; mỗi mục lấy từ một câu trả lời hoặc do cơ quan ghi khi cấp."
            ),
            row=gettext_lazy("Mục"),
            columns=(
                Column("label", gettext_lazy("Tên mục"), needed=True),
                Column("label_en", gettext_lazy("Tên mục bằng tiếng Anh")),
                Column("source", gettext_lazy("Lấy từ"), "source", needed=True),
            ),
        ),
        Part(
            "declaration",
            gettext_lazy("Lời cam đoan và tên mẫu"),
            gettext_lazy("Tên tờ khai trong văn bản, và câu cam đoan trước khi gửi."),
            head=(
                Column("official_form", gettext_lazy("Tên mẫu chính thức"), "area", needed=True),
                Column("declaration", gettext_lazy("Lời cam đoan"), "area"),
                Column("declaration_en", gettext_lazy("Lời cam đoan bằng tiếng Anh"), "area"),
            ),
        ),
    )
}
Rows = list[dict[str, str]]


def rows_of(form: Mapping[str, Any], part: Part) -> Rows:
    """What is in the form, as text for the boxes."""
    if part.name == "roles":
        stored = [{"role": role, **one} for role, many in form.get("roles", {}).items() for one in many]
    elif part.name == "fees":
        stored = form.get("fees", {}).get("cases", [])
    else:
        stored = form.get(part.name, []) if part.columns else []
    names = [column.name for column in part.columns] + (["id"] if part.numbered else [])
    return [{name: _shown(one.get(name)) for name in names} for one in stored]


def head_of(form: Mapping[str, Any], part: Part) -> dict[str, str]:
    holder = form.get("fees", {"kind": "none"}) if part.name == "fees" else form
    return {column.name: _shown(holder.get(column.name)) for column in part.head}


def typed_rows(typed: Mapping[str, str], part: Part) -> Rows:
    """Rows of a posted page in their order; a row with nothing typed is left out."""
    count = max((int(found[1]) + 1 for name in typed if (found := ROW.match(name))), default=0)
    names = [column.name for column in part.columns] + (["id"] if part.numbered else [])
    rows = [{name: typed.get(f"row-{n}-{name}", "").strip() for name in names} for n in range(count)]
    chosen = {column.name for column in part.columns if column.kind == "select"}
    return [row for row in rows if any(value for name, value in row.items() if name not in chosen | {"id"})]


ROW = re.compile(r"row-(\d{1,3})-")


def built(part: Part, head: Mapping[str, str], rows: Rows) -> dict[str, Any]:
    """The keys of the definition this part sets; an empty value takes the key out."""
    made = [_row(part, row) for row in rows]
    if part.name == "declaration":
        return dict(head)
    if part.name == "fees":
        empty = head["kind"] == "none" and not made and not head["legal_basis"]
        return {"fees": None if empty else {**head, "cases": made}}
    if part.name == "roles":
        found: dict[str, list[dict[str, Any]]] = {}
        for row in made:
            found.setdefault(row.pop("role", ""), []).append(row)
        return {"roles": found}
    return {part.name: _numbered(part, made)}


def places(part: Part, rows: Rows) -> dict[str, tuple[str, str]]:
    """Where each rule box of the rows stands in the definition, and what it says."""
    found = {}
    of_role: dict[str, int] = {}
    for n, row in enumerate(rows):
        nth = n
        if part.name == "roles":
            nth = of_role[row["role"]] = of_role.get(row["role"], -1) + 1
        holder = {"fees": "fees.cases", "roles": f"roles.{row.get('role')}"}.get(part.name, part.name)
        for column in part.columns:
            if column.kind == "rule":
                found[f"row-{n}-{column.name}"] = (f"{holder}[{nth}].{column.name}", row[column.name])
    return found


def _row(part: Part, row: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {name: value for name, value in row.items() if value}
    if "amount_vnd" in row:
        digits = re.sub(r"[\s.]|đồng|đ$", "", row["amount_vnd"])
        made["amount_vnd"] = int(digits) if re.fullmatch(r"\d{1,15}", digits) else (row["amount_vnd"] or None)
    return made


def _numbered(part: Part, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row keeps the id it has; a new one gets the next free."""
    taken: set[str] = set()
    for row in made if part.numbered else ():
        wanted = row.get("id", "")
        if not wanted or wanted in taken:
            known = taken | {one.get("id", "") for one in made}
            wanted = next(name for n in range(1, 10_000) if (name := f"{part.numbered}{n}") not in known)
        row["id"] = wanted
        taken.add(wanted)
    return made


def problems(part: Part, head: Mapping[str, str], rows: Rows) -> list[tuple[str, str]]:
    """(input, sentence) for everything that cannot be kept; a wrong rule can, it is only marked."""
    found: dict[str, str] = {}
    for column in part.head:
        if column.needed and not head[column.name]:
            found[f"head-{column.name}"] = f"{column.label}: " + _("anh/chị chưa ghi")
    for n, row in enumerate(rows):
        for column in part.columns:
            if column.needed and not row[column.name]:
                told = _("dòng %(n)s, %(label)s: anh/chị chưa ghi")
                found[f"row-{n}-{column.name}"] = told % {"n": n + 1, "label": column.label}
    for name, value in built(part, head, rows).items():
        if value not in (None, "", [], {}):
            for path, sentence in limits.faults(structure.FORM["properties"][name], value):
                found.setdefault(*_placed(part, name, path, sentence))
    return list(found.items())


def _placed(part: Part, name: str, path: tuple[str | int, ...], sentence: str) -> tuple[str, str]:
    labels = {column.name: str(column.label) for column in (*part.head, *part.columns)}
    column = next((str(step) for step in reversed(path) if step in labels), name)
    line = next((step for step in path if isinstance(step, int)), None)
    if line is None or part.name == "roles":
        label = labels.get(column, str(part.title))
        return (f"head-{column}" if column in labels else "rows"), f"{label}: {sentence}"
    told = _("dòng %(n)s, %(label)s: ") % {"n": line + 1, "label": labels.get(column, _("mã"))}
    return f"row-{line}-{column}", told + sentence


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
