"""Whose money is whose: a citizen sees the own receipts and nothing else."""

from __future__ import annotations

from django.utils.translation import gettext as _

from identity.errors import NotFound
from identity.models import Citizen
from payments.models import Receipt


def receipt_for(citizen: Citizen | None, number: str) -> Receipt:
    """The own receipt; one answer for unknown and foreign numbers."""
    own = Receipt.objects.select_related(
        "charge", "agency", "dossier__version__procedure", "dossier__submitter"
    )
    receipt = own.filter(number=number, dossier__submitter=citizen).first() if citizen else None
    if receipt is None:
        raise NotFound(_("Không có biên lai này, hoặc bạn không được xem."))
    return receipt
