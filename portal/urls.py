"""Every address of the portal, grouped by noun. Each app keeps its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("portal.pages")),
    path("", include("procedures.urls")),
    path("", include("identity.urls")),
    path("", include("applications.urls")),
    path("", include("payments.urls")),
    path("", include("notifications.urls")),
    path("", include("oversight.urls")),
    path("api/v1/", include("portal.api_urls")),
]
