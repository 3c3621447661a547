"""``manage.py due``: the legal clock for one case; ``due recompute``: ask it again for every open dossier."""

from __future__ import annotations

import datetime as dt
import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from tqdm import tqdm

from applications import deadlines, legal
from applications.services import recomputing
from identity.models import Agency
from portal.prepared import PreparedCommand


class Command(PreparedCommand):
    help = "Tính hạn trả kết quả và giải thích vì sao; «due recompute» tính lại cho mọi hồ sơ đang mở."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", nargs="?", choices=["recompute"], help="after a change of the calendar")
        parser.add_argument("--received", help="ISO 8601; without a zone: Asia/Ho_Chi_Minh")
        parser.add_argument("--value", type=int)
        parser.add_argument("--unit", choices=deadlines.UNITS)
        parser.add_argument(
            "--cutoff", type=int, help="hour after which the next working day counts, e.g. 15"
        )
        parser.add_argument("--pause", action="append", default=[], metavar="START/END")
        parser.add_argument("--agency", metavar="KEY", help="the hours, or only the dossiers, of this agency")
        parser.add_argument("--dry-run", action="store_true", help="recompute: count, change nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        agency = _agency(options["agency"])
        if options["job"] == "recompute":
            self._recompute(agency, dry_run=options["dry_run"], as_json=options["json"])
            return
        missing = [name for name in ("received", "value", "unit") if options[name] is None]
        if missing:
            names = ", ".join(f"--{name}" for name in missing)
            raise CommandError(f"the following arguments are required: {names}", returncode=2)
        try:
            deadline = deadlines.due_at(
                received_at=_moment(options["received"]),
                value=options["value"],
                unit=options["unit"],
                calendar=legal.calendar(agency.pk if agency else None),
                cutoff_hour=options["cutoff"],
                pauses=[_pause(text) for text in options["pause"]],
            )
        except (ValueError, OverflowError) as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            answer = {"due_at": deadline.due_at.isoformat(), "explain": "; ".join(deadline.explain)}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        self.stdout.write(f"{deadline.due_at:%H:%M %d/%m/%Y}")
        for line in deadline.explain:
            self.stdout.write(f"  {line}")

    def _recompute(self, agency: Agency | None, *, dry_run: bool, as_json: bool) -> None:
        total = recomputing.to_ask(agency)
        with tqdm(total=total, unit=" hồ sơ", file=sys.stderr, disable=None) as bar:
            report = recomputing.recompute(
                agency=agency, at=timezone.now(), dry_run=dry_run, progress=bar.update
            )
        if as_json:
            self.stdout.write(json.dumps({**asdict(report), "dry_run": dry_run}, ensure_ascii=False))
            return
        verb = "sẽ đổi" if dry_run else "đã đổi"
        self.stdout.write(
            f"{report.seen} hồ sơ đang mở, {report.changed} {verb}: {report.later} muộn hơn, "
            f"{report.earlier} sớm hơn; {report.questions} câu hỏi khác nhau"
        )
        for one in report.examples:
            self.stdout.write(f"  {one['code']}: {one['was']} → {one['due_at']}")


def _agency(key: str | None) -> Agency | None:
    if key is None:
        return None
    agency = Agency.objects.filter(key=key).first()
    if agency is None:
        raise CommandError(f"no agency has the key {key!r}", returncode=2)
    return agency


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=deadlines.LEGAL_ZONE)


def _pause(text: str) -> deadlines.Pause:
    start, slash, end = text.partition("/")
    if not slash:
        raise ValueError(f"--pause expects START/END, got {text!r}")
    return deadlines.Pause(_moment(start), _moment(end))
