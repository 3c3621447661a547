"""``manage.py catalogue import FILE``, ``catalogue export [FILE]`` and ``catalogue lint [FILE|CODE…|--all]``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from portal.catalogue_lint import in_force, lines, of_document, report, totals
from portal.prepared import PreparedCommand
from procedures.catalogue.exporting import export_catalogue
from procedures.catalogue.importing import InvalidCatalogue, Record, import_catalogue
from procedures.edition import Edition
from procedures.search import today


class Command(PreparedCommand):
    help = "Nhập hoặc xuất danh mục thủ tục. Có một lỗi thì không nhập gì (mã thoát 2)."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        importing = verbs.add_parser("import", help="Nhập một tệp JSON")
        importing.add_argument("file", type=Path)
        exporting = verbs.add_parser("export", help="Xuất danh mục đang có hiệu lực")
        exporting.add_argument("file", type=Path, nargs="?")
        linting = verbs.add_parser("lint", help="Xét các bản đang có hiệu lực, hoặc một tệp danh mục")
        linting.add_argument("what", nargs="*", help="Tệp JSON, hoặc mã thủ tục")
        linting.add_argument("--all", action="store_true", dest="every", help="Mọi thủ tục được mô tả đầy đủ")
        for verb in (importing, exporting, linting):
            verb.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "import":
            self._import(options["file"], as_json=options["as_json"])
        elif options["verb"] == "lint":
            self._lint(options["what"], every=options["every"], as_json=options["as_json"])
        else:
            self._export(options["file"], as_json=options["as_json"])

    def _import(self, file: Path, *, as_json: bool) -> None:
        def progress(records: Iterable[Record]) -> Iterable[Record]:
            hidden = as_json or not sys.stderr.isatty()
            bar: Iterable[Record] = tqdm(
                records, desc="Nhập danh mục", unit=" thủ tục", disable=hidden, file=sys.stderr
            )
            return bar

        document = _document(file)
        try:
            counts = import_catalogue(document, at=timezone.now(), on=today(), progress=progress)
        except InvalidCatalogue as invalid:
            self._refuse(invalid, as_json=as_json)
        if as_json:
            print(json.dumps(counts.as_dict()))
            return
        print(f"Thêm {counts.created}, bản mới {counts.updated}, không đổi {counts.unchanged}.")

    def _refuse(self, invalid: InvalidCatalogue, *, as_json: bool) -> NoReturn:
        """Every fault on stdout, one line of reason on stderr, exit 2."""
        found = [{"path": fault.path, "reason": fault.reason} for fault in invalid.faults]
        if as_json:
            print(
                json.dumps({"created": 0, "updated": 0, "unchanged": 0, "errors": found}, ensure_ascii=False)
            )
        else:
            for fault in found:
                print(f"{fault['path']}: {fault['reason']}")
        raise CommandError(f"Tệp có {len(found)} lỗi, không nhập gì.", returncode=2) from invalid

    def _export(self, file: Path | None, *, as_json: bool) -> None:
        document = export_catalogue(on=today())
        text = json.dumps(document, ensure_ascii=False, indent=None if as_json else 1)
        if file is None:
            print(text)
            return
        file.write_text(text + "\n", encoding="utf-8")
        told = {"file": str(file), "count": document["count"]}
        print(json.dumps(told) if as_json else f"Đã xuất {told['count']} thủ tục vào {file}.")

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
                return of_document(_document(Path(what[0])))
            except ValueError as wrong:
                raise CommandError(f"{what[0]}: {wrong}", returncode=2) from wrong
        found = in_force(today(), what)
        known = {name for edition in found for name in (edition.slug, edition.content.get("code"))}
        if missing := [name for name in what if name not in known]:
            raise CommandError(f"Không có thủ tục {', '.join(missing)} trong danh mục.", returncode=2)
        return found


def _document(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as unreadable:
        raise CommandError(f"Không đọc được {file}: {unreadable}", returncode=2) from unreadable
