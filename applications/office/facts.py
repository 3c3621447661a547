"""What was answered, as a person reads it: page by page, each value with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.answering import CORRECTION
from applications.facts import SOURCES
from applications.models import Answer as StoredAnswer
from applications.models import Dossier
from applications.wording import in_words
from procedures.journey import CITIZEN, COMPUTED, Answer, Journey
from procedures.schema import Question


@dataclass(frozen=True)
class Fact:
    """``source`` is self, computed, matched or different; ``registered`` is the other value when they differ."""

    question: str
    label: str
    value: str
    source: str
    words: str
    registered: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    facts: Sequence[Fact]


def groups(journey: Journey, registered: Mapping[str, Answer], reported: Mapping[str, str]) -> list[Group]:
    """Every page of the form with what counts; ``registered``: what the registers say now, ``reported``: what
    the citizen says is wrong in a register."""
    found = []
    for page in journey.open_pages:
        if page.group is not None:
            facts = _rows(journey, page.group.id, page.questions)
        else:
            facts = [
                _fact(question, answer, registered.get(question.id), reported.get(question.id, ""))
                for question in journey.visible(page)
                if question.kind != "file" and (answer := journey.answer(question.id)) is not None
            ]
        if facts:
            found.append(Group(page.text, facts))
    return found


def reported_of(dossier: Dossier) -> dict[str, str]:
    """What the citizen reported as wrong («Báo sửa»), by question."""
    rows = StoredAnswer.objects.filter(dossier=dossier, question__startswith=CORRECTION)
    return {row.question.removeprefix(CORRECTION): str(row.value) for row in rows if row.value}


def register_name(source: str) -> str:
    return str(SOURCES.get(source, source))


def _fact(question: Question, answer: Answer, register: Answer | None, reported: str) -> Fact:
    value = in_words(question, answer.value)
    if answer.source == COMPUTED:
        return Fact(question.id, question.text, value, "computed", _("Hệ thống tính từ các mục khác"))
    if reported:
        known = f"{register_name(answer.source)}: {value}"
        words = _("Dân báo dữ liệu sai: hãy xác minh")
        return Fact(question.id, question.text, reported, "different", words, known)
    if answer.source != CITIZEN:
        words = _("Khớp %(register)s") % {"register": register_name(answer.source)}
        return Fact(question.id, question.text, value, "matched", words)
    if register is None:
        return Fact(question.id, question.text, value, "self", _("Dân tự khai"))
    name = register_name(register.source)
    if register.value == answer.value:
        return Fact(question.id, question.text, value, "matched", _("Khớp %(register)s") % {"register": name})
    other = f"{name}: {in_words(question, register.value)}"
    return Fact(question.id, question.text, value, "different", _("Lệch: hãy xác minh hoặc hỏi lại"), other)


def _rows(journey: Journey, group: str, columns: Sequence[Question]) -> list[Fact]:
    answer = journey.answer(group)
    return [
        Fact(
            f"{group}-{number}-{question.id}",
            f"{number + 1}. {question.text}",
            in_words(question, row[question.id]),
            "self" if answer.source == CITIZEN else "matched",
            _("Dân tự khai") if answer.source == CITIZEN else register_name(answer.source),
        )
        for number, row in enumerate(answer.value if answer else [])
        for question in columns
        if answer is not None and question.id in row
    ]
