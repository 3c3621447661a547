"""Money for a dossier: what is owed, each try to pay it, ledger, receipts, reconciliation, what is given back."""

from payments.models.money import (
    ALPHABET,
    Attempt,
    Break,
    BreakQuerySet,
    Charge,
    ChargeQuerySet,
    DemoTransaction,
    LedgerEntry,
    Receipt,
    Statement,
    StatementLine,
    new_reference,
)
from payments.models.refund import Refund, RefundStep

__all__ = [
    "ALPHABET",
    "Attempt",
    "Break",
    "BreakQuerySet",
    "Charge",
    "ChargeQuerySet",
    "DemoTransaction",
    "LedgerEntry",
    "Receipt",
    "Refund",
    "RefundStep",
    "Statement",
    "StatementLine",
    "new_reference",
]
