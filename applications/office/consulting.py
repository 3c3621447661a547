"""Consultations on the desk: what was asked of others, what others ask us, the form to ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from applications import access, services
from applications.actors import Actor
from applications.models import Consultation, Dossier
from applications.office import clock
from applications.office.acting import NUMBER, Act, written
from identity.errors import Refused
from identity.models import Agency, Officer

ANSWERED_SHOWN = 20


@dataclass(frozen=True)
class Asked:
    """One question with its state in words."""

    consultation: Consultation
    chip: clock.Chip


def asked_of(dossier: Dossier, *, now: dt.datetime) -> list[Asked]:
    """Newest first."""
    rows = dossier.consultations.select_related("agency", "asked_by", "answered_by").prefetch_related(
        "papers"
    )
    return [Asked(one, chip_of(one, now=now)) for one in rows.order_by("-asked_at", "-pk")]


def put_to(officer: Officer, *, now: dt.datetime) -> tuple[list[Asked], list[Asked]]:
    """What other agencies ask ours: (still open, nearest day first; answered, newest first)."""
    rows = access.consultations_for_officer(officer)
    still = rows.filter(closed_at=None).order_by("due_at", "pk")
    answered = rows.exclude(opinion="").order_by("-closed_at")[:ANSWERED_SHOWN]
    return [Asked(one, chip_of(one, now=now)) for one in still], [
        Asked(one, chip_of(one, now=now)) for one in answered
    ]


def chip_of(one: Consultation, *, now: dt.datetime) -> clock.Chip:
    if one.opinion:
        late = _(", muộn") if one.is_late else ""
        return clock.Chip("success", "check-c", f"{one.get_opinion_display()}{late}")
    if one.closed_at:
        return clock.Chip("", "stop", _("Không chờ nữa"))
    if one.due_at < now:
        return clock.Chip("error", "alert", _("Quá hạn trả lời"))
    return clock.Chip("consult", "clock", _("Chờ trả lời"))


def known_agencies(officer: Officer) -> list[Agency]:
    """Those an officer asks most: the ministries and the agencies of the own province. Any other is typed by name."""
    near = Q(level=Agency.Level.CENTRAL) | Q(level=Agency.Level.PROVINCE, unit=_province_id(officer))
    found = Agency.objects.filter(near | Q(parent=officer.agency.parent_id), valid_to=None)
    return list(found.exclude(pk=officer.agency_id).order_by("name")[:300])


def _province_id(officer: Officer) -> int | None:
    unit = officer.agency.unit
    return unit.parent_id or unit.pk if unit else None


def ask(act: Act) -> Consultation:
    """Read the form and ask. Raises Refused with the mend for what cannot be read."""
    typed = act.typed
    days = act.text("days")
    papers = [int(one) for one in typed.getlist("paper") if NUMBER.fullmatch(one)]
    return services.consult(
        **act.common,
        agency=_agency_named(act.text("agency")),
        addressee=act.text("addressee")[:120],
        question=act.text("question"),
        papers=papers,
        days=int(days) if NUMBER.fullmatch(days) else 0,
    )


def answer(consultation: Consultation, typed: QueryDict, by: Actor, *, at: dt.datetime) -> None:
    services.answer_consultation(
        consultation=consultation,
        opinion=typed.get("opinion", ""),
        text=written(typed, "text"),
        by=by,
        at=at,
    )


def _agency_named(name: str) -> Agency:
    found = list(Agency.objects.filter(name__iexact=name, valid_to=None)[:2]) if name else []
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(_("Có nhiều cơ quan tên «%(name)s». Hãy ghi tên đầy đủ.") % {"name": name})
    raise Refused(_("Không tìm thấy cơ quan «%(name)s». Hãy chọn một tên trong danh sách.") % {"name": name})
