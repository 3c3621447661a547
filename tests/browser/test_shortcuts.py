"""The keyboard of the workspace in a real browser, on a small world of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, sync_playwright

from applications.models import Dossier
from identity.models import Role
from tests import factories
from tests.browser.conftest import QUIET, accessible

TELEX = """(box) => { for (const [key, how] of [["g", {isComposing: true}], ["x", {keyCode: 229}]])
    document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...how})); }"""


@pytest.fixture
def world(monkeypatch, live_server, transactional_db) -> tuple[str, Dossier, Client]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    agency = factories.commune_agency()
    dossier = factories.submitted(agency)
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.INTAKE))
    return live_server.url, dossier, client


@pytest.fixture
def open_desk(world) -> Iterator[Callable[..., Page]]:
    """An own browser, stopped before the database goes: beside its loop Django opens a second connection."""
    base, dossier, client = world
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)

        def opened(**options) -> Page:
            context = browser.new_context(base_url=base, viewport={"width": 1280, "height": 900}, **options)
            context.add_cookies(
                [{"name": name, "value": one.value, "url": base} for name, one in client.cookies.items()]
            )
            page = context.new_page()
            page.goto(reverse("applications:workspace", args=[dossier.code]))
            return page

        yield opened
        browser.close()
        connections.close_all()


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_letters_lead_and_never_decide_and_stay_silent_while_somebody_types(world, open_desk):
    _base, dossier, _client = world
    page = open_desk()
    page.keyboard.press("g")
    assert focused(page) == "Giấy tờ"
    page.keyboard.press("t")
    page.evaluate(TELEX)
    assert focused(page) == "Thông tin"
    page.locator("#refuse-reason").evaluate("box => { box.closest('details').open = true; box.focus() }")
    page.keyboard.type("gtx.a")
    assert page.locator("#refuse-reason").input_value() == "gtx.a"
    page.locator("#refuse-reason").evaluate("box => box.blur()")
    page.keyboard.press(".")
    page.keyboard.type("giấy")
    assert page.locator("dialog.palette li").count() == 1
    accessible(page)
    page.keyboard.press("Enter")
    assert focused(page) == "Giấy tờ"
    page.keyboard.press("a")
    assert focused(page).startswith("Tiếp nhận")
    dossier.refresh_from_db()
    assert dossier.state == "submitted"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Đã tiếp nhận")
    dossier.refresh_from_db()
    assert dossier.state == "accepted"


def test_switched_off_no_letter_does_anything_and_without_scripts_all_is_there(world, open_desk):
    page = open_desk()
    page.keyboard.press("?")
    page.wait_for_url("**/can-bo/phim-tat/")
    page.get_by_role("button", name="Tắt phím tắt trên máy này").click()
    page.goto(reverse("applications:workspace", args=[world[1].code]))
    page.keyboard.press("g")
    assert focused(page) != "Giấy tờ"
    plain = open_desk(java_script_enabled=False)
    plain.get_by_role("button", name="Tiếp nhận, ra Mẫu 01").click()
    plain.wait_for_selector("text=Đã tiếp nhận")
