"""Giving a colleague one's powers for a time, and taking them back. What they count for: ``applications.actors``.

A paper stands behind each (Nghị định 30/2020/NĐ-CP, Điều 13: in writing, limited in time and content; unverified).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from applications import signing_forms
from applications.actors import LENDABLE, Actor, day
from applications.models import Delegation, DutyEvent
from identity.errors import Conflict, Forbidden, NotFound, Refused
from identity.models import Officer, Role
from procedures.models import Procedure

GIVERS_FOR_OTHERS = frozenset({Role.LEADER, Role.ADMINISTRATOR})
"""Who may write down a delegation between two colleagues: the agency's leader and its administrator."""
SIGN_PAPERS = frozenset({Role.SIGNER, Role.APPROVER, Role.LEADER})
LONGEST_NUMBER = 60


def delegate(
    *,
    giver: Officer,
    deputy: Officer,
    roles: Collection[str],
    starts_on: dt.date,
    ends_on: dt.date,
    document_number: str,
    document_date: dt.date,
    by: Actor,
    at: dt.datetime,
    form: str = "",
    procedures: Collection[Procedure] = (),
    limit_vnd: int | None = None,
) -> Delegation:
    """Let ``deputy`` act for ``giver`` from the first to the last day, for these procedures (none: all).

    ``limit_vnd``: highest fee of a dossier in đồng; ``form``: code of ``signing_forms``. Raises Forbidden (neither
    giver, leader nor administrator; or ``by`` would write it for oneself) and Refused with the mend.
    """
    _may_give(giver, deputy, by)
    _check_roles(giver, roles)
    _check_days(starts_on, ends_on, document_date, at)
    number = " ".join(document_number.split())
    if not number or len(number) > LONGEST_NUMBER:
        raise Refused(_("Hãy ghi số văn bản ủy quyền, dài nhất %(most)d chữ cái.") % {"most": LONGEST_NUMBER})
    if form not in signing_forms.known() and (form or set(roles) & SIGN_PAPERS):
        raise Refused(_("Hãy chọn cách ghi trên chữ ký: KT., TL. hoặc TUQ."))
    if limit_vnd is not None and limit_vnd < 0:
        raise Refused(_("Mức phí cao nhất không được âm."))
    with transaction.atomic():
        delegation = Delegation.objects.create(
            agency=giver.agency,
            giver=giver,
            deputy=deputy,
            roles=sorted(roles),
            starts_on=starts_on,
            ends_on=ends_on,
            limit_vnd=limit_vnd,
            form=form,
            document_number=number,
            document_date=document_date,
            created_by_id=cast(int, by.user_id),
            created_at=at,
        )
        delegation.procedures.set(procedures)
        _audit(DutyEvent.Kind.DELEGATED, delegation, by, at, _told(delegation, procedures))
    return delegation


def revoke_delegation(*, delegation: int, by: Actor, at: dt.datetime) -> Delegation:
    """End it at once: the deputy's next act is refused. The giver does, or the agency's leader or administrator.

    Raises NotFound for one of another agency or that concerns neither, Conflict when it was revoked already.
    """
    with transaction.atomic():
        rows = Delegation.objects.select_for_update(of=("self",)).select_related(
            "giver__user", "deputy__user"
        )
        found = rows.filter(pk=delegation, agency=by.agency_id).first()
        if found is None or not (found.giver.user_id == by.user_id or by.own_roles & GIVERS_FOR_OTHERS):
            raise NotFound(_("Không có ủy quyền này, hoặc anh/chị không được thu hồi."))
        if found.revoked_at is not None:
            raise Conflict(_("Ủy quyền này đã được thu hồi. Hãy tải lại trang."))
        found.revoked_at, found.revoked_by_id = at, by.user_id
        found.save(update_fields=["revoked_at", "revoked_by"])
        _audit(DutyEvent.Kind.REVOKED, found, by, at, {})
    return found


def _may_give(giver: Officer, deputy: Officer, by: Actor) -> None:
    if giver.agency_id != by.agency_id or deputy.agency_id != by.agency_id:
        raise Refused(_("Chỉ ủy quyền được giữa những người của cơ quan anh/chị."))
    if giver.user_id != by.user_id and not by.own_roles & GIVERS_FOR_OTHERS:
        raise Forbidden(_("Chỉ chính người đó, lãnh đạo hoặc quản trị của cơ quan ghi được ủy quyền này."))
    if giver.pk == deputy.pk:
        raise Refused(_("Không thể ủy quyền cho chính mình. Hãy chọn một đồng nghiệp."))
    if deputy.user_id == by.user_id:
        raise Forbidden(_("Anh/chị không tự ghi ủy quyền cho mình. Hãy nhờ người ủy quyền ghi."))
    if not (giver.is_active and giver.user.is_active and deputy.is_active and deputy.user.is_active):
        raise Refused(_("Một trong hai người không còn làm việc. Hãy chọn người khác."))


def _check_roles(giver: Officer, roles: Collection[str]) -> None:
    """A role the giver was lent is not the giver's own, so it is not passed on."""
    if not roles:
        raise Refused(_("Hãy chọn ít nhất một vai trò để ủy quyền."))
    if not set(roles) <= set(giver.roles) & LENDABLE:
        raise Refused(
            _(
                "Chỉ ủy quyền được vai trò xử lý hồ sơ của chính người ủy quyền; quyền làm thay không giao lại được."
            )
        )


def _check_days(starts_on: dt.date, ends_on: dt.date, document_date: dt.date, at: dt.datetime) -> None:
    if ends_on < starts_on:
        raise Refused(_("Ngày cuối phải không trước ngày đầu. Hãy chọn lại."))
    if ends_on < day(at):
        raise Refused(_("Thời gian ủy quyền đã qua. Hãy chọn ngày cuối từ hôm nay trở đi."))
    if document_date > starts_on:
        raise Refused(_("Văn bản ủy quyền phải có trước khi ủy quyền bắt đầu. Hãy kiểm tra lại các ngày."))


def _told(delegation: Delegation, procedures: Collection[Procedure]) -> dict[str, object]:
    return {
        "deputy": delegation.deputy_id,
        "roles": delegation.roles,
        "days": [delegation.starts_on.isoformat(), delegation.ends_on.isoformat()],
        "procedures": sorted(one.pk for one in procedures),
        "limit_vnd": delegation.limit_vnd,
        "form": delegation.form,
    }


def _audit(kind: str, delegation: Delegation, by: Actor, at: dt.datetime, data: Mapping[str, object]) -> None:
    DutyEvent.objects.create(
        kind=kind,
        post=delegation.giver,
        delegation=delegation,
        actor_id=cast(int, by.user_id),
        at=at,
        data=data,
    )
