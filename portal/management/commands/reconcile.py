"""``manage.py reconcile``: match a settlement file to the portal, to the đồng."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from django.utils import timezone

from identity.errors import DomainError
from payments import services
from payments.gateways import connected
from payments.reconcile import KINDS
from portal.prepared import PreparedCommand


class Command(PreparedCommand):
    help = "Đối soát tệp của cổng thanh toán với cổng dịch vụ công; tệp sai bị từ chối, không lưu gì (mã thoát 2)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--gateway", required=True)
        parser.add_argument("--date", required=True, type=dt.date.fromisoformat)
        parser.add_argument(
            "--statement", type=Path, help="mặc định: tệp cổng thanh toán đã gửi cho ngày này"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            gateway = connected.named(options["gateway"])
            path = options["statement"] or gateway.statement(options["date"])
            if path is None:
                sys.exit(_refuse("Chưa có tệp đối soát của ngày này."))
            report = services.reconcile(
                gateway=gateway.name, day=options["date"], path=path, at=timezone.now()
            )
        except DomainError as refusal:
            sys.exit(_refuse(refusal.message))
        as_json = json.dumps(report, ensure_ascii=False, sort_keys=True)
        self.stdout.write(as_json if options["json"] else _words(report))


def _words(report: dict[str, Any]) -> str:
    lines = [f"{kind:14} {report[kind]['count']:>9} {report[kind]['amount_vnd']:>20,} đồng" for kind in KINDS]
    return "\n".join([*lines, f"recorded {report['recorded']}, open breaks {report['open_breaks']}"])


def _refuse(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 2
