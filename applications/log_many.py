"""One act on many dossiers in one statement: each chain goes on by one Event, as ``log`` would have written it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection


class Redating(NamedTuple):
    dossier_id: int
    old: dt.datetime
    new: dt.datetime


def redate(redatings: Sequence[Redating], *, column: str, at: dt.datetime) -> int:
    """Move ``column`` (``due_at`` or ``answer_due_at``) and write one Event each; returns how many were moved.

    A dossier whose date is no longer ``old`` is left alone: whoever moved it asked the clock themselves.
    """
    values: dict[str, Any] = {
        "ids": [one.dossier_id for one in redatings],
        "olds": [one.old for one in redatings],
        "news": [one.new for one in redatings],
        "at": at,
        "at_text": json.dumps(at.astimezone(dt.UTC).isoformat(timespec="microseconds")),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REDATE.replace("«column»", column), values)
        moved: int = cursor.rowcount
    return moved


_ISO = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
_REDATE = f"""
    WITH c AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(olds)s::timestamptz[], %(news)s::timestamptz[]) AS c(id, old, new)
    ), d AS (
        SELECT t.id, t.key, t.seq, t.head_hash, t.state, c.new, format(
            '{{"column":"«column»","due_at":"%%s","was":"%%s"}}', {_ISO.format("c.new")}, {_ISO.format("c.old")}
        ) AS data
        FROM applications_dossier t JOIN c USING (id) WHERE t.«column» = c.old ORDER BY t.id FOR UPDATE OF t
    ), p AS (
        SELECT d.*, sha256(d.head_hash || convert_to(format(
            '{{"actor":null,"agency":null,"at":%%s,"data":%%s,"dossier":"%%s",'
            '"from":"%%s","kind":"due_recomputed","to":"%%s"}}',
            %(at_text)s::text, d.data, d.key, d.state, d.state
        ), 'UTF8')) AS hash FROM d
    ), u AS (
        UPDATE applications_dossier t SET «column» = p.new, seq = p.seq + 1, head_hash = p.hash
        FROM p WHERE t.id = p.id RETURNING t.id
    )
    INSERT INTO applications_event (dossier_id, seq, at, kind, actor_id, agency_id, from_state, to_state,
                                    data, prev_hash, hash, tx)
    SELECT p.id, p.seq + 1, %(at)s, 'due_recomputed', NULL, NULL, p.state, p.state,
           p.data::jsonb, p.head_hash, p.hash, pg_current_xact_id()::text::bigint
    FROM p
"""  # noqa: S608
