"""Many at once on one dossier, each with an own connection: one wins, the others are told who and when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from applications import actors, log, services
from applications.models import Dossier, Event, Outbox, Series
from applications.states import State
from identity.errors import Conflict
from identity.models import Role
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Run ``work(0)`` … ``work(7)`` in threads that start together; a refusal counts as the answer."""
    gate = threading.Barrier(MANY, timeout=30)

    def one(number: int) -> Any:
        try:
            connection.ensure_connection()
            gate.wait()
            return work(number)
        except Conflict as conflict:
            return conflict
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def without_guard(monkeypatch) -> None:
    """The broken variant: the statement no longer asks which state the dossier is in."""
    whole = log._statement
    monkeypatch.setattr(log, "_statement", lambda entry: whole(entry).replace(" AND state = %(source)s", ""))


def eight_officers_decide() -> None:
    """Half accept, half refuse, all from a copy made before anybody did."""
    agency = factories.commune_agency()
    dossier = factories.submitted(agency)
    by = [
        actors.officer(factories.officer(agency, Role.INTAKE, name=f"Cán bộ {number}"))
        for number in range(MANY)
    ]
    copies = [Dossier.objects.select_related("version__procedure").get(pk=dossier.pk) for _n in range(MANY)]

    def decide(number: int) -> Dossier:
        if number % 2:
            return services.accept(dossier=copies[number], by=by[number], at=timezone.now())
        return services.refuse(dossier=copies[number], reason="Sai nơi", by=by[number], at=timezone.now())

    answers = at_once(decide)
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(refused) == MANY - 1
    decided = Event.objects.get(dossier=dossier, kind__in=("accept", "refuse"))
    assert Event.objects.filter(dossier=dossier).count() == 2
    winner = decided.actor
    assert winner is not None
    assert {conflict.details["by"] for conflict in refused} == {winner.full_name}
    assert {conflict.details["at"] for conflict in refused} == {decided.at.isoformat()}
    dossier.refresh_from_db()
    assert dossier.state == (State.ACCEPTED if decided.kind == "accept" else State.REFUSED)
    assert log.verify(dossier, dossier.events.order_by("seq")) == 2


def eight_identical_submits() -> None:
    agency = factories.commune_agency()
    draft = factories.draft(agency)
    by = actors.citizen(draft.submitter)
    copies = [
        Dossier.objects.select_related("version__procedure", "submitter").get(pk=draft.pk)
        for _n in range(MANY)
    ]
    answers = at_once(lambda number: services.submit(dossier=copies[number], by=by, at=timezone.now()))
    codes = {answer.code for answer in answers}
    assert len(codes) == 1
    assert codes != {None}
    assert Event.objects.filter(dossier=draft).count() == 1
    assert Series.objects.get(agency=agency).last == 1


def test_eight_officers_on_one_dossier_leave_one_decision_and_seven_who_know_whose():
    eight_officers_decide()


def test_without_the_guard_more_than_one_officer_wins(monkeypatch):
    without_guard(monkeypatch)
    with pytest.raises(AssertionError):
        eight_officers_decide()


def test_eight_identical_submits_get_one_code_and_eight_equal_answers():
    eight_identical_submits()


def test_without_the_guard_a_submit_is_counted_more_than_once(monkeypatch):
    without_guard(monkeypatch)
    with pytest.raises(AssertionError):
        eight_identical_submits()


def test_eight_signatures_at_once_give_one_number_and_one_job():
    agency = factories.commune_agency()
    dossier = factories.proposed(agency)
    by = [actors.officer(factories.officer(agency, Role.SIGNER, name=f"Ký {n}")) for n in range(MANY)]
    copies = [
        Dossier.objects.select_related("version__procedure", "agency").get(pk=dossier.pk)
        for _n in range(MANY)
    ]
    answers = at_once(lambda n: services.sign(dossier=copies[n], by=by[n], at=timezone.now()))
    assert sum(isinstance(answer, Conflict) for answer in answers) == MANY - 1
    assert Event.objects.filter(dossier=dossier, kind="sign").count() == 1
    assert Series.objects.get(agency=agency, name__startswith="result-").last == 1
    assert Outbox.objects.filter(dossier=dossier).count() == 1
