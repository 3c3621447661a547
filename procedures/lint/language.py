"""Words a citizen understands: short sentences, explained abbreviations, no shouting, English beside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures.lint.material import Finding, Material, Text
from procedures.terms import terms

LONG, TOO_LONG = 20, 35
"""Tiếng (syllables, parted by spaces) in a sentence: from the first on a warning, above the second an error."""
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
_NUMBER_OF_ACT = re.compile(r"\d+/\d*/?[\w&-]+(?:-[\w&]+)*")
_WORD = re.compile(r"(?<![\w/&-])[^\W\d_]+(?:&[^\W\d_]+)*(?![\w/-])")
_ROMAN = re.compile(r"[IVXLC]+")
SHOUTED = 4
"""Words in capitals one after the other that are shouting rather than abbreviations."""
# Names of things rather than sentences: they follow the act that gives them.
_OFFICIAL = ("content.name_vi", "content.result.name_vi")


def abbreviation(material: Material) -> Iterator[Finding]:
    explained = _explained(material.texts)
    for text in material.texts:
        unexplained = dict.fromkeys(match[0] for match in _short(text) if match[0] not in explained)
        for short in () if _shouts(text) else unexplained:
            yield Finding(
                "abbreviation",
                "error",
                text.place,
                _("Chữ viết tắt “%(short)s” chưa được giải thích.") % {"short": short},
                _("Viết đủ chữ, giải thích trong ngoặc ở lần đầu, hoặc thêm vào danh mục thuật ngữ."),
            )


def _short(text: Text) -> Iterator[re.Match[str]]:
    """UBND, TN&MT, VNeID; not the numbers of acts (123/2015/NĐ-CP), codes with digits, Roman numerals."""
    for match in _WORD.finditer(_NUMBER_OF_ACT.sub(lambda act: "0" * len(act[0]), text.words)):
        if match[0][:2].isupper() and len(match[0]) > 1 and not _ROMAN.fullmatch(match[0]):
            yield match


def _explained(texts: tuple[Text, ...]) -> set[str]:
    """«Ủy ban nhân dân (UBND)» or «UBND (Ủy ban nhân dân)», anywhere in the edition, and the glossary."""
    found = set(terms())
    for text in texts:
        for match in _short(text):
            before, after = text.words[: match.start()], text.words[match.end() :]
            if (before.endswith("(") and after.startswith(")")) or after.startswith(" ("):
                found.add(match[0])
    return found


def _shouts(text: Text) -> bool:
    run = longest = 0
    for word in text.words.split():
        letters = "".join(filter(str.isalpha, word))
        run = run + 1 if len(letters) > 1 and letters.isupper() else 0
        longest = max(longest, run)
    return longest >= SHOUTED


def long_sentence(material: Material) -> Iterator[Finding]:
    for text in material.vietnamese:
        longest = max((len(part.split()) for part in _SENTENCE.split(text.words)), default=0)
        if longest > LONG and text.place not in _OFFICIAL:
            yield Finding(
                "long_sentence",
                "error" if longest > TOO_LONG else "warning",
                text.place,
                _("Câu dài %(count)s tiếng.") % {"count": longest},
                _("Tách thành câu ngắn, mỗi câu không quá %(limit)s tiếng.") % {"limit": LONG},
            )


def all_caps(material: Material) -> Iterator[Finding]:
    for text in material.texts:
        if _shouts(text):
            yield Finding(
                "all_caps",
                "warning",
                text.place,
                _("Viết hoa toàn bộ, khó đọc."),
                _("Viết thường, chỉ hoa chữ đầu câu và tên riêng."),
            )


def english(material: Material) -> Iterator[Finding]:
    mend = _("Ghi bản tiếng Anh, ngắn và đúng nghĩa.")
    if not material.content.get("name_en"):
        yield Finding("english", "error", "content.name_en", _("Thủ tục chưa có tên tiếng Anh."), mend)
    for number, page in enumerate(material.form.pages if material.form else ()):
        if not page.title_en:
            message = _("Trang “%(title)s” chưa có tên tiếng Anh.") % {"title": page.title}
            yield Finding("english", "error", f"form.pages[{number}]", message, mend)
    for one in material.questions:
        question = one.question
        if not question.label_en:
            message = _("Câu hỏi “%(label)s” chưa có tiếng Anh.") % {"label": question.label}
            yield Finding("english", "error", one.place, message, mend)
        explained = (question.hint, question.hint_en), (question.why, question.why_en)
        if any(vi and not en for vi, en in explained) or any(not one.label_en for one in question.choices):
            message = _("Lời giải thích hoặc lựa chọn của “%(label)s” chưa có tiếng Anh.") % {
                "label": question.label
            }
            yield Finding("english", "warning", one.place, message, mend)


RULES = (abbreviation, long_sentence, all_caps, english)
