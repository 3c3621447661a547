"""``manage.py journey`` (``make demo``): the main job end to end over HTTP; the papers stay in .local/demo/."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.place import home
from portal.walk import stories
from portal.walk.instance import NotReady, private_portal
from portal.walk.person import Lost

STORIES = {
    "Đăng ký khai sinh (1.001193)": stories.birth,
    "Phiếu lý lịch tư pháp (3.000333)": stories.judicial_record,
    "Khai báo hóa chất nhập khẩu": stories.chemical,
}


class Command(BaseCommand):
    help = "Đi trọn ba thủ tục qua HTTP trên một cổng riêng."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        papers = home() / "demo"
        shutil.rmtree(papers, ignore_errors=True)
        papers.mkdir(parents=True)
        self.quiet = options["json"]
        try:
            with private_portal(home() / "demo-portal") as base:
                told = {title: self._walk(title, story, base, papers) for title, story in STORIES.items()}
        except (Lost, NotReady) as failure:
            raise CommandError(str(failure), returncode=2) from failure
        verdicts = {
            path.name: pdfsig(path) for path in sorted(papers.glob("*.pdf")) if "mau" not in path.name
        }
        if self.quiet:
            self.stdout.write(json.dumps({"stories": told, "signatures": verdicts}, ensure_ascii=False))
            return
        for name, verdict in verdicts.items():
            self.stdout.write(f"{name}: {verdict}")
        self.stdout.write(f"Giấy tờ ở {papers}")

    def _walk(self, title: str, story: Any, base: str, papers: Path) -> list[dict[str, Any]]:
        if not self.quiet:
            self.stdout.write(f"\n{title}")
        steps, began = [], time.perf_counter()
        for said in story(base, papers):
            seconds = round(time.perf_counter() - began, 2)
            steps.append({"step": said, "seconds": seconds})
            if not self.quiet:
                self.stdout.write(f"  {seconds:6.2f} s  {said}")
            began = time.perf_counter()
        return steps


def pdfsig(path: Path) -> str:
    """What the stock verifier of poppler says, where it is installed."""
    program = shutil.which("pdfsig")
    if program is None:
        return "pdfsig chưa cài trên máy này"
    said = subprocess.run([program, "-nocert", str(path)], capture_output=True, text=True).stdout  # noqa: S603
    valid = "chữ ký hợp lệ" if "Signature is Valid" in said else "CHỮ KÝ SAI"
    whole = "bao trùm toàn bộ tệp" if "Total document signed" in said else "KHÔNG bao trùm tệp"
    return f"pdfsig: {valid}, {whole}"
