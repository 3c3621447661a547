"""``manage.py demo_data``: the reference data and the demo world. Safe to repeat."""

from __future__ import annotations

import json
import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from portal import demo
from portal.prepared import PreparedCommand
from procedures.search import today


class Command(PreparedCommand):
    needs_reference_data = False
    help = "Nạp danh mục, đơn vị hành chính, lịch nghỉ và người dùng trình diễn. Chạy lại bao nhiêu lần cũng được."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Dữ liệu trình diễn không được nạp vào cổng thật.", returncode=2)
        report: dict[str, Any] = {}
        started = time.perf_counter()
        for name, told in demo.load(at=timezone.now(), on=today()):
            report[name] = told
        report["seconds"] = round(time.perf_counter() - started, 2)
        if options["as_json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._print(report)

    def _print(self, report: dict[str, Any]) -> None:
        words = {"created": "thêm", "updated": "sửa", "unchanged": "giữ"}
        for name, told in report.items():
            if isinstance(told, dict):
                facts = "  ".join(f"{words.get(key, key)} {value}" for key, value in told.items())
                self.stdout.write(f"  {name:16} {facts}")
        self.stdout.write("  Tài khoản trình diễn:")
        for account, who in demo.accounts():
            self.stdout.write(f"    {account:20} {who}")
        self.stdout.write(f"  Xong sau {report['seconds']} giây.")
