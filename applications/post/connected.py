"""The carriers this installation is connected to, by name."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from applications.post.base import Carrier
from applications.post.demo import DemoCarrier
from identity.errors import NotFound, Refused


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
    """The carrier parcels are given to. Raises Refused when none is connected."""
    name = next(iter(connected()), "")
    if not name:
        raise Refused(
            _("Cổng chưa nối với đơn vị bưu chính nào. Hãy gọi người nộp và chuyển về trả tại quầy.")
        )
    return name
