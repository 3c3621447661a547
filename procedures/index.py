"""The words of the catalogue in memory, and which procedures a question means. Pure: no database, no settings.

A question is folded (no accents, đ as d), its filler words drop out, and what people say becomes what the law says
(the editors' synonyms). Every remaining word must occur; only when no procedure has them all is one typo a word
forgiven, and then the best partial match taken. Rare words, pairs of neighbouring words and short names weigh more.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from identity.folding import fold

NAME, KEYWORD, ENGLISH, FIELD, ACCENT = 3.0, 2.6, 1.6, 0.6, 0.8
PREFIX, TYPO = 0.6, 0.7
EXACT_PHRASE = 12.0
FULL, LIVE = 1.2, 1.35
SHORTEST_TYPO = 3
MOST_PREFIXES = 40
CODE = re.compile(r"\d\.\d{1,6}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One procedure as the search pages and the API show it; ``record`` is the catalogue's own."""

    path_code: str
    name: str
    name_en: str
    keywords: tuple[str, ...]
    field: str
    field_en: str
    field_key: str
    owner: str
    owner_key: str
    audience: tuple[str, ...]
    life_events: tuple[str, ...]
    record: Mapping[str, Any]
    is_full: bool
    is_live: bool


@dataclass(frozen=True, slots=True)
class Synonym:
    say: tuple[str, ...]
    find: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question: words that must occur, words that help, and whether they must be neighbours."""

    words: tuple[str, ...]
    helpful: tuple[str, ...] = ()
    together: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    entries: list[Entry]
    understood: str
    """What the question was taken to mean, when that differs from what was typed."""
    words: frozenset[str]
    """Folded words to mark in the names."""


class Index:
    def __init__(self, entries: Iterable[Entry], synonyms: Iterable[Synonym], fillers: Iterable[str]) -> None:
        self.entries = list(entries)
        self.fillers = {fold(word): word for word in fillers}
        said = ((fold(phrase), one.find) for one in synonyms for phrase in one.say)
        self.synonyms = sorted(said, key=lambda pair: -len(pair[0]))
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        self._phrases: dict[str, set[int]] = defaultdict(set)
        self._length: list[int] = []
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        for number, entry in enumerate(self.entries):
            self._add(number, entry, spellings)
        self._spelling = {word: counted.most_common(1)[0][0] for word, counted in spellings.items()}
        self._idf = {
            word: math.log(1 + len(self.entries) / len(docs)) for word, docs in self._postings.items()
        }
        self._words = sorted(word for word in self._postings if " " not in word and word[0] != "=")
        self._near = self._neighbourhood()

    def find(self, query: str) -> Found:
        """Best first. An empty question finds nothing."""
        text = query.strip().lower()
        if CODE.fullmatch(text):
            hits = [entry for entry in self.entries if entry.path_code.startswith(text)]
            return Found(sorted(hits, key=_standing), "", frozenset())
        folded = fold(text)
        readings, meant = self._read(folded)
        accents = tuple(f"={word}" for word in text.split() if not word.isascii())
        scores: dict[int, float] = {}
        seen: set[str] = set()
        for forgiving in (False, True):
            for reading in readings:
                for number, score in self._score(reading, accents, forgiving, seen).items():
                    scores[number] = max(score, scores.get(number, 0.0))
            if scores:
                break
        for number in self._phrases.get(folded, ()):
            scores[number] = scores.get(number, 0.0) + EXACT_PHRASE
        ranked = sorted(scores, key=lambda n: (-round(scores[n], 6), _standing(self.entries[n])))
        understood = meant or (self._accented(folded, seen) if folded == text or not scores else "")
        if understood == text:
            understood = ""
        return Found([self.entries[number] for number in ranked], understood, frozenset(seen))

    # --- building ---------------------------------------------------------------------------------------

    def _add(self, number: int, entry: Entry, spellings: dict[str, Counter[str]]) -> None:
        self._length.append(len(fold(entry.name).split()))
        shortness = 1 / (0.7 + 0.02 * self._length[-1])
        for text, weight in (
            (entry.name, NAME * shortness),
            *((keyword, KEYWORD) for keyword in entry.keywords),
            (entry.name_en, ENGLISH),
            (entry.field, FIELD),
        ):
            self._post(number, text, weight, spellings)
        for phrase in (entry.name, *entry.keywords):
            self._phrases[fold(phrase)].add(number)

    def _post(self, number: int, text: str, weight: float, spellings: dict[str, Counter[str]]) -> None:
        words = [word for word in (fold(part) for part in re.split(r"[^\w]+", text.lower())) if word]
        written = [part for part in re.split(r"[^\w]+", text.lower()) if fold(part)]
        pairs = [f"{a} {b}" for a, b in zip(words, words[1:], strict=False)]
        for key, spelled in zip(words, written, strict=True):
            spellings[key][spelled] += 1
            if not spelled.isascii():
                self._weigh(f"={spelled}", number, ACCENT)
        for key, first, second in zip(pairs, written, written[1:], strict=False):
            spellings[key][f"{first} {second}"] += 1
        for key in (*words, *pairs):
            self._weigh(key, number, weight)

    def _weigh(self, key: str, number: int, weight: float) -> None:
        docs = self._postings[key]
        docs[number] = max(weight, docs.get(number, 0.0))

    def _neighbourhood(self) -> dict[str, list[str]]:
        """Every word under each form that lacks one letter: two words one typo apart meet in such a form."""
        near: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            if len(word) >= SHORTEST_TYPO and word.isalpha():
                for form in _shortened(word):
                    near[form].append(word)
        return near

    # --- reading a question -----------------------------------------------------------------------------

    def _read(self, folded: str) -> tuple[list[Reading], str]:
        plain = self._without_fillers(folded.split())
        rest, meant = f" {folded} ", []
        for phrase, find in self.synonyms:
            if f" {phrase} " in rest:
                rest = rest.replace(f" {phrase} ", " ", 1)
                meant.append(find)
        if not meant:
            return [Reading(tuple(plain))], ""
        left = tuple(word for word in rest.split() if word not in self.fillers)
        as_said = Reading(tuple(plain), together=True)
        if left and self._score(as_said, (), False, set()):
            return [as_said], ""  # «hóa chất nhập khẩu» is not about «nhập khẩu» into a household
        readings = [Reading(tuple(self._without_fillers(fold(find).split())), left) for find in meant]
        return [*readings, as_said], ", ".join(dict.fromkeys(meant))

    def _without_fillers(self, words: list[str]) -> list[str]:
        return list(dict.fromkeys([word for word in words if word not in self.fillers] or words))

    def _score(
        self, reading: Reading, accents: tuple[str, ...], forgiving: bool, seen: set[str]
    ) -> dict[int, float]:
        if not reading.words:
            return {}
        scores: dict[int, float] = defaultdict(float)
        covered: Counter[int] = Counter()
        for position, word in enumerate(reading.words):
            last = position == len(reading.words) - 1
            for number, score in self._matches(word, last, forgiving, seen).items():
                scores[number] += score
                covered[number] += 1
        need = len(reading.words)
        if forgiving and need not in covered.values():
            need = max(covered.values(), default=0)
            if need * 3 < len(reading.words) * 2:
                return {}
        pairs = [f"{a} {b}" for a, b in zip(reading.words, reading.words[1:], strict=False)]
        kept = {number for number, count in covered.items() if count >= need}
        neighbours = Counter(number for pair in pairs for number in kept & self._posted(pair).keys())
        least = len(pairs) if reading.together else max(neighbours.values(), default=0) / 2
        kept = {number for number in kept if neighbours[number] >= least}
        for key in (*pairs, *reading.helpful, *accents):
            posted, idf = self._posted(key), self._idf.get(key, 0.0)
            for number in kept & posted.keys():
                scores[number] += posted[number] * idf
        return {number: scores[number] * self._standing_of(number, need) for number in kept}

    def _standing_of(self, number: int, words: int) -> float:
        entry = self.entries[number]
        covers = min(1.0, words / self._length[number])
        return (0.75 + 0.5 * covers) * (LIVE if entry.is_live else FULL if entry.is_full else 1.0)

    def _posted(self, key: str) -> dict[int, float]:
        return self._postings.get(key, {})

    def _matches(self, word: str, last: bool, forgiving: bool, seen: set[str]) -> dict[int, float]:
        """Best score of ``word`` for each procedure that has it, or what it begins or nearly is."""
        best: dict[int, float] = {}
        for key, quality in self._readings_of(word, last, forgiving):
            weight = quality * self._idf[key]
            seen.add(key)
            for number, posted in self._postings[key].items():
                if posted * weight > best.get(number, 0.0):
                    best[number] = posted * weight
        return best

    def _readings_of(self, word: str, last: bool, forgiving: bool) -> Iterator[tuple[str, float]]:
        exact = word in self._postings
        if exact:
            yield word, 1.0
        if last and len(word) > 1:
            yield from ((key, PREFIX) for key in self._beginning_with(word))
        if (forgiving or not exact) and len(word) >= SHORTEST_TYPO and word.isalpha():
            yield from ((key, TYPO) for key in self._nearly(word))

    def _beginning_with(self, word: str) -> list[str]:
        start = bisect_left(self._words, word)
        found = self._words[start : start + MOST_PREFIXES]
        return [key for key in found if key != word and key.startswith(word)]

    def _nearly(self, word: str) -> set[str]:
        candidates = {near for form in _shortened(word) for near in self._near.get(form, ())}
        return {near for near in candidates if near != word and _one_typo(word, near)}

    def _accented(self, folded: str, seen: set[str]) -> str:
        """The question as it is written with its marks, when the catalogue knows all of it; typos mended."""
        words = [self._mended(word, seen) for word in folded.split()]
        told: list[str] = []
        position = 0
        while position < len(words):
            pair = " ".join(words[position : position + 2])
            if words[position] in self.fillers:
                told.append(self.fillers[words[position]])
                position += 1
            elif " " in pair and pair in self._spelling:
                told.append(self._spelling[pair])
                position += 2
            else:
                return ""
        return " ".join(told)

    def _mended(self, word: str, seen: set[str]) -> str:
        if word in self._postings or word in self.fillers:
            return word
        near = [key for key in self._nearly(word) if key in seen]
        return max(near, key=lambda key: len(self._postings[key]), default=word)


def _standing(entry: Entry) -> tuple[bool, bool, str]:
    return (not entry.is_live, not entry.is_full, entry.name)


def _shortened(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def _one_typo(a: str, b: str) -> bool:
    """One letter added, dropped, changed, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    return (
        rest_a[1:] == rest_b
        or rest_a == rest_b[1:]
        or rest_a[1:] == rest_b[1:]
        or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    )
