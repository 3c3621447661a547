"""``make bench``: every measurement in one run, as a table and (``--json``) one object; exit 1 below a floor."""

from __future__ import annotations

import argparse
import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_HOME", ".local/bench")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--rows", type=int, default=200_000, help="dossiers behind the inbox")
    parser.add_argument("--plans", default="", help="a file for the query plans of the inbox")
    parser.add_argument(
        "--only",
        choices=["inbox", "claims", "exports", "batches", "clock"],
        default="",
        help="this measurement alone",
    )
    options = parser.parse_args()
    from portal.embedded import provide

    provide()
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from bench import (
        batches,
        claims,
        clock,
        dossiers,
        editions,
        exports,
        forms,
        http,
        inbox,
        publishing,
        results,
        search,
    )
    from portal import demo

    call_command("migrate", interactive=False, verbosity=0)
    dict(demo.load(at=timezone.now(), on=timezone.localdate()))
    size = {"each": 40, "rounds": 3} if options.quick else {"each": 200, "rounds": 5}
    rows = options.rows // 10 if options.quick else options.rows
    parts = {
        "inbox": lambda: inbox.run(rows=rows, times=5, plans=options.plans),
        "claims": lambda: claims.run(rows=rows),
        "exports": lambda: exports.run(rows=min(rows, 100_000)),
        "batches": lambda: [batches.run(count=10 if options.quick else 50, rounds=1 if options.quick else 3)],
        "clock": lambda: clock.run(count=100_000 if options.quick else 1_000_000),
    }
    chosen = [options.only] if options.only else parts
    reports = [report for name in chosen for report in parts[name]()]
    if not options.only:
        reports += [
            *dossiers.run(**size),
            *editions.run(),
            forms.run(each=10 if options.quick else 40, rounds=size["rounds"]),
            results.run(),
            publishing.run(rounds=3 if options.quick else 10),
            search.run(),
            http.run(times=10 if options.quick else 40),
        ]
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


if __name__ == "__main__":
    sys.exit(main())
