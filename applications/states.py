"""The national dossier states and every allowed edge: the one table that guards, draws and tests read.

Codes and names: the ten codes used for synchronisation with the national portal. Edges: consistent with their
meanings; no official matrix is published, so the table is a decision of this project (docs/adr/0003).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from identity.models import Role


class State(TextChoices):
    DRAFT = "draft", _("Bản nháp")
    SUBMITTED = "submitted", _("Mới đăng ký")
    ACCEPTED = "accepted", _("Được tiếp nhận")
    REFUSED = "refused", _("Không được tiếp nhận")
    PROCESSING = "processing", _("Đang xử lý")
    SUPPLEMENT_REQUESTED = "supplement_requested", _("Yêu cầu bổ sung giấy tờ")
    PAYMENT_REQUESTED = "payment_requested", _("Yêu cầu thực hiện nghĩa vụ tài chính")
    WITHDRAWAL_REQUESTED = "withdrawal_requested", _("Công dân yêu cầu rút hồ sơ")
    STOPPED = "stopped", _("Dừng xử lý")
    COMPLETED = "completed", _("Đã xử lý xong")
    DELIVERED = "delivered", _("Đã trả kết quả")


NATIONAL_CODE: dict[str, int] = {state: code for code, state in enumerate(State.values) if code}

FINAL = frozenset({State.REFUSED, State.STOPPED, State.DELIVERED})
OPEN = frozenset(State) - FINAL - {State.DRAFT}
CLOCK_RUNNING = frozenset({State.ACCEPTED, State.PROCESSING})
PAUSED = frozenset({State.SUPPLEMENT_REQUESTED, State.PAYMENT_REQUESTED})
ENDED = FINAL | {State.COMPLETED}
ANSWER_OWED = CLOCK_RUNNING | {State.WITHDRAWAL_REQUESTED}
"""The promised day counts, unless a pause is open."""
OFFICE_HOLDS = ANSWER_OWED | {State.SUBMITTED}
"""The next act is the office's."""

RETURN = "return"
"""Target of an edge that leads back to the state the dossier left."""

INSIDE_KINDS = frozenset(
    {
        "claim", "let_go", "transfer", "take_over", "leave_handed_on",
        "apology_drafted", "apology_revised", "apology_signed",
        "shipment_ordered", "shipment_refused", "conditions_checked",
    }
)  # fmt: skip
"""Remarks about who in the office holds a dossier, and steps towards a letter that is told when it is sent: part of
its history, not news for citizens or partners."""

FINISHES = frozenset(
    {"accept", "refuse", "propose", "approve", "sign", "release", "stop"}
    | {"grant_withdrawal", "decline_withdrawal"}
)
"""Acts with which an officer has done the own part of a dossier; handing on and over are no work of their own."""

CITIZEN = "citizen"
SYSTEM = "system"


@dataclass(frozen=True)
class Edge:
    """One action: where from, where to, and which roles (``citizen`` = the owner, ``system`` = a rule or task)."""

    action: str
    sources: tuple[State, ...]
    target: State | str
    roles: frozenset[str]
    label: str | Promise
    step: str = ""
    """Kind of the processing step in which the action is possible; empty = any."""

    @property
    def remembers(self) -> bool:
        """The state left is kept, to come back to it (codes 5, 6 and 7)."""
        return self.target in PAUSED or self.target == State.WITHDRAWAL_REQUESTED


def _edge(
    action: str,
    sources: tuple[State, ...],
    target: State | str,
    roles: str,
    label: str | Promise,
    step: str = "",
) -> Edge:
    return Edge(action, sources, target, frozenset(roles.split()), label, step)


S = State
_BEFORE_DECISION = (S.SUBMITTED, S.ACCEPTED, S.PROCESSING)
_INTAKE, _CASE, _APPROVER = Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER
_SIGNER, _CLERK = Role.SIGNER, Role.REGISTRY_CLERK

EDGES: dict[str, Edge] = {
    edge.action: edge
    for edge in (
        _edge("submit", (S.DRAFT,), S.SUBMITTED, f"{CITIZEN} {_INTAKE}", _("Nộp hồ sơ")),
        _edge("accept", (S.SUBMITTED,), S.ACCEPTED, f"{_INTAKE} {SYSTEM}", _("Tiếp nhận")),
        _edge("refuse", (S.SUBMITTED,), S.REFUSED, f"{_INTAKE} {SYSTEM}", _("Từ chối tiếp nhận")),
        _edge("pass_on", (S.ACCEPTED,), S.PROCESSING, f"{_INTAKE} {SYSTEM}", _("Chuyển xử lý")),
        _edge(
            "request_supplement",
            _BEFORE_DECISION,
            S.SUPPLEMENT_REQUESTED,
            f"{_INTAKE} {_CASE} {_APPROVER}",
            _("Yêu cầu bổ sung"),
        ),
        _edge("answer_supplement", (S.SUPPLEMENT_REQUESTED,), RETURN, CITIZEN, _("Bổ sung hồ sơ")),
        _edge(
            "request_payment",
            (*_BEFORE_DECISION, S.COMPLETED),
            S.PAYMENT_REQUESTED,
            f"{_INTAKE} {_CASE} {SYSTEM}",
            _("Yêu cầu nộp phí"),
        ),
        _edge("record_payment", (S.PAYMENT_REQUESTED,), RETURN, SYSTEM, _("Ghi nhận thanh toán")),
        _edge(
            "request_withdrawal",
            (*_BEFORE_DECISION, S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED),
            S.WITHDRAWAL_REQUESTED,
            CITIZEN,
            _("Xin rút hồ sơ"),
        ),
        _edge(
            "grant_withdrawal",
            (S.WITHDRAWAL_REQUESTED,),
            S.STOPPED,
            f"{_INTAKE} {_CASE} {_APPROVER}",
            _("Đồng ý cho rút"),
        ),
        _edge(
            "decline_withdrawal",
            (S.WITHDRAWAL_REQUESTED,),
            RETURN,
            f"{_INTAKE} {_CASE} {_APPROVER}",
            _("Không đồng ý cho rút"),
        ),
        _edge("stop", (S.PROCESSING,), S.STOPPED, f"{_CASE} {_APPROVER}", _("Dừng xử lý")),
        _edge(
            "expire",
            (S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED),
            S.STOPPED,
            SYSTEM,
            _("Hết hạn chờ công dân"),
        ),
        _edge(
            "propose", (S.PROCESSING,), S.PROCESSING, f"{_CASE} {SYSTEM}", _("Trình kết quả"), step="examine"
        ),
        _edge(
            "verify", (S.PROCESSING,), S.PROCESSING, f"{_CASE} {_APPROVER}", _("Xác minh xong"), step="verify"
        ),
        _edge(
            "end_consulting", (S.PROCESSING,), S.PROCESSING, SYSTEM, _("Kết thúc lấy ý kiến"), step="consult"
        ),
        _edge("approve", (S.PROCESSING,), S.PROCESSING, _APPROVER, _("Phê duyệt"), step="approve"),
        _edge("send_back", (S.PROCESSING,), S.PROCESSING, f"{_APPROVER} {_SIGNER}", _("Trả lại để sửa")),
        _edge("sign", (S.PROCESSING,), S.PROCESSING, f"{_SIGNER} {SYSTEM}", _("Ký"), step="sign"),
        _edge("number", (S.PROCESSING,), S.PROCESSING, f"{_CLERK} {SYSTEM}", _("Cấp số"), step="number"),
        _edge("release", (S.PROCESSING,), S.COMPLETED, f"{_CLERK} {SYSTEM}", _("Phát hành"), step="release"),
        _edge("deliver", (S.COMPLETED,), S.DELIVERED, f"{_INTAKE} {SYSTEM}", _("Trả kết quả")),
    )
}


def entries_to(state: State) -> tuple[State, ...]:
    """States from which ``state`` (5, 6 or 7) can be entered, hence those it can return to."""
    return tuple(sorted({s for e in EDGES.values() if e.target == state for s in e.sources}))


def return_targets(edge: Edge) -> tuple[State, ...]:
    """Where a RETURN edge may lead."""
    return tuple(sorted({t for source in edge.sources for t in entries_to(source)}))


def arrows() -> Iterator[tuple[State, State, Edge]]:
    """Every (from, to) pair of the matrix, RETURN edges spelled out."""
    for edge in EDGES.values():
        for source in edge.sources:
            targets = entries_to(source) if edge.target == RETURN else (State(edge.target),)
            for target in targets:
                yield source, target, edge


def actions_for(state: str, roles: frozenset[str], step_kind: str = "") -> list[Edge]:
    """What somebody with ``roles`` may do now; the same table the verbs enforce."""
    return [
        edge
        for edge in EDGES.values()
        if state in edge.sources and roles & edge.roles and (not edge.step or edge.step == step_kind)
    ]
