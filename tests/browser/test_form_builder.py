"""An editor builds a form by keyboard alone, in a real browser, and looks at every page of the builder."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from portal.walk.people import Office
from tests.browser.conftest import accessible, picture
from tests.browser.editing import open_draft

pytestmark = pytest.mark.xdist_group("portal")
MOST_TABS = 400


@pytest.fixture(scope="module")
def editor(running_portal):
    return Office(running_portal, "tuphap").officer("bientap")


@pytest.fixture(scope="module")
def draft(running_portal):
    return f"/bien-tap/ban/{open_draft(running_portal, 'birth-registration')}/bieu-mau/"


def reach(page: Page, words: str) -> None:
    """Tab until the control named ``words`` has the focus, and see that the focus shows."""
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => { const e = document.activeElement;
              const label = e.labels && e.labels[0] ? e.labels[0].innerText : '';
              return e.getAttribute('aria-label') || label || e.textContent }"""
        )
        if " ".join(name.split()) == words:
            shown = page.evaluate(
                "(style => [style.outlineStyle, style.boxShadow])(getComputedStyle(document.activeElement))"
            )
            assert shown != ["none", "none"], f"the focus does not show on «{words}»"
            return
    raise AssertionError(f"{page.url}: no control «{words}» within {MOST_TABS} tabs")


def press(page: Page, words: str) -> None:
    reach(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Page, words: str, text: str) -> None:
    reach(page, words)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_a_small_form_is_built_by_keyboard_alone(visit, editor, draft):
    page = visit(draft, person=editor)
    reach(page, "Thêm trang")
    page.keyboard.press("Enter")
    type_into(page, "Tên trang", "Người nhận")
    type_into(page, "Tên trang bằng tiếng Anh", "Receiver")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="Người nhận").wait_for()

    press(page, "Chọn trường từ từ điển dữ liệu quốc gia")
    type_into(page, "Tìm theo tên, có dấu hay không dấu", "ho ten nguoi dai dien")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "Thêm Họ, chữ đệm và tên của người đại diện")
    page.get_by_text("Đã thêm «Họ, chữ đệm và tên của người đại diện»").wait_for()
    press(page, "Đặt câu hỏi riêng")
    type_into(page, "Câu hỏi", "Số bản cần nhận")
    type_into(page, "Câu hỏi bằng tiếng Anh", "Copies wanted")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    type_into(page, "Vì sao hỏi, một câu", "Để in đủ số bản.")
    reach(page, "Khi câu")
    page.keyboard.press("End")
    reach(page, "Thế nào")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    press(page, "Viết điều kiện")
    assert page.get_by_label("Hiện khi", exact=True).input_value() == "representative_full_name != ''"
    assert page.get_by_label("Vì sao hỏi, một câu").input_value() == "Để in đủ số bản."
    press(page, "Lưu câu hỏi")
    press(page, "Đưa câu 2 lên")
    rows = page.locator(".q b").all_inner_texts()
    assert rows == ["1. Số bản cần nhận", "2. Họ, chữ đệm và tên của người đại diện"]
    accessible(page)

    press(page, "Sửa câu 2")
    press(page, "Xóa câu hỏi này")
    page.get_by_text("Chưa xóa được: câu trả lời này còn dùng ở Số bản cần nhận.").wait_for()
    page.complaints.clear()
    for _time in range(2):
        page.goto(f"{draft}?trang=receiver")
        press(page, "Sửa câu 1")
        press(page, "Xóa câu hỏi này")
    page.goto(f"{draft}?trang=receiver")
    press(page, "Sửa trang")
    press(page, "Bỏ trang này")
    page.get_by_text("Đã bỏ trang.").wait_for()


PAGES = (
    "?trang=requester", "trang/requester/", "trang/birth/tu-dien/?q=noi", "trang/birth/cau-rieng/",
    "cau-hoi/mother_ethnicity/", "cau-hoi/child_days_since_birth/", "cau-hoi/result_delivery/",
    "phan/eligibility/", "phan/roles/", "phan/checks/", "phan/fees/", "phan/auto_decision/", "phan/result_fields/",
    "phan/declaration/",
)  # fmt: skip


def test_every_page_of_the_builder_is_accessible_with_all_its_folds_open(visit, editor, draft):
    page = visit(draft, person=editor, viewport={"width": 320, "height": 800})
    for tail in PAGES:
        assert page.goto(draft + tail).status == 200, tail
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        accessible(page)


def test_a_refused_page_is_accessible_and_keeps_what_was_typed(visit, editor, draft):
    page = visit(f"{draft}cau-hoi/child_dob/", person=editor)
    page.get_by_label("Câu hỏi", exact=True).fill("<b>Ngày sinh</b>")
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.get_by_role("button", name="Lưu câu hỏi").click()
    assert sent.value.status == 422
    page.get_by_role("link", name="Câu hỏi: không được có dấu < hoặc >").wait_for()
    assert page.get_by_label("Câu hỏi", exact=True).input_value() == "<b>Ngày sinh</b>"
    page.complaints.clear()
    accessible(page)


def test_pictures_of_the_builder(visit, editor, draft):
    """Kept under docs/screenshots when SCREENSHOTS=1; otherwise only opened."""
    picture(visit(f"{draft}?trang=mother", person=editor), "editor-form")
    picture(
        visit(f"{draft}trang/mother/tu-dien/?q=so+dinh+danh&vai=mother", person=editor), "editor-dictionary"
    )
