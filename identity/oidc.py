"""The portal as a relying party of the eID (OpenID Connect Core 1.0: authorization code with PKCE).

One configuration serves a real provider or the demonstration one. The provider's metadata and keys are asked
anew at each sign-in (practice): a dead provider is told before the person leaves, a changed key is met at once.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from authlib.integrations.django_client import OAuth, OAuthError
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from joserfc.errors import ClaimError, JoseError
from requests import RequestException

from identity.errors import Refused, Unavailable

SCOPE = "openid profile citizen"
LEVELS = {"loa:1": 1, "loa:2": 2}
"""`acr` of the provider to the level of Nghị định 69/2024/NĐ-CP."""

ALGORITHMS = ["RS256", "ES256"]
"""Never HS256, which a provider may advertise: its key would be the client secret."""

TIMEOUT = 5.0
LEEWAY = 30


class LevelMissing(Refused):
    code = "eid_level_missing"
    status = 403


class SignInRefused(Refused):
    code = "eid_refused"
    status = 403


class SignInDeclined(Refused):
    code = "eid_declined"
    status = 403


@dataclass(frozen=True, slots=True)
class Claims:
    """What the eID vouches for."""

    sub: str
    number: str
    name: str
    date_of_birth: dt.date | None
    sex: str
    level: int
    tax_codes: tuple[str, ...] = ()


def begin(request: HttpRequest) -> HttpResponseRedirect:
    """Off to the provider, which asks the person anew (`prompt`): counters share machines."""
    with _plainly():
        redirect: HttpResponseRedirect = _client().authorize_redirect(
            request,
            settings.PUBLIC_URL + reverse("identity:eid_callback"),
            acr_values="loa:2",
            prompt="login",
        )
    return redirect


def finish(request: HttpRequest) -> Claims:
    """The verified claims behind the provider's answer."""
    wanted = {
        "iss": {"essential": True, "values": [settings.EID_ISSUER]},
        "aud": {"essential": True, "values": [settings.EID_CLIENT_ID]},
        "acr": {"essential": True, "values": list(LEVELS)},
    }
    with _plainly():
        token = _client().authorize_access_token(request, claims_options=wanted, leeway=LEEWAY)
        if "userinfo" not in token:
            raise SignInRefused(_("Hệ thống định danh không gửi giấy xác nhận của bạn."))
        return _read(token["userinfo"])


def _client() -> Any:
    client = OAuth().register(
        "eid",
        client_id=settings.EID_CLIENT_ID,
        client_secret=settings.EID_CLIENT_SECRET,
        server_metadata_url=f"{settings.EID_ISSUER}/.well-known/openid-configuration",
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "default_timeout": TIMEOUT},
    )
    metadata = client.load_server_metadata()
    if metadata.get("issuer") != settings.EID_ISSUER:  # OpenID Connect Discovery 1.0, 4.3
        raise SignInRefused(_("Địa chỉ trả lời không phải hệ thống định danh đã đăng ký."))
    metadata["id_token_signing_alg_values_supported"] = ALGORITHMS
    return client


@contextmanager
def _plainly() -> Iterator[None]:
    """Failures of the protocol as sentences. What the provider wrote is neither shown nor logged."""
    try:
        yield
    except RequestException as failure:
        raise Unavailable(_("Hệ thống định danh đang không trả lời. Bạn thử lại sau ít phút.")) from failure
    except OAuthError as failure:
        if failure.error == "access_denied":
            raise SignInDeclined(_("Bạn đã không đồng ý chuyển thông tin, nên chưa đăng nhập.")) from failure
        raise SignInRefused(_("Lần đăng nhập này đã hết hạn hoặc đã dùng. Hãy bắt đầu lại.")) from failure
    except ClaimError as failure:
        if failure.claim == "acr":
            raise LevelMissing(_("Tài khoản định danh của bạn chưa đạt mức 1 hoặc mức 2.")) from failure
        raise SignInRefused(_("Giấy xác nhận của hệ thống định danh không hợp lệ.")) from failure
    except (JoseError, ValueError) as failure:
        raise SignInRefused(_("Giấy xác nhận của hệ thống định danh không hợp lệ.")) from failure


def _read(claims: Mapping[str, Any]) -> Claims:
    return Claims(
        sub=_text(claims, "sub"),
        number=_text(claims, "citizen_number"),
        name=_text(claims, "name"),
        date_of_birth=_date(str(claims.get("birthdate", ""))),
        sex=gender if (gender := str(claims.get("gender", ""))) in ("male", "female") else "",
        level=LEVELS[claims["acr"]],
        tax_codes=tuple(str(code) for code in claims.get("tax_codes", ())),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    if not (text := unicodedata.normalize("NFC", str(claims.get(name, ""))).strip()):
        raise SignInRefused(_("Giấy xác nhận của hệ thống định danh còn thiếu thông tin."))
    return text


def _date(text: str) -> dt.date | None:
    """The eID may know only the year of an old person."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
