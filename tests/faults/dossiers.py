"""Dossiers whose answer a worker owes, and the one look at what became of them."""

from __future__ import annotations

import hashlib

from django.utils import timezone

from applications import actors, log, papers, services
from applications.models import Dossier, Event, Outbox, Result
from applications.states import State
from identity.models import Role
from procedures.models import ProcedureVersion
from tests import factories

RULE = {
    "id": "named",
    "question": "child_name",
    "when": "child_name != ''",
    "fail_vi": "Thiếu tên.",
    "fail_en": "No name.",
}


def automatic() -> ProcedureVersion:
    """A procedure that a rule decides: one submission sets off decision, signature, release and delivery."""
    return factories.version(form={**factories.FORM, "auto_decision": [RULE]})


def drafts(count: int) -> list[Dossier]:
    agency, version = factories.commune_agency(), automatic()
    return [factories.draft(agency, of=version) for _number in range(count)]


def hand_in(draft: Dossier) -> Dossier:
    return services.submit(dossier=draft, by=actors.citizen(draft.submitter), at=timezone.now())


def signing(count: int) -> list[Dossier]:
    """Signed by an officer; the paper itself is a worker's."""
    agency = factories.commune_agency()
    signer = actors.officer(factories.officer(agency, Role.SIGNER, name="Đỗ Ký Tên"))
    dossiers = [factories.proposed(agency) for _number in range(count)]
    return [services.sign(dossier=dossier, by=signer, at=timezone.now()) for dossier in dossiers]


def undone() -> int:
    return Outbox.objects.filter(done_at=None).count()


def answered_once(dossiers: list[Dossier], state: State) -> None:
    """Each has one result, one signature in the log and one file; row, log and file agree."""
    assert Outbox.objects.filter(done_at=None).count() == 0
    assert Result.objects.count() == len(dossiers)
    for dossier in dossiers:
        dossier.refresh_from_db()
        assert dossier.state == state
        result = Result.objects.get(dossier=dossier)
        signatures = Event.objects.filter(dossier=dossier, kind="result_signed")
        assert [one.data["sha256"] for one in signatures] == [result.sha256]
        assert hashlib.sha256(papers.read(result.path)).hexdigest() == result.sha256
        kinds = list(dossier.events.values_list("kind", flat=True))
        assert len(kinds) == len(set(kinds))
        assert log.verify(dossier, dossier.events.order_by("seq")) == len(kinds)
