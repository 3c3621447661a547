"""Why the promised day is what it is, in words for both sides: the count, each pause with its law, the new date."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from applications.deadlines import LEGAL_ZONE, Deadline
from applications.models import Dossier, LawfulDelay, Pause
from applications.states import CLOCK_RUNNING


def lines(dossier: Dossier, deadline: Deadline | None) -> tuple[str, ...]:
    """The same lines on the citizen's page and on the officer's desk."""
    if deadline is None or dossier.accepted_at is None:
        return ()
    pauses = Pause.objects.filter(dossier=dossier, started_at__gte=dossier.accepted_at).order_by("started_at")
    return (*deadline.explain, *map(_pause, pauses), *_new_date(dossier))


def is_held(dossier: Dossier) -> bool:
    """In a state in which the clock usually runs, but another agency has been asked."""
    waiting = Pause.objects.filter(dossier=dossier, ended_at=None)
    return dossier.state in CLOCK_RUNNING and waiting.exists()


def at(moment: dt.datetime) -> str:
    local = moment.astimezone(LEGAL_ZONE)
    return f"{local:%H:%M} {local.day}/{local.month}/{local.year}"


def _pause(pause: Pause) -> str:
    words = {
        "cause": pause.get_cause_display(),
        "start": at(pause.started_at),
        "end": at(pause.ended_at) if pause.ended_at else "",
        "basis": pause.legal_basis,
    }
    if pause.ended_at is None:
        return _("Đồng hồ dừng từ %(start)s: %(cause)s (%(basis)s)") % words
    return _("Đồng hồ dừng từ %(start)s đến %(end)s: %(cause)s (%(basis)s)") % words


def _new_date(dossier: Dossier) -> tuple[str, ...]:
    if dossier.reappointed_at is None:
        return ()
    words = {"new": at(dossier.reappointed_at)}
    delay = LawfulDelay.objects.filter(dossier=dossier).first()
    if delay is not None:
        return (
            _("Chậm có lý do theo luật (%(basis)s), hẹn lại %(new)s") % {**words, "basis": delay.legal_basis},
        )
    return (
        _("Cơ quan đã xin lỗi bằng văn bản và hẹn lại %(new)s; ngày hẹn đầu vẫn được ghi là trễ") % words,
    )
