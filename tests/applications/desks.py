"""The officer's desk as a person uses it: an address, a button, a picture to upload, somebody signed in."""

from __future__ import annotations

import io

from django.test import Client
from django.urls import reverse
from PIL import Image

from applications.models import Dossier
from identity.models import Officer
from tests import factories

INBOX = "/can-bo/"


def desk(dossier: Dossier) -> str:
    return reverse("applications:workspace", args=[dossier.code])


def press(client: Client, dossier: Dossier, action: str, *, seq: int | None = None, **typed):
    """Press a button of the page as it stands now, or as it stood at ``seq``."""
    if seq is None:
        dossier.refresh_from_db()
        seq = dossier.seq
    return client.post(reverse("applications:act", args=[dossier.code, action]), {"seq": seq, **typed})


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(drawn, "PNG")
    return drawn.getvalue()


def signed_in(agency, *roles: str, name: str = "Trần Quốc Bảo") -> tuple[Client, Officer]:
    post = factories.officer(agency, *roles, name=name)
    return factories.sign_in_officer(Client(), post), post
