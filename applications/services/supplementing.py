"""A second supplement request: an officer drafts it with its legal basis, a superior confirms it or sends it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from applications import log, revisions
from applications.actors import Actor
from applications.models import Dossier, SupplementDraft, SupplementRequest
from applications.services import four_eyes
from applications.services.moving import conflict, remark
from applications.services.waiting import record_supplement, require_reasons
from applications.states import EDGES
from identity.errors import Forbidden, Refused
from identity.models import Role


def draft_supplement(
    *, dossier: Dossier, items: Sequence[dict[str, str]], legal_basis: str, by: Actor, at: dt.datetime
) -> SupplementDraft:
    """Write a further request for a superior; each item the first request could have named is marked ``late``.

    Raises Refused (no legal basis, no reason, a draft waits already, no request was made yet), Forbidden, Conflict.
    """
    edge = EDGES["request_supplement"]
    if not by.roles & edge.roles:
        raise Forbidden(_("Vai trò của bạn không làm được việc «%(action)s».") % {"action": edge.label})
    if dossier.state not in edge.sources:
        raise conflict(dossier, "request_supplement")
    if not dossier.supplement_count:
        raise Refused(_("Hồ sơ chưa được yêu cầu bổ sung lần nào: hãy gửi thẳng yêu cầu."))
    if not legal_basis.strip():
        raise Refused(_("Yêu cầu bổ sung lần hai cần căn cứ pháp lý và lãnh đạo phê duyệt."))
    require_reasons(items)
    late = revisions.late_defects(dossier, [item["question"] for item in items], at=at)
    marked = [{**item, "late": True} if item["question"] in late else item for item in items]
    with transaction.atomic():
        data = {"items": log.commitment(dossier.salt, marked), "late": len(late)}
        remark(dossier, "supplement_drafted", by=by, at=at, data=data, roles=edge.roles)
        if SupplementDraft.objects.filter(dossier=dossier, closed_at=None).exists():
            raise Refused(_("Đã có một yêu cầu bổ sung chờ lãnh đạo phê duyệt."))
        return SupplementDraft.objects.create(
            dossier=dossier,
            items=marked,
            legal_basis=legal_basis.strip(),
            drafted_by_id=cast(int, by.user_id),
            drafted_at=at,
        )


def confirm_supplement(*, dossier: Dossier, by: Actor, at: dt.datetime) -> SupplementRequest:
    """The superior sends the drafted request. Raises Forbidden for the person who drafted it."""
    if Role.APPROVER not in by.roles:
        raise Forbidden(_("Chỉ lãnh đạo phê duyệt được yêu cầu bổ sung lần hai."))
    draft = _waiting(dossier)
    by = four_eyes.second_person(
        dossier, "supplement_drafted", draft.drafted_by_id, by=by, roles={Role.APPROVER}
    )
    with transaction.atomic():
        request = record_supplement(
            dossier, draft.items, by=by, at=at, legal_basis=draft.legal_basis, roles={Role.APPROVER}
        )
        _close(draft, at)
    return request


def decline_supplement(*, dossier: Dossier, reason: str, by: Actor, at: dt.datetime) -> SupplementDraft:
    """The superior says no, or the officer who drafted takes it back; the citizen never sees it."""
    draft = _waiting(dossier)
    if Role.APPROVER not in by.roles and draft.drafted_by_id != by.user_id:
        raise Forbidden(_("Chỉ lãnh đạo hoặc người soạn bỏ được yêu cầu này."))
    if not reason.strip():
        raise Refused(_("Hãy ghi lý do không gửi yêu cầu này."))
    with transaction.atomic():
        own = draft.drafted_by_id == by.user_id
        roles = () if own else (Role.APPROVER,)
        remark(dossier, "supplement_declined", by=by, at=at, note=reason.strip(), roles=roles)
        _close(draft, at)
    return draft


def _waiting(dossier: Dossier) -> SupplementDraft:
    draft = SupplementDraft.objects.filter(dossier=dossier, closed_at=None).first()
    if draft is None:
        raise conflict(dossier, "request_supplement")
    return draft


def _close(draft: SupplementDraft, at: dt.datetime) -> None:
    """Under the lock of the dossier: whoever closed it first has decided."""
    if not SupplementDraft.objects.filter(pk=draft.pk, closed_at=None).update(closed_at=at):
        raise conflict(draft.dossier, "request_supplement")
