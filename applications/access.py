"""The only way to a dossier. Denies by default; an official's read leaves a row the citizen can see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import actors
from applications.models import (
    BatchOperation,
    Bundle,
    Consultation,
    CounterFiling,
    Dossier,
    DossierQuerySet,
)
from applications.states import OPEN, State
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


def bundle_for(citizen: Citizen | None, code: str) -> Bundle:
    """The citizen's own bundle. Raises NotFound for anything else."""
    found = Bundle.objects.select_related("form__version__procedure", "form__submitter__user").filter(
        code=code
    )
    bundle = found.filter(form__submitter=citizen).first() if citizen is not None else None
    if bundle is None:
        raise nothing_there()
    return bundle


def dossiers_for_officer(officer: Officer) -> DossierQuerySet:
    """What an officer may work on: the dossiers of the own agency; by lent roles alone, those they are lent for."""
    queryset: DossierQuerySet = Dossier.objects.select_related(*_WITH).at_agency(officer.agency)  # type: ignore[attr-defined]
    if officer.has_role(*actors.LENDABLE, Role.AUDITOR):
        return queryset
    by = actors.at_desk(officer, at=timezone.now())
    return queryset.filter(by.reach(actors.LENDABLE)) if by.mandates else queryset


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


def last_read(officer: Officer, dossiers: Iterable[Dossier], *, purpose: str) -> dict[str, dt.datetime]:
    """When this officer last opened each dossier for ``purpose``, by code: as recorded, not as a page says."""
    known = list(dossiers)
    rows = DataAccess.objects.filter(
        officer=officer.user,
        purpose=purpose,
        subject__in={one.submitter_id for one in known},
        dossier_code__in=[one.code for one in known],
    )
    return dict(rows.values_list("dossier_code").annotate(Max("at")).order_by())


def filings_at(officer: Officer) -> QuerySet[CounterFiling]:
    """What the counter of the officer's agency has begun for citizens and not yet handed in."""
    begun = CounterFiling.objects.select_related(
        "filed_by",
        "agency",
        "dossier__version__procedure",
        "dossier__submitter__user",
        "dossier__organisation",
    )
    begun = begun.defer("dossier__version__form", "dossier__version__content", "dossier__version__processing")
    return begun.filter(agency=officer.agency, dossier__state=State.DRAFT)


def filing_for_officer(officer: Officer, key: str) -> CounterFiling:
    """A filing of the officer's own counter, by the key of its draft. Raises NotFound for any other."""
    found = CounterFiling.objects.filter(agency=officer.agency, dossier__key=key).first()
    if found is None:
        raise nothing_there()
    found.dossier = Dossier.objects.select_related(*_WITH).get(pk=found.dossier_id)
    return found


def record_reading(
    officer: Officer, subject: Citizen, *, purpose: str, fields: list[str], code: str = "", at: dt.datetime
) -> None:
    """An officer saw data of a citizen outside a dossier of the agency: a register's answer, a counter's draft."""
    DataAccess.objects.create(
        at=at,
        officer=officer.user,
        agency=officer.agency,
        subject=subject,
        purpose=purpose,
        fields=fields,
        dossier_code=code,
    )


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
