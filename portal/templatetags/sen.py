"""Template words of the «Sen» design system: icons, money, dossier codes, due chips."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, always beside words, therefore hidden from screen readers."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name
    )


@register.simple_tag
def draft_url(draft: Any, name: str, **more: Any) -> str:
    """The address of a page of a draft, for whoever types: its owner or the counter."""
    return str(draft.address(name, **more))


@register.filter
def dong(amount: int | None) -> str:
    """``1.234.567 đồng``; an unknown amount is said, never shown as zero."""
    if amount is None:
        return _("chưa có mức thống nhất")
    return _("%(amount)s đồng") % {"amount": number_format(amount, 0, force_grouping=True)}


@register.filter
def spoken_code(code: str | None) -> str:
    """A dossier code grouped for reading aloud: ``H17.20.194 – 260505 – 0087``."""
    return (code or "").replace("-", " – ")


WEEKDAYS = (
    gettext_lazy("Thứ Hai"),
    gettext_lazy("Thứ Ba"),
    gettext_lazy("Thứ Tư"),
    gettext_lazy("Thứ Năm"),
    gettext_lazy("Thứ Sáu"),
    gettext_lazy("Thứ Bảy"),
    gettext_lazy("Chủ nhật"),
)


@register.filter
def weekday(day: dt.date) -> str:
    local = timezone.localtime(day) if isinstance(day, dt.datetime) else day
    return str(WEEKDAYS[local.weekday()])
