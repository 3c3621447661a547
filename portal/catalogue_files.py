"""What ``catalogue import`` and ``catalogue export`` read, write and tell."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import CommandError
from django.utils import timezone
from tqdm import tqdm

from procedures import diff
from procedures.catalogue.exporting import export_catalogue
from procedures.catalogue.importing import Change, Imported, InvalidCatalogue, Record, import_catalogue
from procedures.catalogue.reading import MOST_FAULTS, read_file
from procedures.search import today


def document(file: Path) -> Any:
    """The JSON of a file. Raises CommandError (exit 2) with one sentence when it cannot be read."""
    try:
        return read_file(file)
    except (OSError, ValueError, RecursionError) as unreadable:
        raise CommandError(f"Không đọc được {file}: {str(unreadable)[:200]}", returncode=2) from unreadable


def import_file(file: Path, *, as_json: bool, dry_run: bool) -> None:
    """Import, or only say what an import would change. Raises CommandError (exit 2) when anything is wrong."""

    def progress(records: Iterable[Record]) -> Iterable[Record]:
        hidden = as_json or not sys.stderr.isatty()
        bar: Iterable[Record] = tqdm(
            records, desc="Nhập danh mục", unit=" thủ tục", disable=hidden, file=sys.stderr
        )
        return bar

    read = document(file)
    try:
        told = import_catalogue(read, at=timezone.now(), on=today(), progress=progress, dry_run=dry_run)
    except InvalidCatalogue as invalid:
        _refuse(invalid, as_json=as_json)
    changes = [_change(one) for one in told.changes] if dry_run else []
    if as_json:
        more = {"dry_run": True, "changes": changes} if dry_run else {}
        print(json.dumps({**told.as_dict(), **more}, ensure_ascii=False))
        return
    for one in changes:
        print(f"{one['code']} {one['name']}: bản {one['number']} từ {one['effective_from']}")
        for change in one["changes"]:
            print(f"  {change['sentence']}")
        print(f"  Gánh nặng: {one['burden']['text'] if one['burden'] else 'không đếm được'}")
    print(_summary(told, dry_run=dry_run))


def export_file(file: Path | None, *, as_json: bool, history: bool) -> None:
    exported = export_catalogue(on=today(), history=history)
    text = json.dumps(exported, ensure_ascii=False, indent=None if as_json else 1)
    if file is None:
        print(text)
        return
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as unwritable:
        raise CommandError(f"Không ghi được {file}: {unwritable}", returncode=2) from unwritable
    told = {"file": str(file), "count": exported["count"]}
    print(json.dumps(told) if as_json else f"Đã xuất {told['count']} thủ tục vào {file}.")


def _summary(told: Imported, *, dry_run: bool) -> str:
    counts = f"{told.created}, bản mới {told.updated}, không đổi {told.unchanged}."
    return f"Nếu nhập: thêm {counts} Chưa nhập gì." if dry_run else f"Thêm {counts}"


def _change(one: Change) -> dict[str, Any]:
    changed = diff.compare(one.before, one.after)
    delta = diff.burden_delta(one.before, one.after)
    return {
        "code": one.code,
        "name": one.name,
        "number": one.number,
        "effective_from": one.effective_from.isoformat(),
        "changes": [
            {"kind": change.kind, "place": change.place, "sentence": change.sentence} for change in changed
        ],
        "burden": {"heavier": delta.heavier, "text": delta.text} if delta else None,
    }


def _refuse(invalid: InvalidCatalogue, *, as_json: bool) -> NoReturn:
    """The faults on stdout, one line of reason on stderr, exit 2."""
    found = [{"path": fault.path, "reason": fault.reason} for fault in invalid.faults[:MOST_FAULTS]]
    if as_json:
        print(json.dumps({"created": 0, "updated": 0, "unchanged": 0, "errors": found}, ensure_ascii=False))
    else:
        for fault in found:
            print(f"{fault['path']}: {fault['reason']}")
        if len(invalid.faults) > MOST_FAULTS:
            print(f"… và {len(invalid.faults) - MOST_FAULTS} lỗi nữa.")
    raise CommandError(f"Tệp có {len(invalid.faults)} lỗi, không nhập gì.", returncode=2) from invalid
