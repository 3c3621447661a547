"""The append-only log: one statement that guards the state, moves the dossier and writes its next Event.

The guard is in SQL (``WHERE state = source`` under the row lock), so a stale copy in a web process can never
win twice; the hash of the event is computed by PostgreSQL from the locked previous hash in the same statement.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from applications.models import Dossier, Event, new_salt
from identity.errors import DomainError


@dataclass(frozen=True)
class Numbering:
    """Give the dossier its code: the next number of the agency's series of the day, after ``prefix``."""

    agency_id: int
    series: str
    prefix: str


@dataclass(frozen=True)
class Written:
    """The new event, and what the statement made of the dossier."""

    event_id: int
    code: str | None
    seq: int
    head_hash: bytes


@dataclass(frozen=True)
class Entry:
    """What happened, as it will be written. ``sets`` are further dossier columns, ``guards`` must still hold."""

    kind: str
    at: dt.datetime
    actor_id: int | None
    agency_id: int | None
    from_state: str
    to_state: str
    data: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    sets: Mapping[str, Any] = field(default_factory=dict)
    guards: Mapping[str, Any] = field(default_factory=dict)
    outbox: str = ""
    numbering: Numbering | None = None


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON value that hashes are computed over."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def commitment(salt: bytes | memoryview, value: Any) -> str:
    """Stands in the chain instead of personal data: erasing the salt and the value keeps the chain valid."""
    return hashlib.sha256(bytes(salt) + canonical(value)).hexdigest()


def payload(
    *,
    dossier_key: str,
    kind: str,
    at: dt.datetime,
    actor_id: int | None,
    agency_id: int | None,
    from_state: str,
    to_state: str,
    data: Mapping[str, Any],
) -> bytes:
    """The canonical bytes of an event, everything but its place in the chain (the previous hash gives that)."""
    return canonical(
        {
            "dossier": dossier_key,
            "kind": kind,
            "at": at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "actor": actor_id,
            "agency": agency_id,
            "from": from_state,
            "to": to_state,
            "data": dict(data),
        }
    )


def append(dossier: Dossier, entry: Entry) -> Written | None:
    """Write ``entry``; None when the guard no longer holds (somebody was faster), then nothing was written."""
    data = dict(entry.data)
    note_salt = new_salt() if entry.note else b""
    if entry.note:
        data["note"] = commitment(note_salt, entry.note)
    values = {
        "id": dossier.pk,
        "source": entry.from_state,
        "target": entry.to_state,
        "kind": entry.kind,
        "at": entry.at,
        "actor": entry.actor_id,
        "agency": entry.agency_id,
        "data": canonical(data).decode(),
        "payload": payload(
            dossier_key=dossier.key,
            kind=entry.kind,
            at=entry.at,
            actor_id=entry.actor_id,
            agency_id=entry.agency_id,
            from_state=entry.from_state,
            to_state=entry.to_state,
            data=data,
        ),
        "note": entry.note,
        "salt": note_salt,
        "topic": entry.outbox,
        **{f"set_{name}": value for name, value in entry.sets.items()},
        **{f"guard_{name}": value for name, value in entry.guards.items()},
        **(vars(entry.numbering) if entry.numbering else {}),
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(entry), values)
        row = cursor.fetchone()
    if row is None:
        return None
    written = Written(row[0], row[1], row[2], bytes(row[3]))
    dossier.code, dossier.seq, dossier.head_hash = written.code, written.seq, written.head_hash
    return written


_NUMBER = """, s AS (
            INSERT INTO applications_series (agency_id, name, last)
            SELECT %(agency_id)s, %(series)s, 1 FROM d
            ON CONFLICT (agency_id, name) DO UPDATE SET last = applications_series.last + 1
            RETURNING last::text AS n
        )"""
_CODE = ", code = %(prefix)s || lpad(s.n, greatest(4, length(s.n)), '0')"
_NOTE = """, n AS (
            INSERT INTO applications_eventnote (event_id, text, salt) SELECT e.id, %(note)s, %(salt)s FROM e
        )"""
_OUTBOX = """, o AS (
            INSERT INTO applications_outbox (topic, dossier_id, created_at, next_at, attempts, error)
            SELECT %(topic)s, u.id, %(at)s, %(at)s, 0, '' FROM u
            ON CONFLICT (topic, dossier_id) DO UPDATE SET done_at = NULL, next_at = EXCLUDED.next_at, attempts = 0
        )"""


def _statement(entry: Entry) -> str:
    """The statement for this shape of change. Column names come from code, values only as parameters."""
    sets = "".join(f", {name} = %(set_{name})s" for name in entry.sets)
    if (
        entry.actor_id is not None or entry.from_state != entry.to_state
    ):  # what a machine only notes is no act
        sets += ", last_event_at = %(at)s"
    guards = "".join(
        f" AND {name} IS NOT DISTINCT FROM %(guard_{name})s{'::varchar[]' if isinstance(value, list) else ''}"
        for name, value in entry.guards.items()
    )
    numbered = entry.numbering is not None
    return f"""
        WITH d AS (
            SELECT id, seq, head_hash FROM applications_dossier
            WHERE id = %(id)s AND state = %(source)s{guards} FOR UPDATE
        ){_NUMBER if numbered else ""}, u AS (
            UPDATE applications_dossier t
            SET state = %(target)s, seq = d.seq + 1,
                head_hash = sha256(d.head_hash || %(payload)s)
                {_CODE if numbered else ""}{sets}
            FROM d{", s" if numbered else ""} WHERE t.id = d.id
            RETURNING t.id, t.seq, t.head_hash, d.head_hash AS prev_hash, t.code
        ), e AS (
            INSERT INTO applications_event (dossier_id, seq, at, kind, actor_id, agency_id, from_state, to_state,
                                            data, prev_hash, hash, tx)
            SELECT id, seq, %(at)s, %(kind)s, %(actor)s, %(agency)s, %(source)s, %(target)s,
                   %(data)s::jsonb, prev_hash, head_hash, pg_current_xact_id()::text::bigint
            FROM u RETURNING id
        ){_NOTE if entry.note else ""}{_OUTBOX if entry.outbox else ""}
        SELECT e.id, u.code, u.seq, u.head_hash FROM e, u
    """  # noqa: S608


class HistoryBroken(DomainError):
    """The log of a dossier was altered; ``details['seq']`` is the first bad row."""

    code = "history_broken"


def verify(dossier: Dossier, events: Iterable[Event]) -> int:
    """Recompute the chain and return its length. Raises HistoryBroken naming the first bad row."""
    head, seq = b"", 0
    for event in events:
        seq += 1
        expected = hashlib.sha256(
            head
            + payload(
                dossier_key=dossier.key,
                kind=event.kind,
                at=event.at,
                actor_id=event.actor_id,
                agency_id=event.agency_id,
                from_state=event.from_state,
                to_state=event.to_state,
                data=event.data,
            )
        ).digest()
        if event.seq != seq or bytes(event.prev_hash) != head or bytes(event.hash) != expected:
            raise HistoryBroken(f"Lịch sử hồ sơ {dossier} bị sửa từ dòng {seq}.", seq=seq)
        head = expected
    if seq != dossier.seq or head != bytes(dossier.head_hash):
        raise HistoryBroken(f"Lịch sử hồ sơ {dossier} bị cắt sau dòng {seq}.", seq=seq + 1)
    return seq
