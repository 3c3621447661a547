"""A superior does not sign or approve: the draft goes back, and stays as it was to compare the next one with."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from applications.actors import Actor
from applications.models import Dossier, Event, Result, ReturnedDraft
from applications.services.deciding import send_back


def return_draft(*, dossier: Dossier, reason: str, by: Actor, at: dt.datetime) -> ReturnedDraft:
    """Send the draft back (``send_back``) and keep it. Raises what ``send_back`` raises."""
    with transaction.atomic():
        send_back(dossier=dossier, reason=reason, by=by, at=at)
        result = Result.objects.get(dossier=dossier)
        return ReturnedDraft.objects.create(
            dossier=dossier,
            event=Event.objects.get(dossier=dossier, seq=dossier.seq),
            kind=result.kind,
            fields=result.fields,
            reason=result.reason,
            drafted_by=result.proposed_by,
        )
