"""``manage.py states``: draws docs/states.svg from the state table, or prints the table."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.template.loader import render_to_string
from django.utils import translation

from applications import states

COLUMN, ROW, BOX = 290, 120, (190, 56)
PLACES = {
    states.State.DRAFT: (0, 1),
    states.State.SUBMITTED: (1, 1),
    states.State.ACCEPTED: (2, 1),
    states.State.PROCESSING: (3, 1),
    states.State.COMPLETED: (4, 1),
    states.State.DELIVERED: (5, 1),
    states.State.REFUSED: (1, 0),
    states.State.SUPPLEMENT_REQUESTED: (2, 2),
    states.State.PAYMENT_REQUESTED: (3, 2),
    states.State.WITHDRAWAL_REQUESTED: (2, 3),
    states.State.STOPPED: (4, 3),
}


class Command(BaseCommand):
    help = "Vẽ sơ đồ trạng thái từ bảng chuyển trạng thái."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", default=str(settings.BASE_DIR / "docs" / "states.svg"))
        parser.add_argument("--json", action="store_true", help="print the table, draw nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("vi"):
            if options["json"]:
                self.stdout.write(json.dumps(_table(), ensure_ascii=False))
                return
            Path(options["output"]).write_text(_drawing())
        if options["verbosity"]:
            self.stdout.write(options["output"])


def _table() -> dict[str, Any]:
    return {
        "states": [
            {"state": s, "label": str(s.label), "national_code": states.NATIONAL_CODE.get(s)}
            for s in states.State
        ],
        "edges": [
            {"action": e.action, "from": a, "to": b, "roles": sorted(e.roles), "label": str(e.label)}
            for a, b, e in states.arrows()
        ],
    }


def _drawing() -> str:
    boxes = [
        {
            "x": 20 + x * COLUMN,
            "y": 20 + y * ROW,
            "w": BOX[0],
            "h": BOX[1],
            "cx": 20 + x * COLUMN + BOX[0] // 2,
            "label": state.label,
            "code": states.NATIONAL_CODE.get(state, "–"),
            "final": state in states.FINAL,
        }
        for state, (x, y) in PLACES.items()
    ]
    labels: dict[tuple[states.State, states.State], list[str]] = {}
    for source, target, edge in states.arrows():
        if source != target:
            labels.setdefault((source, target), []).append(str(edge.label))
    arrows = [_arrow(source, target, ", ".join(names)) for (source, target), names in labels.items()]
    rows = [{"label": str(e.label), "roles": ", ".join(sorted(e.roles))} for e in states.EDGES.values()]
    return render_to_string("states.svg", {"boxes": boxes, "arrows": arrows, "rows": rows})


def _arrow(source: states.State, target: states.State, title: str) -> dict[str, Any]:
    (ax, ay), (bx, by) = PLACES[source], PLACES[target]
    x1, y1 = 20 + ax * COLUMN + BOX[0] // 2, 20 + ay * ROW + BOX[1] // 2
    x2, y2 = 20 + bx * COLUMN + BOX[0] // 2, 20 + by * ROW + BOX[1] // 2
    if ay == by:
        x1, x2 = (x1 + BOX[0] // 2, x2 - BOX[0] // 2) if bx > ax else (x1 - BOX[0] // 2, x2 + BOX[0] // 2)
    else:
        shift = 14 if by > ay else -14
        y1, y2 = (y1 + BOX[1] // 2, y2 - BOX[1] // 2) if by > ay else (y1 - BOX[1] // 2, y2 + BOX[1] // 2)
        x1, x2 = x1 + shift, x2 + shift
    middle = {"mx": (x1 + x2) // 2, "my": (y1 + y2) // 2 - 8}
    return {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "title": title, "straight": ay == by, **middle}
