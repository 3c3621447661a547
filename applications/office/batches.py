"""What may be done to many dossiers at once, and which dossiers an officer chose.

Acts that need a reason of their own for each person (refusing, stopping, asking for papers or money) are not here:
the law asks for a reasoned decision on each. Signing many covers only grants of one version that need no matching:
anything that differs from the routine is read and signed by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import access, actors, legal
from applications.models import BatchItem, BatchOperation, Dossier, Result
from applications.office import filtering, inbox, queues
from identity.errors import Refused
from identity.models import Officer, Role
from procedures.models import ProcedureVersion

FILE = "file"
"""The act on a row of a list: a dossier of its own for the person named there."""
TRANSFER = "transfer"
HANDLERS = (Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER, Role.SIGNER, Role.REGISTRY_CLERK)
MOST_NAMED = 3


@dataclass(frozen=True)
class BatchAction:
    """``acts``: verbs of the single act, one after the other, each with its own Event; ``roles``: all are needed.

    ``boxes``: what is typed once for all. ``fixed``: boxes that are not asked. ``one_version``: the dossiers chosen
    must be of one version. ``routine``: grants only, and nothing to be matched by hand.
    """

    name: str
    label: str | Promise
    acts: tuple[str, ...]
    roles: frozenset[str] = frozenset()
    boxes: tuple[str, ...] = ()
    fixed: Mapping[str, str] | None = None
    one_version: bool = False
    routine: bool = False
    second_factor: bool = False


def _action(name: str, label: str | Promise, acts: str, roles: str, **more: object) -> BatchAction:
    return BatchAction(name, label, tuple(acts.split()), frozenset(roles.split()), **more)  # type: ignore[arg-type]


_ROUTINE: dict[str, object] = {"one_version": True, "routine": True}
ACTIONS: dict[str, BatchAction] = {
    one.name: one
    for one in (
        _action("accept", gettext_lazy("Tiếp nhận"), "accept", Role.INTAKE),
        _action(
            "accept_and_pass_on",
            gettext_lazy("Tiếp nhận và chuyển xử lý"),
            "accept",
            Role.INTAKE,
            boxes=("assignee",),
            fixed={"then": "pass_on"},
        ),
        _action("pass_on", gettext_lazy("Chuyển xử lý"), "pass_on", Role.INTAKE, boxes=("assignee",)),
        _action(TRANSFER, gettext_lazy("Giao cho đồng nghiệp"), TRANSFER, "", boxes=("assignee", "reason")),
        _action(
            "propose",
            gettext_lazy("Trình cấp kết quả"),
            "propose",
            Role.CASE_OFFICER,
            boxes=("findings",),
            fixed={"kind": Result.Kind.GRANT.value},
            one_version=True,
        ),
        _action("approve", gettext_lazy("Phê duyệt"), "approve", Role.APPROVER, **_ROUTINE),
        _action("sign", gettext_lazy("Ký"), "sign", Role.SIGNER, second_factor=True, **_ROUTINE),
        _action(
            "issue",
            gettext_lazy("Ký và phát hành"),
            "sign release",
            f"{Role.SIGNER} {Role.REGISTRY_CLERK}",
            second_factor=True,
            **_ROUTINE,
        ),
        _action("release", gettext_lazy("Phát hành"), "release", Role.REGISTRY_CLERK),
    )
}
FILE_LIST = BatchAction(
    FILE,
    gettext_lazy("Lập hồ sơ theo danh sách"),
    (FILE,),
    frozenset({Role.INTAKE}),
    boxes=("findings",),
)


def action_of(batch: BatchOperation) -> BatchAction:
    return FILE_LIST if batch.action == FILE else ACTIONS[batch.action]


def may(officer: Officer, action: BatchAction, *, at: dt.datetime) -> bool:
    """Whether all the roles the action needs are the officer's, own or lent."""
    roles = actors.at_desk(officer, at=at).roles
    return action.roles <= roles and bool(roles & set(HANDLERS))


def offered(officer: Officer, *, at: dt.datetime) -> list[BatchAction]:
    """What this officer may do to many."""
    roles = actors.at_desk(officer, at=at).roles
    return [one for one in ACTIONS.values() if one.roles <= roles] if roles & set(HANDLERS) else []


@dataclass(frozen=True)
class Selection:
    """Ticked ``codes``, or everything a ``tab`` of the inbox shows under ``query``, or what ``batch`` has done."""

    codes: tuple[str, ...] = ()
    tab: str = ""
    query: str = ""
    batch: str = ""


def clauses(officer: Officer, chosen: Selection, *, now: dt.datetime) -> list[queues.Clause]:
    """Conditions on dossiers of the officer's own agency that together are the selection, none twice."""
    whole = access.dossiers_for_officer(officer)
    if chosen.batch:
        source = access.batch_for_officer(officer, chosen.batch)
        done = BatchItem.objects.filter(batch=source, status=BatchItem.Status.DONE).values("dossier")
        return [queues.clause_of(whole.filter(pk__in=done))]
    if chosen.codes:
        return [queues.clause_of(whole.filter(code__in=chosen.codes))]
    calendar = legal.calendar(officer.agency_id)
    parted = queues.branches(officer, now=now, calendar=calendar).get(chosen.tab)
    if parted is None:
        raise nothing_chosen()
    filters, wrong = filtering.parse(QueryDict(chosen.query))
    if wrong:
        raise Refused(" ".join(wrong))
    asked = queues.clause_of(whole.filter(inbox.narrowed(officer, filters, now=now, calendar=calendar)))
    return [asked & one.clause for one in parted]


def nothing_chosen() -> Refused:
    return Refused(_("Hãy đánh dấu ít nhất một hồ sơ, hoặc chọn làm cho cả danh sách."))


def count(selected: Sequence[queues.Clause]) -> int:
    """How many dossiers were chosen, exactly."""
    union = " UNION ALL ".join(f"SELECT 1 FROM applications_dossier WHERE {one.sql}" for one in selected)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({union}) AS c",  # noqa: S608
            [value for one in selected for value in one.params],
        )
        return int(cursor.fetchone()[0])


def first_of(selected: Sequence[queues.Clause]) -> Dossier | None:
    """One of the dossiers chosen, to know the form of all."""
    for one in selected:
        text = f"SELECT id, version_id FROM applications_dossier WHERE {one.sql} LIMIT 1"  # noqa: S608
        if found := list(Dossier.objects.raw(text, one.params)):
            return found[0]
    return None


def fill(batch: BatchOperation, selected: Sequence[queues.Clause], *, at: dt.datetime) -> int:
    """Write one item for each dossier chosen, nearest deadline first, in one statement; returns how many."""
    union = " UNION ALL ".join(
        f"SELECT id, owed_at, seq FROM applications_dossier WHERE {one.sql}"  # noqa: S608
        for one in selected
    )
    text = f"""
        INSERT INTO applications_batchitem (batch_id, position, dossier_id, status, stage, seq, message, next_at)
        SELECT %s, row_number() OVER (ORDER BY owed_at, id), id, 'waiting', 0, seq, '', %s FROM ({union}) AS chosen
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(text, [batch.pk, at, *(value for one in selected for value in one.params)])
        return int(cursor.rowcount)


def require_alike(batch: BatchOperation, action: BatchAction) -> None:
    """Raises Refused, saying what differs, when the dossiers chosen are too unlike for one decision."""
    chosen = Dossier.objects.filter(pk__in=BatchItem.objects.filter(batch=batch).values("dossier"))
    if action.one_version:
        versions = ProcedureVersion.objects.filter(pk__in=chosen.values("version"))
        named_by = versions.order_by("procedure__name", "pk").values_list("procedure__name", "number")
        kinds = list(named_by[: MOST_NAMED + 1])
        if len(kinds) > 1:
            named = "; ".join(_("%s (bản %s)") % kind for kind in kinds[:MOST_NAMED])
            raise Refused(
                _(
                    "Các hồ sơ đã chọn thuộc nhiều thủ tục hoặc nhiều bản: %(named)s. Việc «%(action)s» chỉ làm chung"
                    " cho hồ sơ cùng một bản; hãy lọc một thủ tục rồi chọn lại."
                )
                % {"named": named + ("…" if len(kinds) > MOST_NAMED else ""), "action": action.label}
            )
    if (
        len(action.acts) > 1
        and chosen.filter(version__processing__steps__contains=[{"kind": "number"}]).exists()
    ):
        raise Refused(
            _("Thủ tục này có bước văn thư cho số giữa ký và phát hành. Hãy ký cả lô; văn thư làm tiếp sau.")
        )
    if action.routine and (unlike := chosen.filter(_UNLIKE).count()):
        raise Refused(
            _(
                "%(count)d hồ sơ đã chọn là văn bản từ chối hoặc có mục dân tự khai thay cơ sở dữ liệu. Mỗi văn bản"
                " như vậy phải đọc và quyết định riêng; hãy bỏ khỏi lô."
            )
            % {"count": unlike}
        )


_UNLIKE = Q(result__kind=Result.Kind.REFUSAL) | Q(needs_matching=True)


def told(message: object) -> str:
    """A refusal as it fits beside an item."""
    return str(message)[:500]
