"""Signed webhooks after the Standard Webhooks specification 1.0 (HMAC-SHA256). Standard library only: partners
may copy this file."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

TOLERANCE = 300
"""Seconds a signed message stays good: the window of the specification."""


class BadSignature(Exception):
    """The message is not from the holder of the secret, or too old."""


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers that go with ``body``."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{_digest(secret, message_id, timestamp, body)}",
    }


def verify(secret: str, *, headers: Mapping[str, str | None], body: bytes, now: float) -> str:
    """The id of the message. Raises BadSignature."""
    message_id, stamp = headers.get("webhook-id") or "", headers.get("webhook-timestamp") or ""
    if not (message_id and stamp.isascii() and stamp.isdigit()):
        raise BadSignature("headers are missing")
    if abs(now - int(stamp)) > TOLERANCE:
        raise BadSignature("timestamp is too far from now")
    expected = f"v1,{_digest(secret, message_id, int(stamp), body)}".encode()
    given = (headers.get("webhook-signature") or "").encode().split()
    if not any(hmac.compare_digest(expected, one) for one in given):
        raise BadSignature("signature does not fit")
    return message_id


def _digest(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
