"""Definitions come from outside: every hostile one is refused with its place, in bounded work, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures import rules
from procedures.schema import SchemaError, decode, load, shape
from procedures.schema.expressions import Walk
from procedures.schema.meaning import MOST_STEPS as MOST_OF_A_FORM
from procedures.schema.typecheck import MOST_STEPS
from tests.procedures.definitions import FOLDER, definition, question

COLUMNS = [question("integer", f"k{number}") for number in range(4)] + [question("text", "w", max_length=300)]


def with_rows(most: int, **more: Any) -> dict[str, Any]:
    form = definition(question("integer", "n"))
    group = {"id": "rows", "label": "Dòng", "min": 0, "max": most}
    form["pages"].append({"id": "list", "title": "Bảng", "group": group, "questions": COLUMNS})
    form["auto_decision"] = [{"id": "d", "when": more.get("when", "true"), "fail_vi": "Sai"}]
    return form


def said(raw: Any) -> dict[str, str]:
    with pytest.raises(SchemaError) as caught:
        load(raw)
    return {fault.path: fault.reason for fault in caught.value.faults}


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


NAME = "q" * 60
HOSTILE: list[tuple[Any, str, str]] = [
    ([], "form", "phải là kiểu object"),
    ("x", "form", "phải là kiểu object"),
    (None, "form", "phải là kiểu object"),
    (definition(question(), surprise=deep(100_000)), "form", "lồng sâu quá 20 tầng"),
    (definition(*[question(name=f"q{n}") for n in range(10_000)]), "pages[0].questions", "nhiều quá 100 mục"),
    (definition(question(label="x" * 6_000_000)), "form", "biểu lớn quá"),
    (definition(question(), surprise=[0] * 300_000), "form", "biểu lớn quá"),
    (definition(question(label="<img src=x onerror=alert(1)>")), "pages[0].questions[0].label", "HTML"),
    (definition(question(hint="a > b")), "pages[0].questions[0].hint", "HTML"),
    (definition(question(), question()), "questions", "mã «q» dùng hơn một lần"),
    (definition(question(name="ctx")), "questions", "«ctx» là từ của biểu thức"),
    (definition(question(name="in")), "questions", "«in» là từ của biểu thức"),
    (definition(question(name="date")), "questions", "«date» là từ của biểu thức"),
    (definition(question(name="__class__")), "pages[0].questions[0].id", "mã chỉ gồm"),
    (definition(question("date", min="2026-02-30")), "pages[0].questions[0].min", "không có ngày 2026-02-30"),
    (definition(question("date", max="30/02/2026")), "pages[0].questions[0].max", "năm-tháng-ngày"),
    (definition(question("date", min="2026-02-02", max="2026-01-01")), "pages[0].questions[0]", "lớn hơn"),
    (definition(question("integer", min=9, max=1)), "pages[0].questions[0]", "không câu trả lời nào đúng"),
    (definition(question("integer", max="today")), "pages[0].questions[0].max", "chỉ đặt cho câu hỏi ngày"),
    (definition(question("text", max=4)), "pages[0].questions[0].max", "chỉ đặt cho câu hỏi số"),
    (definition(question("decimal", max=float("nan"))), "pages[0].questions[0].max", "lớn quá"),
    (definition(question("integer", max=10**400)), "pages[0].questions[0].max", "lớn quá"),
    (definition(question(show_if="(" * 41 + "1" + ")" * 41)), "pages[0].questions[0].show_if", "lồng sâu quá"),
    (definition(question(show_if="!" * 1990 + "true")), "pages[0].questions[0].show_if", "quá dài dòng"),
    (definition(question(show_if="1" + "+1" * 900 + " > 1")), "pages[0].questions[0].show_if", "quá dài dòng"),
    (definition(question(show_if="a" * 2001)), "pages[0].questions[0].show_if", "dài quá 2000"),
    (definition(question(show_if="'a'.matches('(a+)+$')")), "pages[0].questions[0].show_if", "«matches»"),
    (definition(question(show_if="__import__('os') == 1")), "pages[0].questions[0].show_if", "không có hàm"),
    (definition(question(), question("computed", "c", derive="q + c")), "pages[0].questions[1].derive",
     "chính nó"),
    (definition(question(required="q == ''")), "pages[0].questions[0].required", "chính nó"),
    (with_rows(200, when="rows.all(a, rows.all(b, rows.all(c, a.k0 < c.k1)))"), "auto_decision[0].when",
     "quá nhiều bước"),
    (with_rows(200, when="rows.all(a, rows.filter(b, true).size() > 1)"), "auto_decision[0].when",
     "quá nhiều bước"),
    (with_rows(200, when="rows.all(a, size(rows.map(b, b.k0)) > 1)"), "auto_decision[0].when",
     "quá nhiều bước"),
    (with_rows(9, when="[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))"), "auto_decision[0].when",
     "quá 3 vòng lặp"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "path", "says"), HOSTILE, ids=[f"{n}" for n in range(len(HOSTILE))])
def test_a_hostile_definition_is_refused_with_its_place(raw: Any, path: str, says: str) -> None:
    assert says in said(raw)[path]


def test_a_column_and_a_question_cannot_share_a_name() -> None:
    raw = with_rows(3)
    raw["pages"][0]["questions"].append(question("integer", "k0"))
    assert "«k0»" in said(raw)["questions"]


def test_a_chain_of_computed_texts_cannot_grow_without_end() -> None:
    chain = [question("long_text", "c0", max_length=5000)]
    chain += [question("computed", f"c{n}", derive=" + ".join([f"c{n - 1}"] * 4)) for n in range(1, 30)]
    found = said(definition(*chain))
    assert "dài tới" in found["pages[0].questions[2].derive"]


def test_rules_of_a_form_together_are_bounded() -> None:
    raw = with_rows(60)
    rule = "rows.all(a, rows.all(b, rows.all(c, true)))"
    raw["auto_decision"] = [{"id": f"d{n}", "when": rule, "fail_vi": "Sai"} for n in range(40)]
    assert said(raw) == {
        "form": "các biểu thức của biểu cộng lại tính quá nhiều bước: bớt vòng lặp, bớt số dòng"
    }


def test_the_worst_expression_that_is_accepted_ends_within_its_steps() -> None:
    """Three loops, one in another, over the largest table that still passes: more rows are refused."""
    rule = "rows.all(a, rows.all(b, rows.all(c, a.k0 <= c.k1)))"
    most = max(rows for rows in range(20, 60) if _accepted(with_rows(rows, when=rule)))
    form = load(with_rows(most, when=rule))
    steps = next(place.checked.steps for place in Walk(form).places if place.role == "decision")
    assert MOST_STEPS * 0.8 < steps <= MOST_STEPS <= MOST_OF_A_FORM
    row = {"k0": 1, "k1": 1, "k2": 1, "k3": 1, "w": "ắ" * 300}
    assert rules.truth(rule, {"rows": [row] * most}) is True
    assert not _accepted(with_rows(most + 1, when=rule))


def _accepted(raw: dict[str, Any]) -> bool:
    try:
        load(raw)
    except SchemaError:
        return False
    return True


def test_at_most_fifty_faults_of_shape_are_told() -> None:
    raw = definition(*[question(name=f"q{n}", label="<b>") for n in range(100)])
    assert len(shape.faults(raw)) == shape.MOST_FAULTS


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[" * 5_000_000, "lồng sâu quá"),
        (b'{"a":' * 100_000, "lồng sâu quá"),
        (b" " * 5_000_001, "lớn quá 5 MB"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"a": 1, "a": 2}', "«a» ghi hai lần"),
        (b'{"a": NaN}', "«NaN» không phải số"),
        (b"9" * 5000, "số dài quá"),
        (b'{"a": 1,\n}', "dòng 2"),
        (b'"' + b"\\" * 1_000_001, "không phải JSON"),
    ],
)
def test_hostile_json_is_refused_before_it_is_built(content: bytes, says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        decode(content)


def test_brackets_inside_texts_are_no_depth() -> None:
    assert decode(json.dumps({"a": "[" * 100 + '\\"]'})) == {"a": "[" * 100 + '\\"]'}


def test_depth_is_looked_at_before_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the first look the same text breaks the parser itself."""
    monkeypatch.setattr(shape, "MOST_DEPTH", 10**9)
    with pytest.raises(RecursionError):
        decode(b"[" * 200_000)


SHIPPED = [json.loads(path.read_text()) for path in FOLDER.glob("*.json") if "." not in path.stem]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "when", "kind"]), inner)
    ),
    max_leaves=4,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A shipped definition with one value somewhere replaced by junk, another value, or gone."""
    raw = json.loads(json.dumps(draw(st.sampled_from(SHIPPED))))
    node: Any = raw
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(keys))
        inner = node[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 5)) == 0:
            break
        node = inner
    if draw(st.booleans()) and isinstance(node, dict):
        del node[key]
    else:
        node[key] = draw(JUNK | st.sampled_from(["req_id == 3", "a", -1, 10**30, "2026-02-30"]))
    return raw


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=mutated() | JUNK)
def test_any_definition_loads_or_is_refused_with_places(raw: Any) -> None:
    faults: tuple[Any, ...] = ()
    try:
        form = load(raw)
    except SchemaError as error:
        faults = error.faults
        assert faults, "refused without a reason"
    else:
        assert form.pages
    assert all(fault.path and fault.reason for fault in faults)
