"""``manage.py catalogue import FILE``, ``catalogue export [FILE]`` and ``catalogue lint [FILE|CODE…|--all]``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from portal.catalogue_files import document, export_file, import_file
from portal.catalogue_lint import in_force, lines, of_document, report, totals
from portal.prepared import PreparedCommand
from procedures.edition import Edition
from procedures.search import today


class Command(PreparedCommand):
    help = "Nhập hoặc xuất danh mục thủ tục. Có một lỗi thì không nhập gì (mã thoát 2)."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        importing = verbs.add_parser("import", help="Nhập một tệp JSON")
        importing.add_argument("file", type=Path)
        importing.add_argument("--dry-run", action="store_true", help="Chỉ nói sẽ đổi gì, không nhập")
        exporting = verbs.add_parser("export", help="Xuất danh mục đang có hiệu lực")
        exporting.add_argument("file", type=Path, nargs="?")
        exporting.add_argument("--history", action="store_true", help="Cả bản cũ và bản chờ có hiệu lực")
        linting = verbs.add_parser("lint", help="Xét các bản đang có hiệu lực, hoặc một tệp danh mục")
        linting.add_argument("what", nargs="*", help="Tệp JSON, hoặc mã thủ tục")
        linting.add_argument("--all", action="store_true", dest="every", help="Mọi thủ tục được mô tả đầy đủ")
        for verb in (importing, exporting, linting):
            verb.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "import":
            import_file(options["file"], as_json=options["as_json"], dry_run=options["dry_run"])
        elif options["verb"] == "lint":
            self._lint(options["what"], every=options["every"], as_json=options["as_json"])
        else:
            export_file(options["file"], as_json=options["as_json"], history=options["history"])

    def _lint(self, what: list[str], *, every: bool, as_json: bool) -> None:
        editions = self._editions(what, every=every)
        bar = tqdm(
            editions,
            desc="Xét thủ tục",
            unit=" thủ tục",
            disable=as_json or not sys.stderr.isatty(),
            file=sys.stderr,
        )
        reports = [report(edition, today=today()) for edition in bar]
        sums = totals(reports)
        if as_json:
            print(
                json.dumps(
                    {"procedures": [one.as_dict() for one in reports], "totals": sums}, ensure_ascii=False
                )
            )
        else:
            for line in lines(reports, every=every):
                print(line)
        if sums["errors"]:
            concerned = sums["procedures"] - sums["clean"]
            raise CommandError(f"{concerned} thủ tục có {sums['errors']} lỗi cần sửa.", returncode=2)

    def _editions(self, what: list[str], *, every: bool) -> list[Edition]:
        if every == bool(what):
            raise CommandError("Chọn một: tệp, mã thủ tục, hoặc --all.", returncode=2)
        if len(what) == 1 and (what[0].endswith(".json") or Path(what[0]).is_file()):
            try:
                return of_document(document(Path(what[0])))
            except ValueError as wrong:
                raise CommandError(f"{what[0]}: {wrong}", returncode=2) from wrong
        found = in_force(today(), what)
        known = {name for edition in found for name in (edition.slug, edition.content.get("code"))}
        if missing := [name for name in what if name not in known]:
            raise CommandError(f"Không có thủ tục {', '.join(missing)} trong danh mục.", returncode=2)
        return found
