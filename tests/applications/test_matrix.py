"""Every state × action × role through the verbs: what the table of edges allows happens, nothing else does."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from applications import actors, services, states
from applications.actors import Actor
from applications.models import (
    Channel,
    CounterFiling,
    Delivery,
    Dossier,
    Event,
    Pause,
    Result,
    SupplementRequest,
)
from applications.services import moving, stepping
from applications.states import EDGES, State
from identity.errors import DomainError
from identity.models import Agency, Role
from tests import factories

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 5, 5, 3, 0, tzinfo=dt.UTC)
WAITS_FOR = {
    "verify": Role.CASE_OFFICER,
    "consult": Role.CASE_OFFICER,
    "examine": Role.CASE_OFFICER,
    "approve": Role.APPROVER,
    "sign": Role.SIGNER,
    "number": Role.REGISTRY_CLERK,
    "release": Role.REGISTRY_CLERK,
}
"""Every kind of step in its order, and the one role each is declared for."""
STEP_KINDS = tuple(WAITS_FOR)
ASKED = {"consult": {"agency": "asked-by-the-matrix", "days": 3}}
ROLES = (*Role.values, states.CITIZEN, states.SYSTEM)
STEPS = [
    {"id": kind, "kind": kind, "role": role, "name_vi": kind, "name_en": kind}
    | (ASKED if kind == "consult" else {})
    for kind, role in WAITS_FOR.items()
]
PROCESSING = {**factories.PROCESSING, "steps": STEPS}

Verb = Callable[[Dossier, Actor], Any]
VERBS: dict[str, Verb] = {
    "submit": lambda d, by: services.submit(dossier=d, by=by, at=AT),
    "accept": lambda d, by: services.accept(dossier=d, by=by, at=AT),
    "refuse": lambda d, by: services.refuse(dossier=d, reason="Sai nơi nộp", by=by, at=AT),
    "pass_on": lambda d, by: services.pass_on(dossier=d, by=by, at=AT),
    "request_supplement": lambda d, by: services.request_supplement(
        dossier=d, items=[{"question": "child_name", "label": "Tên", "reason": "Thiếu"}], by=by, at=AT
    ),
    "answer_supplement": lambda d, by: services.answer_supplement(dossier=d, by=by, at=AT),
    "request_payment": lambda d, by: services.request_payment(
        dossier=d, fee_vnd=9_000, reason="Phí", by=by, at=AT
    ),
    "record_payment": lambda d, by: services.record_payment(
        dossier=d, amount_vnd=d.unpaid_vnd, reference="BL-1", at=AT
    ),
    "request_withdrawal": lambda d, by: services.request_withdrawal(dossier=d, reason="Đổi ý", by=by, at=AT),
    "grant_withdrawal": lambda d, by: services.grant_withdrawal(dossier=d, by=by, at=AT),
    "decline_withdrawal": lambda d, by: services.decline_withdrawal(
        dossier=d, reason="Đã xong", by=by, at=AT
    ),
    "stop": lambda d, by: services.stop(dossier=d, reason="Trở ngại", by=by, at=AT),
    "expire": lambda d, by: services.expire(dossier=d, at=AT),
    "propose": lambda d, by: services.propose(dossier=d, kind="grant", by=by, at=AT),
    "verify": lambda d, by: services.verify(dossier=d, note="Đúng thực địa", by=by, at=AT),
    "end_consulting": lambda d, by: services.end_consulting(dossier=d, at=AT),
    "approve": lambda d, by: services.approve(dossier=d, by=by, at=AT),
    "send_back": lambda d, by: services.send_back(dossier=d, reason="Sai", by=by, at=AT),
    "sign": lambda d, by: services.sign(dossier=d, by=by, at=AT),
    "number": lambda d, by: services.number(dossier=d, by=by, at=AT),
    "release": lambda d, by: services.release(dossier=d, by=by, at=AT),
    "deliver": lambda d, by: services.deliver(dossier=d, evidence="Ký sổ", by=by, at=AT),
}
SYSTEM_ONLY = dict.fromkeys(("record_payment", "expire", "end_consulting"), (states.SYSTEM,))
"""Verbs no person can call: they take no actor."""


class World:
    """One agency, one person, one version; every cell starts from a dossier built here."""

    def __init__(self) -> None:
        self.agency: Agency = factories.commune_agency()
        Agency.objects.create(
            key=ASKED["consult"]["agency"], name="Bộ được hỏi", level="central", kind="ministry"
        )
        self.version = factories.version(processing=PROCESSING)
        self.person = factories.citizen()
        self.posts = {role: factories.officer(self.agency, role, name=role) for role in Role.values}
        self.drafter = factories.officer(self.agency, Role.CASE_OFFICER, name="Người dự thảo")

    def actor(self, role: str) -> Actor:
        if role == states.CITIZEN:
            return actors.citizen(self.person)
        return actors.SYSTEM if role == states.SYSTEM else actors.officer(self.posts[role])

    def dossier(self, state: State, step: str) -> Dossier:
        """A dossier in this state with everything a lawful history would have left behind."""
        waiting = state in states.PAUSED or state == State.WITHDRAWAL_REQUESTED
        fee = 5_000 if state == State.PAYMENT_REQUESTED else 0
        dossier = factories.draft(self.agency, of=self.version, by=self.person, at=AT, child_dob="2026-04-23")
        if state == State.DRAFT:  # begun at the counter: both its owner and the counter may hand it in
            CounterFiling.objects.create(
                dossier=dossier,
                agency=self.agency,
                filed_by=self.posts[Role.INTAKE].user,
                identified_by="card",
                consent="present",
                consented_at=AT,
            )
            return dossier
        Dossier.objects.filter(pk=dossier.pk).update(**{
            "state": state,
            "code": f"{self.agency.identifier}-260505-{dossier.pk:06}",
            "agency": self.agency,
            "channel": Channel.ONLINE,
            "delivery": Delivery.COUNTER,
            "submitted_at": AT,
            "accepted_at": None if state == State.SUBMITTED else AT,
            "fee_vnd": fee,
            "step": STEP_KINDS.index(step) if step else 0,
            "return_states": [State.PROCESSING] if waiting else [],
        })  # fmt: skip
        dossier = Dossier.objects.get(pk=dossier.pk)
        if step in ("approve", "sign", "number", "release"):
            self._draft_result(dossier, step)
        if waiting:
            Pause.objects.create(dossier=dossier, cause=state, legal_basis="Thử", started_at=AT)
        if state == State.SUPPLEMENT_REQUESTED:
            SupplementRequest.objects.create(
                dossier=dossier,
                items=[],
                requested_by=self.drafter.user,
                requested_at=AT,
                answer_by=AT + dt.timedelta(days=30),
            )
        return dossier

    def _draft_result(self, dossier: Dossier, step: str) -> None:
        status = {"number": Result.Status.SIGNING, "release": Result.Status.SIGNED}
        sealed = step == "release"
        Result.objects.create(
            dossier=dossier,
            verify_code=f"K{dossier.pk:011}",
            proposed_by=self.drafter.user,
            status=status.get(step, Result.Status.DRAFT),
            sha256="0" * 64 if sealed else "",
            signed_at=AT if step in status else None,
        )


PLACES = [(state, step) for state in State for step in (STEP_KINDS if state == State.PROCESSING else ("",))]
"""Every state, and in «Đang xử lý» every kind of step."""


def allowed_by_law(state: State, step: str, action: str, role: str) -> bool:
    """What the table says, and the rules beside it: a step waits for its own role only, and a signed result is not
    sent back, withdrawn or stopped."""
    edge = EDGES[action]
    if state not in edge.sources or role not in edge.roles or (edge.step and edge.step != step):
        return False
    if edge.step and role not in (WAITS_FOR[step], states.SYSTEM):
        return False
    if action in ("request_withdrawal", "stop"):
        return step not in ("number", "release")
    return action != "send_back" or step in ("approve", "sign")


def happened(world: World, dossier: Dossier, action: str, role: str) -> bool:
    """Try one cell; what happened is undone, what a refusal left behind stays, to be found by ``untouched``."""
    savepoint = transaction.savepoint()
    try:
        VERBS[action](Dossier.objects.get(pk=dossier.pk), world.actor(role))
    except DomainError:
        transaction.savepoint_commit(savepoint)
        return False
    after = row_of(dossier)
    kinds = list(Event.objects.filter(dossier=dossier).values_list("kind", flat=True))
    transaction.savepoint_rollback(savepoint)
    if not kinds:
        assert after == row_of(dossier), (action, role, "changed the dossier without an event")
        return False
    assert kinds[0] == action
    assert after["seq"] == len(kinds)
    return True


def row_of(dossier: Dossier) -> dict[str, Any]:
    return Dossier.objects.filter(pk=dossier.pk).values().get()


def wrong_cells(world: World, state: State, step: str, action: str) -> list[tuple[str, ...]]:
    """Roles for which the verb does not do what the law says; refused ones changed and wrote nothing."""
    dossier = world.dossier(state, step)
    before = row_of(dossier)
    wrong = [
        (state, step, action, role)
        for role in SYSTEM_ONLY.get(action) or ROLES
        if happened(world, dossier, action, role) != allowed_by_law(state, step, action, role)
    ]
    assert row_of(dossier) == before, (state, action, "a refused verb changed the dossier")
    assert not Event.objects.filter(dossier=dossier).exists(), (
        state,
        action,
        "a refused verb wrote an event",
    )
    return wrong


@pytest.mark.parametrize(("state", "step"), PLACES)
def test_every_action_and_role_does_what_the_table_says_in(state, step):
    world = World()
    assert [cell for action in EDGES for cell in wrong_cells(world, state, step, action)] == []


def test_one_role_too_many_in_the_table_is_caught(monkeypatch):
    """The broken variant: the auditor may accept."""
    loose = dataclasses.replace(EDGES["accept"], roles=EDGES["accept"].roles | {Role.AUDITOR})
    monkeypatch.setattr(moving, "EDGES", {**EDGES, "accept": loose})
    found = wrong_cells(World(), State.SUBMITTED, "", "accept")
    assert found == [(State.SUBMITTED, "", "accept", Role.AUDITOR)]


def test_a_step_that_takes_any_role_of_the_table_is_caught(monkeypatch):
    """The broken variant: the version's own role is forgotten, so an approver may close the case officer's check."""
    monkeypatch.setattr(stepping.steps, "may_act", lambda step, roles: True)
    found = wrong_cells(World(), State.PROCESSING, "verify", "verify")
    assert found == [(State.PROCESSING, "verify", "verify", Role.APPROVER)]


def test_a_verb_that_writes_before_it_refuses_is_caught(monkeypatch):
    """The broken variant: a refused verb that left a trace."""

    def careless(dossier: Dossier, by: Actor) -> None:
        Dossier.objects.filter(pk=dossier.pk).update(fee_vnd=1)
        services.accept(dossier=dossier, by=by, at=AT)

    monkeypatch.setitem(VERBS, "accept", careless)
    with pytest.raises(AssertionError, match="changed the dossier"):
        wrong_cells(World(), State.SUBMITTED, "", "accept")


def test_a_verb_exists_for_every_edge_and_an_edge_for_every_verb():
    assert set(VERBS) == set(EDGES)
    assert all(hasattr(services, action) for action in EDGES)
