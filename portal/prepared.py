"""Commands that answer from reference data work by themselves, also as the first thing ever typed on a machine."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from applications.models import CalendarDay
from identity.errors import DomainError
from portal import demo, embedded

_ONE_AT_A_TIME = 2026  # any number: the advisory lock under which a private database is prepared


class PreparedCommand(BaseCommand):
    """On the private server: migrates and, where ``needs_reference_data``, loads what an empty database lacks.

    A server somebody else runs is never prepared behind their back.
    """

    needs_reference_data = True

    def execute(self, *args: Any, **options: Any) -> str | None:
        if embedded.PRIVATE in os.environ:
            prepare(reference_data=self.needs_reference_data)
        try:
            return super().execute(*args, **options)
        except DomainError as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal


def prepare(*, reference_data: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", interactive=False, verbosity=0)
            if reference_data and not CalendarDay.objects.exists():
                sys.stderr.write("Lần đầu trên máy này: đang nạp danh mục và lịch nghỉ…\n")
                dict(demo.load(at=timezone.now(), on=timezone.localdate()))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])
