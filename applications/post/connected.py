"""The carriers this installation is connected to, by name."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from applications.post.base import Carrier
from applications.post.demo import DemoCarrier
from identity.errors import NotFound


def connected() -> dict[str, Carrier]:
    """Only the demonstration's carrier ships with the portal; a province adds its own here."""
    carriers: list[Carrier] = [DemoCarrier()] if settings.DEMO else []
    return {carrier.name: carrier for carrier in carriers}


def named(name: str) -> Carrier:
    carrier = connected().get(name)
    if carrier is None:
        raise NotFound(_("Không có đơn vị bưu chính này."))
    return carrier


def preferred() -> str:
    """The carrier parcels are given to. Raises NotFound when none is connected."""
    return next(iter(connected()), "") or named("").name
