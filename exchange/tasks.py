from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from exchange import services


@shared_task(name="exchange.feed")
def feed() -> None:
    for partner in services.due(at=timezone.now()):
        services.collect(partner=partner, at=timezone.now())
        while services.send(partner=partner, at=timezone.now()):
            services.collect(partner=partner, at=timezone.now())
