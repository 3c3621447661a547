"""Portal against settlement file, to the đồng, in PostgreSQL: one COPY, one classification, only sets.

    matched        same payment, same amount, same day, paid on both sides
    missing_here   paid there, not settled here (a lost notification, or a reference nobody knows)
    missing_there  settled here on that day, absent from the file
    amount         both settled, amounts differ
    duplicate      the same payment twice in the file, or a second payment of an obligation already settled
    status         the file calls a settled payment failed or refunded, or puts it on another day

A payment already parked from its notification keeps the kind and the row it was parked with.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.db.utils import DataError

from applications.deadlines import LEGAL_ZONE
from payments.models import Statement
from payments.statements import Sheet, StatementRefused

KINDS = ("matched", "missing_here", "missing_there", "amount", "duplicate", "status")

_LOAD = """
CREATE TEMP TABLE theirs (
    number bigint GENERATED ALWAYS AS IDENTITY, provider_id text, reference text, amount_vnd bigint, status text,
    paid_at timestamptz
) ON COMMIT DROP;
"""
_COPY = "COPY theirs (provider_id, reference, amount_vnd, status, paid_at) FROM STDIN WITH (FORMAT csv)"
_TUNE = (
    "SET LOCAL work_mem = '256MB'; SET LOCAL jit = off; SET LOCAL statement_timeout = '10min'; ANALYZE theirs"
)

_CLASSIFY = """
CREATE TEMP TABLE pairs ON COMMIT DROP AS
WITH t AS (
    SELECT *, row_number() OVER (PARTITION BY provider_id COLLATE "C" ORDER BY number) AS occurrence FROM theirs
), o AS (
    SELECT a.id, a.provider_id, a.reference, a.amount_vnd, a.paid_at,
           a.paid_at >= %(start)s AND a.paid_at < %(end)s AS that_day
    FROM payments_attempt a
    WHERE a.gateway = %(gateway)s AND a.state = 'settled'
      AND (a.paid_at >= %(start)s AND a.paid_at < %(end)s OR a.provider_id IN (SELECT provider_id FROM theirs))
), parked AS (
    SELECT DISTINCT ON (provider_id) provider_id, kind, ours_vnd FROM payments_break
    WHERE gateway = %(gateway)s AND statement_id IS NULL AND provider_id IN (SELECT provider_id FROM theirs)
    ORDER BY provider_id, id
)
SELECT coalesce(t.provider_id, o.provider_id) AS provider_id, coalesce(t.reference, o.reference) AS reference,
       coalesce(o.id, named.id) AS attempt_id, coalesce(t.occurrence, 1) AS occurrence,
       coalesce(o.amount_vnd, parked.ours_vnd) AS ours_vnd, t.amount_vnd AS theirs_vnd,
       coalesce(t.paid_at, o.paid_at) AS paid_at,
       t.occurrence = 1 AND o.id IS NULL AND parked.kind IS NOT NULL AS was_parked,
       CASE
           WHEN t.number IS NULL THEN 'missing_there'
           WHEN t.occurrence > 1 THEN 'duplicate'
           WHEN o.id IS NULL AND t.status <> 'paid' THEN 'unpaid'
           WHEN o.id IS NULL AND parked.kind IS NOT NULL THEN parked.kind
           WHEN o.id IS NULL AND named.charge_state = 'settled' THEN 'duplicate'
           WHEN o.id IS NULL THEN 'missing_here'
           WHEN t.status <> 'paid' OR NOT o.that_day THEN 'status'
           WHEN t.amount_vnd <> o.amount_vnd THEN 'amount'
           ELSE 'matched'
       END AS kind
FROM t FULL JOIN o ON o.provider_id = t.provider_id
LEFT JOIN parked ON parked.provider_id = t.provider_id
LEFT JOIN LATERAL (
    SELECT a.id, c.state AS charge_state FROM payments_attempt a JOIN payments_charge c ON c.id = a.charge_id
    WHERE o.id IS NULL AND a.reference = t.reference AND a.gateway = %(gateway)s LIMIT 1
) named ON true
"""
_COUNT = """
SELECT kind, count(*), coalesce(sum(CASE WHEN kind = 'amount' THEN abs(theirs_vnd - coalesce(ours_vnd, 0))
                                         ELSE coalesce(theirs_vnd, ours_vnd) END), 0)::bigint
FROM pairs GROUP BY kind
"""
_PORTAL = """
SELECT count(*), coalesce(sum(amount_vnd), 0)::bigint FROM payments_attempt
WHERE gateway = %(gateway)s AND state = 'settled' AND paid_at >= %(start)s AND paid_at < %(end)s
"""
_KEEP = """
INSERT INTO payments_statementline (statement_id, number, provider_id, reference, amount_vnd, status, paid_at)
SELECT %(statement)s, number, provider_id, coalesce(reference, ''), amount_vnd, status, paid_at FROM theirs;
"""
_SUPERSEDE = """
UPDATE payments_break b SET state = 'resolved', resolved_at = %(at)s, note = %(note)s
WHERE b.gateway = %(gateway)s AND b.day = %(day)s AND b.state = 'open' AND b.statement_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM pairs p WHERE p.provider_id = b.provider_id AND p.kind = b.kind
                  AND p.occurrence = b.occurrence
                  AND p.ours_vnd IS NOT DISTINCT FROM b.ours_vnd AND p.theirs_vnd IS NOT DISTINCT FROM b.theirs_vnd);
"""
_BREAK = """
INSERT INTO payments_break (gateway, day, kind, statement_id, attempt_id, provider_id, reference, occurrence,
                            ours_vnd, theirs_vnd, paid_at, state, found_at, note)
SELECT %(gateway)s, %(day)s, kind, %(statement)s, attempt_id, provider_id, coalesce(reference, ''), occurrence,
       ours_vnd, theirs_vnd, paid_at, 'open', %(at)s, ''
FROM pairs WHERE kind NOT IN ('matched', 'unpaid') AND NOT coalesce(was_parked, false)
ON CONFLICT DO NOTHING
"""
_FORGET = "DROP TABLE theirs, pairs"
SUPERSEDED = "Tệp đối soát mới của cùng ngày không còn khoản lệch này."


def day_bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """00:00 to 24:00 in Việt Nam (practice: providers cut their files there)."""
    start = dt.datetime.combine(day, dt.time(), LEGAL_ZONE)
    return start, start + dt.timedelta(days=1)


def classify(sheet: Sheet, *, gateway: str, day: dt.date) -> dict[str, Any]:
    """Load the proved lines, pair them with the portal and count. Needs a transaction: the tables end with it."""
    start, end = day_bounds(day)
    values: dict[str, Any] = {"gateway": gateway, "start": start, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(_LOAD)
        try:
            with connection.wrap_database_errors, sheet.lines() as lines:
                cursor.copy_expert(_COPY, lines)
        except DataError as reason:
            raise StatementRefused("Tệp đối soát có giá trị không đọc được.") from reason
        cursor.execute(_TUNE)
        cursor.execute(_CLASSIFY, values)
        cursor.execute(_COUNT)
        counted = {kind: {"count": count, "amount_vnd": amount} for kind, count, amount in cursor.fetchall()}
        cursor.execute(_PORTAL, values)
        portal = dict(zip(("count", "amount_vnd"), cursor.fetchone(), strict=True))
    nothing = {"count": 0, "amount_vnd": 0}
    return {
        "gateway": gateway,
        "date": day.isoformat(),
        "statement_sha256": sheet.sha256,
        "portal": portal,
        "provider": {"count": sheet.count, "amount_vnd": sheet.total_vnd},
        **{kind: counted.get(kind, nothing) for kind in KINDS},
    }


def store(statement: Statement, *, at: dt.datetime) -> None:
    """Keep the lines and the differences of the pairs just classified; forget what a newer file has mended."""
    values: dict[str, Any] = {
        "statement": statement.pk,
        "gateway": statement.gateway,
        "day": statement.day,
        "at": at,
        "note": SUPERSEDED,
    }
    with connection.cursor() as cursor:
        for step in (_KEEP, _SUPERSEDE, _BREAK, _FORGET):
            cursor.execute(step, values)
