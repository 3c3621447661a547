"""Sayings as soft documents: a question that nobody wrote down finds what similar sayings mean."""

import pytest

from procedures import index as index_module
from procedures import search
from procedures.index import Index, Synonym
from procedures.likeness import Likeness
from procedures.spelling import as_written

FEWEST = 4
"""Sayings a meaning must keep for one of them to be left out."""
LEFT_OUT = 5


def liked(said: dict[int, list[str]], question: str, fillers: frozenset[str] = frozenset()) -> list[int]:
    likeness = Likeness(said, lambda word: word.key in fillers).to(as_written(question))
    return sorted(likeness, key=lambda number: -likeness[number])


def left_out() -> tuple[list[Synonym], list[tuple[str, str]]]:
    """The editors' sayings without every fifth of three words or more, and those with the code they mean."""
    kept, asked = [], []
    bare = Index(search.entries(), [], search.index().sayings.fillers.values())
    for one in search.synonyms_in_use():
        found = bare.find(one.find[0]) if len(one.find) == 1 and len(one.say) >= FEWEST else None
        if not found or not found.entries or not found.entries[0].is_full:
            kept.append(one)
            continue
        out = [phrase for phrase in one.say[::LEFT_OUT] if len(phrase.split()) > 2]
        asked += [(phrase, found.entries[0].path_code) for phrase in out]
        kept.append(Synonym(tuple(phrase for phrase in one.say if phrase not in out), one.find))
    return kept, asked


def share(index: Index, asked: list[tuple[str, str]]) -> float:
    hits = sum(code in [one.path_code for one in index.find(query).entries[:3]] for query, code in asked)
    return hits / len(asked)


def test_sayings_that_were_left_out_still_find_theirs_and_fewer_do_without_likeness(catalogue, monkeypatch):
    kept, asked = left_out()
    index = Index(search.entries(), kept, search.index().sayings.fillers.values())
    assert len(asked) >= 250
    with_likeness = share(index, asked)
    assert with_likeness >= 0.88
    monkeypatch.setattr(index_module, "LIKEN", 0.0)
    monkeypatch.setattr(index_module, "LIKE", 2.0)
    assert share(index, asked) < with_likeness


def test_a_paraphrase_drawn_from_several_sayings_is_like_their_procedure():
    said = {1: ["mở tiệm tóc", "buôn bán nhỏ ở chợ"], 2: ["mở trường học", "dạy học ở chợ"]}
    assert liked(said, "buôn bán tóc")[0] == 1


def test_the_order_of_two_words_tells_two_procedures_apart():
    said = {1: ["cha nhận con"], 2: ["con nhận cha"], 3: ["nhận nhà"]}
    assert liked(said, "cha nhận lại con")[0] == 1
    assert liked(said, "con nhận lại cha")[0] == 2


def test_a_word_said_for_every_procedure_decides_nothing():
    said = {1: ["giấy xe", "giấy xe máy"], 2: ["giấy nhà"], 3: ["giấy đất"]}
    assert liked(said, "giấy giấy nhà")[0] == 2


def test_fillers_hardly_count():
    said = {1: ["xin ạ"], 2: ["nhà"]}
    assert liked(said, "xin ạ nhà", frozenset({"xin", "a"}))[0] == 2


@pytest.mark.parametrize("question", ["", "xyzzy", "🙂"])
def test_nothing_is_like_nonsense(question):
    assert liked({1: ["nhà đất"], 2: ["xe máy"]}, question) == []


def test_likeness_is_a_share():
    likeness = Likeness({1: ["nhà đất"], 2: ["xe máy"]}, lambda _word: False)
    for question in ("nhà đất", "xe máy nhà đất", "nhà"):
        assert all(0 < value <= 1 for value in likeness.to(as_written(question)).values())
