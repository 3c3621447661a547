"""``manage.py calendar check``: our holidays against the ``holidays`` package, each difference explained."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from applications.calendar_days import differences
from portal.prepared import PreparedCommand
from procedures.catalogue import read


class Command(PreparedCommand):
    help = "Đối chiếu lịch nghỉ của cổng với gói holidays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["check"])
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        found = differences(read("holidays"))
        if options["as_json"]:
            rows = [asdict(one) | {"date": one.date.isoformat()} for one in found]
            print(json.dumps({"differences": rows}, ensure_ascii=False))
            return
        for one in found:
            print(
                f"{one.date:%d/%m/%Y}  cổng: {one.ours or '–'}  gói: {one.package or '–'}  {one.explanation}"
            )
        print(f"{len(found)} ngày khác nhau, {sum(one.affects_deadlines for one in found)} ngày làm đổi hạn.")
