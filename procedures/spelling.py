"""How Vietnamese is really typed: without marks, with telex or VNI keys left over, one letter wrong, blanks lost.

Pure. A *key* is a syllable without marks and with the two spellings of the final vowel made one («ký», «kí» → «ki»);
a *spelling* keeps the marks, wherever the tone was put («hoà», «hòa»).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from identity.folding import fold

SHORTEST_TYPO = 3
LONG_WORD = 8
"""From this length on two letters may be wrong; no Vietnamese syllable is longer than seven letters."""
MOST_WORDS, LONGEST_WORD = 40, 16
WORDS_KEPT = 20_000
MOST_CANDIDATES = 16
MOST_COMPLETIONS = 12
KEPT, UNKNOWN, STRANGE = 0.0, 3.0, 7.0
REAL_WORD = 2.0
"""What doubting a word costs that exists as it was typed."""
TELEX_COST, SPLIT_COST, JOIN_COST, COMPLETED_COST = 1.0, 3.5, 3.0, 4.5
SWAPPED, DOUBLED, NEIGHBOUR_KEY, OTHER_TYPO, TWO_TYPOS = 3.2, 3.2, 3.6, 4.2, 6.0
NEIGHBOURS = {
    letter: frozenset(
        near
        for r in (row - 1, row, row + 1)
        if 0 <= r < 3
        for near in ("qwertyuiop", "asdfghjkl", "zxcvbnm")[r][max(0, column - 1) : column + 2]
    )
    for row, letters in enumerate(("qwertyuiop", "asdfghjkl", "zxcvbnm"))
    for column, letter in enumerate(letters)
}
TONE_MARKS = "\u0300\u0301\u0303\u0309\u0323"
TONES = dict(zip("sfrxj", "\u0301\u0300\u0309\u0303\u0323", strict=True)) | dict(
    zip("12345", "\u0301\u0300\u0309\u0303\u0323", strict=True)
)
SYLLABLE = re.compile(
    r"(b|ch?|d|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu?|r|s|th?|tr?|v|x)?"
    r"(a|ai|ao|au|ay|e|eo|eu|i|ia|ie|ieu|iu|o|oa|oai|oao|oay|oe|oeo|oi|oo|u|ua|uai|uay|ue|ui|uo|uoi|uou|uu|uy|uya|uye|uyu|y|ye|yeu)"
    r"(c|ch|m|n|ng|nh|p|t)?"
)
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question: what it is taken for, and its spelling where that can be believed.

    Who typed one word with marks typed the others as they are; who typed none said nothing about marks.
    """

    key: str
    marks: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One way to take a word or two of a question."""

    cost: float
    become: tuple[Word, ...]
    uses: int = 1


@lru_cache(maxsize=WORDS_KEPT)
def key(word: str) -> str:
    """«Ký», «kí», «KY» → «ki»."""
    folded = fold(word)
    return folded[:-1] + "i" if len(folded) > 1 and folded[-1] == "y" and folded[-2] not in "aou" else folded


@lru_cache(maxsize=WORDS_KEPT)
def marks(word: str) -> str:
    """The letters with their own marks, then the tone: one spelling for «hoà» and «hòa», «ký» and «kí»."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tone = "".join(c for c in decomposed if c in TONE_MARKS)
    rest = "".join(c for c in decomposed if c not in TONE_MARKS)
    if len(rest) > 1 and rest[-1] == "y" and fold(rest[-2]) not in ("a", "o", "u", ""):
        rest = rest[:-1] + "i"
    return f"{rest}{tone}"


def is_marked(word: str) -> bool:
    return fold(word) != word.lower()


def words_of(text: str) -> list[str]:
    return [word for word in WORD.findall(unicodedata.normalize("NFC", text).lower()) if fold(word)]


def keys_of(text: str) -> list[str]:
    return [key(word) for word in words_of(text)]


def as_written(text: str) -> list[Word]:
    """The words of a text that needs no mending."""
    return [Word(key(word), marks(word)) for word in words_of(text)]


def untelexed(word: str) -> list[str]:
    """What the keys would have given with the keyboard switched on: «ddaang» → «đâng», «ky1» → «ký»."""
    if not word.isalnum() or not re.search(r"[sfrxjw1-9]|aa|ee|oo|dd", word):
        return []
    text, tone = word, ""
    found = re.search(r"(?<=[aeiouyw\d\u00c0-\u1ef9cghmnpt])[sfrxj1-5]", text[1:])
    if found:
        at = found.start() + 1
        tone, text = TONES[text[at]], text[:at] + text[at + 1 :]
    for typed, letter in (("uwow", "ươ"), ("uow", "ươ"), ("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô")):
        text = text.replace(typed, letter, 1)
    text = re.sub(r"^d(.*)[9d]", r"đ\1", text)
    text = re.sub(r"^(.*?)([aeo])(.*?)6", lambda m: m[1] + "âêô"["aeo".index(m[2])] + m[3], text)
    text = re.sub(r"^(.*?)a(.*?)[w8]", r"\1ă\2", text)
    text = re.sub(r"^(.*?)uo(.*?)[w7]", r"\1ươ\2", text)
    text = re.sub(r"^(.*?)([ou])(.*?)[w7]", lambda m: m[1] + "ơư"["ou".index(m[2])] + m[3], text)
    doubled = re.match(r"^(.*)([aeo])([^aeiouy]+)\2$", text)
    if doubled:
        text = doubled[1] + "âêô"["aeo".index(doubled[2])] + doubled[3]
    if text == word or not SYLLABLE.fullmatch(fold(text)):
        return []
    vowel = max((i for i, c in enumerate(text) if fold(c) in "aeiouy"), default=0)
    return [unicodedata.normalize("NFC", text[: vowel + 1] + tone + text[vowel + 1 :])]


class Speller:
    """Reads a question word by word against what the catalogue and the editors' sayings contain.

    The cheapest reading wins: a change costs, two neighbours that stand together elsewhere earn (Viterbi).
    """

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        counted: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for keys in texts:
            counted.update(keys)
            pairs.update(zip(keys, keys[1:], strict=False))
        self.known = counted
        self._worth = {word: 0.25 * log(1 + n) for word, n in counted.items()}
        self._pairs = {pair: min(5.5, 2.2 + 0.6 * log(n)) for pair, n in pairs.items()}
        self._near: dict[str, list[str]] = defaultdict(list)
        self._begin: dict[str, list[str]] = defaultdict(list)
        for word in counted:
            if word.isalpha():
                for form in _shortened(word):
                    self._near[form].append(word)
            for length in range(2, min(len(word), 6)):
                self._begin[word[:length]].append(word)

    def read(self, text: str) -> list[Word]:
        typed = words_of(text)[:MOST_WORDS]
        keys = [key(word) for word in typed]
        believed = any(map(is_marked, typed))
        steps = [self._candidates(typed, keys, at, believed) for at in range(len(typed))]
        return self._cheapest(steps)

    def _candidates(self, typed: list[str], keys: list[str], at: int, believed: bool) -> list[Step]:
        """Ways to take the word ``at``, the cheapest for each result."""
        found: dict[tuple[str, ...], Step] = {}
        for step in self._ways(typed[at], keys, at, believed):
            become = tuple(word.key for word in step.become)
            if become not in found or step.cost < found[become].cost:
                found[become] = step
        return sorted(found.values(), key=lambda step: step.cost)[:MOST_CANDIDATES]

    def _ways(self, word: str, keys: list[str], at: int, believed: bool) -> Iterator[Step]:
        exact = keys[at]
        is_known = exact in self.known
        is_syllable = SYLLABLE.fullmatch(exact) is not None or word.isdecimal()
        as_typed = Word(exact, marks(word) if believed else "")
        yield Step(KEPT if is_known else UNKNOWN if is_syllable else STRANGE, (as_typed,))
        for decoded in untelexed(word):
            if key(decoded) in self.known:
                yield Step(TELEX_COST + REAL_WORD * is_known, (Word(key(decoded), marks(decoded)),))
        for near, cost in self._typos(exact):
            if not is_known or self._fits(near, keys, at):
                yield Step(cost + REAL_WORD * is_known, (Word(near),))
        after = keys[at + 1] if at + 1 < len(keys) else ""
        if after and exact + after in self.known and not (is_known and after in self.known):
            yield Step(JOIN_COST, (Word(exact + after),), uses=2)
        if not is_known:
            yield from self._split_or_completed(exact, is_last=not after)

    def _split_or_completed(self, word: str, *, is_last: bool) -> Iterator[Step]:
        for cut in range(1, min(len(word), LONGEST_WORD)):
            halves = key(word[:cut]), key(word[cut:])
            if halves in self._pairs:
                yield Step(SPLIT_COST, (Word(halves[0]), Word(halves[1])))
        for whole in self._begin.get(word, ())[:MOST_COMPLETIONS] if is_last else ():
            yield Step(COMPLETED_COST, (Word(whole),))

    def _fits(self, near: str, keys: list[str], at: int) -> bool:
        before, after = keys[at - 1] if at else "", keys[at + 1] if at + 1 < len(keys) else ""
        return (before, near) in self._pairs or (near, after) in self._pairs

    def _typos(self, word: str) -> Iterator[tuple[str, float]]:
        if not word.isalpha() or not 2 <= len(word) <= LONGEST_WORD:
            return
        seen = {word}
        for form in _shortened(word):
            for near in self._near.get(form, ()):
                if near in seen:
                    continue
                seen.add(near)
                cost = typo_cost(word, near)
                if cost and (len(word) >= SHORTEST_TYPO or len(near) > len(word)):
                    yield near, cost
        if len(word) >= LONG_WORD:
            for form in {twice for once in _shortened(word) for twice in _shortened(once)}:
                for near in self._near.get(form, ()):
                    if near not in seen and len(near) >= LONG_WORD - 1:
                        seen.add(near)
                        yield near, TWO_TYPOS

    def _cheapest(self, steps: list[list[Step]]) -> list[Word]:
        """``best[i]``: for each last word of a reading of the first ``i`` words, its cost and the way back."""
        best: list[dict[str, tuple[float, Step | None, int, str]]] = [{} for _ in range(len(steps) + 1)]
        best[0][""] = (0.0, None, 0, "")
        for at, candidates in enumerate(steps):
            for step in candidates:
                inner = step.cost - sum(self._worth.get(word.key, 0.0) for word in step.become)
                for a, b in zip(step.become, step.become[1:], strict=False):
                    inner -= self._pairs.get((a.key, b.key), 0.0)
                first, last, end = step.become[0].key, step.become[-1].key, at + step.uses
                for before, (sofar, *_way) in best[at].items():
                    total = sofar + inner - self._pairs.get((before, first), 0.0)
                    if last not in best[end] or total < best[end][last][0]:
                        best[end][last] = (total, step, at, before)
        out: list[Word] = []
        at, last = len(steps), min(best[-1], key=lambda word: best[-1][word][0])
        while at > 0:
            _cost, taken, at, last = best[at][last]
            if taken:
                out[:0] = taken.become
        return out


def typo_cost(a: str, b: str) -> float:
    """One letter added, dropped, changed, or two neighbours swapped; 0 when it is more (or nothing)."""
    if a == b or abs(len(a) - len(b)) > 1:
        return 0.0
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if rest_a[1:] == rest_b:
        return DOUBLED if start and rest_a[0] == a[start - 1] else OTHER_TYPO
    if rest_a == rest_b[1:]:
        return DOUBLED if start and rest_b[0] == b[start - 1] else OTHER_TYPO
    if rest_a[1:] == rest_b[1:]:
        return NEIGHBOUR_KEY if rest_b[0] in NEIGHBOURS.get(rest_a[0], ()) else OTHER_TYPO
    return SWAPPED if rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:] else 0.0


def _shortened(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
