"""The partners of the demo: three fake ministry systems in one small process, with fixed credentials."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from oauth2_provider.models import Application

from exchange.fake_partner import DEMO_SECRET
from exchange.models import Partner
from procedures.models import Procedure

PARTNERS = {
    "bo-cong-an": ("Bộ Công an", "judicial-record"),
    "bo-tu-phap": ("Bộ Tư pháp", "birth-registration"),
    "bo-cong-thuong": ("Bộ Công Thương", "chemical-import-declaration"),
}
"""Key, name, and the procedure whose dossiers go there (its slug)."""


def load(at: dt.datetime) -> None:
    """Idempotent. ``at``: from when the partners may be sent to."""
    for key, (name, procedure) in PARTNERS.items():
        application, _created = Application.objects.get_or_create(
            client_id=f"demo-{key}",
            defaults={
                "name": name,
                "client_secret": f"demo-{key}-secret",
                "client_type": Application.CLIENT_CONFIDENTIAL,
                "authorization_grant_type": Application.GRANT_CLIENT_CREDENTIALS,
            },
        )
        facts = {
            "name": name,
            "webhook_url": f"{settings.PARTNER_DEMO_URL}/webhook/{key}",
            "secret": DEMO_SECRET,
            "application": application,
        }
        partner, _created = Partner.objects.update_or_create(
            key=key, defaults=facts, create_defaults={**facts, "busy_until": at}
        )
        partner.procedures.set(Procedure.objects.filter(slug=procedure))
