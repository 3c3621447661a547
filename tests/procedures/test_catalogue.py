"""The catalogue file: checked as a whole, imported as versions, exported again."""

import copy
import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from procedures.catalogue import read
from procedures.catalogue.exporting import export_catalogue
from procedures.catalogue.importing import InvalidCatalogue, import_catalogue, known, load_vocabulary
from procedures.catalogue.validate import Known, faults
from procedures.models import LifeEvent, Procedure, ProcedureField, ProcedureVersion
from tests.reference import AT, ON

LIVE = {record["id"] for record in read("procedures")["procedures"]}


@pytest.fixture(scope="module")
def document():
    return read("procedures")


@pytest.fixture(scope="module")
def words(document):
    return Known(
        agencies=frozenset(row["id"] for row in read("agencies")["ministries"]),
        fields=frozenset(row["name_vi"] for row in read("fields")["fields"]),
        life_events=frozenset(row["id"] for row in document["life_events"]),
        registers=frozenset(document["registers"]),
    )


def test_our_own_files_are_without_fault(document, words):
    assert faults(document, words) == []
    assert faults(read("catalogue_more"), words) == []


def _at(record, path, value):
    *parents, last = path
    for part in parents:
        record = record[part]
    if value is KeyError:
        del record[last]
    else:
        record[last] = value


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        (("code",), "1001193", ".code", "N.NNNNNN"),
        (("code",), "1.001193.H38", ".code", "N.NNNNNN"),
        (("code",), "1.000894", ".code", "đã có ở $.procedures[0]"),
        (("id",), "Khai Sinh", ".id", "chữ thường"),
        (("name_vi",), "  ", ".name_vi", "không để trống"),
        (("field_vi",), "Hộ Tịch", ".field_vi", "lĩnh vực «Hộ Tịch» không có"),
        (("owning_agency",), "bo-nao-do", ".owning_agency", "cơ quan «bo-nao-do» không có"),
        (("levels",), ["xa"], ".levels", "cấp «xa» không có"),
        (("fee", "amount_vnd"), 8000.5, ".fee.amount_vnd", "số nguyên"),
        (("fee", "amount_vnd"), "8000", ".fee.amount_vnd", "số nguyên"),
        (("fee", "amount_vnd"), -1, ".fee.amount_vnd", "không âm"),
        (("fee", "amount_vnd"), True, ".fee.amount_vnd", "số nguyên"),
        (("time_limit", "value"), 1.5, ".time_limit.value", "số nguyên"),
        (("time_limit", "unit"), "weeks", ".time_limit.unit", "đơn vị thời gian"),
        (("time_limit", "cutoff_hour"), 24, ".time_limit.cutoff_hour", "giờ trong ngày"),
        (("online_level",), "level_4", ".online_level", "mức độ trực tuyến"),
        (("target",), [], ".target", "ít nhất 1 mục"),
        (
            ("components", 1, "satisfiable_from"),
            ["csdl_la"],
            ".components[1].satisfiable_from",
            "cơ sở dữ liệu",
        ),
        (("bundle_of",), ["birth-registration", "khong-co"], ".bundle_of", "thủ tục «khong-co» không có"),
        (("life_events",), ["khong-co"], ".life_events", "việc trong đời"),
        (("valid_from",), "1/7/2025", ".valid_from", "2025-07-01"),
        (("onlne_level",), "full", ".onlne_level", "không có trong định dạng"),
        (("confidence",), KeyError, ".confidence", "thiếu"),
        (("steps", 0, "name_en"), KeyError, ".steps[0].name_en", "thiếu"),
    ],
)
def test_each_fault_is_told_with_its_place_and_reason(document, words, path, value, where, says):
    good = [
        row for row in document["procedures"] if row["id"] in ("marriage-registration", "birth-registration")
    ]
    records = copy.deepcopy(sorted(good, key=lambda row: row["id"], reverse=True))
    assert faults({"procedures": records}, words) == []
    _at(records[1], path, value)
    (fault,) = faults({"procedures": records}, words)
    assert fault.path == f"$.procedures[1]{where}"
    assert says in fault.reason


@pytest.mark.parametrize("broken", [[], {}, {"procedures": {}}, None, "x"])
def test_something_else_than_a_catalogue_is_refused_at_the_root(words, broken):
    (fault,) = faults(broken, words)
    assert fault.path == "$"


def test_a_brief_record_needs_its_code_and_whole_amounts(words):
    record = read("catalogue_more")["procedures"][0]
    bad = {"procedures": [record | {"code": None, "fee_vnd": 1.5}, 7]}
    assert [fault.path for fault in faults(bad, words)] == [
        "$.procedures[0].code", "$.procedures[0].fee_vnd", "$.procedures[1]",
    ]  # fmt: skip


def test_every_procedure_has_one_published_version_in_force(catalogue):
    assert Procedure.objects.count() == 75 + 3097
    versions = ProcedureVersion.objects.in_force(ON)
    assert versions.count() == 3172
    assert set(versions.values_list("number", flat=True)) == {1}
    assert {v.effective_from for v in versions} == {dt.date(2025, 7, 1)}
    assert (ProcedureField.objects.count(), LifeEvent.objects.count()) == (217, 18)


def test_every_detailed_procedure_is_live_and_the_rest_are_information_here(catalogue):
    versions = ProcedureVersion.objects.select_related("procedure")
    live = {version.procedure.slug for version in versions if version.is_live}
    assert live == LIVE
    assert set(versions.exclude(procedure__slug__in=LIVE).values_list("online_level", flat=True)) == {
        "information"
    }
    elsewhere = versions.get(procedure__code="1.000459")
    assert (elsewhere.content["online_level"], elsewhere.form) == ("full", None)


def test_a_live_version_carries_form_steps_and_routing(catalogue):
    birth = ProcedureVersion.objects.get(procedure__code="1.001193")
    assert [(step["kind"], step["role"]) for step in birth.processing["steps"]] == [
        ("examine", "case_officer"), ("sign", "signer"), ("release", "registry_clerk"),
    ]  # fmt: skip
    judicial = ProcedureVersion.objects.get(procedure__slug="judicial-record")
    assert [step["kind"] for step in judicial.processing["steps"]] == [
        "examine",
        "approve",
        "sign",
        "release",
    ]
    chemical = ProcedureVersion.objects.get(procedure__slug="chemical-import-declaration")
    assert chemical.is_automatic
    assert chemical.processing["routing"] == {"agency": "bo-cong-thuong"}
    for version in (birth, judicial):
        asked = {q["id"] for page in version.form["pages"] for q in page.get("questions", [])}
        assert set(version.processing["routing"]["from"]) <= asked


def test_the_owner_is_the_body_that_exists_today(catalogue):
    assert Procedure.objects.get(slug="judicial-record").owner.key == "bo-cong-an"
    assert Procedure.objects.get(slug="land-transfer").owner.key == "bo-nnmt"
    assert not Procedure.objects.filter(owner__valid_to__isnull=False).exists()


def test_a_second_import_changes_nothing(catalogue, document):
    counts = import_catalogue(document, at=AT, on=ON).as_dict()
    assert counts == {"created": 0, "updated": 0, "unchanged": 75}
    again = import_catalogue(read("catalogue_more"), at=AT, on=ON).as_dict()
    assert again == {"created": 0, "updated": 0, "unchanged": 3097}
    assert ProcedureVersion.objects.count() == 3172


def test_a_changed_record_becomes_the_next_version_and_the_old_one_ends_the_day_before(catalogue, document):
    changed = copy.deepcopy(document)
    record = next(row for row in changed["procedures"] if row["id"] == "passport")
    before = ProcedureVersion.objects.get(procedure__slug="passport")
    record["time_limit"]["value"] = 5
    assert import_catalogue(changed, at=AT, on=ON).as_dict() == {"created": 0, "updated": 1, "unchanged": 74}
    old, new = ProcedureVersion.objects.filter(procedure__slug="passport").order_by("number")
    assert (old.effective_to, old.content) == (ON - dt.timedelta(days=1), before.content)
    assert (new.number, new.effective_from, new.effective_to, new.time_limit["value"]) == (2, ON, None, 5)
    assert list(ProcedureVersion.objects.in_force(ON).filter(procedure=new.procedure)) == [new]


def test_one_bad_record_imports_nothing(catalogue, document):
    changed = copy.deepcopy(document)
    changed["procedures"][0]["name_vi"] = "Tên mới"
    changed["procedures"][74]["fee"]["amount_vnd"] = 1.5
    with pytest.raises(InvalidCatalogue) as refused:
        import_catalogue(changed, at=AT, on=ON)
    assert [fault.path for fault in refused.value.faults] == ["$.procedures[74].fee.amount_vnd"]
    assert ProcedureVersion.objects.count() == 3172
    assert not Procedure.objects.filter(name="Tên mới").exists()


def test_a_full_record_replaces_a_brief_one_and_a_brief_one_never_a_full_one(catalogue, document):
    brief = read("catalogue_more")["procedures"][0]
    model = next(row for row in document["procedures"] if row["id"] == "passport")
    full = {
        "procedures": [model | {"id": "customs-pipeline", "code": brief["code"], "name_vi": brief["name_vi"]}]
    }
    assert import_catalogue(full, at=AT, on=ON).updated == 1
    procedure = Procedure.objects.get(code=brief["code"])
    assert (procedure.slug, procedure.versions.count()) == ("customs-pipeline", 2)
    assert import_catalogue({"procedures": [brief]}, at=AT, on=ON).as_dict() == {
        "created": 0, "updated": 0, "unchanged": 1,
    }  # fmt: skip
    assert procedure.versions.count() == 2


def test_a_code_of_another_procedure_is_refused(catalogue, document):
    model = next(row for row in document["procedures"] if row["id"] == "passport")
    thief = {"procedures": [model | {"id": "ho-chieu-moi"}]}
    (fault,) = faults(thief, known())
    assert fault.reason == "mã đang thuộc thủ tục «passport» trong danh mục"


def test_two_spellings_of_one_mark_are_one_text(catalogue, document):
    import unicodedata

    split = json.loads(unicodedata.normalize("NFD", json.dumps(document, ensure_ascii=False)))
    assert import_catalogue(split, at=AT, on=ON).unchanged == 75


def test_the_vocabulary_is_loaded_once(catalogue):
    assert load_vocabulary().as_dict() == {
        "created": 0,
        "updated": 0,
        "unchanged": 217 + 18 + len(read("synonyms")["synonyms"]),
    }


def test_what_is_exported_can_be_imported_unchanged(catalogue):
    exported = export_catalogue(on=ON)
    assert exported["count"] == 3172
    assert import_catalogue(exported, at=AT, on=ON).as_dict() == {
        "created": 0,
        "updated": 0,
        "unchanged": 3172,
    }


def test_the_command_tells_every_fault_and_exits_2(catalogue, tmp_path, capsys):
    file = tmp_path / "bo.json"
    file.write_text(json.dumps({"procedures": [{"code": "x"}]}))
    with pytest.raises(CommandError) as refused:
        call_command("catalogue", "import", str(file), "--json")
    assert refused.value.returncode == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["created"], told["updated"]) == (0, 0)
    assert {"path": "$.procedures[0].code", "reason": "mã phải có dạng N.NNNNNN, ví dụ 1.001193"} in told[
        "errors"
    ]


@pytest.mark.parametrize("content", ["", "{", "\x00", "[1,"])
def test_an_unreadable_file_is_one_sentence_and_exit_2(db, tmp_path, content):
    file = tmp_path / "bo.json"
    file.write_text(content)
    with pytest.raises(CommandError, match="Không đọc được") as refused:
        call_command("catalogue", "import", str(file), stdout=StringIO())
    assert refused.value.returncode == 2


def test_the_command_exports_to_a_file(catalogue, tmp_path, capsys):
    file = tmp_path / "ra.json"
    call_command("catalogue", "export", str(file), "--json")
    assert json.loads(capsys.readouterr().out) == {"file": str(file), "count": 3172}
    assert len(json.loads(file.read_text())["procedures"]) == 3172
