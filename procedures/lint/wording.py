"""One datum, one wording: a dictionary question is asked in the words of the dictionary, in every procedure."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures import dictionary
from procedures.lint.material import Asked, Finding, Material, Severity


def wording(material: Material) -> Iterator[Finding]:
    for one in material.questions:
        if one.question.element and one.question.of:
            yield from _of(one)


def _of(one: Asked) -> Iterator[Finding]:
    question = one.question
    agreed = dictionary.wording(question.element, question.of)
    told = {"label": question.label, "element": question.element, "of": question.of}
    if question.element not in dictionary.elements():
        message = _("“%(label)s” dùng mục “%(element)s” không có trong từ điển dữ liệu.") % told
        yield _finding(one, message, _("Chọn một mục có trong từ điển, hoặc thêm mục vào từ điển."))
    elif agreed is None:
        message = _("Từ điển chưa có cách gọi “%(element)s” của “%(of)s” (“%(label)s”).") % told
        yield _finding(one, message, _("Thêm cách gọi này vào từ điển dữ liệu."), "warning")
    elif agreed[0] != question.label or (question.label_en and agreed[1] != question.label_en):
        theirs = agreed[0] if agreed[0] != question.label else agreed[1]
        message = _("“%(label)s” gọi khác từ điển: “%(agreed)s”.") % {**told, "agreed": theirs}
        yield _finding(one, message, _("Dùng đúng câu của từ điển, để mọi thủ tục hỏi như nhau."))


def _finding(one: Asked, message: str, mend: str, severity: Severity = "error") -> Finding:
    return Finding("wording", severity, one.place, message, mend)


RULES = (wording,)
