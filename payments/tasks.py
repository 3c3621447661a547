"""Wake-up calls: each calls one verb, and losing one only means that the next does the work."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from payments import services


@shared_task(name="payments.reconcile_due")
def reconcile_due() -> None:
    services.reconcile_due(at=timezone.now())


@shared_task(name="payments.watch")
def watch() -> None:
    services.watch(at=timezone.now())
    services.open_refunds()
