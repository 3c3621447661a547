"""What the citizen pays for, line by line with its legal basis, as it stands on the payment page and the charge."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from applications import answering
from applications.models import Dossier
from payments.models import Charge
from procedures import fees


@dataclass(frozen=True, slots=True)
class Breakdown:
    kind: str
    legal_basis: str
    lines: list[dict[str, Any]]


def breakdown_of(dossier: Dossier, *, at: dt.datetime) -> Breakdown:
    """The lines that add up to what is unpaid. When the rules give another sum (an agency asked for more, or part
    was paid), one line says so instead of a breakdown that does not add up."""
    fee = dossier.version.content.get("fee") or {}
    kind = Charge.Kind.LE_PHI if fee.get("type") == Charge.Kind.LE_PHI else Charge.Kind.PHI
    basis = str(fee.get("legal_basis") or "")
    if dossier.version.form:
        journey = answering.journey_of(dossier, at=at)
        found = fees.fee_lines(journey.form, journey.values(), answering.context_of(dossier, at=at))
        if found and fees.total(found) == dossier.unpaid_vnd:
            return Breakdown(
                kind, found[0].legal_basis, [*map(_line, found), *_reductions(journey.form, found)]
            )
    label = _("Phí, lệ phí còn phải nộp")
    return Breakdown(kind, basis, [_row(label, dossier.unpaid_vnd, basis)])


def _line(line: fees.FeeLine) -> dict[str, Any]:
    return _row(line.label, line.amount_vnd, line.legal_basis, label_en=line.label_en)


def _reductions(form: Any, found: list[fees.FeeLine]) -> list[dict[str, Any]]:
    """The cheaper cases that were looked at and do not hold, so that nobody exempt pays unknowingly."""
    due = max(line.amount_vnd for line in found)
    used = {line.label for line in found}
    cheaper = [
        case.label
        for case in form.fees.cases
        if case.label not in used and not case.times and case.amount_vnd is not None and case.amount_vnd < due
    ]
    if not cheaper:
        return []
    return [_row(_("Miễn, giảm"), 0, "", note="; ".join(cheaper))]


def _row(label: str, amount_vnd: int, basis: str, *, label_en: str = "", note: str = "") -> dict[str, Any]:
    return {
        "label": label, "label_en": label_en, "amount_vnd": amount_vnd, "legal_basis": basis, "note": note
    }  # fmt: skip
