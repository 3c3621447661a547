"""The routine day of an approver: at most four actions from the inbox to the approval, then the next with one key."""

from __future__ import annotations

import shutil

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright

from applications.models import Dossier, Event
from identity.models import Role
from tests import factories
from tests.browser.conftest import QUIET, accessible
from tests.browser.test_shortcuts import TELEX

pytestmark = pytest.mark.django_db(transaction=True)


class Hands:
    """Counts what a person does; looking costs nothing."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def click(self, name: str) -> None:
        self.actions += 1
        self.page.get_by_role("button", name=name).click()


@pytest.fixture
def two_proposed() -> tuple[Client, list[Dossier]]:
    agency = factories.commune_agency()
    examine, sign, release = factories.STEPS
    steps = [examine, factories.APPROVE, sign, release]
    version = factories.version(processing=factories.PROCESSING | {"steps": steps})
    dossiers = [factories.proposed(agency, of=version) for _n in range(3)]
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.APPROVER))
    return client, dossiers


def approved(dossiers: list[Dossier]) -> int:
    return Event.objects.filter(dossier__in=dossiers, kind="approve").count()


def test_a_routine_approval_takes_four_actions_by_key_or_button_and_typing_telex_none(
    live_server, two_proposed, monkeypatch
):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    client, dossiers = two_proposed
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)

        def sits(**options) -> Hands:
            context = browser.new_context(base_url=live_server.url, **options)
            context.add_cookies(
                [
                    {"name": name, "value": one.value, "url": live_server.url}
                    for name, one in client.cookies.items()
                ]
            )
            page = context.new_page()
            page.goto("/can-bo/")
            return Hands(page)

        hands = sits()
        page = hands.page
        accessible(page)
        walk_without_deciding(page)
        assert approved(dossiers) == 0
        page.evaluate("document.activeElement.blur()")
        for key in ("j", "Enter"):
            hands.press(key)
        page.wait_for_url("**/can-bo/ho-so/**")
        for key in ("a", "Enter"):
            hands.press(key)
        expect(page.get_by_text("Đã phê duyệt.")).to_be_visible()
        assert (approved(dossiers), hands.actions) == (1, 4)
        before = page.url
        hands.press("n")
        page.wait_for_url(lambda url: "/can-bo/ho-so/" in url and url != before)
        hands.press("a")
        hands.press("Enter")
        expect(page.get_by_text("Đã phê duyệt.")).to_be_visible()
        assert (approved(dossiers), hands.actions) == (2, 7)

        plain = sits(java_script_enabled=False)
        plain.click("Nhận hồ sơ kế tiếp")
        plain.click("Phê duyệt")
        expect(plain.page.get_by_text("Đã phê duyệt.")).to_be_visible()
        assert (approved(dossiers), plain.actions) == (3, 2)
        browser.close()
        connections.close_all()


def walk_without_deciding(page: Page) -> None:
    """j and k walk, an input method's composition and a text box move nothing, the ends hold."""
    rows = page.locator("[data-row] [data-open]")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.evaluate(TELEX.replace('"g"', '"j"').replace('"x"', '"n"'))
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    box = page.locator("#q")
    box.focus()
    page.keyboard.type("jkn")
    expect(box).to_have_value("jkn")
    assert page.url.endswith("/can-bo/")
