"""Papers of a dossier: checked by content, named by hash, kept in history when removed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from applications import papers
from applications.actors import Actor
from applications.models import Attachment, Dossier
from applications.services import revising
from applications.services.moving import conflict
from applications.states import State
from identity.errors import Forbidden

EDITABLE = (State.DRAFT, State.SUPPLEMENT_REQUESTED)


def attach(
    *, dossier: Dossier, question: str, name: str, content: bytes, by: Actor, at: dt.datetime
) -> Attachment:
    """Keep a file as the answer to ``question``; replaces the one before. Raises PaperRefused with the mend."""
    checked = papers.check(name=name, content=content)
    with transaction.atomic():
        state = _lock(dossier, by)
        standing = Attachment.objects.filter(dossier=dossier, question=question, removed_at=None)
        if state == State.SUPPLEMENT_REQUESTED:
            revising.keep_old_paper(dossier, question, standing.first(), at=at)
        standing.update(removed_at=at)
        return Attachment.objects.create(
            dossier=dossier,
            question=question,
            name=checked.name,
            media_type=checked.media_type,
            size=len(checked.content),
            sha256=checked.sha256,
            path=papers.store(checked.content),
            at=at,
        )


def detach(*, dossier: Dossier, attachment_id: int, by: Actor, at: dt.datetime) -> None:
    """Take a file back before submitting; the row stays with its time of removal."""
    with transaction.atomic():
        state = _lock(dossier, by)
        standing = Attachment.objects.filter(dossier=dossier, pk=attachment_id, removed_at=None)
        old = standing.first()
        if old is not None and state == State.SUPPLEMENT_REQUESTED:
            revising.keep_old_paper(dossier, old.question, old, at=at)
        standing.update(removed_at=at)


def _lock(dossier: Dossier, by: Actor) -> str:
    current = Dossier.objects.select_for_update().only("state", "bundled").get(pk=dossier.pk)
    if by.user_id != dossier.submitter.user_id:
        raise Forbidden(_("Chỉ người nộp mới đổi được giấy tờ của hồ sơ này."))
    if current.bundled or current.state not in EDITABLE:
        raise conflict(dossier, "attach")
    return str(current.state)
