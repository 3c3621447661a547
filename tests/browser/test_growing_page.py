"""With scripts a page grows in place: no reload, nothing typed is lost, focus stays, the keyboard is enough."""

from __future__ import annotations

import pytest

from portal.walk import stories
from portal.walk.people import citizen
from tests.browser.conftest import accessible, picture

pytestmark = pytest.mark.xdist_group("portal")


@pytest.fixture
def page(visit, running_portal):
    mother = citizen(running_portal, "hanh").open("/thu-tuc/1.001193/")
    stories.begin(mother)
    mother.press("Đồng ý và tiếp tục")
    return visit(mother.url, person=mother)


def test_a_page_grows_without_a_reload_and_keeps_what_was_typed(page):
    page.evaluate("window.stays = true")
    page.locator("[name=child_name]").fill("Lê Nguyễn An Nhiên")
    assert page.locator("[name=child_ethnicity_other]").count() == 0
    page.locator("[name=ethnicity_source][value=other]").check()
    page.locator("[name=child_ethnicity_other]").wait_for()
    page.locator("[name=child_ethnicity_other]").select_option("12")
    assert "Chọn dân tộc của trẻ" in page.locator("[data-news]").inner_text()
    page.locator("[name=hometown_source][value=other]").check()
    place = page.locator("[name=child_hometown_other-detail]")
    place.wait_for()
    place.fill("Thôn Đông")
    accessible(page)
    picture(page, "question-grown")
    page.locator("[name=hometown_source][value=mother]").check()
    place.wait_for(state="detached")
    page.locator("[name=hometown_source][value=other]").check()
    place.wait_for()
    assert place.input_value() == "Thôn Đông", "typed, hidden, and back again"
    assert page.locator("[name=child_name]").input_value() == "Lê Nguyễn An Nhiên"
    assert page.locator("[name=child_ethnicity_other]").input_value() == "12"
    assert page.locator("[name=ethnicity_source][value=other]").is_checked()
    assert page.evaluate("window.stays") is True
    assert "An Nhiên" not in page.url


def test_the_keyboard_alone_grows_the_page_and_focus_and_caret_stay(page):
    name = page.locator("[name=child_name]")
    name.fill("Lê An")
    page.locator("[name=ethnicity_source]").first.focus()
    page.keyboard.press("Space")
    for _ in range(4):
        if page.locator("[name=ethnicity_source][value=other]").is_checked():
            break
        page.keyboard.press("ArrowDown")
    page.locator("[name=child_ethnicity_other]").wait_for()
    focused = "document.activeElement.name + '=' + document.activeElement.value"
    assert page.evaluate(focused) == "ethnicity_source=other"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "child_ethnicity_other"


def test_typing_on_while_the_answer_is_on_its_way_loses_no_letter(page):
    held = []
    page.route(
        "**/trang/**",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    page.locator("[name=ethnicity_source][value=other]").check()
    name = page.locator("[name=child_name]")
    name.click()
    page.keyboard.type("Lê Anh")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    held[0].continue_()
    page.locator("[name=child_ethnicity_other]").wait_for()
    page.keyboard.type("H’")
    assert name.input_value() == "Lê H’Anh"
