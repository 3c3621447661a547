"""Submitting and moving a dossier: one bare SQL statement, the usual ORM way, and our verb, in one run.

The limit is the least that leaves the same trace: one prepared statement with state, code and event (the event is
what readers follow, so it is the outbox too). The usual way is what a careful Django project writes: row lock,
transition, ``save()``, one ``create()`` for each row. Ours is ``record_submission`` (the write of a validated
submission) and ``move`` (role, table, guard, hash chain).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from typing import Any

import psycopg2
from django.db import connection, transaction
from django.utils import timezone

from applications import log
from applications.actors import SYSTEM, Actor, citizen
from applications.models import Dossier, Event, Series
from applications.services.intake import record_submission
from applications.services.moving import move
from bench.measure import per_second, table
from identity.models import Agency, Citizen, User
from procedures.models import Procedure, ProcedureVersion

SUBMIT_FLOORS = {"ours_to_limit": 0.5, "ours_to_usual": 2.0}
MOVE_FLOORS = {"ours_to_limit": 0.35}
VALUES = {"child_name": "Lê Nguyễn An Nhiên", "result_delivery": "electronic"}
_own = threading.local()

_LIMIT_SUBMIT = """
    PREPARE submitting(bigint, bigint, text, timestamptz, bytea) AS
    WITH d AS (SELECT id, seq, head_hash FROM applications_dossier WHERE id = $1 AND state = 'draft' FOR UPDATE),
    s AS (INSERT INTO applications_series (agency_id, name, last) SELECT $2, $3, 1 FROM d
          ON CONFLICT (agency_id, name) DO UPDATE SET last = applications_series.last + 1 RETURNING last),
    u AS (UPDATE applications_dossier t SET state = 'submitted', seq = d.seq + 1, head_hash = $5, agency_id = $2,
          submitted_at = $4, answer_due_at = $4, code = $3 || '-' || s.last FROM d, s WHERE t.id = d.id
          RETURNING t.id, t.seq, t.head_hash, d.head_hash AS prev),
    e AS (INSERT INTO applications_event (dossier_id, seq, at, kind, from_state, to_state, data, prev_hash, hash, tx)
          SELECT id, seq, $4, 'submit', 'draft', 'submitted', '{}', prev, head_hash, 0 FROM u RETURNING id)
    SELECT id FROM e
"""
_LIMIT_MOVE = """
    PREPARE moving(bigint, timestamptz, bytea) AS
    WITH d AS (SELECT id, seq, head_hash FROM applications_dossier WHERE id = $1 AND state = 'submitted' FOR UPDATE),
    u AS (UPDATE applications_dossier t SET state = 'accepted', seq = d.seq + 1, head_hash = $3, accepted_at = $2
          FROM d WHERE t.id = d.id RETURNING t.id, t.seq, t.head_hash, d.head_hash AS prev),
    e AS (INSERT INTO applications_event (dossier_id, seq, at, kind, from_state, to_state, data, prev_hash, hash, tx)
          SELECT id, seq, $2, 'accept', 'submitted', 'accepted', '{}', prev, head_hash, 0 FROM u RETURNING id)
    SELECT id FROM e
"""


def run(*, each: int, rounds: int) -> list[dict[str, object]]:
    """Both jobs with 1 and 4 connections; raises AssertionError when a variant left a wrong trace."""
    reports = []
    for threads in (1, 4):
        world = _World(each * rounds * threads)
        submit = {"limit": world.limit_submit, "usual": world.usual_submit, "ours": world.our_submit}
        rates = per_second(submit, each=each, rounds=rounds, threads=threads)
        world.check("submitted", "submit", 1)
        reports.append(table(f"submit, {threads} connections", rates, floors=SUBMIT_FLOORS))
        moving = {"limit": world.limit_move, "usual": world.usual_move, "ours": world.our_move}
        rates = per_second(moving, each=each, rounds=rounds, threads=threads)
        world.check("accepted", "accept", 2)
        reports.append(table(f"transition, {threads} connections", rates, floors=MOVE_FLOORS))
    return reports


class _World:
    """Fresh drafts for each variant, and the variants themselves."""

    def __init__(self, count: int) -> None:
        self.at = timezone.now()
        self.agency = Agency.objects.get(key="ubnd-phuong-hai-chau")
        procedure = Procedure.objects.get(slug="birth-registration")
        self.version = ProcedureVersion.objects.filter(procedure=procedure).order_by("-number")[0]
        user, _ = User.objects.get_or_create(username="bench", defaults={"full_name": "Bench"})
        self.person, _ = Citizen.objects.get_or_create(
            user=user, defaults={"number": "001099999999", "name": "Bench", "assurance_level": 2}
        )
        self.actor: Actor = citizen(self.person)
        self.drafts = {name: self._drafts(count) for name in ("limit", "usual", "ours")}
        self.day = f"{self.at:%y%m%d}"

    def _drafts(self, count: int) -> list[Dossier]:
        drafts = [
            Dossier(version=self.version, submitter=self.person, created_at=self.at) for _ in range(count)
        ]
        return Dossier.objects.bulk_create(drafts, batch_size=2000)

    def check(self, state: str, kind: str, seq: int) -> None:
        """Every dossier of every variant moved once, with one event; ours also has a sound chain."""
        for name, drafts in self.drafts.items():
            ids = [d.pk for d in drafts]
            moved = Dossier.objects.filter(pk__in=ids, state=state, seq=seq)
            assert moved.count() == len(ids), name
            assert moved.values("code").distinct().count() == len(ids), name
            assert Event.objects.filter(dossier_id__in=ids, kind=kind).count() == len(ids), name
        for dossier in Dossier.objects.filter(pk__in=[d.pk for d in self.drafts["ours"][:200]]):
            log.verify(dossier, dossier.events.order_by("seq"))

    def _bare(self) -> Any:
        """A psycopg2 connection with the limit statements prepared, one a thread."""
        if getattr(_own, "connection", None) is None:
            settings = connection.get_connection_params()
            settings.pop("cursor_factory", None)
            _own.connection = psycopg2.connect(**{k: v for k, v in settings.items() if k != "context"})
            _own.connection.autocommit = True
            with _own.connection.cursor() as cursor:
                cursor.execute(_LIMIT_SUBMIT)
                cursor.execute(_LIMIT_MOVE)
        return _own.connection

    def limit_submit(self, number: int) -> None:
        values = [self.drafts["limit"][number].pk, self.agency.pk, f"L{self.day}", self.at, b"x" * 32]
        with self._bare().cursor() as cursor:
            cursor.execute("EXECUTE submitting(%s, %s, %s, %s, %s)", values)

    def limit_move(self, number: int) -> None:
        with self._bare().cursor() as cursor:
            cursor.execute(
                "EXECUTE moving(%s, %s, %s)", [self.drafts["limit"][number].pk, self.at, b"x" * 32]
            )

    @transaction.atomic
    def usual_submit(self, number: int) -> None:
        dossier = Dossier.objects.select_for_update().get(pk=self.drafts["usual"][number].pk)
        series, _ = Series.objects.select_for_update().get_or_create(
            agency=self.agency, name=f"U{self.day}", defaults={"last": 0}
        )
        series.last += 1
        series.save()
        dossier.submit()
        dossier.code, dossier.agency = f"U{self.day}-{series.last}", self.agency
        dossier.submitted_at = dossier.answer_due_at = self.at
        self._usual_trace(dossier, "submit", "draft")

    @transaction.atomic
    def usual_move(self, number: int) -> None:
        dossier = Dossier.objects.select_for_update().get(pk=self.drafts["usual"][number].pk)
        dossier.accept()
        dossier.accepted_at = self.at
        self._usual_trace(dossier, "accept", "submitted")

    def _usual_trace(self, dossier: Dossier, kind: str, source: str) -> None:
        previous = bytes(dossier.head_hash)
        dossier.seq += 1
        dossier.head_hash = hashlib.sha256(previous + kind.encode()).digest()
        dossier.save()
        Event.objects.create(
            dossier=dossier,
            seq=dossier.seq,
            at=self.at,
            kind=kind,
            from_state=source,
            to_state=dossier.state,
            prev_hash=previous,
            hash=dossier.head_hash,
            tx=0,
        )

    def our_submit(self, number: int) -> None:
        record_submission(
            self.drafts["ours"][number],
            values=VALUES,
            agency=self.agency,
            fee_vnd=0,
            answer_due_at=self.at + dt.timedelta(days=1),
            by=self.actor,
            at=self.at,
        )

    def our_move(self, number: int) -> None:
        move(
            self.drafts["ours"][number],
            "accept",
            by=SYSTEM,
            at=self.at,
            data={"due_at": None},
            sets={"accepted_at": self.at},
        )
