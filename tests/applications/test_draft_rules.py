"""The pure rules of the signing desk: risk flags, what is unusual, comparing two drafts, the line of grounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.office import comparing, grounds, risks
from applications.office.comparing import Change
from applications.office.grounds import Grounds
from applications.office.risks import ENOUGH, Case, Shape

LABELS = st.frozensets(st.sampled_from(["Họ tên", "Ngày sinh", "Quyển số", "Số định danh"]))
SHAPES = st.builds(Shape, LABELS, st.sampled_from([0, 8_000, 50_000]))
LINES = st.dictionaries(st.sampled_from("abcde"), st.text(min_size=1, max_size=5), max_size=5)
PLAIN = Shape(frozenset({"Họ tên"}), 0)


def keys(case: Case, large: int = 5_000_000) -> list[str]:
    return [flag.key for flag in risks.flags(case, large_fee_vnd=large)]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"is_refusal": True}, "refusal"),
        ({"is_self_declared": True}, "self_declared"),
        ({"reported": 1}, "reported"),
        ({"is_overdue": True}, "overdue"),
        ({"supplements": 2}, "supplements"),
        ({"late_defects": 1}, "late_defects"),
        ({"altered": 1}, "altered"),
        ({"is_outdated": True}, "outdated"),
        ({"returns": 1}, "returned"),
        ({"shape": Shape(frozenset(), 5_000_000)}, "large_fee"),
        ({"usual": [Shape(PLAIN.labels, 1)] * ENOUGH}, "unusual"),
    ],
)
def test_each_risk_alone_raises_its_flag_and_no_other(change, key):
    assert keys(Case(PLAIN)) == []
    assert keys(replace(Case(PLAIN), **change)) == [key]


def test_one_supplement_and_a_fee_below_the_bound_are_routine():
    assert keys(Case(Shape(frozenset(), 4_999_999), supplements=1)) == []


@given(st.lists(SHAPES, max_size=60), SHAPES)
def test_what_most_have_is_never_unusual_and_too_few_say_nothing(usual, shape):
    assert risks.unusual(shape, [shape] * 50) == []
    if len(usual) < ENOUGH:
        assert risks.unusual(shape, usual) == []
    assert risks.unusual(shape, usual) == risks.unusual(shape, usual[::-1])


@given(st.lists(SHAPES, min_size=ENOUGH, max_size=50), SHAPES)
def test_a_line_nobody_had_is_always_unusual(usual, shape):
    new = Shape(shape.labels | {"Mới"}, shape.fee_vnd)
    assert "có dòng «Mới»" in risks.unusual(new, usual)


@pytest.mark.parametrize(("same", "found"), [(2, True), (3, False)])
def test_one_in_twenty_is_the_bound(same, found):
    usual = [PLAIN] * same + [Shape(PLAIN.labels, 8_000)] * (50 - same)
    assert (risks.unusual(PLAIN, usual) == ["phí 0 đồng"]) is found


def fields(lines: dict[str, str]) -> list[dict]:
    return [{"label": label, "value": value} for label, value in lines.items()]


@given(LINES, LINES)
def test_the_changes_lead_from_one_draft_to_the_other_and_back(before, after):
    there = comparing.changes(fields(before), fields(after))
    lead = dict(before)
    for change in there:
        assert lead.pop(change.label, "") == change.before
        lead |= {change.label: change.after} if change.after else {}
    assert lead == {label: value for label, value in after.items() if value != comparing.OPEN_PLACE}
    back = comparing.changes(fields(after), fields(before))
    assert {(one.label, one.after, one.before) for one in back} == {
        (one.label, one.before, one.after) for one in there
    }


@given(LINES)
def test_a_draft_does_not_differ_from_itself(lines):
    assert comparing.changes(fields(lines), fields(lines)) == []


def test_a_table_is_compared_row_by_row():
    before, after = ({"label": "Hóa chất", "rows": rows} for rows in ([["A", "1"]], [["A", "1"], ["B", "2"]]))
    assert comparing.changes([before], [after]) == [Change("Hóa chất", "A, 1", "A, 1; B, 2")]


def test_findings_are_compared_with_what_the_version_suggests():
    findings = [{"label": "Quyển số", "suggest": "1"}, {"label": "Số", "suggest": ""}, {"label": "Ghi chú"}]
    found = comparing.by_hand(findings, fields({"Số": "7", "Tên": "An"}))
    assert found == [Change("Quyển số", "1", ""), Change("Số", "", "7")]


def test_the_paper_shows_what_was_there_and_what_was_dropped():
    lines = fields({"Tên": "An", "Số": "7"})
    marked = comparing.marked(lines, [Change("Số", "6", "7"), Change("Quyển", "1", "")])
    assert marked == [
        {"label": "Tên", "value": "An"},
        {"label": "Số", "value": "7", "was": "6", "is_changed": True},
        {"label": "Quyển", "was": "1", "is_changed": True},
    ]


@pytest.mark.parametrize(
    ("known", "line"),
    [
        (
            Grounds(False, met=["Trong 60 ngày."], matched=12, stated=["Quyển số"], written=" Mẹ\n có mặt "),
            "Trong 60 ngày; Khớp 12 dữ kiện của cơ sở dữ liệu; Cơ quan ghi: Quyển số; Mẹ có mặt",
        ),
        (
            Grounds(False, met=["Đủ tuổi"], failed=["Thiếu phép."], unsure=["Chưa tự xét được: nơi ở"]),
            "Không đạt: Thiếu phép; Chưa tự xét được: nơi ở; Đủ tuổi",
        ),
        (
            Grounds(True, met=["Đủ tuổi"], failed=["Thiếu phép"], matched=3, written="Trùng hồ sơ"),
            "Đủ điều kiện: Đủ tuổi; Không đạt: Thiếu phép; Trùng hồ sơ",
        ),
        (Grounds(False), "Theo dữ kiện của hồ sơ, thủ tục không có điều kiện máy xét được"),
    ],
)
def test_the_grounds_name_the_law_before_the_words_and_objections_first(known, line):
    assert grounds.line(known) == line
