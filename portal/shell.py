"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext

THEMES = ("", "light", "dark", "contrast")
SIZES = ("", "125", "150", "200")


def shell(request: HttpRequest) -> dict[str, Any]:
    """The notice of the installation and the display settings kept in one cookie («Hiển thị»)."""
    theme, _, size = request.COOKIES.get("hien_thi", "").partition("-")
    notice = gettext("Bản trình diễn, không phải cổng chính thức.") if settings.DEMO else ""
    return {
        "site_notice": settings.SITE_NOTICE or notice,
        "demo": settings.DEMO,
        "theme": theme if theme in THEMES else "",
        "text_size": size if size in SIZES else "",
    }
