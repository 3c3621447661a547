"""The rules of the house (docs/house.md): where things live, how large they grow, who may open what."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from django_otp.admin import OTPAdminSite

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {
    "portal": 5,
    "exchange": 4,
    "oversight": 4,
    "payments": 3,
    "applications": 2,
    "notifications": 1,
    "procedures": 1,
    "identity": 0,
}
FORBIDDEN_NAMES = {"utils", "util", "common", "core", "helpers", "helper", "misc", "base_service", "managers"}
POLICIES = re.compile(r"^(public|citizen|partner|officer:[a-z_,]*)$")


def sources(*folders: str) -> list[Path]:
    return [
        path
        for folder in (folders or tuple(FLOORS))
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def functions(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_imports_follow_the_floors():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"DJANGO_SETTINGS_MODULE": "portal.settings", "PATH": "/usr/bin:/bin"},
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def upward_keys(models) -> list[str]:
    return [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in models
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if model._meta.app_label in FLOORS and field.related_model._meta.app_label in FLOORS
        if model._meta.app_label != field.related_model._meta.app_label
        if FLOORS[model._meta.app_label] <= FLOORS[field.related_model._meta.app_label]
    ]


def test_foreign_keys_point_down():
    assert upward_keys(apps.get_models()) == []


def test_a_foreign_key_that_points_up_is_caught(monkeypatch):
    monkeypatch.setitem(FLOORS, "identity", 9)
    assert upward_keys(apps.get_models())


def test_no_file_outgrows_its_bar():
    sizes = {path: path.read_text().count("\n") for path in sources()}
    assert {str(p.relative_to(ROOT)): n for p, n in sizes.items() if n > 400} == {}


def test_no_function_is_longer_than_sixty_lines():
    long = [
        f"{path.relative_to(ROOT)}:{node.name} {node.end_lineno - node.lineno + 1}"
        for path in sources()
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []


def test_templates_styles_and_scripts_keep_their_size():
    bars = {".html": 150, ".css": 420, ".js": 100}
    large = [
        f"{path.relative_to(ROOT)} {lines}"
        for folder in ("templates", "static", "identity", "exchange")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in bars and "vendor" not in path.parts
        if (lines := path.read_text().count("\n")) > bars[path.suffix]
    ]
    assert large == []


def test_nothing_has_a_name_that_says_nothing():
    named = [str(p.relative_to(ROOT)) for p in sources() if FORBIDDEN_NAMES & {p.stem, *p.parts}]
    assert named == []


def test_every_function_says_what_it_returns():
    silent = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in sources()
        for node in functions(path)
        if node.returns is None
    ]
    assert silent == []


def test_only_the_log_writes_the_state_of_a_dossier():
    pattern = re.compile(r"\.update\([^)]*\bstate\s*=|\bstate\s*=\s*State\.\w+\s*\)?\s*\.save|SET state")
    writers = [
        str(p.relative_to(ROOT))
        for p in sources("applications", "payments", "exchange", "oversight", "portal")
        if pattern.search(p.read_text())
    ]
    allowed = [w for w in writers if w == "applications/log.py" or w.startswith("payments/")]
    assert writers == allowed


def patterns(resolver: URLResolver, prefix: str = ""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def undeclared(entries) -> list[str]:
    """Every address but those of the technical administration, which guards itself."""
    return [
        route
        for route, view in entries
        if not route.startswith("quan-tri/") and not POLICIES.match(getattr(view, "access_policy", ""))
    ]


def test_the_technical_administration_asks_for_a_second_factor():
    assert isinstance(admin.site, OTPAdminSite)


def test_every_address_declares_who_may_open_it():
    assert undeclared(patterns(get_resolver())) == []


def test_an_address_without_a_policy_is_caught():
    assert undeclared([("moi/", lambda request: None)]) == ["moi/"]


def test_the_drawing_of_the_states_is_fresh(tmp_path):
    fresh = tmp_path / "states.svg"
    call_command("states", output=str(fresh), verbosity=0)
    assert (ROOT / "docs" / "states.svg").read_text() == fresh.read_text(), "run: manage.py states"


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_settings_stay_one_file():
    assert not (ROOT / "portal" / "settings").exists()
    assert (ROOT / "portal" / "settings.py").read_text().count("\n") <= 450


def test_the_lock_files_are_hashed_and_name_no_index():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|file:|--index-url|--extra-index-url|--find-links", text)


@pytest.mark.parametrize("theme", ['[data-theme="dark"]'])
def test_both_dark_lists_are_the_same(theme):
    css = (ROOT / "static/css/tokens.css").read_text()
    system = css.split(":root:not([data-theme]) {")[1].split("}")[0].split()
    chosen = css.split(theme + " {")[1].split("}")[0].split()
    assert system == chosen


def grouped_keys(template: str) -> list[str]:
    """Numbers are written with a point every three digits; a key written so is no key any more."""
    return re.findall(r"\{\{ *[\w.]*(?:\.pk|\.seq|(?:user|organisation)_id) *\}\}", template)


def test_no_template_writes_a_key_as_an_amount():
    found = {
        str(path.relative_to(ROOT)): keys
        for path in (ROOT / "templates").rglob("*.html")
        if (keys := grouped_keys(path.read_text()))
    }
    assert found == {}


def test_a_key_written_as_an_amount_is_caught():
    assert grouped_keys('<input value="{{ one.pk }}">')
    assert not grouped_keys('<input value="{{ one.pk|unlocalize }}">')
