"""The world of the fault tests: own Redis, own workers, own files; only what a test started is ever killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery

from applications import bell
from portal.celery import app as portal_app
from tests.faults.machinery import OwnRedis, Worker


@pytest.fixture(scope="session")
def signing_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signing")


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path: Path, signing_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.SIGNING_DIR = str(signing_directory)
    monkeypatch.setattr(bell, "_silent_until", 0.0)


@pytest.fixture
def own_redis(tmp_path: Path, settings) -> Iterator[OwnRedis]:
    """A Redis of this test alone; the bell rings there."""
    server = OwnRedis(tmp_path)
    server.start()
    settings.CELERY_BROKER_URL = server.url.replace("unix://", "redis+socket://")
    ringing = Celery("faults", set_as_current=False)
    ringing.config_from_object("django.conf:settings", namespace="CELERY")
    ringing.set_current()
    try:
        yield server
    finally:
        portal_app.set_current()
        ringing.close()
        server.client.close()
        server.kill()


@pytest.fixture
def hire(own_redis: OwnRedis, tmp_path: Path, transactional_db) -> Iterator[Callable[[int], Worker]]:
    """``hire(2)`` starts a worker with two children; all are gone after the test."""
    hired: list[Worker] = []

    def start(concurrency: int) -> Worker:
        worker = Worker(own_redis.url, tmp_path, concurrency)
        hired.append(worker)
        worker.start()
        return worker

    yield start
    for worker in hired:
        worker.kill()
