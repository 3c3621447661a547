"""Every verb of money. Locks are taken in the order dossier → charge → attempt → receipt series."""

from payments.services.closing import close_day, record_break, resolve
from payments.services.paying import expire, open_charge, query, settle, start, watch
from payments.services.reconciling import reconcile, reconcile_due

__all__ = [
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
