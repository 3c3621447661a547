"""A draft before it is handed in: what registers say of it, what is held while nobody is signed in, the end of it."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from applications import answering, prefill
from applications.actors import Actor
from applications.models import Answer, Attachment, Dossier, HeldForm
from applications.services.intake import save_answers
from applications.services.moving import conflict
from applications.states import State
from identity import registers
from identity.errors import Forbidden
from identity.models import Citizen
from procedures import journey, schema

CONSENT = "consent"
"""Answer that names the registers the citizen let the portal read for this dossier."""
HOLD = dt.timedelta(days=1)
_NOT_REGISTERS = frozenset({journey.CITIZEN, journey.COMPUTED})


def gather(*, dossier: Dossier, agreed: Collection[str], by: Actor, at: dt.datetime) -> list[str]:
    """Ask the registers the citizen agreed to and keep what they say, with its source.

    Returns the registers that did not answer; then the dossier is marked to be matched later. May be repeated:
    facts that no longer hold (another person is now the mother) are taken out, the citizen's own words stay.
    """
    _only_owner(dossier, by)
    form = answering.form_of(dossier)
    kept = {row.question: journey.Answer(row.value, row.source, row.at) for row in dossier.answers.all()}
    found = prefill.gather(
        form,
        citizen_number=dossier.submitter.number,
        organisation_code=dossier.organisation.tax_code if dossier.organisation else "",
        fetch=_agreed(agreed),
        at=at,
        claims=_claims(dossier.submitter),
        answered=kept,
        context=answering.context_of(dossier, at=at),
    )
    known = form.questions.keys() | form.groups.keys()
    own = {
        name for name, one in kept.items() if one.source == journey.CITIZEN and not schema.is_blank(one.value)
    }
    by_source: dict[str, dict[str, Any]] = {
        journey.CITIZEN: {
            name: None
            for name, one in kept.items()
            if name in known and one.source not in _NOT_REGISTERS and name not in found.answers
        }
    }
    for name, answer in found.answers.items():
        if name not in own:
            by_source.setdefault(answer.source, {})[name] = answer.value
    with transaction.atomic():
        for source, answers in by_source.items():
            save_answers(dossier=dossier, answers=answers, source=source, by=by, at=at)
        save_answers(
            dossier=dossier,
            answers={CONSENT: sorted(agreed)},
            by=by,
            at=at,
            needs_matching=found.needs_matching or dossier.needs_matching,
        )
    return found.unavailable


def hold(*, dossier: Dossier, page: str, posted: Mapping[str, Any], at: dt.datetime) -> None:
    """Keep what was posted after the session had ended. Changes nothing in the dossier itself."""
    sealed = _seal().encrypt(json.dumps(posted, ensure_ascii=False).encode())
    HeldForm.objects.update_or_create(
        dossier=dossier, page=page, defaults={"sealed": sealed, "created_at": at}
    )


def take_held(*, dossier: Dossier, page: str, by: Actor, at: dt.datetime) -> dict[str, Any] | None:
    """Give back, once, what was held for this page; None when there is nothing or it is too old."""
    _only_owner(dossier, by)
    with transaction.atomic():
        held = HeldForm.objects.select_for_update().filter(dossier=dossier, page=page).first()
        if held is None:
            return None
        held.delete()
    if held.created_at < at - HOLD:
        return None
    posted: dict[str, Any] = json.loads(_seal().decrypt(bytes(held.sealed)))
    return posted


def discard_draft(*, dossier: Dossier, by: Actor, at: dt.datetime) -> None:
    """Delete a draft for good, with its answers and files. A dossier once handed in is never deleted."""
    _only_owner(dossier, by)
    with transaction.atomic():
        current = Dossier.objects.select_for_update().only("state").get(pk=dossier.pk)
        if current.state != State.DRAFT:
            raise conflict(dossier, "discard_draft")
        papers = Attachment.objects.filter(dossier=dossier)
        paths = set(papers.values_list("path", flat=True))
        papers.delete()
        Answer.objects.filter(dossier=dossier).delete()
        dossier.delete()
        shared = set(Attachment.objects.filter(path__in=paths).values_list("path", flat=True))
        for path in paths - shared:
            transaction.on_commit(lambda path=path: default_storage.delete(path))  # type: ignore[misc]


def _agreed(agreed: Collection[str]) -> Callable[[str, str], Mapping[str, Any] | None]:
    """A register the citizen refused counts as one that knows nothing, not as one that is down."""

    def fetch(register: str, key: str) -> Mapping[str, Any] | None:
        return registers.fetch(register, key) if register in agreed else None

    return fetch


def _claims(person: Citizen) -> dict[str, Any]:
    born = person.date_of_birth.isoformat() if person.date_of_birth else ""
    return {"full_name": person.name, "date_of_birth": born, "sex": person.sex}


def _only_owner(dossier: Dossier, by: Actor) -> None:
    if by.user_id != dossier.submitter.user_id:
        raise Forbidden(_("Chỉ người lập hồ sơ mới làm được việc này."))


def _seal() -> Fernet:
    digest = hashlib.sha256(b"held forms:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
