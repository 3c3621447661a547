"""Numbers of printed forms and register entries: one series each, a year and agency, given in the act itself."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.db import connection

from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier, FormNumber, FrontDesk
from applications.printed_forms import Kind

SIGN = "BPTNTKQ"
"""Of a one-stop office that has told no sign of its own (Thông tư 01/2018/TT-VPCP, Mẫu 01)."""
_GIVE = """
    WITH s AS (
        INSERT INTO applications_series (agency_id, name, last) VALUES (%(agency)s, %(series)s, 1)
        ON CONFLICT (agency_id, name) DO UPDATE SET last = applications_series.last + 1 RETURNING last
    )
    INSERT INTO applications_formnumber (dossier_id, kind, seq, agency_id, series, number)
    SELECT %(dossier)s, %(kind)s, %(seq)s, %(agency)s, %(series)s, last FROM s
"""


def give(dossier: Dossier, *kinds: Kind, at: dt.datetime) -> None:
    """Number the papers of the act just written; call it inside its transaction, under the lock of the dossier."""
    year = at.astimezone(LEGAL_ZONE).year
    with connection.cursor() as cursor:
        for kind in kinds:
            cursor.execute(
                _GIVE,
                {
                    "agency": dossier.agency_id,
                    "series": f"{'book' if kind == Kind.REGISTER else 'form'}-{year}",
                    "dossier": dossier.pk,
                    "kind": kind,
                    "seq": dossier.seq,
                },
            )


def number_of(dossier: Dossier, kind: Kind, desk: FrontDesk | None) -> str:
    """«Số: 0412/TTPVHCC»; empty for a paper that no act has numbered."""
    given = _latest(dossier, kind)
    return f"Số: {given.number:04}/{desk.sign if desk else SIGN}" if given else ""


def book_of(dossier: Dossier) -> tuple[str, str]:
    """(quyển số, số thứ tự) of the register; the book is the year."""
    given = _latest(dossier, Kind.REGISTER)
    return (given.series.removeprefix("book-"), str(given.number)) if given else ("", "")


def desk_of(dossier: Dossier) -> FrontDesk | None:
    return FrontDesk.objects.filter(agency=cast(int, dossier.agency_id)).first()


def _latest(dossier: Dossier, kind: Kind) -> FormNumber | None:
    return FormNumber.objects.filter(dossier=dossier, kind=kind).order_by("-seq").first()
