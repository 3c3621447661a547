"""The page of a batch in a real browser: it follows the workers by script, and by its own link without one."""

from __future__ import annotations

import shutil

from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import sync_playwright

from applications import batching, services
from applications.office.batches import ACTIONS, Selection
from identity.models import Role
from tests import factories
from tests.browser.conftest import COLOURS, QUIET, accessible


def test_the_page_of_a_batch_follows_its_workers(monkeypatch, live_server, transactional_db):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    agency = factories.commune_agency()
    clerk = factories.officer(agency, Role.INTAKE)
    version = factories.version()
    codes = tuple(str(factories.submitted(agency, of=version).code) for _number in range(3))
    batch = services.create_batch(
        action=ACTIONS["accept"],
        chosen=Selection(codes=codes),
        parameters={},
        token="t",
        officer=clerk,
        at=timezone.now(),
    )
    client = factories.sign_in_officer(Client(), clerk)
    cookies = [
        {"name": name, "value": one.value, "url": live_server.url} for name, one in client.cookies.items()
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        narrow = {"viewport": {"width": 320, "height": 700}, "reduced_motion": "reduce"}
        context = browser.new_context(base_url=live_server.url, **narrow)
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(f"/can-bo/lo/{batch.key}/")
        accessible(page)
        batching.work(batch.pk, seconds=0)
        page.wait_for_selector("text=1 trên 3 mục, 33 %")
        batching.work(batch.pk, seconds=60)
        page.get_by_role("button", name="Tiếp nhận 3 mục").wait_for()
        page.emulate_media(color_scheme="dark")
        accessible(page, COLOURS)
        plain = browser.new_context(base_url=live_server.url, java_script_enabled=False)
        plain.add_cookies(cookies)
        other = plain.new_page()
        other.goto(f"/can-bo/lo/{batch.key}/")
        other.get_by_role("button", name="Tiếp nhận 3 mục").click()
        batching.work(batch.pk, seconds=60)
        other.get_by_role("link", name="Xem tiến độ mới nhất").click()
        other.wait_for_selector("text=Đã làm 3 mục")
        browser.close()
        connections.close_all()
