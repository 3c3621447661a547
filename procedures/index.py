"""The words of the catalogue in memory, and which procedures a question means. Pure: no database, no settings.

A question is mended (``procedures.spelling``), then read twice: as it was said, and as the law says it (the editors'
synonyms). A reading is a set of weighted terms: words, pairs of neighbours, and words with the marks that were typed;
rare ones weigh more. Procedures that share the most weight come first; the best of them are then compared phrase by
phrase: a name or keyword that the question covers whole beats a long name that happens to contain its words.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log

from procedures.entries import ENGLISH, FIELD, NAME, SAYING, Entry, later_act, phrases_of, standing, terms_of
from procedures.likeness import Likeness
from procedures.sayings import Choice, Sayings, Synonym
from procedures.spelling import Speller, Word, as_written, key, keys_of, words_of

__all__ = ["Choice", "Entry", "Found", "Index", "Synonym"]

PAIR, FILLER, LEFT, UNSEEN = 0.6, 0.12, 0.55, 4.0
LONGEST = 400
"""Letters of a question that are read."""
MARKED = 0.25
"""Share of a word's weight that its marks decide, when they were typed."""
SPREAD, COVER = 0.4, 0.6
"""How much the whole procedure counts beside its best phrase; how much it counts that the phrase is covered."""
FULL, LIVE = 1.14, 1.04
COMPARED = 60
ASIDE_SHARE = 0.1
"""What stands in brackets need hardly be asked for, yet the name without it is nearer."""
KEPT, REACH, ENOUGH, SURE = 0.5, 0.6, 0.3, 0.7
WEAKEST, SURE_ENOUGH = 0.4, 0.8
TIE = 0.97
LIKEN, LEGAL, LIKE, LIKENED = 1.0, 0.7, 0.15, 12
"""How much likeness to the sayings counts beside the words of the law; from where on it brings a procedure in."""
FEW = 10
"""Answers shown when none fits well."""
LATER = 0.93
"""Who does not say «lại», «gia hạn», «thu hồi» wants the paper for the first time."""
CODE = re.compile(r"\d\.\d{1,6}")
ASIDE = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Found:
    entries: list[Entry]
    understood: str = ""
    """What the question was taken to mean, when that differs from what was typed."""
    words: frozenset[str] = frozenset()
    """Words to mark in the names: keys, or «=» and the spelling when that is known."""
    choices: tuple[Choice, ...] = ()
    nearest: tuple[str, ...] = ()
    """Words of the catalogue close to a question that found nothing."""
    is_sure: bool = True
    """False when much of the question fits nothing: what was found may miss the point."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    terms: frozenset[str]
    mass: float
    weight: float


@dataclass(slots=True)
class _Reading:
    """Terms of one way to read the question, and the weight of each."""

    terms: dict[str, float] = field(default_factory=dict)
    gather: dict[str, float] = field(default_factory=dict)
    """Those by which procedures are gathered: no fillers, and a word once, with its marks or without."""
    total: float = 0.0
    shown: set[str] = field(default_factory=set)
    """Words to mark in the names."""

    def add(self, term: str, weight: float) -> None:
        self.total += max(0.0, weight - self.terms.get(term, 0.0))
        self.terms[term] = max(weight, self.terms.get(term, 0.0))


class Index:
    def __init__(self, entries: Iterable[Entry], synonyms: Iterable[Synonym], fillers: Iterable[str]) -> None:
        self.entries = list(entries)
        order = sorted(range(len(self.entries)), key=lambda number: standing(self.entries[number]))
        self._in_order = [self.entries[number] for number in order]
        self._place = {number: place for place, number in enumerate(order)}
        self.sayings = Sayings(synonyms, fillers)
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._written: Counter[str] = Counter()
        texts = [list(phrases_of(entry)) for entry in self.entries]
        posted = [
            [self._post(number, text, weight) for text, weight in phrases]
            for number, phrases in enumerate(texts)
        ]
        self._later = [later_act(entry.name) for entry in self.entries]
        count = len(self.entries) + 1
        self._idf = {term: log(1 + count / len(docs)) for term, docs in self._postings.items()}
        self._phrases = [
            [
                self._phrase(text, weight, terms)
                for (text, weight), (_keys, terms) in zip(phrases, told, strict=True)
                if weight > FIELD
            ]
            for phrases, told in zip(texts, posted, strict=True)
        ]
        self._likeness = Likeness(self._attach(self.sayings.synonyms), self.sayings.is_filler)
        known = (
            keys
            for phrases, told in zip(texts, posted, strict=True)
            for (_text, weight), (keys, _terms) in zip(phrases, told, strict=True)
            if weight > FIELD
        )
        self._spelled = {}
        for text, _times in reversed(self._written.most_common()):
            self._spelled[" ".join(map(key, text.split()))] = text
        self._written.clear()
        self.speller = Speller([*known, *self.sayings.texts()])

    def find(self, query: str) -> Found:
        """Best first. An empty question finds nothing."""
        text = query.strip().lower()[:LONGEST]
        if CODE.fullmatch(text):
            return Found([one for one in self._in_order if one.path_code.startswith(text)])
        words = self.speller.read(text)
        if not words:
            return Found([])
        readings, meant, choices = self._readings(words)
        scores: dict[int, float] = {}
        for reading in readings:
            for number, score in self._score(reading).items():
                scores[number] = max(score, scores.get(number, 0.0))
        self._liken(words, readings[0], scores)
        best = max(scores.values(), default=0.0)
        if best < WEAKEST:
            return Found([], nearest=self._nearest(words))
        least = KEPT * best
        for number in self._exact.get(" ".join(word.key for word in words), ()):
            scores[number] = scores.get(number, 0.0) + 1.0
        kept = (number for number, score in scores.items() if score >= least)
        ranked = sorted(kept, key=lambda n: (-round(scores[n], 6), self._place[n]))
        if best < SURE_ENOUGH:
            ranked = ranked[:FEW]
        understood = meant or self._told(words, text)
        return Found(
            [self.entries[number] for number in ranked],
            "" if understood == text else understood,
            frozenset().union(*(reading.shown for reading in readings)),
            choices or self._tied(ranked, scores, words),
            is_sure=best >= SURE_ENOUGH,
        )

    # --- building ---------------------------------------------------------------------------------------

    def _post(self, number: int, text: str, weight: float) -> tuple[list[str], frozenset[str]]:
        """Record a phrase; its words and terms are handed back, for they are needed again."""
        typed = words_of(text)
        keys = [key(word) for word in typed]
        terms = frozenset(terms_of(typed, keys))
        for term in terms:
            docs = self._postings[term]
            if docs.get(number, 0.0) < weight:
                docs[number] = weight
        if weight == NAME:
            self._exact[" ".join(keys)].append(number)
        if weight != ENGLISH:
            self._written.update(typed)
            self._written.update([f"{a} {b}" for a, b in zip(typed, typed[1:], strict=False)])
        return keys, terms

    def _phrase(self, text: str, weight: float, terms: frozenset[str]) -> _Phrase:
        core = set(as_written(ASIDE.sub(" ", text)) or as_written(text))
        mass = sum(self._idf[word.key] for word in core if not self.sayings.is_filler(word))
        if "(" in text:
            aside = set(as_written(text)) - core
            mass += ASIDE_SHARE * sum(self._idf[word.key] for word in aside)
        return _Phrase(terms, mass or 1.0, weight)

    def _attach(self, synonyms: Iterable[Synonym]) -> dict[int, list[str]]:
        """What people say for a procedure becomes a name of it, so that half a saying helps too."""
        said: dict[int, list[str]] = {}
        for one in synonyms:
            if len(one.find) > 1:
                continue
            reading = _Reading()
            self._weigh(reading, as_written(one.find[0]), 1.0)
            number, score = max(self._score(reading).items(), key=lambda pair: pair[1], default=(0, 0.0))
            if score < SURE:
                continue
            own = [text for text, weight in phrases_of(self.entries[number]) if weight > FIELD]
            said.setdefault(number, own).extend(one.say)
            for phrase in one.say:
                if sum(not self.sayings.is_filler(word) for word in as_written(phrase)) > 1:
                    _words, terms = self._post(number, phrase, SAYING)
                    for term in terms:
                        self._idf.setdefault(term, UNSEEN)
                    self._phrases[number].append(self._phrase(phrase, SAYING, terms))
        return said

    # --- reading a question -----------------------------------------------------------------------------

    def _readings(self, words: list[Word]) -> tuple[list[_Reading], str, tuple[Choice, ...]]:
        as_said = _Reading()
        self._weigh(as_said, words, 1.0)
        parts = self.sayings.cut(words)
        meanings = [synonym for synonym, _said in parts if synonym]
        if not meanings:
            return [as_said], "", ()
        several = next((one for one in meanings if len(one.find) > 1), None)
        readings = [as_said]
        for meaning in several.find if several else ("",):
            reading = _Reading()
            for synonym, said in parts:
                if synonym is None:
                    self._weigh(reading, said, LEFT)
                    continue
                replaced, told = _Reading(), _Reading()
                self._weigh(told, said, 1.0)
                find = as_written(meaning if synonym is several else synonym.find[0])
                self._weigh(replaced, find, 1.0)
                self._weigh(reading, find, min(1.0, told.total / (replaced.total or 1.0)))
            readings.append(reading)
        meant = ", ".join(
            dict.fromkeys(one.find[0] for one, said in parts if one and not _is_part(said, one.find[0]))
        )
        if several is None:
            return readings, meant, ()
        labels = several.labels or several.find
        choices = tuple(
            Choice(label, english or label, find)
            for label, english, find in zip(labels, several.labels_en or labels, several.find, strict=False)
        )
        return readings, "", choices

    def _weigh(self, reading: _Reading, words: Sequence[Word], share: float) -> None:
        content = [word for word in words if not self.sayings.is_filler(word)]
        for word in words:
            weight = share * self._idf.get(word.key, UNSEEN)
            if self.sayings.is_filler(word):
                weight *= FILLER
            else:
                reading.gather[word.key] = max(weight, reading.gather.get(word.key, 0.0))
                reading.shown.add(f"={word.marks}" if word.marks else word.key)
            told = f"={word.marks}"
            if word.marks and told in self._postings:
                reading.add(told, weight * MARKED)
                weight *= 1 - MARKED
            reading.add(word.key, weight)
        for row in (words, content):
            for a, b in zip(row, row[1:], strict=False):
                pair = f"{a.key} {b.key}"
                if pair in self._postings and not (self.sayings.is_filler(a) and self.sayings.is_filler(b)):
                    weight = share * PAIR * self._idf[pair]
                    reading.add(pair, weight)
                    reading.gather[pair] = max(weight, reading.gather.get(pair, 0.0))

    # --- scoring ----------------------------------------------------------------------------------------

    def _score(self, reading: _Reading) -> dict[int, float]:
        """Share of the question's weight that each procedure has, then compared phrase by phrase."""
        shared = self._shared(reading)
        best = max(shared.values(), default=0.0)
        if best < ENOUGH * reading.total or not best:
            return {}
        order = sorted((n for n, share in shared.items() if share >= best * REACH), key=lambda n: -shared[n])
        scores = {}
        for number in order[:COMPARED]:
            scores[number] = self._compared(number, reading, shared[number] / reading.total)
        rest = min(scores.values())
        for number in order[COMPARED:]:
            scores[number] = rest * shared[number] / best
        return scores

    def _liken(self, words: Sequence[Word], reading: _Reading, scores: dict[int, float]) -> None:
        """Add how like the question is to what people say; who is like it enough comes in beside the others."""
        likeness = self._likeness.to(words)
        for number in sorted(likeness, key=lambda one: -likeness[one])[:LIKENED]:
            if number not in scores and likeness[number] >= LIKE:
                share = sum(w * self._postings[t].get(number, 0.0) for t, w in reading.gather.items())
                scores[number] = self._compared(number, reading, share / (reading.total or 1.0))
        for number, score in scores.items():
            scores[number] = score + LIKEN * max(likeness.get(number, 0.0), LEGAL * score**2)

    def _shared(self, reading: _Reading) -> dict[int, float]:
        """Weight of the question in each procedure that may come near the best; heavy terms first.

        As soon as what is left could not lift a newcomer so far, later terms only add to those already found.
        """
        heavy_first = sorted(reading.gather.items(), key=lambda pair: -pair[1])
        left = sum(reading.gather.values())
        shared: dict[int, float] = {}
        for term, weight in heavy_first:
            docs = self._postings.get(term, {})
            if left >= REACH * max(shared.values(), default=0.0):
                known = shared.get
                for number, posted in docs.items():
                    shared[number] = known(number, 0.0) + posted * weight
            else:
                for number in shared.keys() & docs.keys():
                    shared[number] += docs[number] * weight
            left -= weight
        return shared

    def _compared(self, number: int, reading: _Reading, share: float) -> float:
        terms, fillers, idf = reading.terms, self.sayings.fillers, self._idf
        best = 0.0
        for phrase in self._phrases[number]:
            asked = covered = 0.0
            for term in phrase.terms & terms.keys():
                asked += terms[term]
                if term[0] != "=" and " " not in term and term not in fillers:
                    covered += idf[term]
            cover = min(1.0, covered / phrase.mass)
            best = max(best, phrase.weight * asked / reading.total * (1 - COVER + COVER * cover))
        entry = self.entries[number]
        standing = (FULL if entry.is_full else 1.0) * (LIVE if entry.is_live else 1.0)
        if self._later[number] and not self._later[number] & terms.keys():
            standing *= LATER
        return (SPREAD * share + (1 - SPREAD) * best) * standing

    # --- telling ----------------------------------------------------------------------------------------

    def _tied(self, ranked: list[int], scores: dict[int, float], words: list[Word]) -> tuple[Choice, ...]:
        """When short words fit procedures of different fields alike, ask which one is meant."""
        if len([word for word in words if word.key not in self.sayings.fillers]) > 3:
            return ()
        first: dict[str, Entry] = {}
        for number in ranked[:8]:
            if scores[number] >= TIE * scores[ranked[0]]:
                first.setdefault(self.entries[number].field, self.entries[number])
        if len(first) < 2 or _is_told(words, first.values()):
            return ()
        return tuple(Choice(one.name, one.name_en or one.name, one.name) for one in list(first.values())[:4])

    def _told(self, words: list[Word], text: str) -> str:
        """What was typed without marks or mended, as it is written; empty when the catalogue does not know all."""
        if any(word.marks for word in words) and keys_of(text) == [word.key for word in words]:
            return ""
        told: list[str] = []
        at = 0
        while at < len(words):
            one = words[at].key
            pair = f"{one} {words[at + 1].key}" if at + 1 < len(words) else ""
            if one in self.sayings.fillers:
                told.append(self.sayings.fillers[one])
            elif pair in self._spelled:
                told.append(self._spelled[pair])
                at += 1
            else:
                return ""
            at += 1
        return " ".join(told)

    def _nearest(self, words: list[Word]) -> tuple[str, ...]:
        known = {word.key for word in words if word.key in self._spelled and not self.sayings.is_filler(word)}
        rare = sorted(known, key=lambda one: (len(self._postings[one]), one))
        near = []
        for one in rare[:3]:
            pairs = [pair for pair in self._spelled if " " in pair and one in pair.split()]
            best = max(pairs, key=lambda pair: len(self._postings[pair]), default=one)
            near.append(self._spelled[best])
        return tuple(dict.fromkeys(near))


def _is_part(said: Sequence[Word], find: str) -> bool:
    """«khai sinh» says no more than «đăng ký khai sinh»: nothing to tell the reader."""
    return {word.key for word in said} <= set(keys_of(find))


def _is_told(words: Sequence[Word], entries: Iterable[Entry]) -> bool:
    asked = " ".join(word.key for word in words)
    return any(asked == " ".join(keys_of(entry.name)) for entry in entries)
