"""Drafts waiting for a signature, and the buttons of the signing desk."""

from __future__ import annotations

from collections.abc import Iterable

from django.test import Client
from django.utils import timezone

from applications import actors, services
from applications.models import Dossier, Result
from applications.office import evidence
from identity.models import Agency, Officer, Role
from procedures.models import ProcedureVersion
from tests import factories

DESK = "/can-bo/ky-so/"
FINDINGS = {
    **factories.PROCESSING,
    "findings": [
        {"id": "book", "label": "Quyển số", "required": False, "suggest": "01/2026"},
        {"id": "number", "label": "Số định danh", "required": False, "suggest": ""},
    ],
    "conditions": [
        {
            "when": "child_name != ''",
            "pass_vi": "Trẻ đã có tên",
            "fail_vi": "Trẻ chưa có tên",
        }
    ],
}
WITH_FINDINGS = {
    **factories.FORM,
    "result_fields": [
        *factories.FORM["result_fields"],
        {"label": "Quyển số", "source": "issued"},
        {"label": "Số định danh", "source": "issued"},
    ],
}


def signer(agency: Agency, name: str = "Võ Thanh Tùng") -> tuple[Client, Officer]:
    post = factories.officer(agency, Role.SIGNER, name=name)
    return factories.sign_in_officer(Client(), post), post


def drafts(agency: Agency, count: int, *, of: ProcedureVersion | None = None, **arguments) -> list[Dossier]:
    """Handed to the signer by one officer; ``arguments`` as of ``propose``."""
    version, person = of or factories.version(), factories.citizen()
    intake = actors.officer(factories.officer(agency, Role.INTAKE))
    drafter = actors.officer(factories.officer(agency, Role.CASE_OFFICER, name="Phan Văn Thụ Lý"))
    found = []
    for _n in range(count):
        at = timezone.now()
        dossier = factories.submitted(agency, of=version, by=person, at=at)
        services.accept(dossier=dossier, by=intake, at=at)
        services.pass_on(dossier=dossier, by=intake, at=at)
        services.propose(**{"dossier": dossier, "kind": "grant", "by": drafter, "at": at, **arguments})
        found.append(dossier)
    return found


def boxes(dossiers: Iterable[Dossier]) -> list[str]:
    """What ticked boxes send: the code and the last event the page knew."""
    return [f"{one.code}/{one.seq}" for one in dossiers]


def press_sign(client: Client, picked: list[str], otp: str, **typed):
    return client.post(f"{DESK}ky/", {"pick": picked, "otp": otp, **typed})


def read_sample(client: Client, post: Officer, dossiers: list[Dossier]) -> Dossier:
    """Open the draft the desk draws by lot, as it asks before a whole round is signed."""
    drawn = evidence.sample_of(post, list(Dossier.objects.filter(pk__in=[one.pk for one in dossiers])))
    assert drawn is not None
    assert client.get(DESK, {"ho-so": drawn.code}).status_code == 200
    return drawn


def statuses(dossiers: Iterable[Dossier]) -> list[str]:
    """Status of each result, in the order given."""
    return [Result.objects.get(dossier=one).status for one in dossiers]


def version_with_findings():
    return factories.version(form=WITH_FINDINGS, processing=FINDINGS)


def row_of(page, dossier: Dossier):
    return next(row for row in page.context["desk"].rows if row.dossier.pk == dossier.pk)


def flags_of(page, dossier: Dossier) -> list[str]:
    return [flag.key for flag in row_of(page, dossier).known.flags]
