"""Plain forms of the editor: from a record to boxes and back, rows moved about, what cannot be read."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.catalogue import read
from procedures.editor import boxes, content_boxes, processing_boxes
from procedures.editor.boxes import Box, Rows, Section

RECORDS = {record["id"]: record for record in read("procedures")["procedures"]}
CONTENT = content_boxes.sections(
    sorted({record["field_vi"] for record in RECORDS.values()}),
    tuple((event["id"], event["name_vi"]) for event in read("procedures")["life_events"]),
)
LINES = Rows("rows", "Hàng", "Hàng", (Box("name_vi", "Tên", empty=""), Box("n", "Số", "whole")), {"n": None})
SMALL = (Section("small", "Nhỏ", (Box("title", "Tên", empty=""), LINES)),)


def browser(shown):
    """What a browser sends of a page nobody typed into."""
    sent = {}
    for section in shown:
        for part in section.parts:
            if isinstance(part, boxes.ShownRows):
                sent[f"{part.part.name}.rows"] = [part.origins]
        for box in section.boxes():
            if box.box.kind in ("checks", "flag"):
                sent[f"{box.name}.shown"] = ["1"]
            if box.box.kind == "checks":
                sent |= {box.name: list(box.chosen)} if box.chosen else {}
            elif box.box.kind == "choice":
                sent[box.name] = [box.chosen[0] if box.chosen else ""]
            elif box.box.kind != "flag" or box.text:
                sent[box.name] = [box.text.replace("\n", "\r\n")]
    return sent


@pytest.mark.parametrize("slug", RECORDS)
def test_a_record_saved_untouched_stays_as_it_was(slug):
    record = RECORDS[slug]
    written = boxes.write(record, CONTENT, browser(boxes.shown(record, CONTENT)))
    assert written.problems == {}
    assert written.record == record


def test_a_form_that_forgot_a_box_would_be_noticed():
    """The check above has teeth: without the note of a time limit it would differ."""
    record = RECORDS["birth-registration"]
    sent = browser(boxes.shown(record, CONTENT))
    sent["time_limit.note_vi"] = [""]
    assert boxes.write(record, CONTENT, sent).record != record


@pytest.mark.parametrize(
    "slug", ["birth-registration", "chemical-import-declaration", "building-permit-house"]
)
def test_the_processing_of_what_is_online_survives_too(slug):
    processing = read_processing(slug)
    kinds = tuple((kind, kind) for kind in ("commune_committee", "provincial_police", "province_committee"))
    papers = tuple((name, name) for name in ("doc_land_title", "doc_design_drawings"))
    named = processing.get("routing", {}).get("from", [])
    addresses = tuple((question, question) for question in named)
    sections = processing_boxes.sections((("bo-cong-thuong", "Bộ Công Thương"),), kinds, addresses, papers)
    written = boxes.write(processing, sections, browser(boxes.shown(processing, sections)))
    assert written.problems == {}
    assert written.record == processing


def read_processing(slug):
    import json

    from procedures.catalogue import DEFINITIONS

    return json.loads((DEFINITIONS / f"{slug}.processing.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "typed", "value", "says"),
    [
        ("whole", "1.234.567", 1234567, ""),
        ("whole", "1 000", 1000, ""),
        ("whole", "", None, ""),
        ("whole", "0", 0, ""),
        ("whole", "1.5", None, "số nguyên"),
        ("whole", "-3", None, "số nguyên"),
        ("whole", "١٢", 12, ""),
        ("whole", "9" * 16, None, "số nguyên"),
        ("whole", "1000000000", None, "không quá"),
        ("line", "  a \n b ", "a b", ""),
        ("line", "a" * 501, None, "500 ký tự"),
        ("line", "Nguye\u0302\u0303n", "Nguyễn", ""),
        ("lines", "a\r\n\r\n b \r\n", ["a", "b"], ""),
        ("lines", "\n".join("a" * 201), None, "200 dòng"),
        ("choice", "x", "x", ""),
        ("choice", "<script>", None, "trong danh sách"),
        ("day", "2026-02-01", "2026-02-01", ""),
        ("day", "1/2/2026", None, "2026-01-31"),
    ],
)
def test_what_is_typed_is_read_or_refused_in_words(kind, typed, value, says):
    box = Box("b", "Ô", kind, options=(("x", "X"),), most=500 if kind != "whole" else 999_999_999)
    found, problem = boxes.read(box, [typed])
    assert found == value
    assert says in problem
    assert bool(problem) == bool(says)


def test_checks_take_only_what_is_listed_in_the_order_of_the_list():
    box = Box("b", "Ô", "checks", options=(("a", "A"), ("b", "B")), empty=[])
    assert boxes.read(box, ["b", "a"]) == (["a", "b"], "")
    assert boxes.read(box, ["a", "hostile"])[1]


ROWS = st.lists(
    st.fixed_dictionaries({"name_vi": st.text("abc", max_size=3), "n": st.none(), "hidden": st.integers()})
)
BUTTONS = st.lists(
    st.tuples(st.sampled_from(["up", "down", "remove", "add", "fly"]), st.integers(0, 7)), max_size=6
)


@given(ROWS, BUTTONS)
def test_buttons_rearrange_rows_and_lose_nothing_that_was_typed(rows, buttons):
    record = {"title": "t", "rows": rows}
    typed, model = browser(boxes.shown(record, SMALL)), list(rows)
    for verb, at in buttons:
        typed = boxes.rearranged([LINES], typed, f"{verb}:rows:{at}" if verb != "add" else "add:rows")
        if verb == "add":
            model.append({"name_vi": "", "n": None})
        elif at < len(model) and verb == "remove":
            model.pop(at)
        elif at < len(model) and verb in ("up", "down"):
            model.insert(min(max(at + (1 if verb == "down" else -1), 0), len(model) - 1), model.pop(at))
    typed |= {name: [""] for row in range(len(model)) for name in [f"rows.{row}.n"] if name not in typed}
    typed |= {
        name: [""] for row in range(len(model)) for name in [f"rows.{row}.name_vi"] if name not in typed
    }
    assert boxes.write(record, SMALL, typed).record["rows"] == model


@pytest.mark.parametrize(
    "button", ["", "up", "up:rows", "up:rows:99", "remove:rows:-1", "add:other", "x:rows:0", "up:rows:²"]
)
def test_buttons_nobody_drew_change_nothing(button):
    record = {"title": "t", "rows": [{"name_vi": "a", "n": 1}, {"name_vi": "b", "n": 2}]}
    typed = browser(boxes.shown(record, SMALL))
    assert boxes.rearranged([LINES], copy.deepcopy(typed), button) == typed


def test_origins_from_outside_reach_no_other_row():
    record = {"title": "t", "rows": [{"name_vi": "a", "n": 1, "hidden": 1}]}
    typed = {"rows.rows": ["0,7,x,-1," + "n," * 300], "rows.0.name_vi": ["a"]}
    written = boxes.write(record, SMALL, typed)
    assert len(written.record["rows"]) == boxes.MOST_ROWS
    assert written.origins["rows"][:4] == [0, None, None, None]


def test_beside_what_was_typed_stands_what_somebody_else_saved():
    record = {"title": "của người khác", "rows": [{"name_vi": "a", "n": 1}]}
    typed = {"title": ["của tôi"], "rows.rows": ["0"], "rows.0.name_vi": ["a"], "rows.0.n": ["1"]}
    (shown,) = boxes.shown(record, SMALL, typed=typed, beside=True)
    title, row_name, row_n = shown.boxes()
    assert (title.text, title.stored) == ("của tôi", "của người khác")
    assert (row_name.stored, row_n.stored) == ("", "")


def test_rows_somebody_else_moved_are_found_again_by_their_name():
    record = {"rows": [{"name_vi": "b", "n": 2, "hidden": "b"}, {"name_vi": "a", "n": 1, "hidden": "a"}]}
    typed = {
        "rows.rows": ["0,1,n"],
        "rows.0.name_vi": ["a"],
        "rows.1.name_vi": ["b"],
        "rows.2.name_vi": ["c"],
    }
    boxes.found_again(record, [LINES], typed)
    assert typed["rows.rows"] == ["1,0,n"]
