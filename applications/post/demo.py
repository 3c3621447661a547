"""The adapter of the demonstration's carrier (``fake.py``): JSON over HTTP, signed both ways."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Mapping
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.post.base import Envelope, Notice, NotTrusted, Parcel, ParcelRefused, is_readable
from applications.post.signing import is_proved, sign
from identity.errors import Unavailable

TIMEOUT = 5.0
"""Seconds; a carrier that is slower is asked again by the sweeper, under the same reference."""


class DemoCarrier:
    name = "demo"
    label = str(gettext_lazy("Bưu chính trình diễn"))

    def create(self, parcel: Parcel) -> str:
        told = {
            "reference": parcel.reference,
            "recipient": parcel.recipient,
            "address": parcel.address,
            "phone": parcel.phone,
        }
        answer = self._call("POST", "/shipments", json.dumps(told, ensure_ascii=False).encode())
        tracking = str(answer.get("tracking", ""))
        if not tracking.isascii() or not 0 < len(tracking) <= 40:
            raise _silent()
        return tracking

    def query(self, tracking: str) -> list[Notice]:
        rows = self._call("GET", f"/shipments/{tracking}", b"").get("events", [])
        try:
            found = [_notice(row) for row in rows]
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as reason:
            raise _silent() from reason
        return [one for one in found if is_readable(one)]

    def open(self, envelope: Envelope, *, at: dt.datetime) -> Notice:
        proved = is_proved(
            settings.CARRIER_SECRET,
            timestamp=envelope.timestamp,
            signature=envelope.signature,
            body=envelope.body,
            now=at.timestamp(),
        )
        if not proved:
            raise NotTrusted(_("Chữ ký của thông báo không đúng hoặc thông báo đã cũ."))
        try:
            notice = _notice(json.loads(envelope.body))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as reason:
            raise NotTrusted(_("Không đọc được thông báo.")) from reason
        if not is_readable(notice):
            raise NotTrusted(_("Không đọc được thông báo."))
        return notice

    def _call(self, method: str, path: str, body: bytes) -> Mapping[str, Any]:
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Timestamp": stamp,
            "X-Signature": sign(settings.CARRIER_SECRET, stamp, body),
        }
        try:
            answer = requests.request(
                method,
                settings.CARRIER_DEMO_URL + path,
                data=body,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            told = answer.json() if answer.status_code in (200, 201, 422) else None
        except (requests.RequestException, ValueError):
            raise _silent() from None  # the words of the error may quote what was sent
        if not isinstance(told, Mapping):
            raise _silent()
        if answer.status_code == 422:
            raise ParcelRefused(_("Bưu chính không nhận bưu gửi này."))
        return told


def _silent() -> Unavailable:
    return Unavailable(_("Bưu chính chưa trả lời. Cổng tự hỏi lại."))


def _notice(told: Mapping[str, Any]) -> Notice:
    return Notice(
        provider_id=str(told["id"]),
        tracking=str(told["tracking"]),
        status=str(told["status"]),
        occurred_at=dt.datetime.fromisoformat(told["occurred_at"]),
    )
