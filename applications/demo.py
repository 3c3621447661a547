"""One-stop offices of the demonstration: names and signs as their papers carry them; the telephone is made up."""

from __future__ import annotations

from applications.models import FrontDesk
from identity import demo as people
from identity.loading import Counts, sync
from identity.models import Agency

DESKS = {
    people.COMMUNE: "Trung tâm Phục vụ hành chính công phường Hải Châu",
    people.OTHER_COMMUNE: "Trung tâm Phục vụ hành chính công phường Thanh Khê",
}
PHONE = "0236 000 0000"


def load() -> Counts:
    """Safe to repeat."""
    rows = [
        FrontDesk(agency=agency, name=DESKS[agency.key], sign="TTPVHCC", phone=PHONE)
        for agency in Agency.objects.filter(key__in=DESKS)
    ]
    return sync(rows, FrontDesk.objects.all(), key=["agency"], fields=["name", "sign", "phone"])
