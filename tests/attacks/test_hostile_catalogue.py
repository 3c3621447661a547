"""Catalogue files no ministry would send: one line of reason, exit 2, nothing imported."""

from __future__ import annotations

import copy
import json

import pytest
from django.core.management import CommandError, call_command

from identity.models import Agency
from portal import embedded
from procedures.catalogue import read, timeline
from procedures.catalogue.importing import InvalidCatalogue, import_catalogue
from procedures.models import LifeEvent, Procedure, ProcedureField
from tests.reference import AT, ON

pytestmark = pytest.mark.django_db
RECORD = read("procedures")["procedures"][0]


def of(*records: object) -> str:
    return json.dumps({"procedures": records})


def changed(**changes: object) -> dict:
    return {**copy.deepcopy(RECORD), **changes}


QUESTION = {"id": "a", "kind": "text", "label": "A"}


def form(*questions: object, **more: object) -> dict:
    page = {"id": "p", "title": "Trang", "questions": list(questions)}
    return {"procedure_id": RECORD["id"], "official_form": "Tờ khai", "pages": [page], **more}


def nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = [value]
    return value


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
    "a key twice": '{"procedures": [], "procedures": []}',
    "infinity": '{"procedures": [Infinity]}',
    "a number beyond numbers": '{"procedures": [{"code": 1e999}]}',
    "32 floors": of(changed(steps=nested(32))),
    "40,000 records": json.dumps({"procedures": [{}] * 40_000}),
    "a record of 5 MB": of(changed(source_note="x" * 5_000_000)),
    "a form of 5 MB": of(changed(form=form({**QUESTION, "hint": "x" * 5_000_000}))),
    "10,000 questions": of(changed(form=form(*[{**QUESTION, "id": f"q{n}"} for n in range(10_000)]))),
    "surrogate in a form": of(changed(form=form({**QUESTION, "label": "a\ud800b"}))),
    "surrogate in a key": of(changed(**{"a\udfff": 1})),
    "30 February": of(changed(valid_from="2026-02-30")),
    "history without a now": of(changed(history=[])),
    "history of texts": of(changed(version={}, history=["x", None])),
    "everything beside is a text": json.dumps(
        {"procedures": [RECORD], "fields": "x", "life_events": "x", "offerings": "x", "synonyms": "x"}
    ),
    "everything beside is odd": json.dumps(
        {
            "procedures": [RECORD],
            "fields": [1],
            "life_events": [{"steps": 5}],
            "offerings": [{}],
            "synonyms": [[]],
        }
    ),
    "a very long agency": of(changed(owning_agency="x" * 1_000_000)),
    "a very long key": of(changed(**{"x" * 1_000_000: 1})),
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


def faults(document: object) -> dict[str, str]:
    with pytest.raises(InvalidCatalogue) as refused:
        import_catalogue(document, at=AT, on=ON)
    assert not Procedure.objects.exists()
    return {fault.path: fault.reason for fault in refused.value.faults}


@pytest.fixture
def words():
    """What a good record may refer to."""
    agency = Agency.objects.create(
        key=RECORD["owning_agency"], name="Bộ", level=Agency.Level.CENTRAL, kind="ministry"
    )
    ProcedureField.objects.create(key="linh-vuc", name=RECORD["field_vi"], ministry=agency)
    for order, key in enumerate(RECORD["life_events"]):
        LifeEvent.objects.create(key=key, name=key, name_en=key, audience="citizen", order=order)


ADDED = {
    "duplicate question": (
        {"form": form(QUESTION, QUESTION)}, ".form.", "a"),
    "unknown name in a rule": (
        {"form": form({**QUESTION, "show_if": "khong_co == 1"})}, ".form.pages[0].questions[0].show_if", "khong_co"),
    "markup": (
        {"form": form({**QUESTION, "label": "<script>"})}, ".form.pages[0].questions[0].label", ""),
    "a form that is a text": ({"form": "x"}, ".form", "đối tượng"),
    "unknown step": (
        {"form": form(QUESTION),
         "processing": {"steps": [{"id": "a", "kind": "bay", "role": "signer", "name_vi": "A"}]}},
        ".processing.steps[0].kind", ""),
    "a day that is none": ({"version": {"effective_from": "2026-02-30"}}, ".version.effective_from", "ngày có thật"),
    "an end before the beginning": (
        {"version": {"effective_from": "2026-02-03", "effective_to": "2026-02-02"}},
        ".version.effective_to", "trước ngày bắt đầu"),
    "an instant without zone": (
        {"version": {"published_at": "2026-02-03T00:00:00"}}, ".version.published_at", "múi giờ"),
    "a number of no version": ({"version": {"number": 0}}, ".version.number", "từ 1"),
    "based on itself": ({"version": {"number": 2, "based_on": 2}}, ".version.based_on", "bản trước"),
    "an unknown term": ({"version": {"x": 1}}, ".version.x", "không có trong định dạng"),
    "a decision too long": ({"version": {"decision": "x" * 121}}, ".version.decision", "120"),
    "a keyword too long": ({"keywords": ["x" * 121]}, ".keywords", "120"),
    "an unknown owner": ({"procedure": {"owner": "bo-nao"}}, ".procedure.owner", "bo-nao"),
    "two versions on a day": (
        {"version": {"number": 2, "effective_from": "2026-01-01"},
         "history": [{"version": {"number": 1, "effective_from": "2025-01-01"}, "record": RECORD}]},
        ".history", "cùng có hiệu lực"),
    "one number twice": (
        {"version": {"number": 1, "effective_from": "2026-01-01"},
         "history": [{"version": {"number": 1, "effective_from": "2025-01-01", "effective_to": "2025-12-31"},
                      "record": RECORD}]},
        ".history", "cùng «number»"),
    "a form of the past": (
        {"version": {"number": 2, "effective_from": "2026-01-01"},
         "history": [{"version": {"number": 1, "effective_from": "2025-01-01", "effective_to": "2025-12-31"},
                      "record": RECORD, "form": form({**QUESTION, "kind": "telepathy"})}]},
        ".history[0].form.pages[0].questions[0].kind", ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", ADDED)
def test_what_an_export_adds_is_refused_at_its_place(words, kind):
    added, where, says = ADDED[kind]
    found = faults({"procedures": [changed(**added)]})
    (path,) = [path for path in found if path.startswith(f"$.procedures[0]{where}")][:1]
    assert says in found[path]


AROUND = {
    "unknown procedure of an offering": ("offerings", {"procedure": "khong-co"}, ".procedure", "khong-co"),
    "unknown agency of an offering": ("offerings", {"agency": "khong-co"}, ".agency", "khong-co"),
    "a negative fee": ("offerings", {"fee_vnd": -1}, ".fee_vnd", "không âm"),
    "no channel": ("offerings", {"channels": []}, ".channels", "ít nhất 1"),
    "ends before it begins": ("offerings", {"valid_to": "2025-01-01"}, ".valid_to", "trước"),
    "unknown procedure of a life event": (
        "life_events", {"steps": [{"procedure": "khong-co", "order": 1}]}, ".steps[0].procedure", "khong-co"),
    "an order beyond the column": (
        "life_events", {"steps": [{"procedure": RECORD["id"], "order": 40_000}]}, ".steps[0].order", "32767"),
    "a synonym that says nothing": ("synonyms", {"say": []}, ".say", "ít nhất 1"),
    "a saying too long": ("synonyms", {"say": ["x" * 121]}, ".say", "120"),
    "a field of an unknown ministry": ("fields", {"ministry_id": "khong-co"}, ".ministry_id", "khong-co"),
}  # fmt: skip
GOOD = {
    "offerings": {
        "procedure": RECORD["id"], "agency": RECORD["owning_agency"], "online_level": "full", "fee_vnd": 1,
        "fee_basis": "", "channels": ["online"], "valid_from": "2026-01-01", "valid_to": None,
    },
    "life_events": {
        "id": "moi", "name_vi": "Mới", "name_en": "New", "audience": "citizen", "order": 1, "steps": [],
    },
    "synonyms": {"say": ["sổ đỏ"], "find": ["giấy chứng nhận"]},
    "fields": {"id": "moi", "name_vi": "Mới", "name_en": "New", "ministry_id": None},
}  # fmt: skip


@pytest.mark.parametrize("kind", AROUND)
def test_what_stands_around_the_procedures_is_refused_at_its_place(words, kind):
    name, wrong, where, says = AROUND[kind]
    found = faults({"procedures": [RECORD], name: [{**GOOD[name], **wrong}]})
    assert says in found[f"$.{name}[0]{where}"]


def test_two_periods_of_one_offering_must_not_meet(words):
    row = GOOD["offerings"]
    found = faults({"procedures": [RECORD], "offerings": [row, {**row, "valid_from": "2026-05-01"}]})
    assert "còn hiệu lực ngày 2026-05-01" in found["$.offerings[1].valid_from"]


def test_a_good_file_with_all_of_it_is_imported(words):
    told = import_catalogue(
        {"procedures": [RECORD], **{name: [row] for name, row in GOOD.items()}}, at=AT, on=ON
    )
    assert told.created == 1


def test_a_fault_at_the_end_leaves_nothing_of_the_beginning(words):
    good = {**GOOD["fields"], "id": "khac", "name_vi": "Khác"}
    faults({"procedures": [RECORD], "fields": [good], "offerings": [{**GOOD["offerings"], "agency": "x"}]})
    assert not ProcedureField.objects.filter(key="khac").exists()


def test_what_the_database_refuses_is_told_and_taken_back(words, monkeypatch):
    """A publication that comes between reading and writing."""
    monkeypatch.setattr("procedures.catalogue.importing.timeline.place", broken_place)
    assert faults({"procedures": [RECORD]}).keys() == {"$"}


def broken_place(entry, line, **instants):
    timeline._found(entry, line, at=AT)
    line.fresh = [*line.fresh, *[copy.copy(version) for version in line.fresh]]


def test_a_file_beyond_50_mb_is_not_even_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr("procedures.catalogue.reading.LARGEST_FILE", 1000)
    file = tmp_path / "danh-muc.json"
    file.write_text(of(RECORD))
    with pytest.raises(CommandError, match="tệp lớn hơn") as refused:
        call_command("catalogue", "import", str(file))
    assert refused.value.returncode == 2
