"""One person with a browser that knows links, forms and cookies, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import requests
from lxml import html

Fields = Mapping[str, Any]


class Lost(RuntimeError):
    """The page does not have what the person looks for."""


class Person:
    """Opens pages, follows links by their words and sends forms by the words of a button."""

    def __init__(self, base: str, name: str = "") -> None:
        self.base = base
        self.name = name
        self.session = requests.Session()
        self.url = base
        self.status = 0
        self.content = b""
        self.pages = 0

    @property
    def page(self) -> Any:
        return html.fromstring(self.content.decode("utf-8", "replace"))

    @property
    def text(self) -> str:
        return " ".join(self.page.text_content().split())

    @property
    def heading(self) -> str:
        found = self.page.xpath("//h1")
        return " ".join(found[0].text_content().split()) if found else ""

    def open(self, address: str) -> Person:
        return self._take(self.session.get(urljoin(self.url, address), timeout=30))

    def follow(self, words: str) -> Person:
        """The first link whose words contain ``words``."""
        for link in self.page.xpath("//a[@href]"):
            if words.lower() in " ".join(link.text_content().split()).lower():
                return self.open(link.get("href"))
        raise Lost(f"{self.url}: no link «{words}»")

    def press(self, words: str, fields: Fields | None = None, files: Fields | None = None) -> Person:
        """Fill ``fields`` into the form that has a button saying ``words`` and press it."""
        form, button = self._button(words)
        values: list[tuple[str, Any]] = [
            (name, value) for name, value in form.form_values() if name not in (fields or {})
        ]
        for name, value in (fields or {}).items():
            if name not in form.fields and not form.xpath(f'.//*[@name="{name}"]'):
                raise Lost(f"{self.url}: no field «{name}» beside «{words}»")
            values += [(name, one) for one in (value if isinstance(value, list) else [value])]
        if button.get("name"):
            values.append((button.get("name"), button.get("value", "")))
        address = urljoin(self.url, button.get("formaction") or form.get("action") or self.url)
        method = (button.get("formmethod") or form.get("method") or "get").lower()
        if method == "get":
            return self._take(self.session.get(address, params=values, timeout=30))
        headers = {"Referer": self.url}
        return self._take(self.session.post(address, data=values, files=files, headers=headers, timeout=60))

    def expect(self, words: str) -> Person:
        if words.lower() not in self.text.lower():
            raise Lost(f"{self.url} ({self.status}) does not say «{words}»: {self.text[:600]}")
        return self

    def has_button(self, words: str) -> bool:
        return any(words.lower() in b.text_content().lower() for b in self.page.xpath("//form//button"))

    def _button(self, words: str) -> tuple[Any, Any]:
        for button in self.page.xpath("//form//button[not(@type) or @type='submit']"):
            if words.lower() in " ".join(button.text_content().split()).lower():
                return next(button.iterancestors("form")), button
        raise Lost(f"{self.url} ({self.status}): no button «{words}»: {self.text[:400]}")

    def _take(self, response: requests.Response) -> Person:
        self.url, self.status, self.content = response.url, response.status_code, response.content
        self.pages += 1
        if response.status_code >= 500:
            raise Lost(f"{response.url} answered {response.status_code}")
        return self
