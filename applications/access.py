"""The only way to a dossier. Denies by default; an official's read leaves a row the citizen can see."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from applications.models import BatchOperation, Consultation, Dossier, DossierQuerySet
from applications.states import OPEN
from identity.errors import NotFound
from identity.models import Citizen, DataAccess, Officer, Role

_WITH = ("version__procedure__field", "agency__unit", "agency__parent", "submitter__user", "organisation")


def nothing_there() -> NotFound:
    """One answer for unknown, foreign and malformed codes, so that codes cannot be probed."""
    return NotFound(_("Không có hồ sơ này, hoặc bạn không được xem. Hãy kiểm tra lại mã hồ sơ."))


def dossier_for(citizen: Citizen | None, code: str) -> Dossier:
    """The citizen's own dossier by code, or by the key its draft had (a second submit of an old tab).

    Raises NotFound for anything else.
    """
    dossier = None
    if citizen is not None:
        own = Dossier.objects.select_related(*_WITH).of_citizen(citizen)  # type: ignore[attr-defined]
        dossier = own.filter(code=code).first() or own.filter(key=code).first()
    if dossier is None:
        raise nothing_there()
    found: Dossier = dossier
    return found


def dossiers_for_officer(officer: Officer) -> DossierQuerySet:
    """What an officer may work on: the dossiers of the own agency."""
    queryset: DossierQuerySet = Dossier.objects.select_related(*_WITH).at_agency(officer.agency)  # type: ignore[attr-defined]
    return queryset


def dossier_for_officer(
    officer: Officer, code: str, *, purpose: str, fields: list[str], at: dt.datetime
) -> Dossier:
    """The dossier of the officer's own agency, recorded as read in the same transaction."""
    with transaction.atomic():
        dossier = dossiers_for_officer(officer).filter(code=code).first()
        if dossier is None:
            raise nothing_there()
        DataAccess.objects.create(
            at=at,
            officer=officer.user,
            agency=officer.agency,
            subject=dossier.submitter,
            purpose=purpose,
            fields=fields,
            dossier_code=code,
        )
    return dossier


def consultations_for_officer(officer: Officer) -> QuerySet[Consultation]:
    """What other agencies ask the officer's agency, of dossiers still being worked on."""
    asked = Consultation.objects.select_related("agency", "dossier__agency", "dossier__version__procedure")
    return asked.filter(agency=officer.agency, dossier__state__in=[*OPEN])


def consultation_for_officer(officer: Officer, key: str, *, purpose: str, at: dt.datetime) -> Consultation:
    """One question put to the officer's agency, recorded as read with the names of the papers shared.

    Raises NotFound for any other; of the dossier behind it the caller may show the procedure and what was shared.
    """
    with transaction.atomic():
        found = consultations_for_officer(officer).filter(key=key).first()
        if found is None:
            raise NotFound(_("Không có câu hỏi này, hoặc anh/chị không được xem."))
        DataAccess.objects.create(
            at=at,
            officer=officer.user,
            agency=officer.agency,
            subject=found.dossier.submitter,
            purpose=purpose,
            fields=["Câu hỏi lấy ý kiến", *(paper.name for paper in found.papers.all())],
            dossier_code=str(found.dossier.code),
        )
    return found


def batches_for_officer(officer: Officer) -> QuerySet[BatchOperation]:
    """Batches of the own agency: one's own; who approves, signs or leads sees those of colleagues too."""
    found = BatchOperation.objects.select_related("officer__user", "agency", "version__procedure")
    found = found.filter(agency=officer.agency)
    if officer.has_role(Role.APPROVER, Role.SIGNER, Role.LEADER):
        return found
    return found.filter(officer=officer)


def batch_for_officer(officer: Officer, key: str) -> BatchOperation:
    """Raises NotFound for any other, also for one that does not exist."""
    found = batches_for_officer(officer).filter(key=key).first()
    if found is None:
        raise NotFound(_("Không có lô này, hoặc anh/chị không được xem."))
    return found


def dossier_by_code(code: str) -> Dossier:
    """For machines and public pages that show no personal data (tracking, verification, exchange)."""
    dossier = Dossier.objects.select_related(*_WITH).filter(code=code).first()
    if dossier is None:
        raise nothing_there()
    return dossier
