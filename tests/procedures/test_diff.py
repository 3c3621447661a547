"""Changes between editions: none for none, at least one at its place for any edit, told in plain words."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.diff import burden_delta, compare, segments
from procedures.diff.parts import moved
from procedures.edition import Edition
from tests.procedures.editions import REMOVED, edited, edition, leaves, question, shipped, whole

TODAY = dt.date(2026, 11, 26)
SHIPPED = ("birth-registration", "judicial-record", "chemical-import-declaration")


def told(before: Edition, after: Edition) -> list[str]:
    return [change.sentence for change in compare(before, after)]


@pytest.mark.parametrize("slug", SHIPPED)
def test_an_edition_does_not_differ_from_itself(slug):
    assert compare(shipped(slug), shipped(slug)) == []


def test_an_added_question_is_told_with_its_page():
    after = edition()
    after.form["pages"][1]["questions"].append({"id": "more", "kind": "text", "label": "Số điện thoại"})
    [change] = compare(edition(), after)
    assert (change.kind, change.group, change.place) == ("added", "fields", "form.pages[1].questions[2]")
    assert change.sentence == "Thêm câu hỏi “Số điện thoại” ở trang “Giấy tờ kèm theo”"


def test_a_removed_question_is_told_at_its_earlier_place():
    after = edition()
    after.form["pages"][0]["questions"].pop(1)
    [change] = compare(edition(), after)
    assert (change.kind, change.place) == ("removed", "form.pages[0].questions[1]")
    assert change.sentence == "Bỏ câu hỏi “Bạn cần giấy để làm gì?” ở trang “Người yêu cầu”"


def test_a_question_that_changes_pages_is_moved_not_removed_and_added():
    after = edition()
    after.form["pages"][1]["questions"].insert(0, after.form["pages"][0]["questions"].pop(1))
    [change] = compare(edition(), after)
    assert (change.kind, change.before, change.after) == ("moved", "Người yêu cầu", "Giấy tờ kèm theo")


def test_questions_that_swap_are_one_move():
    after = edition()
    after.form["pages"][0]["questions"].reverse()
    assert [change.kind for change in compare(edition(), after)] == ["moved"]


def test_each_part_of_a_question_is_one_change():
    after = edition()
    question(after, 0, 0).update(required=False, label="Tên bạn", hint="Viết có dấu.")
    changes = compare(edition(), after)
    assert {(change.kind, change.part) for change in changes} == {
        ("changed", "required"),
        ("changed", "label"),
        ("added", "hint"),
    }
    assert {change.place.rsplit(".", 1)[0] for change in changes} == {"form.pages[0].questions[0]"}


def test_papers_fees_times_levels_and_bases_stand_in_their_groups():
    after = edition()
    after.content["components"].append({"name_vi": "Ảnh chân dung"})
    after.content["fee"]["amount_vnd"] = 50_000
    after.content["time_limit"]["value"] = 5
    after.content["legal_bases"].append("Luật Căn cước 2023")
    after.content["steps"][0]["name_vi"] = "Gửi hồ sơ"
    after = replace(after, online_level="partial")
    assert [(change.group, change.sentence) for change in compare(edition(), after)] == [
        ("legal_bases", "Thêm căn cứ “Luật Căn cước 2023”"),
        ("level", "Sửa mức độ trực tuyến"),
        ("papers", "Thêm giấy tờ “Ảnh chân dung”"),
        ("fees", "Sửa mức thu của “phí, lệ phí”"),
        ("times", "Sửa con số của “thời hạn”"),
        ("steps", "Sửa tên của “Gửi hồ sơ”"),
    ]


def test_a_form_given_to_a_procedure_without_one_is_told_whole():
    changes = compare(replace(edition(), form=None), edition())
    assert "Thêm biểu mẫu điện tử" in [change.sentence for change in changes]
    assert sum(change.page != "" for change in changes) == 4


def test_true_is_not_one():
    after = edition()
    after.content["components"][0]["copies_original"] = True
    assert [change.part for change in compare(edition(), after)] == ["copies_original"]


def test_words_that_came_and_went_are_marked():
    marks = [(part.sign, part.words) for part in segments("Nộp hồ sơ trực tiếp", "Nộp hồ sơ trực tuyến")]
    assert marks == [("same", "Nộp hồ sơ trực"), ("del", " tiếp"), ("ins", " tuyến")]


@settings(deadline=None)
@given(st.text(alphabet="aă \n", max_size=30), st.text(alphabet="aă \n", max_size=30))
def test_the_segments_give_both_texts_back(before, after):
    parts = segments(before, after)
    assert "".join(part.words for part in parts if part.sign != "ins") == before
    assert "".join(part.words for part in parts if part.sign != "del") == after


@settings(deadline=None)
@given(st.permutations([str(number) for number in range(8)]))
def test_only_as_many_move_as_must(order):
    usual = [str(number) for number in range(8)]
    shifted = moved(usual, order)
    assert [key for key in order if key not in shifted] == [key for key in usual if key not in shifted]
    assert bool(shifted) == (list(order) != usual)


# Random edits: every leaf of the edition, changed, removed, or something added beside it.


STARTS = [shipped(slug) for slug in SHIPPED]
PATHS = [
    [path for path in leaves(whole(one)) if path and path not in (("content",), ("form",), ("processing",))]
    for one in STARTS
]


def changed_edition(data: st.DataObject) -> tuple[Edition, Edition, tuple[Any, ...]]:
    number = data.draw(st.integers(0, len(STARTS) - 1))
    before = STARTS[number]
    path = data.draw(st.sampled_from(PATHS[number]))
    values = [
        st.just("khác"),
        st.integers(),
        st.booleans(),
        st.none(),
        st.just([]),
        st.just({}),
        st.just([{"id": "x"}]),
    ]
    removable = len(path) > 1
    value = data.draw(st.one_of(*values, *([st.just(REMOVED)] if removable else [])))
    return before, edited(before, path, value), path


def place_of(path: tuple[Any, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


@settings(deadline=None)
@given(st.data())
def test_any_edit_gives_a_change_at_its_place(data):
    before, after, path = changed_edition(data)
    if json.dumps(whole(before), sort_keys=True) == json.dumps(whole(after), sort_keys=True):
        assert compare(before, after) == []
        return
    changes = compare(before, after)
    assert changes
    top = place_of(path[:2])
    assert any(change.place.startswith(top) or top.startswith(change.place) for change in changes), changes
    assert all(change.sentence for change in changes)


def test_a_comparison_that_looks_at_labels_only_misses_edits():
    """The deliberately broken variant: what the property above would catch."""
    after = edition()
    question(after, 0, 0)["required"] = False
    labels = [
        [one["label"] for page in e.form["pages"] for one in page["questions"]] for e in (edition(), after)
    ]
    assert labels[0] == labels[1]
    assert compare(edition(), after)


# Burden


def test_an_unchanged_burden_says_so():
    delta = burden_delta(edition(), edition(), today=TODAY)
    assert delta is not None
    assert (delta.text, delta.heavier) == ("không đổi", False)


def test_more_boxes_and_papers_are_counted():
    after = edition()
    for name, kind, more in (
        ("a", "text", {}),
        ("b", "text", {}),
        ("c", "text", {}),
        ("d", "file", {"component": 1}),
    ):
        after.form["pages"][1]["questions"].append({"id": name, "kind": kind, "label": "Thêm", **more})
    delta = burden_delta(edition(), after, today=TODAY)
    assert delta is not None
    assert (delta.text, delta.heavier) == ("+3 ô phải gõ, +1 giấy tờ", True)


def test_a_prefill_spares_only_those_whom_a_register_knows():
    before = edition()
    del question(before, 0, 0)["prefill"]
    delta = burden_delta(before, edition(), today=TODAY)
    assert delta is not None
    assert delta.text == "không đổi; khi đã có dữ liệu: −1 ô phải gõ"


def test_a_form_that_cannot_be_read_has_no_burden():
    after = edition()
    question(after, 0, 0)["kind"] = "no-such-kind"
    assert burden_delta(edition(), after, today=TODAY) is None
