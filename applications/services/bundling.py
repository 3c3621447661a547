"""Handing in a bundle, filing its parts when their turn comes, taking it back. What succeeded is never undone."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from applications import actors
from applications.actors import SYSTEM, Actor
from applications.answering import CONSENT
from applications.deadlines import LEGAL_ZONE
from applications.models import Answer, Attachment, Bundle, BundlePart, Dossier
from applications.services import bundle_parts, intake
from applications.services.bundle_parts import Prepared
from applications.services.drafts import discard_draft
from applications.services.moving import conflict, remark
from applications.services.waiting import request_withdrawal
from applications.states import ENDED
from identity.errors import Conflict, DomainError, Refused
from notifications import services as notifications
from procedures import bundles
from procedures.journey import CITIZEN
from procedures.models import Procedure

logger = logging.getLogger(__name__)
NEEDS_YOU = "bundle.needs_you"


@dataclass(frozen=True)
class Taken:
    """What became of one part when the whole bundle was asked back; ``refusal`` is empty where it went well."""

    part: BundlePart
    refusal: str = ""


def submit_bundle(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Bundle:
    """Hand in the form of a bundle: parts that wait for nothing are filed at once, each at its own agency.

    A second submit returns the same bundle. Raises what ``submit`` raises; Refused also where a part that must be
    filed at once cannot be, then nothing is kept.
    """
    intake.require_owner(dossier, by)
    if dossier.bundled:
        return dossier.bundle
    if not dossier.is_draft:
        raise conflict(dossier, "submit")
    journey = intake.complete_journey(dossier, at=at)
    parts = bundle_parts.wanted_parts(journey, dossier.version.procedure.slug)
    at_once = {part.procedure: _ready(dossier, part, at) for part in parts if not part.after}
    try:
        with transaction.atomic():
            _freeze(dossier)
            filed = {slug: _file(dossier, prepared, by, at) for slug, prepared in at_once.items()}
            return _record(dossier, parts, filed, at)
    except Conflict:
        dossier.refresh_from_db()
        if dossier.bundled:  # the same submit, twice at once: the first one's answer is the answer
            return dossier.bundle
        raise


def file_waiting(*, at: dt.datetime, limit: int = 100) -> int:
    """File every part whose predecessor has its result; give up those that can never have it. Returns how many.

    One part that fails does not hold the others back.
    """
    due = Q(after__dossier__state__in=sorted(ENDED)) | Q(after__closed_at__isnull=False)
    waiting = BundlePart.objects.filter(due, dossier=None, closed_at=None, problem="")
    moved = 0
    for part in waiting.select_related(*_WITH).order_by("pk")[:limit]:
        try:
            moved += _advance(part, at)
        except Exception as error:  # a defect of one part; the sweep comes again
            logger.error("bundle part %s failed: %s", part.pk, type(error).__name__)
    return moved


def retry_part(*, part: BundlePart, by: Actor, at: dt.datetime) -> BundlePart:
    """Try once more to file a part that was held up (its agency was not on the portal, no number was known)."""
    intake.require_owner(part.bundle.form, by)
    held_up = BundlePart.objects.filter(pk=part.pk, dossier=None, closed_at=None).exclude(problem="")
    if not held_up.update(problem=""):
        raise Conflict(_("Phần này không chờ nộp lại."))
    part.refresh_from_db()
    _advance(part, at)
    part.refresh_from_db()
    return part


def give_up_part(*, part: BundlePart, by: Actor, at: dt.datetime) -> BundlePart:
    """The citizen no longer wants a part that was not filed. Raises Conflict once it was."""
    intake.require_owner(part.bundle.form, by)
    if part.stage == BundlePart.Stage.UNFINISHED and part.dossier is not None:
        with transaction.atomic():
            discard_draft(dossier=part.dossier, by=by, at=at)
            _close(part, _("Bạn không nộp phần này."), at)
    else:
        _close(part, _("Bạn không nộp phần này."), at)
    return part


def withdraw_bundle(*, bundle: Bundle, reason: str, by: Actor, at: dt.datetime) -> list[Taken]:
    """Ask back every part: filed ones through their agencies, the rest at once. What is decided already stays."""
    intake.require_owner(bundle.form, by)
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do rút hồ sơ."))
    taken: list[Taken] = []
    for part in bundle.parts.select_related(*_WITH).filter(closed_at=None).order_by("-position"):
        try:
            if part.stage == BundlePart.Stage.FILED and part.dossier is not None:
                request_withdrawal(dossier=part.dossier, reason=reason.strip(), by=by, at=at)
            else:
                give_up_part(part=part, by=by, at=at)
            taken.append(Taken(part))
        except DomainError as refusal:
            taken.append(Taken(part, refusal.message))
    return taken


_WITH = (
    "bundle__form__version__procedure",
    "bundle__form__submitter__user",
    "procedure",
    "dossier__submitter__user",
    "dossier__version__procedure",
    "after__dossier__version",
    "after__dossier__agency",
    "after__procedure",
)


def _ready(form: Dossier, part: bundles.Part, at: dt.datetime) -> Prepared:
    """A part that is filed at once. Raises Refused with what it still lacks."""
    prepared = bundle_parts.prepare(bundle_parts.filled(form, at=at), part, result={}, at=at)
    if errors := prepared.journey.errors():
        raise Refused(
            _("Chưa nộp được «%(procedure)s»: %(reason)s.")
            % {"procedure": prepared.version.procedure.title, "reason": errors[0][1]}
        )
    return prepared


def _freeze(form: Dossier) -> None:
    """From here on the form is kept as it is. Raises Conflict where somebody was faster."""
    drafts = Dossier.objects.drafts()  # type: ignore[attr-defined]
    if not drafts.filter(pk=form.pk, version=form.version_id).update(bundled=True):
        raise conflict(form, "submit")
    form.bundled = True


def _record(
    form: Dossier, parts: list[bundles.Part], filed: Mapping[str, Dossier], at: dt.datetime
) -> Bundle:
    bundle = Bundle.objects.create(form=form, code=_code(next(iter(filed.values())), at), submitted_at=at)
    procedures = {one.slug: one for one in Procedure.objects.filter(slug__in=[p.procedure for p in parts])}
    rows: dict[str, BundlePart] = {}
    for position, part in enumerate(parts):
        rows[part.procedure] = BundlePart.objects.create(
            bundle=bundle,
            position=position,
            procedure=procedures[part.procedure],
            after=rows.get(part.after),
            dossier=filed.get(part.procedure),
        )
    for child in filed.values():
        _joined(child, bundle, at)
    return bundle


def _code(first: Dossier, at: dt.datetime) -> str:
    """``H17.20.194-LT-261125-0001``: the next bundle of the day at the agency of the first part (practice)."""
    agency = first.agency
    if agency is None:  # forbidden by dossier_submitted_has_code
        raise AssertionError("a submitted dossier has an agency")
    day = f"{at.astimezone(LEGAL_ZONE):%y%m%d}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO applications_series (agency_id, name, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (agency_id, name) DO UPDATE SET last = applications_series.last + 1 RETURNING last",
            [agency.pk, f"bundle-{day}"],
        )
        return f"{agency.identifier or agency.key.upper()}-LT-{day}-{cursor.fetchone()[0]:04}"


def _file(form: Dossier, prepared: Prepared, by: Actor, at: dt.datetime) -> Dossier:
    """A dossier of its own with its answers and papers; handed in when nothing is missing, else left as a draft."""
    child = intake.start(version=prepared.version, submitter=form.submitter, channel=form.channel, at=at)
    rows = [
        Answer(dossier=child, question=name, value=one.value, source=one.source, at=one.at or at)
        for name, one in prepared.answers.items()
    ]
    consent = Answer(dossier=child, question=CONSENT, value=sorted(prepared.agreed), source=CITIZEN, at=at)
    Answer.objects.bulk_create([*rows, consent])
    for question, paper in prepared.papers.items():
        Attachment.objects.create(
            dossier=child,
            question=question,
            name=paper.name,
            media_type=paper.media_type,
            size=paper.size,
            sha256=paper.sha256,
            path=paper.path,
            at=paper.at,
        )
    if prepared.needs_matching:
        intake.save_answers(dossier=child, answers={}, by=by, at=at, needs_matching=True)
    if prepared.journey.errors():
        return child
    return intake.submit(dossier=child, by=by, at=at)


def _joined(child: Dossier, bundle: Bundle, at: dt.datetime) -> None:
    remark(child, "bundle_joined", by=SYSTEM, at=at, data={"bundle": bundle.code})


def _advance(part: BundlePart, at: dt.datetime) -> bool:
    """File the part, or say why it cannot be. Returns whether anything changed."""
    before = part.after
    result: dict[str, str] | None = {}
    if before is not None:
        result = bundle_parts.result_of(before.dossier) if before.dossier is not None else None
        if result is None:
            procedure = before.procedure.title
            _close(part, _("«%(procedure)s» không có kết quả.") % {"procedure": procedure}, at)
            _tell(part, at)
            return True
    declared = {one.procedure: one for one in bundles.parts_of(part.bundle.form.version.procedure.slug)}
    try:
        if part.procedure.slug not in declared:
            raise Refused(_("Thủ tục này không còn trong hồ sơ liên thông; hãy nộp riêng."))
        whole = bundle_parts.filled(part.bundle.form, at=at)
        prepared = bundle_parts.prepare(whole, declared[part.procedure.slug], result=result or {}, at=at)
        with transaction.atomic():
            return _file_part(part, prepared, at)
    except DomainError as refusal:
        open_parts = BundlePart.objects.filter(pk=part.pk, dossier=None, closed_at=None)
        held_up = open_parts.update(problem=refusal.message[:300])
    if held_up:
        _tell(part, at)
    return bool(held_up)


def _file_part(part: BundlePart, prepared: Prepared, at: dt.datetime) -> bool:
    locked = BundlePart.objects.select_for_update().get(pk=part.pk)
    if locked.dossier_id is not None or locked.closed_at is not None:
        return False
    form = part.bundle.form
    child = _file(form, prepared, actors.citizen(form.submitter), at)
    missing = prepared.journey.errors()
    problem = "" if not missing else _("Cần bạn khai thêm %(count)d mục.") % {"count": len(missing)}
    BundlePart.objects.filter(pk=part.pk).update(dossier=child, problem=problem)
    if missing:
        _tell(part, at)
    else:
        _joined(child, part.bundle, at)
    return True


def _close(part: BundlePart, problem: str, at: dt.datetime) -> None:
    open_parts = BundlePart.objects.filter(pk=part.pk, dossier=None, closed_at=None)
    if not open_parts.update(closed_at=at, problem=problem[:300]):
        raise Conflict(_("Phần này đã nộp hoặc đã thôi nộp."))
    part.refresh_from_db()


def _tell(part: BundlePart, at: dt.datetime) -> None:
    notifications.queue(
        recipient_id=part.bundle.form.submitter.user_id,
        template=NEEDS_YOU,
        key=f"bundle-part-{part.pk}-{at:%Y%m%d%H%M%S}",
        at=at,
        params={"code": part.bundle.code},
    )
