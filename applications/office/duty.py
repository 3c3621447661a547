"""Who stands in for whom and who is away, as the desk shows and reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Value
from django.http import QueryDict
from django.utils.translation import gettext as _

from applications import actors, services, signing_forms
from applications.actors import LENDABLE, Mandate, day
from applications.models import Absence, Delegation
from applications.office import clock, queues
from applications.office.acting import NUMBER, written
from applications.services.deputising import GIVERS_FOR_OTHERS
from applications.services.leave import RECORDERS
from identity.errors import Refused
from identity.models import Officer, Role
from procedures.models import Procedure

MOST = 100


@dataclass(frozen=True)
class Duty:
    """What the head of every office page needs: doors that are open, whom one stands in for, the own leave."""

    roles: frozenset[str]
    mandates: Sequence[Mandate]
    absence: Absence | None


@dataclass(frozen=True)
class Lent:
    """One delegation as a row; ``may_revoke`` for the officer who looks."""

    delegation: Delegation
    state: clock.Chip
    roles: Sequence[str]
    procedures: Sequence[str]
    form: str
    may_revoke: bool


@dataclass(frozen=True)
class Away:
    absence: Absence
    state: clock.Chip
    may_cancel: bool


def duty_of(officer: Officer, *, now: dt.datetime) -> Duty:
    by = actors.at_desk(officer, at=now)
    today: QuerySet[Absence] = Absence.objects.on(day(now))  # type: ignore[attr-defined]
    return Duty(by.roles, by.mandates, today.filter(officer=officer).first())


def delegations(officer: Officer, *, now: dt.datetime) -> list[tuple[str, list[Lent]]]:
    """(title, rows): received, given, and for leader or administrator those between colleagues; newest first."""
    rows = Delegation.objects.select_related("giver__user", "deputy__user").annotate(
        named=ArrayAgg("procedures__name", filter=Q(procedures__isnull=False), default=Value([]))
    )
    concerned = Q(giver=officer) | Q(deputy=officer)
    everybody = officer.has_role(*GIVERS_FOR_OTHERS)
    asked = rows.filter(agency=officer.agency_id) if everybody else rows.filter(concerned)
    shown = [_lent(one, officer, now) for one in asked.order_by("-ends_on", "-pk")[:MOST]]
    found = [
        (_("Anh/chị làm thay"), [one for one in shown if one.delegation.deputy_id == officer.pk]),
        (_("Anh/chị giao cho người khác"), [one for one in shown if one.delegation.giver_id == officer.pk]),
    ]
    if everybody:
        mine = {officer.pk}
        others = [one for one in shown if not mine & {one.delegation.deputy_id, one.delegation.giver_id}]
        found.append((_("Giữa những người khác trong cơ quan"), others))
    return found


def absences(officer: Officer, *, now: dt.datetime) -> list[Away]:
    """Own and, for superiors, everybody's; those that are over are not shown."""
    rows = Absence.objects.select_related("officer__user", "substitute__user").filter(
        cancelled_at=None, ends_on__gte=day(now), officer__agency=officer.agency_id
    )
    superior = officer.has_role(*RECORDERS)
    asked = rows if superior else rows.filter(Q(officer=officer) | Q(substitute=officer))
    return [
        Away(one, _away_chip(one, now), superior or one.officer_id == officer.pk)
        for one in asked.order_by("starts_on", "pk")[:MOST]
    ]


def givers(officer: Officer) -> list[Officer]:
    """Whose powers this officer may write down a delegation of."""
    return colleagues(officer) if officer.has_role(*GIVERS_FOR_OTHERS) else [officer]


def colleagues(officer: Officer) -> list[Officer]:
    posts = Officer.objects.select_related("user").filter(
        agency=officer.agency_id, is_active=True, user__is_active=True
    )
    return list(posts.order_by("user__full_name", "pk"))


def lendable(officer: Officer) -> list[tuple[str, str]]:
    """Roles the form offers: the own, or all where the officer writes for others."""
    own = LENDABLE if officer.has_role(*GIVERS_FOR_OTHERS) else LENDABLE & set(officer.roles)
    return [(one.value, str(one.label)) for one in Role if one in own]


def known_procedures(officer: Officer) -> list[Procedure]:
    """Those the agency has dossiers of."""
    seen = queues.versions_seen(officer.agency)
    return list(Procedure.objects.filter(versions__in=seen).distinct().order_by("name"))


def delegate(typed: QueryDict, officer: Officer, *, at: dt.datetime) -> Delegation:
    """Read the form and give. Raises Refused with the mend for what cannot be read."""
    giver = officer
    if number := typed.get("giver"):
        giver = _colleague(number, officer, _("Hãy chọn người ủy quyền trong danh sách."))
    chosen = [int(one) for one in typed.getlist("procedure") if NUMBER.fullmatch(one)]
    return services.delegate(
        giver=giver,
        deputy=_colleague(
            typed.get("deputy", ""), officer, _("Hãy chọn người được ủy quyền trong danh sách.")
        ),
        roles=typed.getlist("role"),
        starts_on=_day(typed, "starts_on", _("Hãy chọn ngày bắt đầu.")),
        ends_on=_day(typed, "ends_on", _("Hãy chọn ngày cuối cùng.")),
        document_number=written(typed, "document_number"),
        document_date=_day(typed, "document_date", _("Hãy chọn ngày của văn bản ủy quyền.")),
        form=typed.get("form", ""),
        procedures=list(Procedure.objects.filter(pk__in=chosen)),
        limit_vnd=_amount(written(typed, "limit_vnd")),
        by=actors.officer(officer),
        at=at,
    )


def record_absence(typed: QueryDict, officer: Officer, *, at: dt.datetime) -> Absence:
    """Read the form and record. Raises Refused with the mend for what cannot be read."""
    who, substitute = officer, None
    if number := typed.get("officer"):
        who = _colleague(number, officer, _("Hãy chọn người nghỉ trong danh sách."))
    if number := typed.get("substitute"):
        substitute = _colleague(number, officer, _("Hãy chọn người thay trong danh sách."))
    return services.record_absence(
        officer=who,
        starts_on=_day(typed, "starts_on", _("Hãy chọn ngày nghỉ đầu tiên.")),
        ends_on=_day(typed, "ends_on", _("Hãy chọn ngày nghỉ cuối cùng.")),
        reason=typed.get("reason", ""),
        substitute=substitute,
        by=actors.officer(officer),
        at=at,
    )


def _lent(one: Delegation, officer: Officer, now: dt.datetime) -> Lent:
    form = signing_forms.known().get(one.form)
    named: list[str] = one.named  # type: ignore[attr-defined]
    mine = one.giver_id == officer.pk or officer.has_role(*GIVERS_FOR_OTHERS)
    return Lent(
        delegation=one,
        state=_lent_chip(one, now),
        roles=[str(Role(role).label) for role in one.roles],
        procedures=sorted(named),
        form=form.abbreviation if form else "",
        may_revoke=mine and one.revoked_at is None and one.ends_on >= day(now),
    )


def _lent_chip(one: Delegation, now: dt.datetime) -> clock.Chip:
    if one.revoked_at is not None:
        return clock.Chip("error", "stop", _("Đã thu hồi"))
    if one.ends_on < day(now):
        return clock.Chip("", "check", _("Đã hết hạn"))
    if one.starts_on > day(now):
        return clock.Chip("info", "clock", _("Chưa bắt đầu"))
    if not set(one.roles) & set(one.giver.roles):
        return clock.Chip("warning", "alert", _("Người giao không còn vai trò"))
    return clock.Chip("success", "check-c", _("Đang hiệu lực"))


def _away_chip(one: Absence, now: dt.datetime) -> clock.Chip:
    if one.starts_on > day(now):
        return clock.Chip("info", "clock", _("Sắp nghỉ"))
    return clock.Chip("warning", "pause", _("Đang nghỉ"))


def _colleague(number: str, officer: Officer, mend: str) -> Officer:
    """Somebody of the own agency; for another agency's people the answer is that of nobody."""
    posts = Officer.objects.select_related("user", "agency").filter(agency=officer.agency_id)
    found = posts.filter(pk=int(number)).first() if NUMBER.fullmatch(number) else None
    if found is None:
        raise Refused(mend)
    return found


def _day(typed: QueryDict, name: str, mend: str) -> dt.date:
    try:
        found = dt.date.fromisoformat(typed.get(name, ""))
    except ValueError:
        raise Refused(mend) from None
    if not 2000 <= found.year <= 2200:
        raise Refused(mend)
    return found


def _amount(written_amount: str) -> int | None:
    """«200.000» as dong; nothing written is no limit."""
    plain = written_amount.replace(".", "").replace(" ", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdecimal()) or len(plain) > 12:
        raise Refused(_("Mức phí chỉ gồm chữ số, ví dụ 200000 hoặc 200.000; để trống là không giới hạn."))
    return int(plain)
