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
    """The officers of one agency. Each signs in once a portal and keeps the session: a code works only once."""

    def __init__(self, base: str, prefix: str) -> None:
        self.base = base
        self.prefix = prefix

    def officer(self, role: str) -> Person:
        """Signs in at the first call with password and second factor."""
        post = self._post(role)
        seat = (self.base, post["username"])
        if seat not in _seated:
            person = Person(self.base, post["full_name"]).open("/can-bo/dang-nhap/")
            person.press("Tiếp tục", {"username": post["username"], "password": post["password"]})
            person.press("Đăng nhập", {"code": fresh_code(post["totp_key"])})
            _seated[seat] = person.expect("Hộp việc")
        return _seated[seat]

    def code(self, role: str) -> str:
        """A code not used yet, for the second factor of a signature."""
        return fresh_code(self._post(role)["totp_key"])

    def dossier(self, role: str, code: str) -> Person:
        return self.officer(role).open(f"/can-bo/ho-so/{code}/")

    def _post(self, role: str) -> demo.DemoOfficer:
        return next(one for one in demo.OFFICERS if one["username"] == f"{self.prefix}.{role}")


_seated: dict[tuple[str, str], Person] = {}
_used: dict[str, int] = {}


def fresh_code(key: str) -> str:
    """The code of this half minute or, when that was used, of the next one; waits when there is none.

    The portal takes the half minute before and after its own as well, each code once (RFC 6238, 5.2): either code
    stays good for at least thirty seconds, however slow the machine.
    """
    device = TOTP(unhexlify(key))
    while True:
        device.time = timezone.now().timestamp()
        step = max(_used.get(key, 0) + 1, device.t())
        if step <= device.t() + 1:
            break
        time.sleep(1)
    _used[key] = step
    device.time = float(step * device.step)
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
