"""Forged, stale, replayed and senseless notices of payment."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from payments.gateways.base import sign
from payments.models import Break

pytestmark = pytest.mark.django_db
NOTICE = {
    "provider_id": "P1",
    "reference": "R1",
    "amount_vnd": 200_000,
    "status": "paid",
    "paid_at": "2026-11-23T10:00:00+07:00",
}


def told(body: bytes, *, secret: str = "", age: int = 0, timestamp: str = "") -> int:
    timestamp = timestamp or str(int(timezone.now().timestamp()) - age)
    answer = Client(raise_request_exception=False).post(
        "/api/v1/payments/demo/notify",
        body,
        content_type="application/json",
        headers={
            "x-timestamp": timestamp,
            "x-signature": sign(secret or settings.GATEWAY_SECRET, timestamp, body),
        },
    )
    return answer.status_code


def notice(**changes: object) -> bytes:
    return json.dumps({**NOTICE, **changes}).encode()


def test_a_forged_a_stale_and_an_early_notice_change_nothing():
    assert told(notice(), secret="another") == 403
    assert told(notice(), age=301) == 403
    assert told(notice(), age=-301) == 403
    assert told(notice(), timestamp="1" * 40) == 403
    assert not Break.objects.exists()


def test_a_replayed_notice_of_an_unknown_payment_is_parked_once():
    assert [told(notice()), told(notice())] == [200, 200]
    assert Break.objects.count() == 1


SENSELESS = {
    "no number": b'{"provider_id":"P","reference":"R","amount_vnd":1e999,"status":"paid",'
    b'"paid_at":"2026-11-23T10:00:00+07:00"}',
    "too much": notice(amount_vnd=10**30),
    "negative": notice(amount_vnd=-1),
    "nul": notice(provider_id="P\0"),
    "lone surrogate": notice(reference="\ud800"),
    "endless name": notice(reference="R" * 5000),
    "no zone": notice(paid_at="2026-11-23T10:00:00"),
    "year one": notice(paid_at="0001-01-01T00:00:00+14:00"),
    "deep": b"[" * 100_000,
    "a list": b"[]",
    "not json": b"\xff",
    "empty": b"",
}


@pytest.mark.parametrize("kind", SENSELESS)
def test_a_signed_notice_without_sense_is_refused_and_changes_nothing(kind):
    assert told(SENSELESS[kind]) == 403
    assert not Break.objects.exists()
