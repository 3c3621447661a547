"""Misbehaviour on demand, so that the portal can be attacked through the real protocol.

Set for the process by EID_FAULT, or while it runs by the text of the file ``fault`` beside its key:
down · slow · bad_signature · wrong_nonce · expired · low_acr
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from identity.eid_mock import settings


def active() -> str:
    file = settings.EID_HOME / "fault"
    return file.read_text().strip() if file.exists() else settings.EID_FAULT


class FaultMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if active() == "down":
            return HttpResponse("down", status=503)
        if active() == "slow":
            time.sleep(settings.EID_SLOW_SECONDS)
        return self.get_response(request)


def spoil_claims(claims: dict[str, Any]) -> dict[str, Any]:
    """What is wrong before signing."""
    wrong: dict[str, dict[str, Any]] = {
        "wrong_nonce": {"nonce": "of-another-session"},
        "expired": {"exp": int(time.time()) - 3600},
        "low_acr": {"acr": "loa:0"},
    }
    return claims | wrong.get(active(), {})


def spoil_token(token: str) -> str:
    """Another person's number under a signature made for the first one."""
    if active() != "bad_signature":
        return token
    header, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = json.dumps(claims | {"citizen_number": "001198012345"}).encode()
    return f"{header}.{base64.urlsafe_b64encode(forged).decode().rstrip('=')}.{signature}"
