"""The gateways this installation is connected to, by name."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from identity.errors import NotFound
from payments.gateways.base import Gateway
from payments.gateways.demo import DemoGateway


def connected() -> dict[str, Gateway]:
    """Only the demonstration gateway ships with the portal; a province adds its own here."""
    gateways: list[Gateway] = [DemoGateway()] if settings.DEMO else []
    return {gateway.name: gateway for gateway in gateways}


def named(name: str) -> Gateway:
    gateway = connected().get(name)
    if gateway is None:
        raise NotFound(_("Không có cổng thanh toán này."))
    return gateway


def preferred() -> str:
    """The gateway offered first. Raises NotFound when none is connected."""
    return next(iter(connected()), "") or named("").name
