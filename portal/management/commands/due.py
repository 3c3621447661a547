"""``manage.py due``: the legal clock for one case, with its explanation."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from applications import deadlines, legal
from portal.prepared import PreparedCommand


class Command(PreparedCommand):
    help = "Tính hạn trả kết quả và giải thích vì sao."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--received", required=True, help="ISO 8601; without a zone: Asia/Ho_Chi_Minh")
        parser.add_argument("--value", required=True, type=int)
        parser.add_argument("--unit", required=True, choices=deadlines.UNITS)
        parser.add_argument(
            "--cutoff", type=int, help="hour after which the next working day counts, e.g. 15"
        )
        parser.add_argument("--pause", action="append", default=[], metavar="START/END")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            deadline = deadlines.due_at(
                received_at=_moment(options["received"]),
                value=options["value"],
                unit=options["unit"],
                calendar=legal.calendar(),
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


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=deadlines.LEGAL_ZONE)


def _pause(text: str) -> deadlines.Pause:
    start, slash, end = text.partition("/")
    if not slash:
        raise ValueError(f"--pause expects START/END, got {text!r}")
    return deadlines.Pause(_moment(start), _moment(end))
