"""Every address of the portal, grouped by noun. Each app keeps its own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django_otp.admin import OTPAdminSite

admin.site.__class__ = (
    OTPAdminSite  # technical administrators, with a second factor; no business verb lives there
)

handler400 = "portal.failures.bad_request"
handler404 = "portal.failures.not_found"

urlpatterns = [
    path("", include("portal.pages")),
    path("", include("procedures.urls")),
    path("", include("identity.urls")),
    path("", include("applications.urls")),
    path("", include("payments.urls")),
    path("", include("notifications.urls")),
    path("", include("oversight.urls")),
    path("api/v1/", include("portal.api_urls")),
    path("quan-tri/", admin.site.urls),
]
