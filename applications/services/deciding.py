"""From examination to the signed result in the citizen's hands. Signing, numbering and releasing are three acts."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from applications import answering, chains, issuing, log, numbering, steps
from applications.actors import SYSTEM, Actor
from applications.deadlines import LEGAL_ZONE
from applications.models import Delivery, Dossier, Outbox, Result
from applications.printed_forms import Kind
from applications.services import asking, four_eyes, stepping
from applications.services.checking import require_conditions
from applications.services.intake import accept, pass_on
from applications.services.moving import conflict, move, remark
from applications.states import EDGES, State
from identity.errors import Conflict, Refused

logger = logging.getLogger(__name__)
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that cannot be mistaken for one another when read from paper."""


def propose(
    *,
    dossier: Dossier,
    kind: str,
    reason: str = "",
    findings: Mapping[str, str] | None = None,
    by: Actor,
    at: dt.datetime,
) -> Result:
    """Draft the answer, grant or reasoned refusal, from the stored facts and send it to the next step.

    ``findings``: what only the agency can say ({id: text}), as the version asks for it (``issuing.findings_of``);
    which later steps apply may hang on them.
    """
    stated = dict(findings or {})
    if kind == Result.Kind.REFUSAL and not reason.strip():
        raise Refused(_("Hãy ghi lý do từ chối giải quyết."))
    with transaction.atomic():
        require_conditions(dossier, kind)
        fields = []
        if kind == Result.Kind.GRANT:
            fields = issuing.fields_of(dossier, answering.journey_of(dossier, at=at), stated)
        stepping.advance(
            dossier,
            "propose",
            by=by,
            at=at,
            chain=chains.chain_of(dossier, findings=stated),
            data={"kind": kind, "fields": log.commitment(dossier.salt, fields)},
            note=reason,
        )
        drafted = {
            "kind": kind,
            "findings": stated,
            "reason": reason,
            "fields": fields,
            "proposed_by_id": by.user_id,
            "status": Result.Status.DRAFT,
        }
        result, _created = Result.objects.update_or_create(
            dossier=dossier, defaults=drafted, create_defaults={**drafted, "verify_code": _verify_code()}
        )
    return result


def verify(*, dossier: Dossier, note: str, by: Actor, at: dt.datetime) -> Dossier:
    """The check on the spot or by letter is done; ``note`` says what was found. Raises Refused without it."""
    if not note.strip():
        raise Refused(_("Hãy ghi kết quả xác minh."))
    stepping.advance(dossier, "verify", by=by, at=at, note=note.strip())
    return dossier


def approve(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """A superior, never the person who drafted, agrees with the draft."""
    by = _second_person(dossier, "approve", by)
    stepping.advance(dossier, "approve", by=by, at=at)
    return dossier


def send_back(*, dossier: Dossier, reason: str, by: Actor, at: dt.datetime) -> Dossier:
    """Approver or signer returns the draft to the examination that made it and its author, with the reason."""
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do trả lại."))
    result = _result(dossier)
    drafted = steps.drafted_at(chains.chain_of(dossier), dossier.step)
    waits = dossier.current_step.get("kind") in ("approve", "sign")
    if drafted is None or not waits or result.status != Result.Status.DRAFT:
        raise conflict(dossier, "send_back")
    back = {"step": drafted, "assignee_id": result.proposed_by_id}
    move(dossier, "send_back", by=by, at=at, note=reason, sets=back)
    return dossier


def sign(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """Decide to sign. Where the version has no step for it the number is given at once and a worker makes the
    electronic signature (``issue``); else both follow the registry clerk (``number``)."""
    by = _second_person(dossier, "sign", by)
    with transaction.atomic():
        by_clerk = stepping.coming(dossier).kind == "number"
        stepping.advance(dossier, "sign", by=by, at=at, outbox="" if by_clerk else Outbox.Topic.ISSUE)
        result = _result(dossier)
        result.number = result.number or ("" if by_clerk else _number(dossier, at))
        result.signer_id = by.user_id
        result.signer_name = by.name
        result.signer_title = by.signature_title(EDGES["sign"].roles, dossier)
        result.status = Result.Status.SIGNING
        result.signed_at = at
        result.save()
    return dossier


def number(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """The registry clerk numbers the decision that was signed; then a worker seals it (``issue``)."""
    with transaction.atomic():
        result = _result(dossier)
        asking.locked(dossier)
        given = result.number or _number(dossier, at)
        stepping.advance(dossier, "number", by=by, at=at, data={"number": given}, outbox=Outbox.Topic.ISSUE)
        result.number = given
        result.save(update_fields=["number"])
    return dossier


def issue(*, dossier: Dossier, at: dt.datetime) -> Result:
    """Render, sign and store the result. Repeatable: a result already signed is returned as it is.

    The slow part runs outside any transaction; the row is claimed by its status, so two workers store one file.
    """
    result = _result(dossier)
    if result.status != Result.Status.SIGNING or not result.number:
        return result
    path, digest = issuing.produce(dossier, result)
    with transaction.atomic():
        claimed = Result.objects.filter(pk=result.pk, status=Result.Status.SIGNING).update(
            status=Result.Status.SIGNED, path=path, sha256=digest
        )
        if claimed:
            remark(
                dossier, "result_signed", by=SYSTEM, at=at, data={"sha256": digest, "number": result.number}
            )
            if dossier.version.is_automatic:
                release(dossier=dossier, by=SYSTEM, at=at)
    result.refresh_from_db()
    return result


def release(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """Publish the signed result: processing ends. An electronic result reaches the citizen's vault at once."""
    by = stepping.in_turn(dossier, "release", by=by)
    with transaction.atomic():
        result = Result.objects.select_for_update().filter(dossier=dossier).first()
        if result is None or result.status != Result.Status.SIGNED:
            raise Refused(_("Chưa phát hành được: chữ ký số chưa hoàn tất."))
        data = stepping.done_at(dossier) | {"number": result.number}
        move(dossier, "release", by=by, at=at, data=data, sets={"ended_at": at})
        result.status, result.released_at = Result.Status.RELEASED, at
        result.save(update_fields=["status", "released_at"])
        if dossier.delivery == Delivery.ELECTRONIC:
            deliver(dossier=dossier, evidence="vault", by=SYSTEM, at=at)
    return dossier


def deliver(
    *,
    dossier: Dossier,
    evidence: str,
    details: Mapping[str, str] | None = None,
    note: str = "",
    by: Actor,
    at: dt.datetime,
) -> Dossier:
    """The result is in the citizen's hands; ``evidence``: vault, counter signature or postal number.

    ``details``: what was checked, in codes; ``note``: who received instead.
    """
    if not evidence.strip():
        raise Refused(_("Hãy ghi bằng chứng đã trả kết quả."))
    data = {"evidence": evidence.strip(), **(details or {})}
    move(dossier, "deliver", by=by, at=at, data=data, note=note)
    return dossier


def stop(*, dossier: Dossier, reason: str, by: Actor, at: dt.datetime) -> Dossier:
    """End processing for a legal impediment, with notice to the applicant (Form 05 of Thông tư 03/2025)."""
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do dừng xử lý."))
    if Result.objects.filter(dossier=dossier, signed_at__isnull=False).exists():
        raise Refused(_("Kết quả đã ký nên không dừng xử lý được."))
    with transaction.atomic():
        move(dossier, "stop", by=by, at=at, note=reason.strip(), sets={"ended_at": at})
        numbering.give(dossier, Kind.STOP, at=at)
    return dossier


def decide(*, dossier: Dossier, at: dt.datetime) -> Dossier:
    """Let the published rule of the version decide a submission: no officer, at any hour."""
    if dossier.state != State.SUBMITTED:
        return dossier
    failed = answering.journey_of(dossier, at=at).failed_conditions()
    try:
        with transaction.atomic():
            accept(dossier=dossier, by=SYSTEM, at=at)
            pass_on(dossier=dossier, by=SYSTEM, at=at)
            kind = Result.Kind.REFUSAL if failed else Result.Kind.GRANT
            propose(
                dossier=dossier,
                kind=kind,
                reason=" ".join(condition.fail_vi for condition in failed),
                by=SYSTEM,
                at=at,
            )
            sign(dossier=dossier, by=SYSTEM, at=at)
            if dossier.current_step.get("kind") == "number":
                number(dossier=dossier, by=SYSTEM, at=at)
    except Conflict:
        logger.info("another worker decided dossier %s", dossier.pk)
    return dossier


def _second_person(dossier: Dossier, action: str, by: Actor) -> Actor:
    drafter, roles = _result(dossier).proposed_by_id, EDGES[action].roles
    return four_eyes.second_person(dossier, "propose", drafter, by=by, roles=roles)


def _result(dossier: Dossier) -> Result:
    result = Result.objects.filter(dossier=dossier).first()
    if result is None:
        raise conflict(dossier, "sign")
    return result


def _verify_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def _number(dossier: Dossier, at: dt.datetime) -> str:
    """The next number of the deciding agency this year: ``12/2026/H17.20.194`` (practice)."""
    agency: Any = dossier.agency
    year = at.astimezone(LEGAL_ZONE).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO applications_series (agency_id, name, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (agency_id, name) DO UPDATE SET last = applications_series.last + 1 RETURNING last",
            [agency.pk, f"result-{year}"],
        )
        return f"{cursor.fetchone()[0]}/{year}/{agency.identifier}"
