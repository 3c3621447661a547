"""The signing desk in a real browser: a routine signature, a batch, the results; the clerk's desk after it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, sync_playwright

from applications.models import Dossier, Result
from identity.models import Officer, Role
from tests import factories
from tests.applications.second_factor import unused_digits
from tests.applications.signing import DESK, drafts, version_with_findings
from tests.browser.conftest import COLOURS, QUIET, accessible, picture

ROUTINE = 4
"""Most actions (clicks and boxes filled) a routine signature may cost, the desk being open."""


class Hand:
    """Counts what a person does."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def click(self, role: str, name: str, **how) -> None:
        self.actions += 1
        self.page.get_by_role(role, name=name, **how).first.click()

    def fill(self, box: str, words: str) -> None:
        self.actions += 1
        self.page.locator(box).fill(words)


@pytest.fixture
def world(monkeypatch, live_server, transactional_db) -> tuple[str, Officer, list[Dossier]]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    agency, version = factories.commune_agency(), version_with_findings()
    alike = drafts(agency, 4, of=version, findings={"book": "01/2026"})
    [changed] = drafts(agency, 1, of=version, findings={"book": "02/2026", "number": "079226000001"})
    [refused] = drafts(agency, 1, of=version, kind="refusal", reason="Trẻ đã đăng ký khai sinh ở nơi khác")
    Dossier.objects.filter(pk=alike[0].pk).update(due_at=timezone.now() - dt.timedelta(days=2))
    Dossier.objects.filter(pk=refused.pk).update(needs_matching=True, supplement_count=2)
    post = factories.officer(agency, Role.SIGNER, Role.REGISTRY_CLERK, name="Võ Thanh Tùng")
    return live_server.url, post, [*alike, changed, refused]


@pytest.fixture
def seat(world) -> Iterator[Callable[..., Page]]:
    """An own browser, stopped before the database goes: beside its loop Django opens a second connection."""
    base, post, _dossiers = world
    client = factories.sign_in_officer(Client(), post)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)

        def opened(path: str, **options) -> Page:
            context = browser.new_context(
                base_url=base, viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **options
            )
            context.add_cookies(
                [{"name": name, "value": one.value, "url": base} for name, one in client.cookies.items()]
            )
            page = context.new_page()
            page.goto(path)
            return page

        yield opened
        browser.close()
        connections.close_all()


def test_a_routine_signature_takes_few_actions_and_a_batch_is_told_item_by_item(world, seat):
    _base, post, (_late, routine, *_alike, changed, _refused) = world
    page = seat(DESK)
    accessible(page)
    hand = Hand(page)
    page.locator(f"a[href*='{routine.code}']").first.click()
    hand.actions += 1
    accessible(page)
    hand.fill("#otp", unused_digits(post))
    hand.click("button", "Ký văn bản này")
    page.wait_for_selector("text=Đã ký. Chữ ký số")
    assert hand.actions <= ROUTINE
    assert Result.objects.get(dossier=routine).status == "signing"

    page.goto(f"{DESK}?ho-so={changed.code}")
    page.emulate_media(color_scheme="dark")
    accessible(page, COLOURS)
    picture(page, "signing-dark")
    page.emulate_media(color_scheme="light")
    picture(page, "signing")
    page.set_viewport_size({"width": 320, "height": 640})
    accessible(page)

    plain = seat(DESK, java_script_enabled=False)
    hand = Hand(plain)
    hand.click("link", "Chọn 3 Giấy khai sinh")
    plain.locator("#nhieu a[href*=ho-so]").first.click()
    plain.wait_for_selector("text=đã đọc")
    plain.locator("#otp-nhieu").fill("000000")
    plain.get_by_role("button", name="Ký các văn bản đã chọn").click()
    plain.wait_for_selector("text=Chưa ký được")
    assert plain.locator("input[name=pick]:checked").count() == 3
    post.user.totpdevice_set.update(throttling_failure_count=0, last_t=-1)
    plain.locator("#otp-nhieu").fill(unused_digits(post))
    plain.get_by_role("button", name="Ký các văn bản đã chọn").click()
    plain.get_by_role("heading", name="xong 3 trên 3 văn bản").wait_for()

    page.goto(plain.url)
    accessible(page)
    page.goto("/can-bo/van-thu/")
    accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    accessible(page)
