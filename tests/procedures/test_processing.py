"""What an agency does with a dossier, as data: shape, meaning, and where a dossier goes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from procedures import processing, rules
from procedures.schema import SchemaError, load
from tests.procedures.definitions import FOLDER, SHIPPED, definition, question, shipped

CTX = rules.context(today=date(2026, 11, 23))
CHOICES = [{"code": "a", "label": "Một"}, {"code": "b", "label": "Hai"}]
FORM = load(
    definition(question("choice", "c", choices=CHOICES), question("address", "home"), question(name="t"))
)
EXAMINE = {"id": "examine", "kind": "examine", "role": "case_officer", "name_vi": "Thẩm tra"}
SIGN = {"id": "sign", "kind": "sign", "role": "signer", "name_vi": "Ký"}
RELEASE = {"id": "release", "kind": "release", "role": "registry_clerk", "name_vi": "Phát hành"}
CHECK = {"id": "check", "kind": "verify", "role": "case_officer", "name_vi": "Xác minh"}
ASK = {"id": "ask", "kind": "consult", "role": "case_officer", "name_vi": "Lấy ý kiến"}
APPROVE = {"id": "approve", "kind": "approve", "role": "approver", "name_vi": "Duyệt"}
NUMBER = {"id": "number", "kind": "number", "role": "registry_clerk", "name_vi": "Cấp số"}
STEPS = [EXAMINE, SIGN, RELEASE]
FINDINGS = [{"id": "f", "label": "F"}]
PLACE = {"level": "commune", "kind": "commune_committee", "from": ["home"]}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_processing_is_right(name: str) -> None:
    raw = json.loads((FOLDER / f"{name}.processing.json").read_text())
    assert processing.load(raw, shipped(name)) == raw


@pytest.mark.parametrize(
    ("changes", "path", "says"),
    [
        ({"steps": []}, "steps", "cần ít nhất 1 mục"),
        ({"surprise": 1}, "form", "không có mục tên: surprise"),
        ({"steps": [EXAMINE | {"kind": "guess"}]}, "steps[0].kind", "chỉ được là một trong"),
        ({"steps": [EXAMINE | {"role": "anybody"}]}, "steps[0].role", "chỉ được là một trong"),
        ({"steps": [EXAMINE, EXAMINE, SIGN, RELEASE]}, "steps", "dùng hơn một lần"),
        ({"steps": [SIGN, RELEASE]}, "steps[0]", "bước đầu"),
        ({"steps": [EXAMINE, RELEASE, SIGN]}, "steps", "bước cuối"),
        ({"steps": [EXAMINE, RELEASE]}, "steps", "đúng một bước ký"),
        ({"steps": [EXAMINE | {"share": 0.7}, SIGN | {"share": 0.4}, RELEASE]}, "steps", "không được quá 1"),
        ({"steps": [ASK | {"consult": {"agency": "x", "days": 3}, "share": 0.7},
                    EXAMINE | {"share": 0.2}, SIGN | {"share": 0.2}, RELEASE]}, "steps", "không được quá 1"),
        ({"steps": [EXAMINE | {"when": "gone == 1"}, SIGN, RELEASE]}, "steps[0].when", "«gone»"),
        ({"steps": [EXAMINE, SIGN | {"when": "c == 'a'"}, RELEASE]}, "steps[1].when", "luôn phải có"),
        ({"steps": [EXAMINE | {"kind": "consult"}, SIGN, RELEASE]}, "steps[0]", "cơ quan được hỏi"),
        ({"steps": [ASK | {"consult": {"days": 3}}, *STEPS]}, "steps[0].consult", "ghi một cơ quan"),
        ({"steps": STEPS, "extension": {"value": 10, "unit": "days"}}, "extension", "thiếu: legal_basis"),
        ({"steps": STEPS, "extension": {"value": 10, "unit": "hours", "legal_basis": "Điều 1"}},
         "extension.unit", "working_days"),
        ({"steps": [ASK | {"consult": {"agency": "x"}}, *STEPS]}, "steps[0].consult", "thiếu: days"),
        ({"steps": [ASK | {"consult": {"agency": "x", "days": 3, "papers": ["t"]}}, *STEPS]},
         "steps[0].consult.papers[0]", "không phải câu hỏi nộp giấy tờ"),
        ({"steps": [EXAMINE, SIGN, CHECK, RELEASE]}, "steps[2]", "sau bước ký chỉ có cấp số"),
        ({"steps": [EXAMINE, NUMBER, SIGN, RELEASE]}, "steps[1]", "sau bước ký chỉ có cấp số"),
        ({"steps": [EXAMINE, SIGN, NUMBER, NUMBER | {"id": "again"}, RELEASE]}, "steps", "nhiều nhất một bước"),
        ({"steps": [CHECK, APPROVE, *STEPS]}, "steps[1]", "bước duyệt đứng sau"),
        ({"steps": [CHECK, SIGN, RELEASE]}, "steps", "thẩm tra (examine) không điều kiện"),
        ({"steps": [EXAMINE | {"when": "c == 'a'"}, SIGN, RELEASE]}, "steps", "(examine) không điều kiện"),
        ({"steps": [EXAMINE, SIGN | {"different_from": ["gone"]}, RELEASE]}, "steps[1].different_from[0]",
         "«gone»"),
        ({"steps": [EXAMINE, SIGN, RELEASE | {"different_from": ["release"]}]}, "steps[2].different_from[0]",
         "đứng trước"),
        ({"steps": [EXAMINE | {"when": "findings.f == ''"}, *STEPS], "findings": FINDINGS}, "steps[0].when",
         "«findings»"),
        ({"steps": [EXAMINE, APPROVE | {"when": "findings.g == ''"}, SIGN, RELEASE], "findings": FINDINGS},
         "steps[1].when", "g"),
        ({"checklist": [{"id": "a", "label": "Đủ"}]}, "checklist[0]", "unmet"),
        ({"checklist": [{"id": "a", "label": "Đủ", "unmet": "Thiếu."}] * 2}, "checklist", "dùng hơn một lần"),
        ({"routing": {"level": "commune"}}, "routing", "thiếu: kind, from"),
        ({"routing": PLACE | {"from": ["t"]}}, "routing.from[0]", "không phải câu hỏi địa chỉ"),
        ({"routing": PLACE | {"from": ["gone"]}}, "routing.from[0]", "«gone»"),
        ({"routing": {"agency": "x", "level": "commune"}}, "routing", "không ghi level"),
        ({"routing": {"cases": [{"when": "c == 'z'", "agency": "x"}, PLACE]}}, "routing.cases[0].when", "«z»"),
        ({"routing": {"cases": [{"when": "t", "agency": "x"}, PLACE]}}, "routing.cases[0].when",
         "đúng hoặc sai"),
        ({"routing": {"cases": [{"when": "c == 'a'", "agency": "x"}]}}, "routing.cases[0]",
         "trường hợp cuối không có điều kiện"),
        ({"routing": {"cases": [PLACE, {"agency": "x"}]}}, "routing.cases[0]", "thiếu điều kiện"),
        ({"routing": {"agency": "x", "cases": [PLACE]}}, "routing", "không ghi gì bên cạnh"),
        ({"findings": [{"id": "f", "label": "F"}] * 2}, "findings", "hơn một lần"),
        ({"conditions": [{"when": "c", "pass_vi": "Đạt", "fail_vi": "Sai"}]}, "conditions[0].when",
         "đúng hoặc sai"),
        ({"paper": {"form": {"question": "c", "values": {"z": "1"}}}}, "paper.form.values", "«z»"),
        ({"paper": {"form": {"question": "gone", "values": {}}}}, "paper.form.question", "«gone»"),
        ({"result_title": "<b>"}, "result_title", "HTML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(changes: dict[str, Any], path: str, says: str) -> None:
    found = {fault.path: fault.reason for fault in processing.faults({"steps": STEPS} | changes, FORM)}
    assert says in found[path]
    with pytest.raises(SchemaError):
        processing.load({"steps": STEPS} | changes, FORM)


def test_every_kind_of_step_with_everything_it_can_say_is_right() -> None:
    ask = {"agency": "x", "days": 5, "papers": [], "silence": "Luật X, Điều 1"}
    raw = {
        "steps": [
            CHECK | {"when": "c == 'a'", "source": "Luật X, Điều 2"}, ASK | {"consult": ask, "share": 0.7},
            ASK | {"id": "ask_two", "consult": ask, "share": 0.7}, EXAMINE,
            APPROVE | {"when": "findings.f != ''"}, SIGN | {"different_from": ["approve"]}, NUMBER, RELEASE,
        ],
        "findings": FINDINGS,
    }  # fmt: skip
    assert processing.faults(raw, FORM) == []


def test_a_full_processing_with_cases_is_right() -> None:
    consult = {"id": "ask", "kind": "consult", "role": "case_officer", "name_vi": "Lấy ý kiến", "share": 0.3,
               "when": "c == 'b'", "consult": {"level": "province", "kind": "police", "days": 3}}  # fmt: skip
    cases = [{"when": "c == 'a'", "agency": "bo-cong-thuong"}, PLACE]
    raw = {"steps": [EXAMINE | {"share": 0.5}, consult, SIGN, RELEASE], "routing": {"cases": cases}}
    assert processing.faults(raw, FORM) == []


@pytest.mark.parametrize(
    ("chosen", "goes_to"),
    [
        ("a", processing.Route(agency="bo-cong-thuong")),
        ("b", processing.Route("", "province", "department", ("home",))),
        ("", processing.Route("", "commune", "commune_committee", ("home",))),
    ],
)
def test_the_first_case_that_holds_wins(chosen: str, goes_to: processing.Route) -> None:
    cases = [
        {"when": "c == 'a'", "agency": "bo-cong-thuong"},
        {"when": "c != ''", "level": "province", "kind": "department", "from": ["home"]},
        PLACE,
    ]
    scope = FORM.scope({"c": chosen}, CTX)
    assert processing.route({"routing": {"cases": cases}}, scope) == goes_to


def test_the_single_rule_still_stands_and_no_routing_gives_none() -> None:
    scope = FORM.scope({}, CTX)
    assert processing.route({"routing": {"agency": "x"}}, scope) == processing.Route(agency="x")
    assert processing.route({"routing": PLACE}, scope) == processing.Route(
        "", "commune", "commune_committee", ("home",)
    )
    assert processing.route({}, scope) is None


def test_what_an_editor_starts_with_is_right_for_any_form() -> None:
    assert processing.faults(processing.USUAL, None) == []
    assert processing.faults(processing.USUAL, FORM) == []


def test_a_form_that_decides_by_itself_has_nobody_to_judge_conditions() -> None:
    automatic = next(form for form in map(shipped, SHIPPED) if form.auto_decision)
    checklist = [{"id": "present", "label": "Có mặt", "unmet": "Chưa có mặt."}]
    found = processing.faults({"steps": STEPS, "checklist": checklist}, automatic)
    assert [fault.path for fault in found] == ["checklist"]
