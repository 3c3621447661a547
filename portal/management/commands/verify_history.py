"""``manage.py verify_history``: recompute the hash chains and name the first altered row."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from applications import log
from applications.models import Dossier, Event
from portal.prepared import PreparedCommand


class Command(PreparedCommand):
    needs_reference_data = False
    help = "Kiểm tra chuỗi băm của lịch sử hồ sơ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dossier", help="mã hồ sơ; không ghi thì kiểm tra tất cả")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        dossiers = Dossier.objects.filter(seq__gt=0).order_by("pk")
        if options["dossier"]:
            dossiers = dossiers.filter(code=options["dossier"])
        total, events, broken = dossiers.count(), 0, []
        if options["dossier"] and not total:
            raise CommandError(f"Không có hồ sơ {options['dossier']}.", returncode=2)
        quiet = options["json"] or not sys.stderr.isatty()
        for dossier in tqdm(dossiers.iterator(1000), total=total, disable=quiet, unit="hồ sơ"):
            chain = Event.objects.filter(dossier=dossier).order_by("seq")
            try:
                events += log.verify(dossier, chain.iterator(1000))
            except log.HistoryBroken as error:
                broken.append({"dossier": str(dossier), "first_bad_seq": error.details["seq"]})
        if options["json"]:
            self.stdout.write(
                json.dumps({"valid": not broken, "dossiers": total, "events": events, "broken": broken})
            )
        elif not broken:
            self.stdout.write(f"Lịch sử nguyên vẹn: {total} hồ sơ, {events} dòng.")
        if broken:
            first = broken[0]
            raise CommandError(
                f"Lịch sử bị sửa: hồ sơ {first['dossier']}, từ dòng {first['first_bad_seq']}.", returncode=2
            )
