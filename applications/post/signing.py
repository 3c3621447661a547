"""HMAC-SHA256 over ``timestamp.body``: the proof between the portal and a carrier. Standard library only."""

from __future__ import annotations

import hashlib
import hmac

FRESH_SECONDS = 300


def sign(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def is_proved(secret: str, *, timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Signed with ``secret`` at most 300 s ago. Without a secret nobody is believed."""
    if not secret or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    expected = sign(secret, timestamp, body)
    fits = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
    return fits and abs(now - int(timestamp)) <= FRESH_SECONDS
