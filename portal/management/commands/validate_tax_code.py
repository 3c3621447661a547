"""``manage.py validate_tax_code CODE``: can this tax code have been issued?"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from identity.numbers import NumberError, check_tax_code


class Command(BaseCommand):
    help = "Kiểm tra mã số thuế (Thông tư 86/2024/TT-BTC)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, code: str, **options: Any) -> None:
        code = code.strip()
        if not code:
            raise CommandError("Chưa ghi mã số thuế.", returncode=2)
        verdict = examine(code)
        if options["json"]:
            self.stdout.write(json.dumps(verdict, ensure_ascii=False))
        else:
            self.stdout.write("Hợp lệ" if verdict["valid"] else f"Không hợp lệ: {verdict['reason']}")


def examine(code: str) -> dict[str, Any]:
    try:
        check_tax_code(code, today=timezone.localdate())
    except NumberError as error:
        return {"valid": False, "reason": str(error)}
    return {"valid": True, "reason": ""}
