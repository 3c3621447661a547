"""Whom the officer at the desk stands in for: read once a page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from applications.office import duty
from identity.models import Officer

register = template.Library()


@register.simple_tag(takes_context=True)
def duty_of(context: dict[str, Any], officer: Officer) -> duty.Duty:
    request = context["request"]
    if not hasattr(request, "duty"):
        request.duty = duty.duty_of(officer, now=timezone.now())
    found: duty.Duty = request.duty
    return found
