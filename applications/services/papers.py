"""Papers of a dossier: checked by content, named by hash, kept in history when removed."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from applications import papers
from applications.actors import Actor
from applications.models import Attachment, Digitisation, Dossier
from applications.services import revising
from applications.services.filling import filing_of, is_owner
from applications.services.moving import conflict
from applications.states import State
from identity.errors import Forbidden

EDITABLE = (State.DRAFT, State.SUPPLEMENT_REQUESTED)


def attach(
    *,
    dossier: Dossier,
    question: str,
    name: str,
    content: bytes,
    original_seen: bool = False,
    by: Actor,
    at: dt.datetime,
) -> Attachment:
    """Keep a file as the answer to ``question``; replaces the one before. Raises PaperRefused with the mend.

    What an officer attaches is a scan: it is recorded who made it and whether the original lay beside
    (``original_seen`` says nothing of a citizen's own file).
    """
    checked = papers.check(name=name, content=content)
    with transaction.atomic():
        state = _lock(dossier, by)
        standing = Attachment.objects.filter(dossier=dossier, question=question, removed_at=None)
        if state == State.SUPPLEMENT_REQUESTED:
            revising.keep_old_paper(dossier, question, standing.first(), at=at)
        standing.update(removed_at=at)
        kept = Attachment.objects.create(
            dossier=dossier,
            question=question,
            name=checked.name,
            media_type=checked.media_type,
            size=len(checked.content),
            sha256=checked.sha256,
            path=papers.store(checked.content),
            at=at,
        )
        if not is_owner(dossier, by):
            Digitisation.objects.create(
                attachment=kept,
                by_id=cast(int, by.user_id),
                agency_id=cast(int, by.agency_id),
                at=at,
                original_seen=original_seen,
            )
        return kept


def see_original(*, dossier: Dossier, question: str, seen: bool, by: Actor, at: dt.datetime) -> None:
    """Whether the original of a scan made at the counter was compared, and by whom; the last word counts."""
    with transaction.atomic():
        _lock(dossier, by)
        scans = Digitisation.objects.filter(
            attachment__dossier=dossier, attachment__question=question, attachment__removed_at=None
        )
        scans.exclude(original_seen=seen).update(original_seen=seen, by=by.user_id, at=at)


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
    owner = is_owner(dossier, by)
    if not owner and filing_of(dossier, by) is None:
        raise Forbidden(_("Chỉ người nộp mới đổi được giấy tờ của hồ sơ này."))
    open_here = current.state in EDITABLE if owner else current.state == State.DRAFT
    if current.bundled or not open_here:
        raise conflict(dossier, "attach")
    return str(current.state)
