"""``manage.py catalogue import FILE`` and ``catalogue export [FILE]``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from portal.prepared import PreparedCommand
from procedures.catalogue.exporting import export_catalogue
from procedures.catalogue.importing import InvalidCatalogue, Record, import_catalogue
from procedures.search import today


class Command(PreparedCommand):
    help = "Nhập hoặc xuất danh mục thủ tục. Có một lỗi thì không nhập gì (mã thoát 2)."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        importing = verbs.add_parser("import", help="Nhập một tệp JSON")
        importing.add_argument("file", type=Path)
        exporting = verbs.add_parser("export", help="Xuất danh mục đang có hiệu lực")
        exporting.add_argument("file", type=Path, nargs="?")
        for verb in (importing, exporting):
            verb.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "import":
            self._import(options["file"], as_json=options["as_json"])
        else:
            self._export(options["file"], as_json=options["as_json"])

    def _import(self, file: Path, *, as_json: bool) -> None:
        def progress(records: Iterable[Record]) -> Iterable[Record]:
            hidden = as_json or not sys.stderr.isatty()
            bar: Iterable[Record] = tqdm(
                records, desc="Nhập danh mục", unit=" thủ tục", disable=hidden, file=sys.stderr
            )
            return bar

        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as unreadable:
            raise CommandError(f"Không đọc được {file}: {unreadable}", returncode=2) from unreadable
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
