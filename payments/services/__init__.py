"""Every verb of money. Locks are taken in the order dossier → charge → attempt → receipt series."""

from payments.services.closing import close_day, record_break, resolve
from payments.services.paying import expire, open_charge, query, settle, start, watch
from payments.services.reconciling import reconcile, reconcile_due
from payments.services.refunding import approve_refund, open_refunds, record_refund, refuse_refund

__all__ = [
    "approve_refund",
    "open_refunds",
    "record_refund",
    "refuse_refund",
    "close_day",
    "expire",
    "open_charge",
    "query",
    "reconcile",
    "reconcile_due",
    "record_break",
    "resolve",
    "settle",
    "start",
    "watch",
]
