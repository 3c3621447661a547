"""Building a form, button by button, through HTTP and without JavaScript."""

from __future__ import annotations

import copy
import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_page

from identity.models import Agency, Role
from procedures import building, rules, services
from procedures.editor import blocks, cards, limits, reading, rulebox
from procedures.models import EditorialEvent, ProcedureVersion
from procedures.processing import USUAL
from procedures.schema import structure
from tests import factories
from tests.procedures.definitions import FOLDER, SHIPPED
from tests.procedures.editor.conftest import AT


def at(version: ProcedureVersion, tail: str = "") -> str:
    return f"/bien-tap/ban/{version.pk}/bieu-mau/{tail}"


def fresh(version: ProcedureVersion) -> ProcedureVersion:
    return ProcedureVersion.objects.select_related("procedure").get(pk=version.pk)


def text(response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def ids(version: ProcedureVersion, page: int) -> list[str]:
    return [one["id"] for one in fresh(version).form["pages"][page]["questions"]]


def post(client, version, tail, **typed):
    """A button of a page that was just opened."""
    return client.post(at(version, tail), {"edits": fresh(version).edits, **typed})


def question(version, name):
    return building.question_of(fresh(version).form, name)[1]


# ---------- who may


@pytest.mark.parametrize(
    "tail", ["", "trang/child/", "cau-hoi/child_name/", "trang/child/tu-dien/", "phan/fees/"]
)
def test_an_editor_of_another_ministry_finds_nothing(client, draft, tail):
    other = Agency.objects.create(key="bo-khac", name="Bộ khác", level=Agency.Level.CENTRAL, kind="ministry")
    factories.sign_in_officer(client, factories.officer(other, Role.EDITOR))
    assert client.get(at(draft, tail)).status_code == 404


@pytest.mark.parametrize("role", [Role.INTAKE, Role.LEGAL_REVIEWER, Role.PUBLISHER])
def test_only_an_editor_changes_a_form(client, ministry, draft, role):
    factories.sign_in_officer(client, factories.officer(ministry, role))
    before = fresh(draft).form
    assert post(client, draft, "cau-hoi/child_name/bo/").status_code == 403
    assert client.get(at(draft, "cau-hoi/child_name/")).status_code == 403
    assert fresh(draft).form == before


def test_a_reviewer_reads_the_form_and_sees_no_button(client, ministry, draft):
    factories.sign_in_officer(client, factories.officer(ministry, Role.LEGAL_REVIEWER))
    page = client.get(at(draft))
    assert "Họ, chữ đệm và tên của bạn" in text(page)
    assert "<button" not in page.content.decode().split("<main")[1]


def test_a_published_version_is_shown_and_never_changed(desk, published):
    assert "<button" not in desk.get(at(published)).content.decode().split("<main")[1]
    assert desk.get(at(published, "cau-hoi/child_name/")).status_code == 302
    refused = post(desk, published, "cau-hoi/child_name/bo/")
    assert refused.status_code == 409
    assert "không còn là bản nháp" in text(refused)
    assert fresh(published).form == factories.FORM


# ---------- the page


def test_the_builder_shows_pages_questions_sources_and_burden(desk, draft):
    told = text(desk.get(at(draft)))
    assert "bản nháp 2, dựa trên bản 1" in told
    for words in (
        "Người yêu cầu", "2 câu hỏi", "1. Họ, chữ đệm và tên của bạn", "Họ tên người, bắt buộc",
        "Cơ sở dữ liệu quốc gia về dân cư", "Gánh nặng so với bản 1", "Ô gõ", "Thử với người giả định",
    ):  # fmt: skip
        assert words in told, words


def test_findings_stand_at_their_question_first_those_of_the_page(desk, draft):
    post(desk, draft, "cau-hoi/req_residence/", label="Nơi ở", kind="address", **{"prefill-0-register": ""},
         element="residence", of="requester")  # fmt: skip
    page = desk.get(at(draft)).content.decode()
    assert "q--bad" in page.split('id="cau-req_residence"')[0].rsplit("<li", 1)[1]
    assert 'href="' + at(draft, "cau-hoi/req_residence/") in page


# ---------- pages


def test_a_page_is_added_with_a_name_of_its_own(desk, draft):
    answer = post(desk, draft, "them-trang/", title="Việc sinh", title_en="The birth")
    assert answer.url == at(draft, "?trang=the-birth")
    assert fresh(draft).form["pages"][-1] == {
        "id": "the-birth", "title": "Việc sinh", "title_en": "The birth", "questions": []
    }  # fmt: skip
    assert fresh(draft).edits == 1
    assert EditorialEvent.objects.filter(version=draft, kind="edit").count() == 1


def test_a_page_without_a_name_is_not_added_and_nothing_typed_is_lost(desk, draft):
    answer = post(desk, draft, "them-trang/", title="", title_en="Kept words", page="child")
    assert answer.status_code == 422
    assert "Tên trang: anh/chị chưa ghi" in text(answer)
    assert 'value="Kept words"' in answer.content.decode()
    assert fresh(draft).edits == 0


def test_a_page_is_renamed_shown_conditionally_and_repeats(desk, draft):
    answer = post(
        desk, draft, "trang/child/", title="Các trẻ", title_en="The children", show_if="req_name != ''",
        repeats="1", group_label="Các trẻ", group_label_en="Children", group_min="1", group_max="3",
    )  # fmt: skip
    assert answer.status_code == 302
    page = fresh(draft).form["pages"][1]
    assert (page["title"], page["title_en"], page["show_if"]) == ("Các trẻ", "The children", "req_name != ''")
    assert page["group"] == {"id": "children", "label": "Các trẻ", "label_en": "Children", "min": 1, "max": 3}
    post(desk, draft, "trang/child/", title="Trẻ", repeats="")
    assert fresh(draft).form["pages"][1].keys() == {"id", "title", "questions"}


def test_a_page_moves_and_leaves_only_when_empty(desk, draft):
    post(desk, draft, "trang/child/chuyen/", to="up")
    assert [page["id"] for page in fresh(draft).form["pages"]] == ["child", "requester", "papers"]
    refused = post(desk, draft, "trang/papers/bo/")
    assert refused.status_code == 422
    assert "còn câu hỏi" in text(refused)
    post(desk, draft, "cau-hoi/doc_notice/bo/")
    assert post(desk, draft, "trang/papers/bo/").status_code == 302
    assert [page["id"] for page in fresh(draft).form["pages"]] == ["child", "requester"]


# ---------- questions


def test_a_question_moves_up_down_and_across_pages(desk, draft):
    post(desk, draft, "cau-hoi/child_dob/chuyen/", to="up")
    assert ids(draft, 1)[:2] == ["child_dob", "child_name"]
    answer = post(desk, draft, "cau-hoi/child_dob/chuyen/", to="up")
    assert ids(draft, 0)[-1] == "child_dob"
    assert answer.url == at(draft, "?trang=requester#cau-child_dob")
    post(desk, draft, "cau-hoi/child_dob/chuyen/", to="down")
    assert ids(draft, 1)[0] == "child_dob"
    post(desk, draft, "cau-hoi/child_dob/chuyen/", page="papers")
    assert ids(draft, 2) == ["doc_notice", "child_dob"]


def test_every_property_of_a_question_is_edited(desk, draft):
    typed = {
        "label": "Trẻ sinh ngày nào?", "label_en": "When was the child born?", "hint": "Theo giấy chứng sinh.",
        "hint_en": "As on the notice.", "why": "Để tính tuổi.", "why_en": "To know the age.", "kind": "date",
        "required": "rule", "required_rule": "child_name != ''", "show_if": "req_name != ''", "min": "1900-01-01",
        "max": "today", "prefill-0-register": "birth_notification_db", "prefill-0-path": "born",
        "prefill-0-role": "requester", "proposed": "1", "sensitive": "1", "on_form": "1", "blank_no": "7",
        "basis": "Luật Hộ tịch 2014, Điều 16", "element": "date_of_birth", "of": "child", "fact_only": "no",
    }  # fmt: skip
    assert post(desk, draft, "cau-hoi/child_dob/", **typed).status_code == 302
    assert question(draft, "child_dob") == {
        "id": "child_dob", "kind": "date", "label": "Trẻ sinh ngày nào?", "label_en": "When was the child born?",
        "hint": "Theo giấy chứng sinh.", "hint_en": "As on the notice.", "why": "Để tính tuổi.",
        "why_en": "To know the age.", "required": "child_name != ''", "show_if": "req_name != ''",
        "min": "1900-01-01", "max": "today", "prefill": [{"register": "birth_notification_db", "path": "born"}],
        "proposed": True, "sensitive": True, "on_form": True, "blank_no": 7,
        "basis": "Luật Hộ tịch 2014, Điều 16", "element": "date_of_birth", "of": "child",
    }  # fmt: skip
    others = [
        one for page in fresh(draft).form["pages"] for one in page["questions"] if one["id"] != "child_dob"
    ]
    assert others == [
        one for page in factories.FORM["pages"] for one in page["questions"] if one["id"] != "child_dob"
    ]


def test_opening_and_saving_a_question_changes_nothing(desk, draft):
    for page in factories.FORM["pages"]:
        for one in page["questions"]:
            page_shown = desk.get(at(draft, f"cau-hoi/{one['id']}/"))
            typed = form_of(page_shown, f"cau-hoi/{one['id']}/")
            assert desk.post(at(draft, f"cau-hoi/{one['id']}/"), typed).status_code == 302
            stored = question(draft, one["id"])
            assert {**stored, "prefill": one.get("prefill")} == {**one, "prefill": one.get("prefill")}


def form_of(response, tail: str) -> dict[str, str]:
    """What the browser would send of the form as it stands."""

    tree = lxml_page.fromstring(response.content.decode())
    form = next(one for one in tree.forms if one.action.endswith(tail))
    return {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}


def test_choices_are_written_one_a_line(desk, draft):
    lines = "mail | Thư | By mail\ncounter | Tại quầy \\| một cửa |  | req_name != '' || child_name != ''\n\n"
    post(desk, draft, "cau-hoi/result_delivery/", label="Cách nhận", kind="choice", choices=lines)
    assert question(draft, "result_delivery")["choices"] == [
        {"code": "mail", "label": "Thư", "label_en": "By mail"},
        {"code": "counter", "label": "Tại quầy | một cửa", "show_if": "req_name != '' || child_name != ''"},
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("chỉ có nhãn", "Các lựa chọn: dòng 1: ghi mã, dấu |, rồi nhãn"),
        ("a | Một\na | Hai", "mã «a» ghi hai lần"),
        ("có dấu | Nhãn", "dòng 1: mã chỉ gồm chữ thường không dấu"),
        ("a | <b>Nhãn</b>", "dòng 1: không được có dấu < hoặc >"),
    ],
)
def test_choices_that_cannot_be_kept_are_told_and_kept_in_the_box(desk, draft, lines, told):
    answer = post(desk, draft, "cau-hoi/result_delivery/", label="Cách nhận", kind="choice", choices=lines)
    assert answer.status_code == 422
    assert told in text(answer)
    assert html.escape(lines.splitlines()[-1]) in answer.content.decode()
    assert fresh(draft).edits == 0


def test_a_zero_is_a_value(desk, draft):
    """A bound of 0 and the first paper (number 0) are kept, not taken for empty."""
    post(desk, draft, "cau-hoi/doc_notice/", label="Tờ khai", kind="file", component="0")
    assert question(draft, "doc_notice")["component"] == 0
    post(desk, draft, "cau-hoi/child_name/", label="Số con", kind="integer", min="0", max="20")
    assert (question(draft, "child_name")["min"], question(draft, "child_name")["max"]) == (0, 20)


def test_another_kind_drops_what_only_the_old_kind_has(desk, draft):
    answer = post(desk, draft, "cau-hoi/result_delivery/", label="Cách nhận", kind="text", choices="a | A")
    assert answer.url == at(draft, "cau-hoi/result_delivery/")
    assert "choices" not in question(draft, "result_delivery")


def test_a_question_others_read_is_not_removed_and_the_readers_are_named(desk, draft):
    refused = post(desk, draft, "cau-hoi/child_name/bo/")
    assert refused.status_code == 422
    assert "còn dùng ở Họ tên của trẻ" in text(refused)
    assert "child_name" in ids(draft, 1)
    assert post(desk, draft, "cau-hoi/result_delivery/bo/").status_code == 302
    assert ids(draft, 1) == ["child_name", "child_dob"]


def test_data_the_state_has_is_used_at_one_press(desk, draft):
    post(
        desk,
        draft,
        "cau-hoi/req_residence/",
        label="Nơi cư trú của bạn",
        kind="address",
        **{"prefill-0-register": ""},
    )
    assert "prefill" not in question(draft, "req_residence")
    card = desk.get(at(draft, "cau-hoi/req_residence/"))
    assert "Dùng dữ liệu đã có" in text(card)
    post(desk, draft, "cau-hoi/req_residence/", do="use_register")
    assert question(draft, "req_residence")["prefill"][0] == {
        "register": "national_population_db", "path": "residence"
    }  # fmt: skip


def test_the_words_of_the_dictionary_are_taken_at_one_press(desk, draft):
    typed = {"label": "Chỗ ở của bạn", "kind": "address", "element": "residence", "of": "requester"}
    post(desk, draft, "cau-hoi/req_residence/", **typed)
    assert "Từ điển gọi: «Nơi cư trú của bạn»." in text(desk.get(at(draft, "cau-hoi/req_residence/")))
    post(desk, draft, "cau-hoi/req_residence/", do="use_wording")
    stored = question(draft, "req_residence")
    assert (stored["label"], stored["label_en"]) == ("Nơi cư trú của bạn", "Your place of residence")


@pytest.mark.parametrize("do", ["use_register", "use_wording"])
def test_nothing_is_taken_from_the_dictionary_where_it_has_nothing(desk, draft, do):
    before = fresh(draft).form
    answer = post(desk, draft, "cau-hoi/child_name/", do=do, label="Đang gõ", kind="name")
    assert answer.status_code == 422
    assert 'value="Đang gõ"' in answer.content.decode()
    assert fresh(draft).form == before


def test_an_own_question_is_offered_only_behind_the_dictionary(desk, draft):
    assert "cau-rieng" not in desk.get(at(draft)).content.decode()
    assert at(draft, "trang/child/cau-rieng/") in desk.get(at(draft, "trang/child/tu-dien/")).content.decode()
    answer = post(
        desk, draft, "trang/child/cau-rieng/", kind="integer", label="Cân nặng", label_en="Weight in grams"
    )
    assert answer.url == at(draft, "cau-hoi/weight_in_grams/")
    assert question(draft, "weight_in_grams") == {
        "id": "weight_in_grams", "kind": "integer", "label": "Cân nặng", "label_en": "Weight in grams"
    }  # fmt: skip


# ---------- the dictionary


def test_the_dictionary_is_searched_without_accents_and_a_datum_is_added_with_all_it_brings(desk, draft):
    listed = desk.get(at(draft, "trang/child/tu-dien/"), {"q": "gioi tinh tre"})
    assert "Giới tính của trẻ" in text(listed)
    assert 'value="sex.child"' in listed.content.decode()
    answer = post(desk, draft, "trang/child/tu-dien/", add="sex.child", q="gioi tinh tre")
    assert answer.url.endswith("trang/child/tu-dien/?q=gioi+tinh+tre")
    added = question(draft, "child_sex")
    assert (added["label"], added["kind"], added["element"], added["of"]) == (
        "Giới tính của trẻ", "choice", "sex", "child"
    )  # fmt: skip
    assert {one["code"] for one in added["choices"]} >= {"male", "female"}
    assert "prefill" not in added, "the form cannot find the child yet"
    again = post(desk, draft, "trang/child/tu-dien/", add="sex.child")
    assert again.status_code == 422
    assert "đã có trong biểu mẫu" in text(again)


def test_a_datum_of_the_requester_comes_with_its_register(desk, draft):
    post(desk, draft, "trang/requester/tu-dien/", add="date_of_birth.requester")
    assert question(draft, "requester_date_of_birth")["prefill"][0]["register"] == "national_population_db"


@pytest.mark.parametrize("add", ["", "sex", "no_such.child", "sex.no_such", "sex.request"])
def test_what_the_dictionary_does_not_have_is_not_added(desk, draft, add):
    assert post(desk, draft, "trang/child/tu-dien/", add=add).status_code == 404
    assert fresh(draft).edits == 0


def test_a_block_adds_what_is_missing_once(desk, draft):
    answer = post(desk, draft, "trang/requester/tu-dien/", block="requester")
    assert answer.status_code == 302
    asked = blocks.asked_pairs(fresh(draft).form)
    assert set(blocks.blocks()["requester"].pairs) <= asked.keys()
    assert ids(draft, 0).count("req_name") == 1
    before = fresh(draft).form
    post(desk, draft, "trang/requester/tu-dien/", block="requester")
    assert fresh(draft).form == before


def test_every_block_stands_in_the_dictionary():
    form = building.empty("thu", "Mẫu")
    for block in blocks.blocks().values():
        built = blocks.insert_block(form, "page", block)
        assert len(built["pages"][0]["questions"]) == len(block.pairs)
        assert limits.faults(structure.FORM, built) == []


# ---------- rules


def test_a_pattern_is_written_into_the_box_and_saved_only_when_asked(desk, draft):
    card = post(
        desk, draft, "cau-hoi/result_delivery/", label="Chưa lưu", kind="choice", do="compose",
        compose_answer="child_name", compose_pattern="answered", compose_into="show_if",
    )  # fmt: skip
    assert "child_name != &#x27;&#x27;</textarea>" in card.content.decode()
    assert 'value="Chưa lưu"' in card.content.decode()
    assert fresh(draft).edits == 0


def test_a_wrong_rule_is_kept_in_the_draft_and_marked(desk, draft):
    post(desk, draft, "cau-hoi/child_name/", label="Tên", kind="name", show_if="child_dob != ''")
    assert question(draft, "child_name")["show_if"] == "child_dob != ''"
    told = text(desk.get(at(draft, "cau-hoi/child_name/")))
    assert "«child_dob» đứng sau" in told
    assert "lỗi" in text(desk.get(at(draft, "?trang=child")))


def test_a_wrong_rule_of_a_row_and_of_a_page_is_told_beside_its_box(desk, draft):
    post(desk, draft, "phan/checks/", **{"row-0-when": "child_name", "row-0-fail_vi": "Sai"})
    assert fresh(draft).form["checks"][0]["when"] == "child_name"
    assert "Kết quả phải là đúng hoặc sai." in text(desk.get(at(draft, "phan/checks/")))
    typed = {"row-0-role": "mother", "row-0-of": "requester", "row-1-role": "father", "row-1-of": "requester",
             "row-1-when": "nobody == ''", "row-2-role": "mother", "row-2-of": "requester"}  # fmt: skip
    post(desk, draft, "phan/roles/", **typed)
    page = desk.get(at(draft, "phan/roles/")).content.decode()
    assert page.count("aria-invalid") == 1
    assert "nobody" in page.split('id="f-row-0-when-notes"')[1].split("</span>")[0]
    post(desk, draft, "trang/child/", title="Trẻ", show_if="(")
    assert 'id="f-show_if-notes"' in desk.get(at(draft, "trang/child/")).content.decode()


def test_rules_are_checked_while_a_page_is_still_empty(desk, draft):
    post(desk, draft, "them-trang/", title="Trang trống")
    post(desk, draft, "cau-hoi/child_dob/", label="Ngày sinh", kind="date", show_if="req_name == 3")
    assert 'id="f-show_if-notes"' in desk.get(at(draft, "cau-hoi/child_dob/")).content.decode()


def test_only_answers_before_the_rule_are_listed(desk, draft):
    card = desk.get(at(draft, "cau-hoi/child_dob/")).content.decode()
    known = card.split('class="known"')[1].split("</ul>")[0]
    assert re.findall(r"<code>(\w+)</code> ", known) == ["req_name", "req_residence", "child_name"]


FORM_OF_RULES = {
    "pages": [
        {
            "id": "one",
            "title": "Một",
            "questions": [
                {
                    "id": "way",
                    "kind": "choice",
                    "label": "Cách",
                    "choices": [{"code": "post", "label": "Thư"}],
                },
                {"id": "sure", "kind": "boolean", "label": "Chắc"},
                {
                    "id": "many",
                    "kind": "multi_choice",
                    "label": "Nhiều",
                    "choices": [{"code": "a", "label": "A"}],
                },
                {"id": "age", "kind": "integer", "label": "Tuổi"},
                {"id": "home", "kind": "address", "label": "Nhà"},
            ],
        }
    ]
}


@pytest.mark.parametrize(
    ("answer", "pattern", "value", "written"),
    [
        ("way=post", "is", "", "way == 'post'"),
        ("way=post", "is_not", "", "way != 'post'"),
        ("sure=true", "is", "", "sure == true"),
        ("sure", "blank", "", "sure == null"),
        ("many=a", "is", "", "'a' in many"),
        ("many=a", "is_not", "", "!('a' in many)"),
        ("many", "answered", "", "size(many) > 0"),
        ("age", "at_least", "18", "age >= 18"),
        ("age", "at_least", "mười", ""),
        ("home", "answered", "", "home.commune_code != ''"),
        ("way", "is", "x' || true || '", "way == 'x || true ||'"),
        ("other", "is", "x", ""),
    ],
)
def test_patterns_write_the_expression(answer, pattern, value, written):
    known = rulebox.known_before(FORM_OF_RULES)
    made = rulebox.compose(known, answer=answer, pattern=pattern, value=value)
    assert made == written
    assert not made or rules.problems(made, [one.id for one in known]) == []


def test_a_joined_rule_keeps_both_meanings():
    assert rulebox.joined("a == 1 || b == 2", "and", "c == 3") == "(a == 1 || b == 2) && c == 3"
    assert rulebox.joined("", "and", "c == 3") == "c == 3"
    assert rulebox.joined("a == 1", "replace", "c == 3") == "c == 3"


# ---------- other parts


def test_fees_are_written_as_rows(desk, draft):
    answer = post(
        desk, draft, "phan/fees/", **{
            "head-kind": "le_phi", "head-legal_basis": "Luật Phí và lệ phí 2015",
            "row-0-when": "true", "row-0-label": "Lệ phí", "row-0-label_en": "Fee", "row-0-amount_vnd": "8.000",
            "row-1-when": "true", "row-1-label": "Theo tỉnh",
            "row-2-when": "", "row-2-label": "", "row-2-amount_vnd": "",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    assert fresh(draft).form["fees"] == {
        "kind": "le_phi",
        "legal_basis": "Luật Phí và lệ phí 2015",
        "cases": [
            {"when": "true", "label": "Lệ phí", "label_en": "Fee", "amount_vnd": 8000},
            {"when": "true", "label": "Theo tỉnh", "amount_vnd": None},
        ],
    }


def test_rows_move_and_leave_and_keep_their_names(desk, draft):
    rows = {
        "row-0-label": "Một?", "row-0-pass_when": "yes", "row-0-otherwise": "Dừng",
        "row-1-label": "Hai?", "row-1-pass_when": "no", "row-1-otherwise": "Thôi",
    }  # fmt: skip
    post(desk, draft, "phan/eligibility/", **rows)
    assert [one["id"] for one in fresh(draft).form["eligibility"]] == ["e1", "e2"]
    rows |= {"row-0-id": "e1", "row-1-id": "e2"}
    post(desk, draft, "phan/eligibility/", **rows, do="up:1")
    assert [(one["id"], one["label"]) for one in fresh(draft).form["eligibility"]] == [
        ("e2", "Hai?"), ("e1", "Một?")
    ]  # fmt: skip
    shown = form_of(desk.get(at(draft, "phan/eligibility/")), "phan/eligibility/")
    desk.post(at(draft, "phan/eligibility/"), {**shown, "do": "remove:0"})
    assert [one["id"] for one in fresh(draft).form["eligibility"]] == ["e1"]
    desk.post(at(draft, "phan/eligibility/"), {"edits": fresh(draft).edits})
    assert "eligibility" not in fresh(draft).form


@pytest.mark.parametrize(
    ("part", "typed", "kept"),
    [
        ("roles", {"row-0-role": "mother", "row-0-of": "requester", "row-0-register": "civil_status_db",
                   "row-0-path": "mother_number", "row-1-role": "mother", "row-1-of": "spouse",
                   "row-1-when": "child_name != ''"},
         {"roles": {"mother": [{"of": "requester", "register": "civil_status_db", "path": "mother_number"},
                               {"of": "spouse", "when": "child_name != ''"}]}}),
        ("checks", {"row-0-when": "child_name != req_name", "row-0-fail_vi": "Hai tên phải khác nhau",
                    "row-0-question": "child_name"},
         {"checks": [{"id": "check1", "when": "child_name != req_name", "fail_vi": "Hai tên phải khác nhau",
                      "question": "child_name"}]}),
        ("auto_decision", {"row-0-when": "child_dob != ''", "row-0-fail_vi": "Thiếu ngày sinh"},
         {"auto_decision": [{"id": "rule1", "when": "child_dob != ''", "fail_vi": "Thiếu ngày sinh"}]}),
        ("result_fields", {"row-0-label": "Số", "row-0-source": "issued"},
         {"result_fields": [{"label": "Số", "source": "issued"}]}),
        ("declaration", {"head-official_form": "Tờ khai mới", "head-declaration": "Tôi cam đoan."},
         {"official_form": "Tờ khai mới", "declaration": "Tôi cam đoan."}),
    ],
)  # fmt: skip
def test_each_part_is_kept_exactly_and_nothing_else_changes(desk, draft, part, typed, kept):
    before = copy.deepcopy(fresh(draft).form)
    assert post(desk, draft, f"phan/{part}/", **typed).status_code == 302
    assert fresh(draft).form == {**before, **kept}


@pytest.mark.parametrize(
    ("part", "typed", "told"),
    [
        ("eligibility", {"row-0-label": "Một?", "row-0-pass_when": "yes"}, "dòng 1, Nói gì với người"),
        ("eligibility", {f"row-{n}-{name}": "x" for n in range(5) for name in ("label", "otherwise")}
         | {f"row-{n}-pass_when": "yes" for n in range(5)}, "nhiều quá 4 mục"),
        ("fees", {"head-kind": "phi", "row-0-when": "true", "row-0-label": "Phí", "row-0-amount_vnd": "tám"},
         "dòng 1, Số tiền (đồng)"),
        ("declaration", {"head-official_form": ""}, "Tên mẫu chính thức: anh/chị chưa ghi"),
        ("declaration", {"head-official_form": "a" * 1001}, "dài quá 1000 chữ cái"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_kept_is_told_with_its_place(desk, draft, part, typed, told):
    answer = post(desk, draft, f"phan/{part}/", **typed)
    assert answer.status_code == 422
    assert told in text(answer)
    assert fresh(draft).edits == 0


def test_an_unknown_part_is_not_found(desk, draft):
    assert desk.get(at(draft, "phan/pages/")).status_code == 404


# ---------- a first form


def test_a_first_form_is_begun_empty_or_as_a_copy(desk, bare, published):
    assert "Bắt đầu biểu mẫu" in text(desk.get(at(bare)))
    answer = post(desk, bare, "bat-dau/", official_form="Đơn xin giấy thử")
    assert answer.status_code == 302
    assert fresh(bare).form == building.empty(bare.procedure.slug, "Đơn xin giấy thử")
    assert fresh(bare).processing == USUAL
    assert "đã có biểu mẫu" in text(post(desk, bare, "bat-dau/", official_form="Khác"))


def test_a_copied_form_belongs_to_its_new_procedure(desk, bare, published):
    post(desk, bare, "bat-dau/", copy=published.pk)
    assert fresh(bare).form == {**factories.FORM, "procedure_id": bare.procedure.slug}
    assert fresh(bare).processing == published.processing
    assert fresh(published).form == factories.FORM


def test_a_form_without_an_official_name_is_not_begun(desk, bare):
    answer = post(desk, bare, "bat-dau/")
    assert answer.status_code == 422
    assert "Tên mẫu chính thức: anh/chị chưa ghi" in text(answer)
    assert fresh(bare).form is None


# ---------- stale pages, hostile input


@pytest.mark.parametrize("edits", ["0", "", "x", "-1", "99999999999999999999", "٣"])
def test_a_stale_page_is_told_and_what_was_typed_stays(desk, draft, editor, edits):
    services.edit(
        version=draft, expected=0, by=editor, at=AT,
        change=lambda edition: type(edition)(edition.slug, edition.online_level, edition.content,
                                             building.move_page(edition.form, "papers", -1), edition.processing),
    )  # fmt: skip
    before = fresh(draft).form
    typed = {"label": "Chữ đang gõ dở", "kind": "name", "edits": edits}
    answer = desk.post(at(draft, "cau-hoi/child_name/"), typed)
    assert answer.status_code == 409
    assert "Lê Thị Soạn vừa sửa bản nháp này" in text(answer)
    assert 'value="Chữ đang gõ dở"' in answer.content.decode()
    assert fresh(draft).form == before
    again = form_of(answer, "cau-hoi/child_name/")
    assert desk.post(at(draft, "cau-hoi/child_name/"), again).status_code == 302
    assert question(draft, "child_name")["label"] == "Chữ đang gõ dở"


@pytest.mark.parametrize(
    "tail", ["trang/papers/chuyen/", "cau-hoi/child_name/bo/", "phan/fees/", "them-trang/"]
)
def test_every_button_of_a_stale_page_is_refused(desk, draft, tail):
    post(desk, draft, "trang/papers/chuyen/", to="up")
    before = fresh(draft).form
    typed = {"edits": 0, "to": "up", "title": "Trang", "head-kind": "none", "head-legal_basis": ""}
    assert desk.post(at(draft, tail), typed).status_code == 409
    assert fresh(draft).form == before


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("<script>alert(1)</script>", "Câu hỏi: không được có dấu < hoặc >"),
        ("a" * 1001, "Câu hỏi: dài quá 1000 chữ cái"),
        ("   ", "Câu hỏi: anh/chị chưa ghi"),
    ],
)
def test_a_hostile_label_is_refused_with_its_place_and_shown_as_text(desk, draft, label, told):
    answer = post(desk, draft, "cau-hoi/child_name/", label=label, kind="name")
    assert answer.status_code == 422
    assert told in text(answer).replace("&lt;", "<")
    assert "<script>alert" not in answer.content.decode()
    assert fresh(draft).edits == 0


def test_nul_and_control_characters_are_taken_out(desk, draft):
    post(desk, draft, "cau-hoi/child_name/", label="Tên\0 của\x07 trẻ", kind="name")
    assert question(draft, "child_name")["label"] == "Tên của trẻ"


@pytest.mark.parametrize("kind", ["", "javascript", "FILE"])
def test_an_unknown_kind_is_refused(desk, draft, kind):
    answer = post(desk, draft, "cau-hoi/child_name/", label="Tên", kind=kind)
    assert answer.status_code == 422
    assert question(draft, "child_name")["kind"] == "name"


def test_the_id_of_a_question_never_changes(desk, draft):
    post(desk, draft, "cau-hoi/child_name/", label="Tên", kind="name", id="child_dob")
    assert ids(draft, 1) == ["child_name", "child_dob", "result_delivery"]


def test_two_own_questions_of_one_name_get_two_ids(desk, draft):
    for _time in range(2):
        post(desk, draft, "trang/child/cau-rieng/", kind="text", label="Ghi chú", label_en="Note")
    assert ids(draft, 1)[-2:] == ["note", "note_2"]


def test_rows_with_the_same_hidden_id_get_two_ids(desk, draft):
    row = {"label": "Một?", "pass_when": "yes", "otherwise": "Dừng", "id": "e1"}
    post(
        desk,
        draft,
        "phan/eligibility/",
        **{f"row-{n}-{name}": value for n in (0, 1) for name, value in row.items()},
    )
    assert [one["id"] for one in fresh(draft).form["eligibility"]] == ["e1", "e2"]


@pytest.mark.parametrize(
    "tail", ["trang/no-such/", "cau-hoi/no_such/", "trang/x/tu-dien/", "cau-hoi/%3Cb%3E/"]
)
def test_what_is_not_in_the_form_is_not_found(desk, draft, tail):
    assert desk.get(at(draft, tail)).status_code == 404
    assert post(desk, draft, tail, label="x", kind="text", title="x").status_code == 404


def test_a_page_holds_a_hundred_questions_and_not_one_more(draft):
    form = building.empty("thu", "Mẫu")
    form["pages"][0]["questions"] = [
        {"id": f"q{n}", "kind": "text", "label": "Câu"} for n in range(building.MOST_ON_A_PAGE)
    ]
    assert building.MOST_ON_A_PAGE == 100
    with pytest.raises(building.Refused, match="nhiều nhất 100 câu"):
        building.add_question(form, "page", {"label": "Câu", "kind": "text"})
    other = building.add_page(form, title="Hai")
    other = building.add_question(other, "hai", {"label": "Câu", "kind": "text"})
    with pytest.raises(building.Refused, match="nhiều nhất 100 câu"):
        building.send_question(other, "cau", "page")


def test_no_script_is_needed(desk, draft):
    for tail in ("", "cau-hoi/child_name/", "trang/child/tu-dien/", "phan/checks/"):
        assert "<script" not in desk.get(at(draft, tail)).content.decode()


# ---------- the readers alone


def test_the_shipped_forms_pass_through_the_boxes_unchanged():
    """Every question of every shipped form, shown in the boxes and read back, is what it was."""
    for name in SHIPPED:
        form = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        for page in form["pages"]:
            for one in page["questions"]:
                values = cards.question_values(one)
                read = reading.question(values, one)
                assert read.problems == [], (one["id"], read.problems)
                built = building.edit_question(form, one["id"], read.changes)
                stored = building.question_of(built, one["id"])[1]
                assert normal(stored) == normal(one)


CODES = st.text("abc123_-", min_size=1, max_size=8)
WORDS = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="<>\\"), min_size=1, max_size=20
)


@given(
    st.lists(st.tuples(CODES, WORDS, WORDS | st.just(""), WORDS | st.just("")), unique_by=lambda row: row[0])
)
def test_choices_written_as_lines_are_read_back_the_same(rows):
    names = ("code", "label", "label_en", "show_if")
    choices = [{key: value for key, value in zip(names, row, strict=True) if value} for row in rows]
    read = reading.Read()
    assert reading.choices_of(read, reading.choice_lines(choices)) == choices
    assert read.problems == []


def normal(one):
    sources = one.get("prefill", [])
    sources = sources if isinstance(sources, list) else [sources]
    kept = {key: value for key, value in one.items() if key != "prefill"}
    return kept | {
        "prefill": [{k: v for k, v in s.items() if (k, v) != ("role", "requester")} for s in sources]
    }
