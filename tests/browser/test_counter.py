"""The counter in a real browser: from the card in the officer's hand to the paper handed over."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from portal.walk import stories
from portal.walk.people import Office
from tests.browser.conftest import accessible, picture

pytestmark = pytest.mark.xdist_group("portal")
NUMBER, NAME = "048195001234", "Nguyễn Thị Minh Hạnh"


def seen(page: Page, name: str) -> None:
    """No finding in a small window; themes are looked at where every page is."""
    picture(page, name, tall=2.0)
    page.set_viewport_size({"width": 320, "height": 640})
    accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_an_officer_files_for_a_person_at_the_counter_and_hands_the_paper_over(visit, running_portal):
    office = Office(running_portal, "haichau")
    page = visit("/can-bo/quay/", person=office.officer("tiepnhan"), reduced_motion="reduce")
    seen(page, "counter")
    page.get_by_label("Thủ tục", exact=True).fill("1.001193")
    page.get_by_label("Số định danh cá nhân").fill(NUMBER)
    page.get_by_label("Họ, chữ đệm và tên").fill(NAME)
    page.get_by_label("Xem thẻ căn cước bản gốc").check()
    page.get_by_label("Người nộp có mặt, nghe đọc và nói đồng ý").check()
    page.get_by_role("button", name="Bắt đầu khai").click()
    page.get_by_role("heading", name="Bạn đồng ý để cổng lấy dữ liệu này?").wait_for()
    seen(page, "counter-consent")
    page.get_by_role("button", name="Đồng ý và tiếp tục").click()
    page.get_by_label("Chữ đệm và tên").first.wait_for()
    seen(page, "counter-question")
    filled(page)
    page.get_by_role("heading", name="Kiểm tra lại trước khi nộp").wait_for()
    seen(page, "counter-check")
    page.get_by_label("Người nộp đã đọc hoặc nghe đọc").check()
    page.get_by_role("button", name="Nộp hồ sơ giúp người này").click()
    page.get_by_role("heading", name="Đã nộp và tiếp nhận hồ sơ").wait_for()
    seen(page, "counter-filed")
    code = page.locator(".code--big").inner_text().replace(" – ", "-")
    finished(office, code)
    page.goto("/can-bo/tra-ket-qua/")
    seen(page, "results-waiting")
    page.locator(f"a[href$='/tra-ket-qua/{code}/']").click()
    seen(page, "hand-over")
    page.get_by_label("Chính người nộp").check()
    page.get_by_label("Đã xem giấy tờ tùy thân").check()
    page.get_by_label("Người nhận đã ký sổ").check()
    page.get_by_role("button", name="Ghi nhận đã trao").click()
    page.get_by_text("Đã trao kết quả và ghi bằng chứng").wait_for()


def filled(page: Page) -> None:
    answers = {**stories.BIRTH_ANSWERS, "copies_delivery": "counter_0"}
    for name, value in answers.items():
        box = page.locator(f"[name='{name}']")
        if box.first.get_attribute("type") == "radio":
            page.locator(f"[name='{name}'][value='{value}']").check()
        else:
            box.fill(value)
    page.locator("button[name='tiep']:not(.clip)").click()


def finished(office: Office, code: str) -> None:
    """The desk's part, without a browser."""
    office.dossier("tiepnhan", code).press("Chuyển xử lý")
    office.dossier("thuly", code).press("Trình kết quả", {"kind": "grant"})
    list(stories.sign_and_release(office, code))
