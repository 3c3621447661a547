from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from applications import batching, notices, services, sweeping
from applications.services import exporting


@shared_task(name="applications.work")
def work(topic: str, dossier_id: int) -> None:
    sweeping.run(topic, dossier_id, at=timezone.now())


@shared_task(name="applications.batch")
def batch(batch_id: int) -> None:
    batching.work(batch_id)


@shared_task(name="applications.write_export", time_limit=900)
def write_export(number: int) -> None:
    services.write_export(number=number, at=timezone.now())


@shared_task(name="applications.sweep")
def sweep() -> None:
    """What is quick comes first: slow signatures must not keep citizens from being told."""
    notices.tell(limit=500)
    sweeping.expire_waiting(at=timezone.now())
    services.file_waiting(at=timezone.now())
    services.release_absent(at=timezone.now())
    services.hand_on_held(at=timezone.now())
    sweeping.remind_consulted(at=timezone.now())
    sweeping.lapse_unanswered(at=timezone.now())
    services.remove_exports(at=timezone.now())
    for number in exporting.due(at=timezone.now()):
        exporting.ring(number)
    sweeping.draft_letters(at=timezone.now())
    sweeping.escalate_breaches(at=timezone.now())
    sweeping.ask_carriers(at=timezone.now())
    for topic, dossier_id in sweeping.due(at=timezone.now()):
        sweeping.run(topic, dossier_id, at=timezone.now())
    batching.take_up_idle(at=timezone.now())
