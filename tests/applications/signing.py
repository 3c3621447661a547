"""Drafts waiting for a signature, and the buttons of the signing desk."""

from __future__ import annotations

from collections.abc import Iterable

from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from applications import actors, services
from applications.models import Dossier, Result
from applications.office import evidence
from identity.models import Agency, Officer, Role
from procedures.models import ProcedureVersion
from tests import factories

DESK = "/can-bo/ky-so/"


def six_digits(post: Officer) -> str:
    """A code of the officer's device that was not used yet: the device takes one step ahead as well."""
    device = TOTPDevice.objects.get(user=post.user)
    generator = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    generator.time = timezone.now().timestamp()
    if device.last_t >= generator.t():
        generator.time += device.step
    return f"{generator.token():06}"


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
