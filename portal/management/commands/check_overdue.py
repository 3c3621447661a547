"""``manage.py check_overdue``: exit 2 and the codes when a dossier is late without letter or lawful reason."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from applications import overdue
from portal.prepared import PreparedCommand


class Command(PreparedCommand):
    help = "Kiểm tra: không hồ sơ nào quá hạn hơn một giờ làm việc mà thiếu thư xin lỗi hoặc lý do theo luật."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        found = overdue.unanswered(at=timezone.now())
        if options["json"]:
            rows = [{**asdict(one), "due_at": one.due_at.isoformat()} for one in found]
            self.stdout.write(json.dumps({"count": len(rows), "dossiers": rows}, ensure_ascii=False))
        else:
            for one in found:
                self.stdout.write(f"{one.code} {one.agency} {one.due_at:%Y-%m-%d %H:%M} {one.missing}")
            self.stdout.write(f"{len(found)} hồ sơ quá hạn chưa có thư xin lỗi hoặc lý do theo luật")
        if found:
            sys.stderr.write(f"{len(found)} overdue without letter or lawful reason\n")
            sys.exit(2)
