from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from notifications import services


@shared_task(name="notifications.deliver")
def deliver() -> None:
    services.deliver(at=timezone.now())
