"""Finding a procedure in everyday words, over the whole real catalogue. Speed is measured in ``bench/search.py``."""

import json
import threading
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from procedures import search
from procedures.index import Entry, Index, Synonym
from procedures.models import Procedure
from procedures.spelling import Speller, is_marked, key, marks, typo_cost, untelexed

HERE = Path(__file__).parent
QUESTIONS = json.loads((HERE / "questions.json").read_text(encoding="utf-8"))
DEVELOPMENT = json.loads((HERE / "questions_dev.json").read_text(encoding="utf-8"))
"""By an author who did not know the search; its misses may be looked at."""
UNSEEN = json.loads((HERE / "unseen.json").read_text(encoding="utf-8"))
"""By the same author. Never look at its misses, never tune on it: only the share counts."""


def rank(query: str, codes: str | list[str], index: Index | None = None) -> int:
    found = (index or search.index()).find(query).entries
    return next((place for place, entry in enumerate(found, 1) if entry.path_code in codes), 10_000)


def share_in_top_three(index: Index, questions=QUESTIONS) -> float:
    return sum(rank(query, codes, index) <= 3 for query, codes in questions) / len(questions)


def test_recorded_questions_find_their_procedure_among_the_first_three(catalogue):
    missed = [(query, codes, rank(query, codes)) for query, codes in QUESTIONS if rank(query, codes) > 3]
    assert len(QUESTIONS) >= 300
    assert share_in_top_three(search.index()) >= 0.95, missed


@pytest.mark.parametrize(("asked", "floor"), [(DEVELOPMENT, 0.97), (UNSEEN, 0.95)], ids=["seen", "unseen"])
def test_questions_of_an_author_who_did_not_know_the_search_find_theirs_too(catalogue, asked, floor):
    assert len(asked) >= 200
    assert share_in_top_three(search.index(), asked) >= floor


def test_the_questions_speak_of_every_procedure_described_in_full(catalogue):
    asked = [code for _query, codes in QUESTIONS for code in codes]
    full = [entry.path_code for entry in search.entries() if entry.is_full]
    assert len(full) == 75
    assert [code for code in full if asked.count(code) < 2] == []
    assert len(set(asked) - set(full)) >= 40


def test_half_of_the_questions_are_typed_without_marks(catalogue):
    bare = [query for query, _codes in QUESTIONS if not any(is_marked(word) for word in query.split())]
    assert len(bare) * 2 >= len(QUESTIONS) - 2


def test_without_the_editors_synonyms_the_measure_falls(catalogue):
    bare = Index(search.entries(), [], search.index().sayings.fillers.values())
    assert share_in_top_three(bare) < 0.9


@pytest.mark.parametrize(
    ("with_marks", "without"),
    [("đăng ký kết hôn", "dang ky ket hon"), ("Giấy phép lái xe", "GIAY PHEP LAI XE")],
)
def test_marks_and_capitals_make_no_difference_to_the_first_answer(catalogue, with_marks, without):
    assert search.find(with_marks).entries[0] == search.find(without).entries[0]


def test_a_word_still_being_typed_is_found(catalogue):
    assert rank("dang ky tam tr", "1.004194") <= 3


def test_a_code_or_its_beginning_is_found(catalogue):
    assert [entry.path_code for entry in search.find("1.001193").entries] == ["1.001193"]
    assert {entry.path_code[:5] for entry in search.find("1.001").entries} == {"1.001"}


def test_a_live_procedure_stands_first_among_equals(catalogue):
    assert search.find("lý lịch tư pháp").entries[0].is_live


def test_what_was_understood_is_told(catalogue):
    assert search.find("lam khai sinh").understood == "làm khai sinh"
    assert search.find("kết hônn").understood == "kết hôn"
    assert search.find("giấy độc thân").understood == "Cấp Giấy xác nhận tình trạng hôn nhân"
    assert search.find("đăng ký kết hôn").understood == ""


def test_two_words_far_apart_are_not_a_match_when_others_have_them_together(catalogue):
    names = [entry.name.lower() for entry in search.find("khai sinh").entries]
    assert names
    assert not any("khai thác" in name for name in names)


@pytest.mark.parametrize("query", ["xyzzy", "%%%", "🙂", "'; DROP TABLE", "\x00", "a" * 5000, "   "])
def test_nonsense_finds_nothing_and_breaks_nothing(catalogue, query):
    assert search.find(query).entries == []


def test_a_published_change_is_found_without_a_restart(catalogue):
    assert rank("quynh hoa", "1.001193") > 3
    Procedure.objects.filter(code="1.001193").update(keywords=["giấy quỳnh hoa"])
    search.forget()
    assert rank("quynh hoa", "1.001193") == 1


def test_the_index_is_not_built_again_while_nothing_changes(catalogue):
    before = search.index()
    search.forget()
    assert search.index() is before


@pytest.mark.parametrize(
    ("a", "b", "one"),
    [("sinh", "sihn", True), ("khai", "kai", True), ("hon", "hom", True), ("ho", "hoa", True),
     ("khai", "khia", True), ("khai", "sinh", False), ("tam", "tru", False), ("sinh", "sihnn", False)],
)  # fmt: skip
def test_one_typo_is_one_letter_or_two_neighbours_swapped(a, b, one):
    assert bool(typo_cost(a, b)) is one
    assert bool(typo_cost(b, a)) is one


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ddaats", "đất"), ("kys", "ký"), ("ke6t1", "kết"), ("dduwowngf", "đường"), ("ddo3", "đỏ"), ("hoonf", "hồn"),
     ("nguwowif", "người"), ("d9a8ng", "đăng")],
)  # fmt: skip
def test_keys_left_over_from_telex_and_vni_are_read(typed, meant):
    assert [marks(word) for word in untelexed(typed)] == [marks(meant)]


@pytest.mark.parametrize("word", ["khai", "sinh", "dang", "con", "xe", "2024", "🙂", ""])
def test_a_word_typed_in_full_is_left_alone(word):
    assert untelexed(word) == []


@pytest.mark.parametrize(("one", "other"), [("hoà", "hòa"), ("ký", "kí"), ("LÝ", "lí"), ("thuỷ", "thủy")])
def test_two_ways_to_write_a_syllable_are_one(one, other):
    assert (key(one), marks(one)) == (key(other), marks(other))


@pytest.mark.parametrize(
    "query",
    ["khaisinh", "khai  sinh", "kahi sinh", "khai sihn", "khaii sinh", "khai sinhf", "Khai Sinh!",
     "đăng kí khai sinh", "dang ky khaisinh", "ddawng kys khai sinh", "đănng ký khai sinh"],
)  # fmt: skip
def test_slips_of_the_keyboard_are_forgiven(catalogue, query):
    assert rank(query, "1.001193") <= 3


@given(st.text(max_size=80))
def test_no_question_breaks_the_reader(text):
    words = Speller([["khai", "sinh"], ["ket", "hon"]]).read(text)
    assert all(word.key for word in words)


@given(st.permutations(["khai", "sinh", "ket", "hon"]))
def test_known_words_are_never_changed_when_their_order_is_unknown(words):
    read = Speller([["khai"], ["sinh"], ["ket"], ["hon"]]).read(" ".join(words))
    assert [word.key for word in read] == words


@pytest.mark.parametrize(
    ("query", "first"),
    [("nhập khẩu", "đăng ký thường trú"), ("mất giấy tờ", "cấp lại thẻ căn cước"), ("giấy tờ xe", ""),
     ("thừa kế", ""), ("đổi tên", ""), ("đăng ký", ""), ("giấy xác nhận", "")],
)  # fmt: skip
def test_a_question_with_several_meanings_is_answered_by_a_choice(catalogue, query, first):
    found = search.find(query)
    assert len(found.choices) >= 3
    assert not first or found.choices[0].query == first
    for choice in found.choices:
        assert search.find(choice.query).entries, choice


def test_a_question_with_one_meaning_offers_no_choice(catalogue):
    assert search.find("đăng ký khai sinh").choices == ()
    assert search.find("nhập khẩu cho con").choices == ()


def test_equal_answers_from_different_fields_become_a_choice():
    fields = {"1": "Hộ tịch", "2": "Thuế"}
    index = Index(
        [entry(code, f"Cấp giấy hoa {code}", field=field) for code, field in fields.items()], [], []
    )
    assert {choice.query for choice in index.find("giấy hoa").choices} == {"Cấp giấy hoa 1", "Cấp giấy hoa 2"}
    assert index.find("cấp giấy hoa 1").choices == ()


def test_a_weak_answer_says_that_it_is_one(catalogue):
    assert search.find("đăng ký kết hôn").is_sure
    found = search.find("con mèo nhà tôi bị ốm thì tiêm ở đâu")
    assert not found.entries or not found.is_sure


def test_requests_are_answered_from_the_old_index_while_a_new_one_is_built(catalogue, monkeypatch):
    before = search.index()
    started, may_end = threading.Event(), threading.Event()

    def slow(*_arguments):
        started.set()
        assert may_end.wait(10)
        return before

    monkeypatch.setattr(search, "_stamp", lambda: ("changed",))
    monkeypatch.setattr(search, "Index", slow)
    monkeypatch.setattr(search, "_entries", list)
    search.forget()
    builder = threading.Thread(target=search.index)
    builder.start()
    assert started.wait(10)
    began = time.perf_counter()
    search.forget()
    assert search.index() is before
    assert search.find("khai sinh").entries
    assert builder.is_alive()
    assert time.perf_counter() - began < 5
    may_end.set()
    builder.join(10)
    search.forget()


def entry(code: str, name: str, **facts) -> Entry:
    texts = dict.fromkeys(("name_en", "field", "field_en", "field_key", "owner", "owner_key"), "")
    lists = dict.fromkeys(("keywords", "audience", "life_events"), ())
    blank = texts | lists | {"record": {}, "is_full": False, "is_live": False}
    return Entry(path_code=code, name=name, **(blank | facts))


def test_the_longest_saying_wins():
    index = Index(
        [entry("1", "Đăng ký kết hôn"), entry("2", "Đăng ký kết hôn có yếu tố nước ngoài")],
        [
            Synonym(("lấy chồng",), ("kết hôn",)),
            Synonym(("lấy chồng nước ngoài",), ("kết hôn có yếu tố nước ngoài",)),
        ],
        [],
    )
    assert index.find("lay chong nuoc ngoai").entries[0].path_code == "2"
    assert index.find("lấy chồng").entries[0].path_code == "1"


def test_equal_matches_are_ordered_live_then_full_then_by_name():
    names = {"a": {}, "b": {"is_full": True}, "c": {"is_full": True, "is_live": True}}
    index = Index([entry(code, "Cấp thẻ", **facts) for code, facts in names.items()], [], [])
    assert [one.path_code for one in index.find("cap the").entries] == ["c", "b", "a"]


def test_the_command_answers_as_one_json_object(catalogue, capsys):
    call_command("search", "lam khai sinh", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["results"][0] == {"code": "1.001193", "name": "Đăng ký khai sinh", "live": True, "full": True}
    assert told["count"] >= 5
