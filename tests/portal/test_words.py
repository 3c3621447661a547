"""The English of the portal: complete, not stale, compiled, and saying what the Vietnamese says."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from portal.management.commands import words

ROOT = Path(settings.BASE_DIR)
PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>|&\w+;")
MARKED = re.compile(r"[^\W\d_a-zA-Z]")
"""Any letter outside plain Latin: in an English sentence only Vietnamese has them."""
PROPER = ("sổ đỏ", "giấy độc thân", "ba tôi mất", "nhập khẩu", "Đà Nẵng")
"""Names, and what a citizen types into the search box, stay Vietnamese."""
OWN_NAME = "Tiếng Việt"
"""The switch back names the language in that language."""

OWN_WORDS_ONLY = [
    "portal:about", "portal:help", "portal:display", "portal:accessibility", "portal:privacy", "portal:cookies",
    "portal:recognise", "identity:sign_in", "identity:officer_sign_in", "identity:sign_out", "applications:track",
    "applications:verify", "oversight:feedback", "oversight:statistics", "procedures:search",
]  # fmt: skip


@pytest.fixture(scope="module")
def english() -> polib.POFile:
    return polib.pofile(str(PO))


def pairs(entry: polib.POEntry) -> Iterator[tuple[str, str]]:
    """(Vietnamese, English) of every form of one entry."""
    if entry.msgid_plural:
        yield entry.msgid, entry.msgstr_plural[0]
        yield entry.msgid_plural, entry.msgstr_plural[1]
    else:
        yield entry.msgid, entry.msgstr


def faults(entry: polib.POEntry) -> list[str]:
    """What keeps this translation from being shown in the place of its original."""
    found = []
    for vietnamese, english in pairs(entry):
        if Counter(PLACEHOLDER.findall(vietnamese)) != Counter(PLACEHOLDER.findall(english)):
            found.append("placeholders")
        if Counter(TAG.findall(vietnamese)) != Counter(TAG.findall(english)):
            found.append("markup")
        if outer_space(vietnamese) != outer_space(english):
            found.append("outer space")
        if "«" in english or MARKED.search(without_names(english)):
            found.append("Vietnamese left")
    return found


def outer_space(text: str) -> tuple[bool, bool]:
    return text != text.lstrip(), text != text.rstrip()


def without_names(text: str) -> str:
    for name in PROPER:
        text = text.replace(name, "")
    return text


def untranslated(catalogue: polib.POFile) -> list[str]:
    return [entry.msgid for entry in catalogue if not words.translated(entry)]


def test_every_sentence_the_portal_says_has_english_and_nothing_is_stale(english):
    fresh = words.merged(english, words.said(ROOT))
    assert untranslated(fresh) == []
    assert {e.msgid for e in fresh} == {e.msgid for e in english}
    assert len(english) > 1000
    call_command("words", check=True)


def test_the_compiled_file_is_what_the_sentences_compile_to(english):
    assert PO.with_suffix(".mo").read_bytes() == english.to_binary()


def test_english_keeps_placeholders_markup_and_leaves_no_vietnamese(english):
    assert {entry.msgid: found for entry in english if (found := faults(entry))} == {}


def test_plural_forms_differ_where_english_counts(english):
    plural = [entry for entry in english if entry.msgid_plural]
    assert len(plural) > 10
    assert [e.msgid for e in plural if e.msgstr_plural[0] == e.msgstr_plural[1]] == []


@pytest.mark.parametrize(
    ("vietnamese", "english", "fault"),
    [
        ("Còn %(days)s ngày", "Days left", "placeholders"),
        ("Còn %(days)s ngày", "%(day)s days left", "placeholders"),
        ("Khớp %(share)s %%", "Matched %(share)s", "placeholders"),
        ("Hẹn {day}", "Promised", "placeholders"),
        ("Hiểu là <b>%(x)s</b>.", "Understood as %(x)s.", "markup"),
        ("Lỗi: ", "Error:", "outer space"),
        ("Nộp tại quầy", "Submit at the quầy", "Vietnamese left"),
        ("Hãy ghi «tên»", "Enter «name»", "Vietnamese left"),
    ],
)
def test_a_broken_translation_is_caught(vietnamese, english, fault):
    assert faults(polib.POEntry(msgid=vietnamese, msgstr=english)) == [fault]


def test_a_plural_with_a_lost_count_is_caught():
    lost = polib.POEntry(
        msgid="%(n)s mục", msgid_plural="%(n)s mục", msgstr_plural={0: "one item", 1: "%(n)s items"}
    )
    assert faults(lost) == ["placeholders"]


def test_a_new_sentence_is_seen_in_code_and_in_templates(tmp_path):
    for folder in ("portal", "templates/pdf"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "portal" / "new.py").write_text('_("Câu %(n)s"); ngettext("một", "nhiều", n); f("không")\n')
    (tmp_path / "templates" / "new.html").write_text(
        '{% load i18n %}{% translate "Nút" %}{{ name|default:_("Chưa") }}'
        "{% blocktranslate count n=rows|length %}Còn {{ n }} (mục){% plural %}Còn {{ n }} (các mục)"
        "{% endblocktranslate %}"
    )
    (tmp_path / "templates" / "pdf" / "paper.html").write_text('{% load i18n %}{% translate "Giấy" %}')
    found = {msgid: plural for msgid, (plural, _) in words.said(tmp_path).items()}
    assert found == {
        "Câu %(n)s": "",
        "một": "nhiều",
        "Nút": "",
        "Chưa": "",
        "Còn %(n)s (mục)": "Còn %(n)s (các mục)",
    }
    assert sorted(untranslated(words.merged(polib.POFile(), words.said(tmp_path)))) == sorted(found)


def test_a_missing_and_a_stale_sentence_fail_the_check(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "new.py").write_text('_("Câu mới")\n')
    with pytest.raises(CommandError, match="1 untranslated, 1 stale") as refused:
        call_command("words", check=True)
    assert refused.value.returncode == 2
    assert not (tmp_path / "locale").exists()


def visible(page: str) -> set[str]:
    """Every run of text a reader meets: between tags, and in labels read aloud."""
    spoken = re.findall(r"(?:aria-label|placeholder|title|alt)=\"([^\"]*)\"", page)
    return {" ".join(html.unescape(run).split()) for run in [*re.split(r"<[^>]+>", page), *spoken]}


def shell(page: str) -> str:
    return re.sub(r"<main.*?</main>", "", page, flags=re.DOTALL)


def test_choosing_english_shows_the_whole_shell_in_english(client, db, english):
    vietnamese = visible(client.get("/").content.decode())
    assert "Bạn cần làm thủ tục gì?" in vietnamese
    client.get("/ngon-ngu/?language=en&next=/")
    page = client.get("/").content.decode()
    assert '<html lang="en"' in page
    told = visible(page)
    assert {"What do you need to do?", "Skip to main content", "Sign in", "Administrative procedures"} <= told
    assert [run for run in visible(shell(page)) if MARKED.search(run) and run != OWN_NAME] == []
    assert told & {entry.msgid for entry in english if MARKED.search(entry.msgid)} == set()


@pytest.mark.parametrize("name", OWN_WORDS_ONLY)
def test_a_page_of_the_portals_own_words_is_wholly_english(client, db, name):
    client.get("/ngon-ngu/?language=en&next=/")
    response = client.get(reverse(name))
    assert response.status_code == 200
    runs = visible(response.content.decode()) - {OWN_NAME}
    assert [run for run in runs if MARKED.search(without_names(run))] == []


def test_the_english_check_sees_vietnamese_in_the_shell(client, db):
    page = client.get("/").content.decode()
    assert "Đi tới nội dung chính" in [run for run in visible(shell(page)) if MARKED.search(run)]
