"""``catalogue lint``: what it covers, what it says, how it ends."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from tests.procedures.editions import edition, question


def lint(capsys, *arguments: str) -> tuple[str, str]:
    """Standard output, and the reason it ended with ('' for a clean end)."""
    reason, code = "", 0
    try:
        call_command("catalogue", "lint", *arguments)
    except CommandError as refusal:
        reason, code = str(refusal), refusal.returncode
    assert (code, "\n" in reason) == (2 if reason else 0, False)
    return capsys.readouterr().out, reason


@pytest.fixture
def file(tmp_path):
    def write(one) -> str:
        path = tmp_path / "catalogue.json"
        path.write_text(json.dumps({"procedures": [{**one.content, "form": one.form}]}), encoding="utf-8")
        return str(path)

    return write


def test_all_covers_the_75_procedures_described_in_full(catalogue, capsys):
    out, _reason = lint(capsys, "--all", "--json")
    answer = json.loads(out)
    assert answer["totals"]["procedures"] == len(answer["procedures"]) == 75
    assert answer["totals"]["with_form"] == sum(one["form"] for one in answer["procedures"])
    assert answer["totals"]["errors"] == sum(len(one["errors"]) for one in answer["procedures"])
    birth = next(one for one in answer["procedures"] if one["id"] == "birth-registration")
    assert birth["online_level"] == "full"
    assert birth["burden"].keys() == {"unknown", "known"}
    assert birth["burden"]["known"].keys() == {"typed", "chosen", "uploads", "pages", "clicks"}


def test_a_procedure_is_named_by_its_code_or_its_slug(catalogue, capsys):
    by_code, by_slug = (
        json.loads(lint(capsys, name, "--json")[0]) for name in ("1.001193", "birth-registration")
    )
    assert by_code == by_slug
    assert [one["id"] for one in by_code["procedures"]] == ["birth-registration"]


def test_a_name_nobody_knows_is_refused(catalogue, capsys):
    assert lint(capsys, "9.999999") == ("", "Không có thủ tục 9.999999 trong danh mục.")


@pytest.mark.parametrize("arguments", [(), ("--all", "1.001193")])
def test_one_thing_at_a_time(catalogue, capsys, arguments):
    assert lint(capsys, *arguments)[1] == "Chọn một: tệp, mã thủ tục, hoặc --all."


def test_a_file_without_errors_ends_well(catalogue, capsys, file):
    out, reason = lint(capsys, file(edition()))
    assert reason == ""
    assert "try-it: full, 2 trang, 4 câu hỏi" in out
    assert "0 lỗi" in out


def test_a_file_with_an_error_names_place_and_mend_and_ends_with_2(catalogue, capsys, file):
    one = edition()
    del question(one, 0, 0)["prefill"]
    out, reason = lint(capsys, file(one))
    assert reason == "1 thủ tục có 1 lỗi cần sửa."
    assert "LỖI  once_only form.pages[0].questions[0]: “Họ, chữ đệm và tên của bạn” hỏi lại điều" in out
    assert "→ Lấy câu này từ từ điển dữ liệu" in out


@pytest.mark.parametrize("text", ["", "[]", "{", '{"procedures": [1]}'])
def test_a_file_that_is_no_catalogue_is_refused(catalogue, capsys, tmp_path, text):
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    assert str(path) in lint(capsys, str(path))[1]


def test_a_name_in_a_file_never_leads_outside_the_definitions(catalogue, capsys, file):
    one = edition()
    one.content["id"] = "../data/terms"
    assert "../data/terms: full" in lint(capsys, file(one))[0]
