"""``manage.py words``: bring locale/en up to date with what templates and code say, and compile it.

Reads the sources itself, so that neither tests nor a translator need the gettext programs.
"""

from __future__ import annotations

import ast
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

PACKAGES = (
    "portal",
    "exchange",
    "oversight",
    "payments",
    "applications",
    "notifications",
    "procedures",
    "identity",
)
_CALLS = {"_", "gettext", "gettext_lazy", "pgettext", "ngettext", "ngettext_lazy"}
_TEXT = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TEMPLATE_CALL = re.compile(rf"\b(?P<name>n?gettext|pgettext|_)\((?P<args>{_TEXT}(?:,\s*{_TEXT})?)")
UNTRANSLATED = ("templates/pdf/",)
"""Papers speak Vietnamese in every screen language: their words are the law's."""


class Command(BaseCommand):
    help = "Cập nhật và biên dịch bản dịch tiếng Anh."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 2 when something is missing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        path = root / "locale" / "en" / "LC_MESSAGES" / "django.po"
        known = polib.pofile(str(path)) if path.exists() else polib.POFile()
        catalogue = merged(known, said(root))
        missing = [entry.msgid for entry in catalogue if not translated(entry)]
        if options["check"]:
            stale = {e.msgid for e in catalogue} ^ {e.msgid for e in known}
            if missing or stale:
                raise CommandError(
                    f"{len(missing)} untranslated, {len(stale)} stale; run manage.py words", returncode=2
                )
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))
        self.stdout.write(f"{len(catalogue)} câu, {len(missing)} chưa dịch")


def translated(entry: polib.POEntry) -> bool:
    return bool(entry.msgstr) or (bool(entry.msgstr_plural) and all(entry.msgstr_plural.values()))


def merged(known: polib.POFile, found: dict[str, tuple[str, set[str]]]) -> polib.POFile:
    """The catalogue of exactly what is said now, with the translations already there."""
    catalogue = polib.POFile(wrapwidth=118)
    catalogue.metadata = {
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for msgid, (plural, places) in sorted(found.items()):
        entry = known.find(msgid)
        catalogue.append(
            polib.POEntry(
                msgid=msgid,
                msgid_plural=plural,
                msgstr=entry.msgstr if entry and not plural else "",
                msgstr_plural=(entry.msgstr_plural if entry and entry.msgstr_plural else {0: "", 1: ""})
                if plural
                else {},
                occurrences=[(place, "") for place in sorted(places)],
            )
        )
    return catalogue


def said(root: Path) -> dict[str, tuple[str, set[str]]]:
    """Every translatable text: {msgid: (plural or '', files)}."""
    found: dict[str, tuple[str, set[str]]] = {}
    for path in _sources(root):
        name = str(path.relative_to(root))
        if name.startswith(UNTRANSLATED):
            continue
        texts = _in_python(path) if path.suffix == ".py" else _in_template(path)
        for msgid, plural in texts:
            known_plural, places = found.get(msgid, ("", set()))
            found[msgid] = (plural or known_plural, places | {name})
    return found


def _sources(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "migrations" not in path.parts and "eid_mock" not in path.parts:
                yield path
    for suffix in ("*.html", "*.txt", "*.svg"):
        yield from sorted((root / "templates").rglob(suffix))


def _in_python(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            yield from _texts(node)


def _in_template(path: Path) -> Iterator[tuple[str, str]]:
    for call in _TEMPLATE_CALL.finditer(templatize(path.read_text(), origin=path.name)):
        node = ast.parse(f"{call['name']}({call['args']})", mode="eval").body
        if isinstance(node, ast.Call):
            yield from _texts(node)


def _texts(call: ast.Call) -> Iterator[tuple[str, str]]:
    texts = [a.value for a in call.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if texts:
        plural = call.func.id.startswith("n") if isinstance(call.func, ast.Name) else False
        yield texts[0], texts[1] if plural and len(texts) > 1 else ""
