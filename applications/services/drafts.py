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

from applications import answering, prefill, rebasing, wording
from applications.actors import Actor
from applications.answering import CONSENT, CORRECTION, OLD, RAW
from applications.models import Answer, Attachment, Dossier, HeldForm
from applications.services.filling import require_filler
from applications.services.intake import save_answers
from applications.services.moving import conflict
from applications.states import State
from identity import registers
from identity.errors import Refused
from identity.models import Citizen
from procedures import journey, schema
from procedures.models import ProcedureVersion

HOLD = dt.timedelta(days=1)
_NOT_REGISTERS = frozenset({journey.CITIZEN, journey.COMPUTED})


def gather(*, dossier: Dossier, agreed: Collection[str], by: Actor, at: dt.datetime) -> list[str]:
    """Ask the registers the citizen agreed to and keep what they say, with its source.

    Returns the registers that did not answer; then the dossier is marked to be matched later. May be repeated:
    facts that no longer hold (another person is now the mother) are taken out, the citizen's own words stay.
    """
    require_filler(dossier, by)
    form = answering.form_of(dossier)
    kept = {row.question: journey.Answer(row.value, row.source, row.at) for row in dossier.answers.all()}
    found = prefill.gather(
        form,
        citizen_number=dossier.submitter.number,
        organisation_code=dossier.organisation.tax_code if dossier.organisation else "",
        fetch=agreed_only(agreed),
        at=at,
        claims=claims_of(dossier.submitter),
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
    require_filler(dossier, by)
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
    require_filler(dossier, by)
    with transaction.atomic():
        current = Dossier.objects.select_for_update().only("state", "bundled").get(pk=dossier.pk)
        if not current.is_draft:
            raise conflict(dossier, "discard_draft")
        papers = Attachment.objects.filter(dossier=dossier)
        paths = set(papers.values_list("path", flat=True))
        papers.delete()
        Answer.objects.filter(dossier=dossier).delete()
        dossier.delete()
        shared = set(Attachment.objects.filter(path__in=paths).values_list("path", flat=True))
        for path in paths - shared:
            transaction.on_commit(lambda path=path: default_storage.delete(path))  # type: ignore[misc]


def rebase_draft(*, dossier: Dossier, onto: ProcedureVersion, by: Actor, at: dt.datetime) -> Dossier:
    """Move a draft to ``onto``, the version now in force, which its owner saw and agreed to.

    Answers whose question still exists with the same kind stay, with their source; whatever else was typed or sent
    is set aside under ``OLD`` and still shown. A draft has no log yet (the chain begins when it is handed in), so
    there is no Event. A second click changes nothing. Raises Forbidden (not the owner), Conflict (no longer a draft)
    or Refused (``onto`` is not what holds today).
    """
    require_filler(dossier, by)
    in_force = ProcedureVersion.objects.in_force(answering.legal_day(at))
    newest = in_force.filter(pk=onto.pk, procedure=dossier.version.procedure_id).first()
    if newest is None or not newest.is_live:
        raise Refused(_("Bản này không phải bản đang có hiệu lực của thủ tục. Hãy tải lại trang."))
    with transaction.atomic():
        current = Dossier.objects.select_for_update().only("state", "version_id").get(pk=dossier.pk)
        if current.state == State.DRAFT and current.version_id == newest.pk:
            return dossier
        moved = Dossier.objects.drafts().filter(pk=dossier.pk, version=dossier.version_id)  # type: ignore[attr-defined]
        if not moved.update(version=newest):
            raise conflict(dossier, "rebase_draft")
        _carry_over(dossier, newest, at)
    dossier.version = newest
    return dossier


def _carry_over(dossier: Dossier, onto: ProcedureVersion, at: dt.datetime) -> None:
    before, after = answering.form_of(dossier), answering.form_of_version(onto)
    kept = list(Answer.objects.filter(dossier=dossier))
    carried = rebasing.carry(before, after, [_row(one) for one in kept])
    aside = {name: _aside(before, name, value) for name, value in carried.aside.items()}
    for paper in Attachment.objects.filter(dossier=dossier, removed_at=None):
        if paper.question in before.questions and not rebasing.fits(before, after, paper.question):
            question = before.questions[paper.question]
            aside[paper.question] = {"label": question.label, "words": paper.name, "paper": paper.pk}
            Attachment.objects.filter(pk=paper.pk).update(removed_at=at)
    for one in kept:
        name = one.question.removeprefix(CORRECTION)
        if name != one.question and one.value and name not in after.questions:
            label = before.questions[name].label if name in before.questions else name
            aside[name] = {"label": label, "words": one.value}
            carried.drop.add(one.question)
    gone = carried.drop | {RAW + page for page in carried.drop_raw}
    Answer.objects.filter(dossier=dossier, question__in=gone).delete()
    written = carried.write | {RAW + page: boxes for page, boxes in carried.raw.items()}
    written |= {f"{OLD}{dossier.version.number}.{name}": value for name, value in aside.items()}
    Answer.objects.bulk_create(
        [Answer(dossier=dossier, question=name, value=value, at=at) for name, value in written.items()],
        update_conflicts=True,
        unique_fields=["dossier", "question"],
        update_fields=["value", "at"],
    )


def _row(one: Answer) -> rebasing.Row:
    page = one.question.removeprefix(RAW)
    return rebasing.Row(page, one.value, one.source, raw=page != one.question)


def _aside(form: schema.Form, name: str, value: Any) -> dict[str, Any]:
    """The answer as it was typed, with the question it answered, in the words the form had then."""
    page = form.groups.get(name)
    if page is not None and page.group is not None:
        rows = value if isinstance(value, list) else []
        lines = [
            "; ".join(f"{one.label}: {_words(one, row[one.id])}" for one in page.questions if row.get(one.id))
            for row in rows
        ]
        return {"label": page.group.label, "words": "\n".join(line for line in lines if line), "value": value}
    question = form.questions[name]
    return {"label": question.label, "words": _words(question, value), "value": value}


def _words(question: schema.Question, value: Any) -> str:
    """Boxes that were never readable are told as they stand."""
    try:
        kept = schema.clean(question, value)
    except schema.AnswerError:
        return _boxes(value)
    return wording.in_words(question, kept) or _boxes(value)


def _boxes(value: Any) -> str:
    if isinstance(value, Mapping) and value.keys() == {"day", "month", "year"}:
        return "/".join(value[part] for part in ("day", "month", "year"))
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
    return ", ".join(_boxes(one) if isinstance(one, Mapping) else str(one) for one in parts if one)


def agreed_only(agreed: Collection[str]) -> Callable[[str, str], Mapping[str, Any] | None]:
    """A register the citizen refused counts as one that knows nothing, not as one that is down."""

    def fetch(register: str, key: str) -> Mapping[str, Any] | None:
        return registers.fetch(register, key) if register in agreed else None

    return fetch


def claims_of(person: Citizen) -> dict[str, Any]:
    born = person.date_of_birth.isoformat() if person.date_of_birth else ""
    return {"full_name": person.name, "date_of_birth": born, "sex": person.sex}


def _seal() -> Fernet:
    digest = hashlib.sha256(b"held forms:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
