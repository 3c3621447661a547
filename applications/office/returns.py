"""Drafts that came back to the desk: who sent them, when and why, until a new draft is handed on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.models import Dossier, Event
from applications.states import State


@dataclass(frozen=True)
class Returned:
    reason: str
    who: str
    at: dt.datetime


def open_returns(dossiers: Iterable[Dossier]) -> dict[int, Returned]:
    """Of the dossiers whose last draft was sent back and not drafted again since, by number."""
    worked = [one.pk for one in dossiers if one.state == State.PROCESSING]
    if not worked:
        return {}
    acts = Event.objects.filter(dossier__in=worked, kind__in=("propose", "send_back"))
    last = acts.select_related("actor", "note").order_by("dossier", "-seq").distinct("dossier")
    return {event.dossier_id: told(event) for event in last if event.kind == "send_back"}


def told(event: Event) -> Returned:
    """A sending back in words; the reason is empty where the note was erased by law."""
    note = getattr(event, "note", None)
    who = event.actor.full_name if event.actor else _("Hệ thống")
    return Returned(note.text if note else "", who, event.at)
