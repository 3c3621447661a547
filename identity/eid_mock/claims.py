"""What the demonstration eID says about a person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from oauth2_provider.oauth2_validators import OAuth2Validator

from identity.eid_mock import faults, people


class Claims(OAuth2Validator):  # type: ignore[misc]
    oidc_claim_scope: ClassVar[dict[str, str]] = {
        "sub": "openid",
        "acr": "openid",
        "name": "profile",
        "birthdate": "profile",
        "gender": "profile",
        "citizen_number": "citizen",
        "tax_codes": "citizen",
    }

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        number = request.user.username
        person = people.by_number()[number]
        return {
            "sub": people.subject(number, settings.SECRET_KEY),
            "acr": people.acr(number),
            "name": person["full_name"],
            "birthdate": person["date_of_birth"],
            "gender": person["sex"],
            "citizen_number": number,
            "tax_codes": people.tax_codes(number),
        }

    def get_discovery_claims(self, request: Any) -> list[str]:
        return list(self.oidc_claim_scope)

    def get_id_token_dictionary(self, token: Any, token_handler: Any, request: Any) -> tuple[Any, Any]:
        claims, expires = super().get_id_token_dictionary(token, token_handler, request)
        return faults.spoil_claims(claims), expires

    def finalize_id_token(self, id_token: Any, token: Any, token_handler: Any, request: Any) -> str:
        return faults.spoil_token(super().finalize_id_token(id_token, token, token_handler, request))
