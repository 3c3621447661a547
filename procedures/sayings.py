"""What people say and what the law says instead: the editors' synonyms, found in a question. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from procedures.spelling import Word, as_written, key, marks


@dataclass(frozen=True, slots=True)
class Synonym:
    """What people say; what they mean, one or several; how to offer the several."""

    say: tuple[str, ...]
    find: tuple[str, ...]
    labels: tuple[str, ...] = ()
    labels_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One meaning of an ambiguous question: ``query`` asks for it alone."""

    label: str
    label_en: str
    query: str


class Sayings:
    """Sayings under their first word, longest first; and the fillers, which hardly count anywhere."""

    def __init__(self, synonyms: Iterable[Synonym], fillers: Iterable[str]) -> None:
        self.synonyms = list(synonyms)
        self.fillers = {key(word): word for word in fillers}
        self._filler_marks = {one: marks(word) for one, word in self.fillers.items()}
        self._by_first: dict[str, list[tuple[list[Word], Synonym]]] = defaultdict(list)
        for one in self.synonyms:
            for phrase in one.say:
                told = as_written(phrase)
                bare = [word for word in told if not self.is_filler(word)]
                if len(bare) < 2:
                    bare = told  # «làm nhà» must not fire on every «nhà»
                if bare:
                    self._by_first[bare[0].key].append((bare, one))
        for sayings in self._by_first.values():
            sayings.sort(key=lambda one: -len(one[0]))

    def texts(self) -> Iterator[list[str]]:
        """Everything said here, word by word, for the speller."""
        for one in self.synonyms:
            for phrase in (*one.find, *one.say):
                yield [word.key for word in as_written(phrase)]
        for word in self.fillers:
            yield [word]

    def cut(self, words: list[Word]) -> list[tuple[Synonym | None, list[Word]]]:
        """The question cut into sayings of the editors (the longest first) and the words between them.

        A saying with several meanings counts only when nothing else is asked: «đăng ký» alone, not «đăng ký tàu bay».
        """
        spans: list[tuple[int, int, Synonym]] = []
        for at, word in enumerate(words):
            for saying, synonym in self._by_first.get(word.key, ()):
                end = self._until(words, at, saying)
                others = words[:at] + words[end:]
                if end and (len(synonym.find) == 1 or all(map(self.is_filler, others))):
                    spans.append((at, end, synonym))
                    break
        taken: set[int] = set()
        chosen = {}
        for start, end, synonym in sorted(spans, key=lambda span: span[0] - span[1]):
            if not taken & set(range(start, end)):
                taken |= set(range(start, end))
                chosen[start] = (end, synonym)
        parts: list[tuple[Synonym | None, list[Word]]] = []
        at = 0
        while at < len(words):
            if at in chosen:
                end, synonym = chosen[at]
                parts.append((synonym, words[at:end]))
                at = end
                continue
            if not parts or parts[-1][0]:
                parts.append((None, []))
            parts[-1][1].append(words[at])
            at += 1
        return parts

    def _until(self, words: list[Word], at: int, saying: list[Word]) -> int:
        """Where a saying that begins at ``at`` ends; 0 when it is not said. Fillers may stand between its words;
        of the marks that were typed, one may differ in a saying of several words."""
        wrong = 0
        for one in saying:
            while at < len(words) and words[at].key != one.key and self.is_filler(words[at]):
                at += 1
            if at == len(words) or words[at].key != one.key:
                return 0
            wrong += bool(words[at].marks) and words[at].marks != one.marks
            at += 1
        return at if wrong <= (len(saying) > 1) else 0

    def is_filler(self, word: Word) -> bool:
        """«đi» is one, «di» in «di chúc» is none; without marks it may be either."""
        told = self._filler_marks.get(word.key)
        return told is not None and (not word.marks or word.marks == told)
