"""The signing desk of the large agency: its first page with drafts, answers and earlier results to compare with."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Sequence

from django.db import connection

from applications.models import Dossier
from applications.office import signing
from applications.states import State
from identity.models import Agency, Officer, Role, User
from procedures.models import ProcedureVersion

DESK_MS = 300.0
_AT_THE_DESK = """
UPDATE applications_dossier SET state = 'processing', step = 2, step_kind = 'sign', step_role = 'signer'
WHERE agency_id = %(agency)s AND state = 'accepted'
"""
_IN_FORCE = """
UPDATE procedures_procedureversion SET status = 'published', published_at = %(now)s, effective_from = '2024-01-01'
WHERE id = ANY(%(versions)s)
"""
_WAITING = "d.agency_id = %(agency)s AND d.state = 'processing' AND d.step_kind = 'sign'"
_RESULTS = f"""
INSERT INTO applications_result (dossier_id, kind, status, fields, findings, reason, number, verify_code,
                                 proposed_by_id, signer_name, signer_title, path, sha256, signed_at)
SELECT d.id, 'grant', CASE WHEN d.state = 'processing' THEN 'draft' ELSE 'released' END,
       '[{{"label": "Họ tên của trẻ", "label_en": "", "value": "Bench"}}]', '{{}}', '', '', 'B' || d.id, %(drafter)s,
       '', '', '', CASE WHEN d.state = 'processing' THEN '' ELSE 'x' END,
       CASE WHEN d.state = 'processing' THEN NULL ELSE d.created_at END
FROM applications_dossier d
WHERE {_WAITING} OR d.agency_id = %(agency)s AND d.state IN ('completed', 'delivered')
"""  # noqa: S608
_EVENTS = f"""
INSERT INTO applications_event (dossier_id, seq, at, kind, actor_id, from_state, to_state, data, prev_hash, hash, tx)
SELECT d.id, 3, %(now)s, 'propose', %(drafter)s, 'processing', 'processing', '{{}}', '\\x00', '\\x00', 0
FROM applications_dossier d WHERE {_WAITING}
"""  # noqa: S608
_ANSWERS = f"""
INSERT INTO applications_answer (dossier_id, question, value, source, at)
SELECT d.id, 'bench_' || n, '"x"', CASE WHEN n %% 2 = 0 THEN 'citizen' ELSE 'national_population_db' END, d.created_at
FROM applications_dossier d, generate_series(1, 20) AS n WHERE {_WAITING}
"""  # noqa: S608


def first_page_ms(
    agency: Agency, versions: Sequence[ProcedureVersion], *, now: dt.datetime, times: int
) -> float:
    """Median milliseconds of the first page; what was filled in is gone afterwards."""
    drafter = User.objects.create(username=f"{agency.key}-drafter", full_name="Bench")
    user = User.objects.create(username=f"{agency.key}-signer", full_name="Bench")
    post = Officer.objects.create(user=user, agency=agency, title="B", roles=[Role.SIGNER])
    values = {
        "agency": agency.pk,
        "drafter": drafter.pk,
        "now": now,
        "versions": [one.pk for one in versions],
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for statement in (_IN_FORCE, _AT_THE_DESK, _RESULTS, _EVENTS, _ANSWERS):
                cursor.execute(statement, values)
            cursor.execute("RESET session_replication_role")
            cursor.execute("VACUUM ANALYZE applications_dossier, applications_result, applications_answer")
        desk = signing.read(post, now=now)
        assert len(desk.rows) == signing.PAGE
        oracle = Dossier.objects.filter(agency=agency, state=State.PROCESSING, step_kind="sign")
        wanted = oracle.order_by("owed_at", "pk")[: signing.PAGE]
        assert [row.dossier.pk for row in desk.rows] == [one.pk for one in wanted]
        return _median_ms(post, now, times)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in ("answer", "event", "result"):
                cursor.execute(
                    f"DELETE FROM applications_{table} USING applications_dossier d"  # noqa: S608
                    f" WHERE d.id = applications_{table}.dossier_id AND d.agency_id = %s",
                    [agency.pk],
                )
            cursor.execute("RESET session_replication_role")


def _median_ms(post: Officer, now: dt.datetime, times: int) -> float:
    taken = []
    for _n in range(times):
        began = time.perf_counter()
        signing.read(post, now=now)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)
