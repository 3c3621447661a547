"""Signing in, as citizens through the eID and as officers with their second factor."""

from __future__ import annotations

import time
from binascii import unhexlify
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone
from django_otp.oath import TOTP

from identity import demo
from identity.registers import fake
from portal.walk.person import Lost, Person


def citizen(base: str, nick: str) -> Person:
    """A person of the demonstration; signs in when a page asks for it."""
    return Person(base, fake.person(nick)["full_name"])


def sign_in(person: Person) -> Person:
    """From the sign-in page through the eID and back to where the person was going."""
    person.press("Đăng nhập bằng định danh điện tử").press(person.name)
    return person.press("Đồng ý và đăng nhập")


class Office:
    """The officers of one agency, each with a session of their own."""

    def __init__(self, base: str, prefix: str) -> None:
        self.base = base
        self.prefix = prefix
        self._seated: dict[str, Person] = {}

    def officer(self, role: str) -> Person:
        """Signs in at the first call: password, then the code the device showed half a minute ago."""
        if role not in self._seated:
            post = self._post(role)
            person = Person(self.base, post["full_name"]).open("/can-bo/dang-nhap/")
            person.press("Tiếp tục", {"username": post["username"], "password": post["password"]})
            person.press("Đăng nhập", {"code": _code(post["totp_key"], drift=-30)})
            self._seated[role] = person.expect("Hộp việc")
        return self._seated[role]

    def code(self, role: str) -> str:
        """A code not used yet, for the second factor of a signature."""
        return _code(self._post(role)["totp_key"])

    def dossier(self, role: str, code: str) -> Person:
        return self.officer(role).open(f"/can-bo/ho-so/{code}/")

    def _post(self, role: str) -> demo.DemoOfficer:
        return next(one for one in demo.OFFICERS if one["username"] == f"{self.prefix}.{role}")


def _code(key: str, drift: int = 0) -> str:
    device = TOTP(unhexlify(key))
    device.time = timezone.now().timestamp() + drift
    return f"{device.token():06d}"


def wait_for(person: Person, words: str, *, seconds: float = 30.0, pause: float = 0.2) -> Person:
    """Look at the same page again until it says ``words``."""
    return _again(person, lambda: words.lower() in person.text.lower(), words, seconds, pause)


def wait_for_button(person: Person, words: str, *, seconds: float = 30.0, pause: float = 0.2) -> Person:
    """Look at the same page again until it has a button saying ``words``."""
    return _again(person, lambda: person.has_button(words), words, seconds, pause)


def _again(person: Person, seen: Callable[[], bool], words: str, seconds: float, pause: float) -> Person:
    deadline = time.monotonic() + seconds
    while not seen():
        if time.monotonic() > deadline:
            raise Lost(f"{person.url}: «{words}» did not come within {seconds:.0f} s: {person.text[:600]}")
        time.sleep(pause)
        person.open(person.url)
    return person


def save(person: Person, address: str, path: Path) -> Path:
    """Download a paper the way the person would."""
    answer = person.session.get(person.base + address, timeout=30)
    answer.raise_for_status()
    path.write_bytes(answer.content)
    return path
