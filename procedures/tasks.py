from __future__ import annotations

from celery import shared_task

from procedures import search, services


@shared_task(name="procedures.follow_the_calendar")
def follow_the_calendar() -> int:
    return services.follow_the_calendar(on=search.today())
