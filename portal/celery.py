"""The worker's entry point: ``celery -A portal worker``. Every task is a few lines that call one verb."""

from __future__ import annotations

import importlib
import os

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "sweep the outbox": {"task": "applications.sweep", "schedule": 15.0, "options": {"expires": 14}},
    "send messages": {"task": "notifications.deliver", "schedule": 15.0},
    "feed partners": {"task": "exchange.feed", "schedule": 5.0},
    "ask about payments": {"task": "payments.watch", "schedule": 60.0},
    "follow the calendar": {"task": "procedures.follow_the_calendar", "schedule": 300.0},
    "reconcile yesterday": {"task": "payments.reconcile_due", "schedule": 300.0},
}


@worker_process_init.connect
def load_what_is_slow(**_: object) -> None:
    """The drawing and signing libraries take seconds to import: before the first paper, not during it."""
    importlib.import_module("weasyprint")
    importlib.import_module("pyhanko.sign.signers")
