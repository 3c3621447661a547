from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate


class EidMockConfig(AppConfig):
    name = "identity.eid_mock"
    label = "eid_mock"

    def ready(self) -> None:
        post_migrate.connect(register_portal, sender=apps.get_app_config("oauth2_provider"))


def register_portal(using: str, **kwargs: Any) -> None:
    """The portal as the one client; ``migrate`` is the whole set-up and may be repeated."""
    apps.get_model("oauth2_provider", "Application").objects.using(using).update_or_create(
        client_id=settings.EID_CLIENT_ID,
        defaults={
            "name": "Cổng Dịch vụ công",
            "client_secret": settings.EID_CLIENT_SECRET,
            "hash_client_secret": False,
            "client_type": "confidential",
            "authorization_grant_type": "authorization-code",
            "algorithm": "RS256",
            "redirect_uris": f"{settings.PUBLIC_URL}/dang-nhap/eid/xong/",
            "skip_authorization": True,
        },
    )
