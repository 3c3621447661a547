"""The double entry: every transfer debits one account and credits another by the same whole đồng."""

from __future__ import annotations

import datetime as dt
import uuid

from applications.models import Dossier
from identity.models import Agency
from payments.models import Attempt, Charge, LedgerEntry, Refund

_LEDGER = uuid.UUID("6f0c1d1e-6f6b-5d1c-9a0e-3b7f0a6f2c11")


def agency_of(dossier: Dossier) -> Agency:
    if dossier.agency is None:  # forbidden by dossier_submitted_has_code
        raise AssertionError("a submitted dossier has an agency")
    return dossier.agency


def gateway(attempt: Attempt) -> str:
    return f"gateway:{attempt.gateway}"


def revenue(charge: Charge, dossier: Dossier) -> str:
    return f"agency:{agency_of(dossier).key}:{charge.kind}"


def post(
    name: str,
    *,
    debit: str,
    credit: str,
    amount_vnd: int,
    attempt: Attempt,
    at: dt.datetime,
    refund: Refund | None = None,
) -> None:
    """The transfer's id follows from ``name``, so even a defect cannot post it twice."""
    transfer = uuid.uuid5(_LEDGER, name)
    common = {"transfer": transfer, "attempt": attempt, "refund": refund, "at": at}
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(account=debit, debit_vnd=amount_vnd, **common),
            LedgerEntry(account=credit, credit_vnd=amount_vnd, **common),
        ]
    )
