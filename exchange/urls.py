"""What partner systems call; mounted under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path
from oauth2_provider.views import TokenView

from exchange.api import StatusesView
from identity.access import partner_required

app_name = "exchange"

urlpatterns = [
    path("oauth/token/", partner_required(TokenView.as_view()), name="token"),
    path("exchange/statuses/", partner_required(StatusesView.as_view()), name="statuses"),
]
