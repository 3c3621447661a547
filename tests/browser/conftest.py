"""A real browser against a real portal. Contexts are people; every page they meet is looked at by the axe rules."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from portal.walk.person import Person

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": ["color-contrast"]}
"""What a theme can change: everything else was looked at in the light one."""
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "the browser tests need Chromium (Debian package: chromium)"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, running_portal: str) -> Iterator[Callable[..., Page]]:
    """Open a page as nobody, or as a person who is already signed in."""
    contexts: list[BrowserContext] = []

    def opened(path: str = "/", person: Person | None = None, **options) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, "base_url": running_portal, **options}
        context = browser.new_context(**options)
        contexts.append(context)
        if person is not None:
            context.add_cookies(cookies_of(person))
        page = context.new_page()
        page.set_default_timeout(15_000)
        watch(page, running_portal)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        for page in context.pages:
            assert page.complaints == [], page.complaints
        context.close()


def cookies_of(person: Person) -> list[dict]:
    return [{"name": one.name, "value": one.value, "url": person.base} for one in person.session.cookies]


def watch(page: Page, home: str) -> None:
    """What the page must not do: speak to strangers, break its own content policy, fail in the console."""
    host, port = home.rsplit(":", 1)
    ours = (home, f"{host}:{int(port) + 1}", "data:", "about:")
    page.complaints = []
    page.on(
        "console", lambda said: said.type == "error" and page.complaints.append(f"{page.url}: {said.text}")
    )
    page.on("pageerror", lambda error: page.complaints.append(f"{page.url}: {error}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith(ours) else page.complaints.append(request.url),
    )


def accessible(page: Page, rules: dict[str, list[str]] = RULES) -> None:
    """No finding of the axe rules, one heading, one main part, a language, a title, nothing wider than the window."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "rules => axe.run({...rules, resultTypes: ['violations']}).then(told => told.violations)", rules
    )
    told = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
    assert told == [], f"{page.url}\n" + "\n".join(told)
    assert page.locator("h1").count() == 1, page.url
    assert page.locator("main").count() == 1, page.url
    assert page.locator("html").get_attribute("lang") in ("vi", "en"), page.url
    assert page.title().strip(" |"), page.url
    wide, window = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= window, f"{page.url} is {wide} px wide in a window of {window} px"


def picture(page: Page, name: str, *, tall: float = 2.4) -> None:
    """Kept for the README only when asked for, so that a test run leaves the tree as it was; the part below ``tall``
    widths is left off."""
    if os.environ.get("SCREENSHOTS"):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        taken = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled")))
        taken = taken.crop((0, 0, taken.width, min(taken.height, int(tall * taken.width))))
        taken.quantize(64).save(SCREENSHOTS / f"{name}.png", optimize=True)
