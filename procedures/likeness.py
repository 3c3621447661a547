"""How like a question is to what people say for a procedure: sayings as soft documents, not fixed phrases. Pure.

All that is said for one procedure, with its name, keywords and result, is one document. A word or an ordered pair of
words weighs by how few documents have it, so that fillers fade by themselves. Two views are added: the share of the
question that the whole document knows (a paraphrase drawn from several sayings), and the one saying that is nearest
(a saying half remembered). The weights were chosen on sayings left out in turn (five parts), misspelled and without
marks, such that names of procedures nobody has sayings for are still found.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import log

from procedures.spelling import Word, as_written

WINDOW = 3
"""How far apart two words may stand and still be a pair, fillers left out."""
PAIR, FILLER, STRANGE = 0.4, 0.15, 0.6
"""Weight of a pair beside its words; of a filler; of a word that nobody says here, beside the rarest."""
SEEN_ENOUGH = 0.5
"""A term said this many times in a document counts half."""
WHOLE = 0.5
"""Share of the whole document beside the nearest saying."""


class Likeness:
    """Documents under the numbers of their procedures."""

    def __init__(self, said: Mapping[int, Iterable[str]], is_filler: Callable[[Word], bool]) -> None:
        self._is_filler = is_filler
        self._sayings: list[tuple[int, float]] = []
        self._said: dict[str, list[int]] = defaultdict(list)
        rows: list[tuple[int, frozenset[str]]] = []
        counted: dict[int, Counter[str]] = {number: Counter() for number in said}
        for number, phrases in said.items():
            for phrase in phrases:
                terms = frozenset(self._terms(as_written(phrase)))
                rows.append((number, terms))
                counted[number].update(terms)
        holders: dict[str, dict[int, float]] = defaultdict(dict)
        for number, terms_said in counted.items():
            for term, times in terms_said.items():
                holders[term][number] = times / (times + SEEN_ENOUGH)
        count = len(counted) + 1
        self._rarest = log(count)
        self._weight = {term: log(count / len(docs)) * _share(term) for term, docs in holders.items()}
        self._documents = dict(holders)
        for term in holders:
            if " " not in term and is_filler(Word(term)):
                self._weight[term] *= FILLER
        for at, (number, terms) in enumerate(rows):
            self._sayings.append((number, sum(self._weight[term] for term in terms)))
            for term in terms:
                self._said[term].append(at)

    def to(self, words: Sequence[Word]) -> dict[int, float]:
        """0 to 1 for each procedure that shares something with the question."""
        asked = {term: self._worth(term) for term in set(self._terms(words))}
        total = sum(asked.values())
        if not total:
            return {}
        whole: dict[int, float] = {}
        common: dict[int, float] = {}
        of_whole, of_common = whole.get, common.get
        for term, weight in asked.items():
            for number, share in self._documents.get(term, {}).items():
                whole[number] = of_whole(number, 0.0) + share * weight
            for at in self._said.get(term, ()):
                common[at] = of_common(at, 0.0) + weight
        nearest: dict[int, float] = {}
        for at, shared in common.items():
            number, mass = self._sayings[at]
            near = shared / (total + mass - shared)
            if near > nearest.get(number, 0.0):
                nearest[number] = near
        return {n: WHOLE * w / total + (1 - WHOLE) * nearest.get(n, 0.0) for n, w in whole.items()}

    def _worth(self, term: str) -> float:
        known = self._weight.get(term)
        if known is not None:
            return known
        if " " in term:
            return 0.0
        return self._rarest * STRANGE * (FILLER if self._is_filler(Word(term)) else 1.0)

    def _terms(self, words: Sequence[Word]) -> Iterator[str]:
        content = [word.key for word in words if not self._is_filler(word)]
        yield from (word.key for word in words)
        for at, a in enumerate(content):
            yield from (f"{a} {b}" for b in content[at + 1 : at + WINDOW])


def _share(term: str) -> float:
    return PAIR if " " in term else 1.0
