"""The apology as a paper: rendered from the rows, signed by whoever decided, stored by hash."""

from __future__ import annotations

from typing import cast

from applications import issuing, papers, printing
from applications.models import Dossier, Letter
from applications.printed_forms import FORMS, Kind
from applications.results import signing
from identity.models import Agency


def produce(dossier: Dossier, letter: Letter) -> tuple[str, str]:
    """Returns (storage path, SHA-256 in hex). Slow: never inside a transaction."""
    signed_at = letter.signed_at or letter.drafted_at
    pdf = printing.render(dossier, Kind.APOLOGY, at=signed_at)
    agency = cast(Agency, dossier.agency)
    signer = signing.signer_for(organisation=agency.name, name=letter.signer_name, title=letter.own_title)
    title = FORMS[printing.form_set_of(dossier, signed_at)][Kind.APOLOGY].title
    signed = signer.sign(
        pdf, reason=title, location=issuing.place_of(dossier), name=letter.signer_name, at=signed_at
    )
    path = papers.store(signed)
    return path, path.rpartition("/")[2]
