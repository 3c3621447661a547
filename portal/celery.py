"""The worker's entry point: ``celery -A portal worker``. Every task is a few lines that call one verb."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "sweep the outbox": {"task": "applications.sweep", "schedule": 15.0},
    "send messages": {"task": "notifications.deliver", "schedule": 15.0},
    "feed partners": {"task": "exchange.feed", "schedule": 5.0},
    "reconcile yesterday": {"task": "payments.reconcile_due", "schedule": 300.0},
}
