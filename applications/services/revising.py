"""What a citizen may change of a dossier handed in: the marked places of the open request, the old value kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from applications import revisions
from applications.answering import CORRECTION, RAW
from applications.models import Answer, AnswerRevision, Attachment, Dossier, SupplementRequest
from applications.services.moving import conflict
from identity.errors import Refused
from procedures.journey import CITIZEN


def open_request(dossier: Dossier) -> SupplementRequest:
    """The request that waits for the citizen; the caller holds the lock of the dossier."""
    request = SupplementRequest.objects.filter(dossier=dossier, answered_at=None).first()
    if request is None:
        raise conflict(dossier, "answer_supplement")
    request.dossier = dossier
    return request


def keep_old_answers(dossier: Dossier, answers: Mapping[str, Any], *, at: dt.datetime) -> dict[str, Any]:
    """Write down what the answers were; returns those that really change.

    Raises Refused for a question that was not marked. Boxes as written (``RAW``) are no answers and leave no trace.
    """
    request = open_request(dossier)
    boxes = {name: value for name, value in answers.items() if name.startswith(RAW)}
    given = {name: value for name, value in answers.items() if name not in boxes}
    if not given:
        return boxes
    _only_open(request, {name.removeprefix(CORRECTION) for name in given}, at=at)
    stored = {row.question: row for row in Answer.objects.filter(dossier=dossier, question__in=given)}
    changed = {
        name: value
        for name, value in given.items()
        if (stored[name].value if name in stored else None) != value
    }
    AnswerRevision.objects.bulk_create(
        AnswerRevision(
            dossier=dossier,
            request=request,
            question=name,
            value=stored[name].value if name in stored else None,
            source=stored[name].source if name in stored else "",
            replaced_at=at,
        )
        for name in changed
    )
    return boxes | changed


def keep_old_paper(dossier: Dossier, question: str, old: Attachment | None, *, at: dt.datetime) -> None:
    """Write down which file stood there, or that none did. Raises Refused for a paper that was not marked."""
    request = open_request(dossier)
    _only_open(request, {question}, at=at)
    AnswerRevision.objects.create(
        dossier=dossier,
        request=request,
        question=question,
        value=old.sha256 if old else None,
        source=CITIZEN if old else "",
        paper=old,
        replaced_at=at,
    )


def _only_open(request: SupplementRequest, names: set[str], *, at: dt.datetime) -> None:
    marked = {item["question"] for item in request.items}
    if names <= marked or names <= revisions.open_places(request, at=at):
        return
    raise Refused(_("Chỉ sửa được các mục cán bộ đã đánh dấu. Phần còn lại của hồ sơ đã khóa."))
