"""The technical administration: Django's admin behind a second factor. No business verb lives there."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "django_otp.admin.OTPAdminSite"
