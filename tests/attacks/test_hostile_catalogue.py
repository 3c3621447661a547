"""Catalogue files no ministry would send: one line of reason, exit 2, nothing imported."""

from __future__ import annotations

import copy
import json

import pytest
from django.core.management import CommandError, call_command

from portal import embedded
from procedures.catalogue import read
from procedures.models import Procedure

pytestmark = pytest.mark.django_db
RECORD = read("procedures")["procedures"][1]


def of(*records: object) -> str:
    return json.dumps({"procedures": records})


def changed(**changes: object) -> dict:
    return {**copy.deepcopy(RECORD), **changes}


FILES = {
    "not json": "không phải JSON",
    "empty": "",
    "list at the top": "[]",
    "strange list": '[1, "x", null]',
    "deep lists": "[" * 200_000,
    "deep objects": '{"a":' * 100_000,
    "endless number": "9" * 5000,
    "not a number": '{"procedures": [NaN]}',
    "endless text": of({"id": "x" * 5_000_000}),
    "twice the same": of(RECORD, RECORD),
    "unknown field": of(changed(field="khong-co")),
    "nul": of(changed(name_vi="a\0b")),
    "lone surrogate": of(changed(name_vi="a\ud800b")),
    "all empty": of(dict.fromkeys(RECORD)),
    "all lists": of(dict.fromkeys(RECORD, [[]])),
    "all objects": of(dict.fromkeys(RECORD, {"a": 1})),
}


@pytest.fixture(autouse=True)
def empty_server(monkeypatch):
    """The command finds a server that somebody else prepared: nothing is loaded first."""
    monkeypatch.delenv(embedded.PRIVATE, raising=False)


@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_file_is_refused_in_one_line_and_imports_nothing(kind, tmp_path, capsys):
    file = tmp_path / "danh-muc.json"
    file.write_text(FILES[kind], encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("catalogue", "import", str(file), "--json")
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400
    assert not Procedure.objects.exists()
    told = capsys.readouterr().out
    assert len(told) < 20_000
    reasons = {one["path"]: one["reason"] for one in json.loads(told)["errors"]} if told else {}
    assert reasons or not told
    if kind in ("nul", "lone surrogate"):
        assert any(path.endswith("name_vi") and "ký tự lạ" in why for path, why in reasons.items())
