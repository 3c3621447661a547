"""Fixtures every test may use."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from portal.place import home
from portal.walk.instance import private_portal


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests with real commits empty the tables by TRUNCATE, which the log refuses; only that guard is lifted."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE '%_no_truncate'")
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@pytest.fixture(autouse=True)
def nothing_left_over():
    """A page asked for in English leaves its language on the thread, figures and limits stay in the cache."""
    translation.activate(settings.LANGUAGE_CODE)
    cache.clear()


@pytest.fixture(scope="session")
def running_portal():
    """The address of a whole portal of its own: every process as ``make run`` starts them.

    Modules that use it carry ``xdist_group("portal")``, so that one process starts it once.
    """
    with private_portal(home() / "portal", PORTAL_DURABLE="0", PUBLIC_TRIES="1000") as base:
        yield base
