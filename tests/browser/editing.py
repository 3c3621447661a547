"""A draft in the running portal, opened by the ministry's editor through the verb that its page calls."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Locator, Page

from portal.place import home

OPEN = """
from django.utils import timezone
from identity.models import Officer
from procedures import services
from procedures.models import Procedure
editor = Officer.objects.get(user__username="{editor}")
procedure = Procedure.objects.get(slug="{slug}")
found = procedure.versions.exclude(status="published").first()
found = found or services.open_draft(procedure=procedure, by=editor, at=timezone.now())
print("draft", found.pk)
"""


def open_draft(base: str, slug: str, editor: str = "tuphap.bientap") -> int:
    """The number of the draft in its address; the one that is open when there is one."""
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env |= {"PORTAL_HOME": str(home() / "portal"), "PORT": str(urlsplit(base).port)}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", OPEN.format(slug=slug, editor=editor)],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.rsplit("draft ", 1)[1])


class Editing:
    """What the work costs an editor, counted while a browser does it.

    Seconds by the keystroke-level model with practice's rounded operators: 1.1 s to point and click, 0.28 s for a
    typed character, 3 s to look at a new page. Reading law and thinking of words are not in it.
    """

    CLICK, KEY, LOOK = 1.1, 0.28, 3.0

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.fields = self.characters = 0
        self.pages = 1

    @property
    def seconds(self) -> float:
        return self.clicks * self.CLICK + self.characters * self.KEY + self.pages * self.LOOK

    def __str__(self) -> str:
        return (
            f"{self.clicks} lần bấm, {self.fields} ô gõ ({self.characters} ký tự), {self.pages} trang: "
            f"{self.seconds / 60:.1f} phút"
        )

    def press(self, words: str, *, exact: bool = False) -> None:
        self._leave(self.page.get_by_role("button", name=words, exact=exact).first)

    def follow(self, words: str) -> None:
        self._leave(self.page.locator("main").get_by_role("link", name=words).first)

    def open(self, words: str) -> None:
        self.page.locator("summary", has_text=words).first.click()
        self.clicks += 1

    def type(self, label: str, text: str, *, within: str = "main") -> None:
        self._box(label, within).fill(text)
        self.clicks += 1
        self.fields += 1
        self.characters += len(text)

    def select(self, label: str, option: str, *, within: str = "main", by_value: bool = False) -> None:
        """Two clicks: the list, the option."""
        chosen = {"value": option} if by_value else {"label": option}
        self._box(label, within).select_option(**chosen)
        self.clicks += 2

    def tick(self, label: str, *, exact: bool = False) -> None:
        self.page.locator("main").get_by_label(label, exact=exact).first.check()
        self.clicks += 1

    def _box(self, label: str, within: str) -> Locator:
        """The box, not the section that is named like it."""
        boxes = self.page.locator(within).locator("input, select, textarea")
        return boxes.and_(self.page.get_by_label(label, exact=True)).first

    def _leave(self, control: Locator) -> None:
        with self.page.expect_navigation():
            control.click()
        self.clicks += 1
        self.pages += 1
