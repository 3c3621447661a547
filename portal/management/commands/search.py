"""``manage.py search QUERY``: what the search page would find."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from portal.prepared import PreparedCommand
from procedures import search


class Command(PreparedCommand):
    help = "Tìm thủ tục bằng lời thường ngày, có dấu hay không dấu."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query")
        parser.add_argument("--limit", type=int, default=10)
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        search.index()
        started = time.perf_counter()
        found = search.find(options["query"])
        took = (time.perf_counter() - started) * 1000
        rows = [
            {"code": entry.path_code, "name": entry.name, "live": entry.is_live, "full": entry.is_full}
            for entry in found.entries[: options["limit"]]
        ]
        if options["as_json"]:
            answer = {"query": options["query"], "understood": found.understood, "sure": found.is_sure}
            answer |= {"choices": [asdict(choice) for choice in found.choices], "count": len(found.entries)}
            print(json.dumps(answer | {"took_ms": round(took, 2), "results": rows}, ensure_ascii=False))
            return
        print(f"{len(found.entries)} thủ tục, {took:.1f} ms. {found.understood}".strip())
        for choice in found.choices:
            print(f"Bạn muốn: {choice.label} → search {choice.query!r}")
        for row in rows:
            print(f"{row['code']:12} {row['name']}")
