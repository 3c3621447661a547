"""Replaying past dossiers on a draft: a bulk read of answers, recorded as one, that shows none of them."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.utils.translation import gettext as _

from applications import replaying, simulation
from identity.errors import Refused
from identity.models import Officer
from procedures.access import version_for
from procedures.models import ProcedureVersion
from procedures.services.drafting import record

USUAL, MOST = 200, 2_000
"""Dossiers replayed. MOST takes about ten seconds; no more, because it is computed while the editor waits."""


def simulate(
    *, version: ProcedureVersion, last: int = USUAL, by: Officer, at: dt.datetime
) -> simulation.Report:
    """What the draft would have changed for the last ``last`` dossiers of its procedure.

    One EditorialEvent says who replayed how many, before any answer is read; no DataAccess row is written, because
    no person's data reach the editor. The read runs in one transaction that cannot write. Raises Refused (no form,
    or a number out of range), NotFound or Forbidden (another ministry's version) and ``schema.SchemaError``.
    """
    version_for(by, version.pk, "read")
    if not 1 <= last <= MOST:
        raise Refused(_("Số hồ sơ: ghi từ 1 đến %(most)s.") % {"most": MOST})
    if version.form is None:
        raise Refused(_("Bản này chưa có biểu mẫu nên chưa thử lại hồ sơ cũ được."))
    after = replaying.terms_of(version)
    keys = replaying.newest(version.procedure, most=last)
    record(version, "simulate", by=by, at=at, details={"dossiers": len(keys)})
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        return simulation.replay(
            replaying.cases(keys), replaying.terms_before(keys), after, replaying.world(version.procedure)
        )
