"""``manage.py validate_id NUMBER``: can this personal number have been issued?"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from identity.numbers import NumberError, check_citizen_number


class Command(BaseCommand):
    help = "Kiểm tra số định danh cá nhân (Nghị định 137/2015/NĐ-CP, Điều 13)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, number: str, **options: Any) -> None:
        number = number.strip()
        if not number:
            raise CommandError("Chưa ghi số định danh.", returncode=2)
        verdict = examine(number)
        if options["json"]:
            self.stdout.write(json.dumps(verdict, ensure_ascii=False))
        else:
            self.stdout.write("Hợp lệ" if verdict["valid"] else f"Không hợp lệ: {verdict['reason']}")


def examine(number: str) -> dict[str, Any]:
    try:
        found = check_citizen_number(number, today=timezone.localdate())
    except NumberError as error:
        return {"valid": False, "reason": str(error)}
    return {
        "valid": True,
        "reason": "",
        "province": found.province,
        "sex": found.sex,
        "birth_year": found.birth_year,
        "needs_review": found.needs_review,
    }
