"""The catalogue in force, in the same format a ministry sends: what is exported can be imported unchanged."""

from __future__ import annotations

import datetime as dt
from typing import Any

from procedures.models import LifeEvent, ProcedureVersion


def export_catalogue(*, on: dt.date) -> dict[str, Any]:
    versions = ProcedureVersion.objects.in_force(on).order_by("procedure__slug", "number")
    records = {version.procedure_id: version.content for version in versions}
    return {
        "_source": f"Danh mục của cổng, bản có hiệu lực ngày {on.isoformat()}",
        "life_events": [
            {"id": event.key, "name_vi": event.name, "name_en": event.name_en, "audience": event.audience}
            for event in LifeEvent.objects.all()
        ],
        "count": len(records),
        "procedures": list(records.values()),
    }
