from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.schema import AnswerError, SchemaError, clean, clean_rows, display, is_blank, load
from procedures.schema.model import KINDS
from tests.procedures.definitions import ALL, definition, one, question, shipped

TODAY = date(2026, 11, 23)
CHOICES = [{"code": "a", "label": "Một"}, {"code": "b", "label": "Hai"}]


def read(kind: str, raw: Any, **more: Any) -> Any:
    return clean(one(kind, **more), raw, today=TODAY)


def refused(kind: str, raw: Any, **more: Any) -> str:
    with pytest.raises(AnswerError) as caught:
        read(kind, raw, **more)
    return caught.value.message


def faults(raw: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(SchemaError) as caught:
        load(raw)
    return {fault.path: fault.reason for fault in caught.value.faults}


# Definitions


@pytest.mark.parametrize("name", ALL)
def test_every_shipped_definition_loads_and_is_complete_in_english(name: str) -> None:
    form = shipped(name)
    assert form.procedure_id == name
    for page in form.pages:
        assert page.title_en
        for one_question in page.questions:
            assert one_question.label_en, one_question.id
            assert bool(one_question.hint) == bool(one_question.hint_en), one_question.id
            assert bool(one_question.why) == bool(one_question.why_en), one_question.id
            assert all(choice.label_en for choice in one_question.choices)
    assert all(field.label_en for field in form.result_fields)
    assert all(rule.fail_en for rule in (*form.checks, *form.auto_decision))


def test_every_blank_of_the_official_birth_form_has_a_question() -> None:
    numbers = [one_question.blank_no for one_question in shipped("birth-registration").questions.values()]
    assert sorted(number for number in numbers if number) == list(range(1, 26))


def test_every_fault_is_listed_with_its_path() -> None:
    found = faults(
        definition(
            question(name="a", show_if="later == ''"),
            question("choice", "later"),
            question("computed", "sum"),
            question("file", "paper"),
            question(name="a", required="ctx.nothing", prefill={"register": "r", "path": "p", "role": "who"}),
        )
        | {"result_fields": [{"label": "x", "source": "gone"}]}
    )
    assert found == {
        "questions": "mã «a» dùng hơn một lần: mỗi mã một câu hỏi",
        "pages[0].questions[0].show_if": "«later» đứng sau: biểu thức chỉ đọc được câu đứng trước, "
        "hãy đổi thứ tự",
        "pages[0].questions[1]": "câu chọn phải có các lựa chọn (choices)",
        "pages[0].questions[2]": "câu tính sẵn phải có biểu thức tính (derive)",
        "pages[0].questions[3]": "câu gửi tệp phải chọn nộp thành phần hồ sơ nào, câu khác thì không",
        "pages[0].questions[4].required": "không có «ctx.nothing»; có thể đọc: agency, channel, exempt, level, "
        "local_fee, local_fee_basis, on_behalf, today",
        "pages[0].questions[4].prefill": "không có vai nào tên «who»: thêm vào roles",
        "result_fields[0]": "không có câu hỏi nào tên «gone»",
    }


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({}, "form"),
        (definition(question("telepathy")), "pages[0].questions[0].kind"),
        (definition(question(label="<b>x</b>")), "pages[0].questions[0].label"),
        (definition(question(name="Tên")), "pages[0].questions[0].id"),
        (definition(question(surprise=1)), "pages[0].questions[0]"),
        (definition(question(), fees={"kind": "phi", "legal_basis": "", "cases": [1]}), "fees.cases[0]"),
    ],
)
def test_a_malformed_definition_is_refused_with_its_path(raw: dict[str, Any], path: str) -> None:
    assert path in faults(raw)


def test_an_expression_sees_only_questions_before_it_so_nothing_runs_in_circles() -> None:
    a = question("computed", "a", derive="b")
    b = question("computed", "b", derive="a")
    found = faults(definition(a, b))
    assert list(found) == ["pages[0].questions[0].derive"]
    assert found["pages[0].questions[0].derive"].startswith("«b» đứng sau")
    itself = faults(definition(question("computed", "a", derive="a")))
    assert "chính nó" in itself["pages[0].questions[0].derive"]


def test_text_follows_the_language_and_falls_back_to_vietnamese() -> None:
    asked = one("text", label="Tên", label_en="Name", hint="Gợi ý")
    with translation.override("en"):
        assert (asked.text, asked.hint_text) == ("Name", "Gợi ý")
    assert asked.text == "Tên"


# Answers


@pytest.mark.parametrize("name", ["H’Hen Niê", "H'Hen Niê", "Ƀă Čư Ñĕ Ŏ", "Nguyễn Thị Minh-Anh", "Y Ƀlĭ"])
def test_names_of_every_people_are_accepted(name: str) -> None:
    assert read("name", name) == unicodedata.normalize("NFC", name)


def test_a_decomposed_name_with_stray_spaces_is_normalised() -> None:
    written = "  " + unicodedata.normalize("NFD", "Nguyễn  Thị\u200b Ảnh") + "\t"
    assert read("name", written) == unicodedata.normalize("NFC", "Nguyễn Thị Ảnh")


@pytest.mark.parametrize("name", ["A", "x" * 101, "Anh 2", "<b>Anh</b>", "--"])
def test_what_is_no_name_is_refused_by_its_label(name: str) -> None:
    assert refused("name", name).startswith("Câu hỏi: ")


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", " a \n b ", "a b"),
        ("long_text", "a  b\r\nc ", "a b\nc"),
        ("date", "23/4/2026", "2026-04-23"),
        ("date", {"day": "3", "month": "4", "year": "2026"}, "2026-04-03"),
        ("partial_date", "1962", "1962"),
        ("partial_date", "3/1962", "1962-03"),
        ("partial_date", {"day": "", "month": "", "year": "1962"}, "1962"),
        ("time", "6h42", "06:42"),
        ("time", "6 giờ", "06:00"),
        ("year", "1995", 1995),
        ("boolean", "no", False),
        ("boolean", "on", True),
        ("integer", "1.234", 1234),
        ("money", "1.234.567 đồng", 1234567),
        ("decimal", "99,5", 99.5),
        ("decimal", "1.234,5", 1234.5),
        ("decimal", "99.5", 99.5),
        ("citizen_id", "048 195 001 234", "048195001234"),
        ("tax_code", "0314409058-002", "0314409058-002"),
        ("tax_code", "048195001234", "048195001234"),
        ("phone", "0905 123 218", "+84905123218"),
        ("email", "a.b@c.vn", "a.b@c.vn"),
        ("passport_no", "c1234567", "C1234567"),
        ("code", " AB-1 ", "AB-1"),
        ("ethnicity", "12", "12"),
        ("country", "VN", "VN"),
        ("file", "id1", ["id1"]),
        ("address", {"commune_code": "20242", "detail": ""},
         {"detail": "", "commune_code": "20242", "country": "VN"}),
        ("address", {"country": "LA", "detail": "Viêng Chăn"},
         {"detail": "Viêng Chăn", "commune_code": "", "country": "LA"}),
        ("identity_document", {"type": "citizen_card", "number": "048195001234", "issue_date": "15/8/2021"},
         {"type": "citizen_card", "number": "048195001234", "issue_date": "2021-08-15", "issuer": ""}),
    ],
)  # fmt: skip
def test_what_people_write_becomes_one_value(kind: str, raw: Any, value: Any) -> None:
    more = {"component": 1} if kind == "file" else {}
    assert read(kind, raw, **more) == value


@pytest.mark.parametrize(
    ("kind", "raw", "says"),
    [
        ("date", "30/02/2026", "không có ngày 30/02/2026"),
        ("date", "hôm qua", "ghi đủ ngày, tháng, năm"),
        ("partial_date", {"day": "5", "month": "", "year": "1962"}, "có ngày thì phải có tháng"),
        ("time", "25:00", "06:42"),
        ("integer", "12,5", "số nguyên"),
        ("integer", "9" * 16, "số nguyên"),
        ("money", "-1", "không âm"),
        ("decimal", "1.500", "1500 hay 1,500"),
        ("decimal", "NaN", "dấu phẩy"),
        ("citizen_id", "04809500123", "12 chữ số"),
        ("citizen_id", "003095001234", "ba số đầu 003"),
        ("tax_code", "0400000012", "kiểm tra"),
        ("phone", "123", "0905 123 456"),
        ("email", "a@b", "ten@nhacungcap.vn"),
        ("boolean", "maybe", "Có hoặc Không"),
        ("ethnicity", "99", "trong danh sách"),
        ("address", "nhà tôi", "chọn xã"),
        ("text", "x" * 301, "còn 300"),
        ("text", "x" * 5_000_000, "dài quá"),
    ],
)
def test_what_cannot_be_read_is_refused_with_how_to_mend_it(kind: str, raw: Any, says: str) -> None:
    message = refused(kind, raw)
    assert message.startswith("Câu hỏi: ")
    assert says in message


def test_numbers_and_days_stay_within_the_bounds_of_the_question() -> None:
    assert "không quá 50" in refused("integer", "51", max=50)
    assert "từ 1 trở lên" in refused("integer", "0", min=1)
    assert "không sau 23/11/2026" in refused("date", "2026-11-24", max="today")
    assert read("date", "2026-11-23", max="today") == "2026-11-23"


def test_special_codes_are_checked_by_their_own_digits() -> None:
    assert read("code", "1310-73-2", format="cas") == "1310-73-2"
    assert "mã CAS" in refused("code", "1310-73-3", format="cas")
    assert read("code", "2815.11.00", format="hs") == "28151100"
    assert "8 chữ số" in refused("code", "2815", format="hs")


def test_a_choice_must_be_offered() -> None:
    assert read("choice", "a", choices=CHOICES) == "a"
    assert read("multi_choice", ["b", "a"], choices=CHOICES) == ["a", "b"]
    assert "trong danh sách" in refused("choice", "c", choices=CHOICES)


def test_the_caller_says_which_communes_exist() -> None:
    with pytest.raises(AnswerError):
        clean(one("address"), {"commune_code": "00001"}, commune_exists=lambda code: code == "20242")


@pytest.mark.parametrize("kind", sorted(KINDS - {"computed", "choice", "multi_choice"}))
def test_nothing_written_is_no_answer_and_no_error(kind: str) -> None:
    more = {"component": 1} if kind == "file" else {}
    for raw in ("", None, "   ", {}, []):
        assert is_blank(read(kind, raw, **more))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["detail", "commune_code", "country", "number", "day", "month", "year"]), inner
    ),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(sorted(KINDS - {"computed", "choice", "multi_choice"})), raw=JUNK)
def test_any_input_is_read_or_refused_and_reading_again_changes_nothing(kind: str, raw: Any) -> None:
    asked = one(kind, **({"component": 1} if kind == "file" else {}))
    message = ""
    try:
        value = clean(asked, raw, today=TODAY)
    except AnswerError as error:
        message = error.message
    assert message.startswith("Câu hỏi: ") if message else clean(asked, value, today=TODAY) == value


def test_rows_keep_what_cannot_be_read_and_drop_what_is_empty() -> None:
    page = shipped("chemical-import-declaration").groups["items"]
    rows, errors = clean_rows(page, [{"cas": ""}, {"trade_name": "Xút", "cas": "1-2-3"}], today=TODAY)
    assert [row["trade_name"] for row in rows] == ["Xút"]
    assert rows[0]["cas"] == "1-2-3"
    assert [error.question_id for error in errors] == ["items-0-cas"]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("date", "2026-04-03", "3/4/2026"),
        ("partial_date", "1962", "1962"),
        ("ethnicity", "12", "Ê-đê"),
        ("money", 1234567, "1.234.567 đồng"),
        ("decimal", 1234.5, "1.234,5"),
        ("boolean", False, "Không"),
        ("integer", None, ""),
        ("address", {"detail": "12 Lê Hồng Phong", "commune_code": "20242", "country": "VN"},
         "12 Lê Hồng Phong, Phường Hải Châu"),
        ("identity_document", {"number": "048195001234", "issue_date": "2021-08-15", "issuer": "Bộ Công an"},
         "048195001234, cấp ngày 15/8/2021, Bộ Công an"),
    ],
)  # fmt: skip
def test_an_answer_is_shown_as_people_read_it(kind: str, value: Any, text: str) -> None:
    assert display(one(kind), value, commune_name=lambda code: "Phường Hải Châu") == text
