"""Answers as they stood before a supplement, what a supplement may change, and what it changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications import answering, one_return
from applications.answering import CORRECTION
from applications.models import AnswerRevision, Attachment, Dossier, SupplementRequest
from applications.wording import in_words, rows_in_words
from procedures.journey import Answer, Journey


@dataclass(frozen=True)
class Change:
    """One place a supplement changed, in words; ``before`` is empty where nothing stood."""

    question: str
    label: str
    before: str
    after: str
    at: dt.datetime


def answers_before(request: SupplementRequest) -> dict[str, Answer]:
    """The answers as they stood when ``request`` was made: every later change undone, newest first."""
    answers = answering.answers_of(request.dossier, {})
    later = AnswerRevision.objects.filter(dossier=request.dossier_id, request_id__gte=request.pk)
    for revision in later.order_by("-pk"):
        if revision.source:
            answers[revision.question] = Answer(revision.value, revision.source)
        else:
            answers.pop(revision.question, None)
    return answers


def askable(journey: Journey) -> dict[str, str]:
    """What can be asked for again, by label: all the citizen answers, papers too; register facts are not theirs."""
    labels: dict[str, str] = {}
    for page in journey.open_pages:
        if page.group is not None and journey.to_ask(page):
            labels[page.group.id] = page.group.text
        else:
            labels.update({one.id: one.text for one in journey.to_ask(page)})
    return labels


def open_places(request: SupplementRequest, *, at: dt.datetime) -> frozenset[str]:
    """The questions the citizen may change now: those marked, and those the new answers made the form ask."""
    dossier = request.dossier
    before = answering.journey_over(dossier, answers_before(request), at=at)
    grown = askable(answering.journey_of(dossier, at=at)).keys() - askable(before).keys()
    return frozenset({item["question"] for item in request.items} | grown)


def late_defects(dossier: Dossier, asked: Sequence[str], *, at: dt.datetime) -> frozenset[str]:
    """Which of ``asked`` the first request could have named; nothing while there is no first request."""
    requests = list(SupplementRequest.objects.filter(dossier=dossier).order_by("pk"))
    if not requests:
        return frozenset()
    first = answers_before(requests[0])
    then = answering.journey_over(dossier, first, at=requests[0].requested_at)
    return one_return.late_defects(
        asked,
        named={item["question"] for request in requests for item in request.items},
        visible=askable(then).keys(),
        then={name: answer.value for name, answer in first.items()},
        now={name: answer.value for name, answer in answering.answers_of(dossier, {}).items()},
    )


def changes_of(dossier: Dossier, *, at: dt.datetime) -> list[Change]:
    """Everything supplements changed, newest request first; each place with what it was and what it became."""
    requests = list(SupplementRequest.objects.filter(dossier=dossier).order_by("pk"))
    if not requests:
        return []
    stands = [*map(answers_before, requests), answering.answers_of(dossier, {})]
    changes: list[Change] = []
    for request, before, after in reversed(list(zip(requests, stands, stands[1:], strict=False))):
        changes += _changes(request, before, after, at)
    return changes


def words_before(request: SupplementRequest, *, at: dt.datetime) -> dict[str, str]:
    """What stood at each marked place when ``request`` was made, in words; only where there was something."""
    before = _with_paper_names(request.dossier, answers_before(request))
    journey = answering.journey_over(request.dossier, before, at=at)
    words = {item["question"]: _words(journey, before, item["question"]) for item in request.items}
    return {name: text for name, text in words.items() if text}


def _changes(
    request: SupplementRequest, before: dict[str, Answer], after: dict[str, Answer], at: dt.datetime
) -> list[Change]:
    dossier = request.dossier
    before, after = _with_paper_names(dossier, before), _with_paper_names(dossier, after)
    old, new = (answering.journey_over(dossier, answers, at=at) for answers in (before, after))
    last = {revision.question: revision.replaced_at for revision in request.revisions.all()}
    found = [
        Change(name, _label(new, name), _words(old, before, name), _words(new, after, name), when)
        for name, when in last.items()
    ]
    return [change for change in found if change.before != change.after]


def _with_paper_names(dossier: Dossier, answers: dict[str, Answer]) -> dict[str, Answer]:
    """A paper is known to people by the name of its file, not by its hash."""
    named = dict(answers)
    for paper in Attachment.objects.filter(dossier=dossier):
        answer = answers.get(paper.question)
        if answer is not None and answer.value == paper.sha256:
            named[paper.question] = Answer(paper.name, answer.source, answer.at)
    return named


def _label(journey: Journey, name: str) -> str:
    bare = name.removeprefix(CORRECTION)
    if page := journey.form.groups.get(bare):
        return page.group.text if page.group else bare
    question = journey.form.questions.get(bare)
    label = question.text if question else bare
    return _("%(label)s: bạn trả lời bằng lời") % {"label": label} if bare != name else label


def _words(journey: Journey, answers: dict[str, Answer], name: str) -> str:
    answer = answers.get(name)
    if answer is None or answer.value in (None, ""):
        return ""
    if page := journey.form.groups.get(name):
        return "; ".join(", ".join(row) for row in rows_in_words(page.questions, answer.value))
    question = journey.form.questions.get(name)
    return in_words(question, answer.value) if question and question.kind != "file" else str(answer.value)
