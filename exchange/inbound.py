"""Verbs of the way in: a batch of statuses from a partner, each row taken, known already, too old or set aside.

A row counts once by the partner's own id; an older status never stands over a newer one; a bad row gets its
reason in the answer and a line in quarantine, and never harms the others.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from applications import log
from applications import services as dossiers
from applications.models import Dossier
from applications.states import NATIONAL_CODE, State
from exchange.models import Inbound, Partner
from identity.errors import DomainError, Forbidden

LARGEST_BATCH = 1000
LONGEST_TEXT = 500
CLOCK_SKEW = dt.timedelta(minutes=5)
_DONE = frozenset({Inbound.Outcome.APPLIED, Inbound.Outcome.OUTDATED})
_CHANGES = ["outcome", "reason", "dossier_code", "national_code", "occurred_at", "received_at"]


class TooMany(DomainError):
    code = "batch_too_large"
    status = 413


@dataclass(frozen=True)
class Status:
    """One well-formed row."""

    external_id: str
    dossier_code: str
    national_code: int
    occurred_at: dt.datetime
    text: str


@dataclass(frozen=True)
class Answer:
    """What became of row ``index``: applied, duplicate, outdated or quarantined with its ``reason``."""

    index: int
    id: str
    outcome: str
    reason: str = ""


class Malformed(Exception):
    """The word is the reason the partner reads."""


def partner_of(application_id: int | None) -> Partner:
    """The partner behind an OAuth application. Raises Forbidden."""
    found = Partner.objects.filter(application=application_id or 0, is_active=True).first()
    if found is None:
        raise Forbidden(_("Ứng dụng này không thuộc đối tác nào đang hoạt động."))
    return found


def receive(*, partner: Partner, items: Sequence[Any], at: dt.datetime) -> list[Answer]:
    """Take a batch; the answers are in the order of ``items``. Raises TooMany above 1,000 rows."""
    if len(items) > LARGEST_BATCH:
        raise TooMany(_("Mỗi lần gửi tối đa %(n)s dòng.") % {"n": LARGEST_BATCH})
    answers: dict[int, Answer] = {}
    groups: dict[str, list[tuple[int, Status]]] = defaultdict(list)
    for index, item in enumerate(items):
        try:
            status = parse(item, at=at)
        except Malformed as bad:
            answers[index] = _quarantine(partner, index, item, str(bad), at)
        else:
            groups[status.dossier_code].append((index, status))
    for code in sorted(groups):
        rows = sorted(groups[code], key=lambda row: (row[1].occurred_at, row[0]))
        answers.update((answer.index, answer) for answer in _apply_or_again(partner, code, rows, at))
    return [answers[index] for index in range(len(items))]


def parse(item: Any, *, at: dt.datetime) -> Status:
    """A row as the partner sent it. Raises Malformed."""
    if not isinstance(item, dict):
        raise Malformed("not_an_object")
    external_id, code = _line(item, "id", 80), _line(item, "dossier_code", 40)
    number = item.get("national_code")
    if type(number) is not int or number not in NATIONAL_CODE.values():
        raise Malformed("unknown_national_code")
    try:
        occurred_at = dt.datetime.fromisoformat(item["occurred_at"])
        late = occurred_at > at + CLOCK_SKEW
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Malformed("bad_occurred_at") from None
    if late:
        raise Malformed("occurred_in_the_future")
    text = item.get("text", "")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT or not _printable(text):
        raise Malformed("bad_text")
    return Status(external_id, code, number, occurred_at, unicodedata.normalize("NFC", text.strip()))


def _line(item: dict[str, Any], name: str, longest: int) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest or not _printable(value):
        raise Malformed(f"bad_{name}")
    return value


def _printable(text: str) -> bool:
    return not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)


def _apply_or_again(
    partner: Partner, code: str, rows: Sequence[tuple[int, Status]], at: dt.datetime
) -> list[Answer]:
    """Two calls at once may bring the same new id: the slower one starts again and finds it known."""
    try:
        return _apply(partner, code, rows, at)
    except IntegrityError:
        return _apply(partner, code, rows, at)


def _apply(partner: Partner, code: str, rows: Sequence[tuple[int, Status]], at: dt.datetime) -> list[Answer]:
    """All rows of one dossier, oldest first, under its lock: the lock makes the order guard hold."""
    answers = []
    with transaction.atomic():
        dossier = _dossiers(partner).select_for_update(of=("self",)).filter(code=code).first()
        ids = [status.external_id for _index, status in rows]
        known = {row.external_id: row for row in partner.inbound.filter(external_id__in=ids)}
        for index, status in rows:
            row = known.setdefault(
                status.external_id, Inbound(partner=partner, external_id=status.external_id)
            )
            if row.outcome in _DONE:
                answers.append(Answer(index, status.external_id, "duplicate"))
                continue
            row.outcome, row.reason = _record(partner, dossier, status, at)
            row.dossier_code, row.national_code = code, status.national_code
            row.occurred_at, row.received_at = status.occurred_at, at
            answers.append(Answer(index, status.external_id, row.outcome, row.reason))
        again = [row for row in known.values() if row.pk and row.received_at == at]
        Inbound.objects.bulk_create([row for row in known.values() if not row.pk])
        Inbound.objects.bulk_update(again, _CHANGES)
    return answers


def _record(
    partner: Partner, dossier: Dossier | None, status: Status, at: dt.datetime
) -> tuple[Inbound.Outcome, str]:
    if dossier is None:
        return Inbound.Outcome.QUARANTINED, "unknown_dossier"
    applied = dossiers.record_partner_status(
        dossier=dossier,
        partner=partner.key,
        national_code=status.national_code,
        occurred_at=status.occurred_at,
        text=status.text,
        at=at,
    )
    return (Inbound.Outcome.APPLIED, "") if applied else (Inbound.Outcome.OUTDATED, "")


def _dossiers(partner: Partner) -> Any:
    """A partner reports on the dossiers it is sent and on no others; which others exist it cannot find out."""
    own = Dossier.objects.exclude(state=State.DRAFT)
    if agencies := list(partner.agencies.values_list("pk", flat=True)):
        own = own.filter(agency__in=agencies)
    if procedures := list(partner.procedures.values_list("pk", flat=True)):
        own = own.filter(version__procedure__in=procedures)
    return own


def _quarantine(partner: Partner, index: int, item: Any, reason: str, at: dt.datetime) -> Answer:
    """Keep that the row came and why it was not taken, not what it said (it may hold personal data)."""
    given = item.get("id") if isinstance(item, dict) else None
    known = given if isinstance(given, str) and 0 < len(given) <= 80 and _printable(given) else ""
    content = hashlib.sha256(log.canonical(item)).hexdigest() if not known else ""
    Inbound.objects.get_or_create(
        partner=partner,
        external_id=known or f"sha256:{content}",
        defaults={"outcome": Inbound.Outcome.QUARANTINED, "reason": reason, "received_at": at},
    )
    return Answer(index, known, Inbound.Outcome.QUARANTINED, reason)
