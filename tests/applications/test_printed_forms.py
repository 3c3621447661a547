"""The forms of Thông tư 01/2018 and 03/2025: the right set by date, the right words, the right paper."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from applications import printed_forms as printed
from applications.printed_forms import FormSet, Kind

CONTEXT = printed.FormContext(
    agency="Ủy ban nhân dân phường Hải Châu",
    agency_parent="Thành phố Đà Nẵng",
    place="Đà Nẵng",
    office="Trung tâm Phục vụ hành chính công",
    issued_on=date(2026, 4, 6),
    number="Số: 0412/TTPVHCC",
    dossier_code="H17.22-260406-0012",
    tracking_url="https://dichvucong.example/tra-cuu/",
    applicant="Nguyễn Văn Đức",
    address="25 Trần Phú",
    phone="0905 000 123",
    email="duc@example.vn",
    procedure="Đăng ký khai sinh",
    components=[printed.Component("Giấy chứng sinh", originals=1)],
    time_limit="trong ngày làm việc",
    received_at=datetime(2026, 4, 6, 2, 15, tzinfo=UTC),
    due_at=datetime(2026, 4, 6, 10, 0, tzinfo=UTC),
    new_due_at=datetime(2026, 4, 9, 10, 0, tzinfo=UTC),
    delivery="trực tuyến",
    book="2026",
    book_entry="412",
    items=["Bản chụp rõ bốn góc"],
    reasons=["Ảnh mờ"],
    legal_bases=["Luật Hộ tịch, Điều 16"],
    officer="Lê Thị Bình",
    officer_phone="0236 000 456",
    partner_agencies=["Công an phường"],
    steps=[
        printed.RoutingStep(
            "Tư pháp", "Lê Thị Bình", "Phạm Huy", datetime(2026, 4, 6, 2, 40, tzinfo=UTC), "Trước hạn"
        )
    ],
    entries=[
        printed.RegisterEntry(
            "H17.22-260406-0012",
            "Đăng ký khai sinh",
            "Nguyễn Văn Đức",
            "25 Trần Phú",
            "UBND phường",
            date(2026, 4, 6),
        )
    ],
)
OWNER = {"Nguyễn Văn Đức", "H17.22-260406-0012", "Đăng ký khai sinh"}
EXPECTED = {
    Kind.RECEIPT: OWNER
    | {
        "Số: 0412/TTPVHCC",
        "quyển số 2026, số thứ tự 412",
        "25 Trần Phú",
        "0905 000 123",
        "trực tuyến",
        "Giấy chứng sinh",
        "1 bộ",
        "trong ngày",
        "09 giờ 15 phút, ngày 06 tháng 4 năm 2026",
        "17 giờ 00 phút, ngày 06 tháng 4 năm 2026",
    },
    Kind.SUPPLEMENT: OWNER | {"Bản chụp rõ bốn góc", "Ảnh mờ", "Luật Hộ tịch, Điều 16", "0236 000 456"},
    Kind.REFUSAL: OWNER | {"không tiếp nhận", "Ảnh mờ", "Luật Hộ tịch, Điều 16"},
    Kind.APOLOGY: OWNER | {"xin lỗi", "Ảnh mờ", "17 giờ 00 phút, ngày 09 tháng 4 năm 2026"},
    Kind.STOP: OWNER | {"dừng giải quyết", "Ảnh mờ"},
    Kind.ROUTING_SLIP: {"H17.22-260406-0012", "Công an phường", "Phạm Huy", "09 giờ 40 phút", "Trước hạn"},
    Kind.REGISTER: {"Nguyễn Văn Đức", "06/04/2026"},
}
GOLDEN = Path(__file__).parent / "golden"
EVERY_FORM = [(form_set, kind) for form_set, forms in printed.FORMS.items() for kind in forms]


def run(*command: str | Path, given: bytes = b"") -> str:
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2018, 12, 1), FormSet.TT01_2018),
        (date(2025, 9, 14), FormSet.TT01_2018),
        (date(2025, 9, 15), FormSet.TT03_2025),
        (date(2026, 11, 23), FormSet.TT03_2025),
    ],
)
def test_the_set_changes_on_15_september_2025(day: date, expected: FormSet) -> None:
    assert printed.form_set_for(day) is expected


def test_the_sets_have_six_and_seven_forms_numbered_without_gaps() -> None:
    numbers = {
        form_set: [form.number for form in forms.values()] for form_set, forms in printed.FORMS.items()
    }
    assert numbers == {
        FormSet.TT01_2018: ["01", "02", "03", "04", "05", "06"],
        FormSet.TT03_2025: ["01", "02", "03", "04", "05", "06", "07"],
    }


def test_the_old_set_has_no_stop_notice() -> None:
    with pytest.raises(printed.UnknownForm, match="Thông tư 01/2018/TT-VPCP"):
        printed.render_form(FormSet.TT01_2018, Kind.STOP, CONTEXT)


@pytest.mark.parametrize(("form_set", "kind"), EVERY_FORM)
def test_each_form_is_one_sheet_with_its_number_title_and_facts(form_set: FormSet, kind: Kind) -> None:
    form = printed.FORMS[form_set][kind]
    pdf = printed.render_form(form_set, kind, CONTEXT)
    text = " ".join(run("pdftotext", "-layout", "-", "-", given=pdf).split())
    assert f"Mẫu số {form.number} · {printed.CIRCULARS[form_set]}" in text
    assert form.title.upper() in text
    plain = " ".join(run("pdftotext", "-", "-", given=pdf).split())
    assert [fact for fact in EXPECTED[kind] if fact not in text and fact not in plain] == []
    about = run("pdfinfo", "-", given=pdf)
    assert "Pages:           1\n" in about
    size = {"a5": "419.528 x 595.276 pts", "slip": "(A4)", "wide": "841.89 x 595.276 pts (A4)"}[form.page]
    assert size in about


@pytest.mark.parametrize(("form_set", "kind"), EVERY_FORM)
def test_the_words_of_each_form_are_those_agreed_on(form_set: FormSet, kind: Kind) -> None:
    """Read against Thông tư 01/2018/TT-VPCP and Thông tư 03/2025/TT-VPCP; a change of wording shows here."""
    pdf = printed.render_form(form_set, kind, CONTEXT)
    words = run("pdftotext", "-raw", "-", "-", given=pdf).replace("\f", "").strip()
    assert words.split() == (GOLDEN / f"{form_set}-{kind}.txt").read_text().split()


def test_a_form_that_loses_its_number_is_caught_by_the_words_agreed_on() -> None:
    pdf = printed.render_form("TT03_2025", "receipt", replace(CONTEXT, number="", book_entry=""))
    words = run("pdftotext", "-raw", "-", "-", given=pdf).split()
    assert words != (GOLDEN / "TT03_2025-receipt.txt").read_text().split()


def test_a_form_carries_its_data_for_machines(tmp_path: Path) -> None:
    (tmp_path / "form.pdf").write_bytes(printed.render_form("TT03_2025", "receipt", CONTEXT))
    run("pdfdetach", "-save", "1", "-o", tmp_path / "data.json", tmp_path / "form.pdf")
    data = json.loads((tmp_path / "data.json").read_text())
    assert (data["form_set"], data["form_number"], data["dossier_code"]) == (
        "TT03_2025",
        "01",
        "H17.22-260406-0012",
    )


def test_a_long_receipt_goes_on_to_a_second_sheet_and_loses_nothing() -> None:
    many = [printed.Component(f"Giấy tờ thứ {number}", copies=1) for number in range(1, 41)]
    pdf = printed.render_form("TT03_2025", "receipt", replace(CONTEXT, components=many))
    text = " ".join(run("pdftotext", "-layout", "-", "-", given=pdf).split())
    assert [part.name for part in many if part.name not in text] == []
    assert "Lê Thị Bình" in text


def test_what_an_applicant_typed_cannot_become_markup() -> None:
    pdf = printed.render_form(
        "TT03_2025", "receipt", replace(CONTEXT, applicant="<img src=https://example.org/>")
    )
    assert "<img src=https://example.org/>" in " ".join(run("pdftotext", "-", "-", given=pdf).split())
