"""``make bench``: every measurement in one run, as a table and (``--json``) one object; exit 1 below a floor."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_HOME", ".local/bench")


PARTS = ("inbox", "claims", "exports", "batches", "clock")


def main() -> int:
    options = _options()
    from portal.embedded import provide

    provide()
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from portal import demo

    call_command("migrate", interactive=False, verbosity=0)
    dict(demo.load(at=timezone.now(), on=timezone.localdate()))
    chosen = [options.only] if options.only else PARTS
    reports = [report for name in chosen for report in _part(name, options)]
    if not options.only:
        reports += _rest(quick=options.quick)
    low = [
        f"{r['job']}: {name} {r[name]} < {floor}"
        for r in reports
        for name, floor in r["floors"].items()
        if r[name] < floor
    ]
    if options.json:
        print(json.dumps({"jobs": reports, "below_floor": low}, ensure_ascii=False))
    else:
        for report in reports:
            print(json.dumps(report, ensure_ascii=False))
        print("; ".join(low) or "every ratio is above its floor")
    return 1 if low else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--rows", type=int, default=200_000, help="dossiers behind the inbox")
    parser.add_argument("--plans", default="", help="a file for the query plans of the inbox")
    parser.add_argument("--only", choices=PARTS, default="", help="this measurement alone")
    return parser.parse_args()


def _part(name: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """One that can be asked for alone."""
    from bench import batches, claims, clock, exports, inbox

    quick = options.quick
    rows = options.rows // 10 if quick else options.rows
    ways: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "inbox": lambda: inbox.run(rows=rows, times=5, plans=options.plans),
        "claims": lambda: claims.run(rows=rows),
        "exports": lambda: exports.run(rows=min(rows, 100_000)),
        "batches": lambda: [batches.run(count=10 if quick else 50, rounds=1 if quick else 3)],
        "clock": lambda: clock.run(count=100_000 if quick else 1_000_000),
    }
    return ways[name]()


def _rest(*, quick: bool) -> list[dict[str, Any]]:
    from bench import dossiers, editions, forms, http, publishing, results, search

    each, rounds = (40, 3) if quick else (200, 5)
    return [
        *dossiers.run(each=each, rounds=rounds),
        *editions.run(),
        forms.run(each=10 if quick else 40, rounds=rounds),
        results.run(),
        publishing.run(rounds=3 if quick else 10),
        search.run(),
        http.run(times=10 if quick else 40),
    ]


if __name__ == "__main__":
    sys.exit(main())
