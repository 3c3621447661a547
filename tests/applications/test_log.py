"""The append-only log: chained, guarded, refused to change, and read in commit order."""

from __future__ import annotations

import random

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from applications import feed, log, services
from applications.actors import SYSTEM
from applications.models import Cursor, Dossier, Event, EventNote
from identity.errors import Conflict, Forbidden
from tests import factories

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dossier():
    agency = factories.commune_agency()
    dossier = factories.processing(agency)
    officer = factories.actors.officer(factories.everyone(agency))
    services.request_supplement(
        dossier=dossier,
        items=[{"question": "child_name", "label": "Họ tên của trẻ", "reason": "Thiếu chữ đệm"}],
        by=officer,
        at=timezone.now(),
    )
    return dossier


def chain(dossier: Dossier) -> list[Event]:
    return list(Event.objects.filter(dossier=dossier).order_by("seq"))


def without_triggers(sql: str, *values) -> None:
    """What an insider with the superuser's password could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_untouched_history_verifies(dossier):
    assert log.verify(dossier, chain(dossier)) == dossier.seq == 4


@pytest.mark.parametrize(
    "sql", ["UPDATE applications_event SET kind = 'x'", "DELETE FROM applications_event"]
)
def test_the_database_refuses_to_change_or_delete_an_event(dossier, sql):
    refused = pytest.raises(DatabaseError, match="never changed or deleted")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert log.verify(dossier, chain(dossier)) == 4


MUTANTS = {
    "kind": "UPDATE applications_event SET kind = 'refuse' WHERE dossier_id = %s AND seq = %s",
    "actor": "UPDATE applications_event SET actor_id = NULL, agency_id = NULL WHERE dossier_id = %s AND seq = %s",
    "time": "UPDATE applications_event SET at = at - interval '1 day' WHERE dossier_id = %s AND seq = %s",
    "data": "UPDATE applications_event SET data = data || '{\"fee_vnd\": 1}' WHERE dossier_id = %s AND seq = %s",
    "hash": "UPDATE applications_event SET hash = sha256(hash) WHERE dossier_id = %s AND seq = %s",
}


@pytest.mark.parametrize("name", MUTANTS)
def test_an_insiders_edit_is_found_at_the_exact_row(dossier, name):
    seq = random.choice([2, 3, 4])
    without_triggers(MUTANTS[name], dossier.pk, seq)
    with pytest.raises(log.HistoryBroken) as caught:
        log.verify(Dossier.objects.get(pk=dossier.pk), chain(dossier))
    assert caught.value.details["seq"] == seq


def test_a_deleted_tail_is_found(dossier):
    without_triggers("DELETE FROM applications_event WHERE dossier_id = %s AND seq = 4", dossier.pk)
    with pytest.raises(log.HistoryBroken) as caught:
        log.verify(Dossier.objects.get(pk=dossier.pk), chain(dossier))
    assert caught.value.details["seq"] == 4


def test_erasing_a_persons_words_keeps_the_chain_valid(dossier):
    officer = factories.actors.officer(factories.everyone(dossier.agency))
    other = factories.submitted(dossier.agency)
    services.refuse(dossier=other, reason="Sai thẩm quyền của phường", by=officer, at=timezone.now())
    assert EventNote.objects.filter(event__dossier=other).delete()[0] == 1
    assert log.verify(other, chain(other)) == 2


def test_a_verifier_that_skips_the_hash_is_caught(dossier, monkeypatch):
    without_triggers(MUTANTS["data"], dossier.pk, 2)
    monkeypatch.setattr(log, "payload", lambda **_: b"anything")
    with pytest.raises(log.HistoryBroken) as caught:
        log.verify(dossier, chain(dossier))
    assert (
        caught.value.details["seq"] == 1
    )  # a verifier that does not compute what was written finds nothing right


def test_a_stale_copy_cannot_move_a_dossier(dossier):
    stale = Dossier.objects.get(pk=dossier.pk)
    services.expire(dossier=dossier, at=timezone.now())
    with pytest.raises(Conflict) as caught:
        services.expire(dossier=stale, at=timezone.now())
    assert caught.value.status == 409
    assert "Hệ thống" in caught.value.message
    assert len(chain(dossier)) == 5


def test_no_personal_data_stands_in_an_event(dossier):
    written = " ".join(str(event.data) for event in chain(dossier))
    for secret in ("Nguyễn", "An Nhiên", "Bạch Đằng", "chữ đệm", dossier.submitter.number):
        assert secret not in written


@committed
def test_a_reader_sees_each_event_once_and_keeps_its_place(dossier):
    with feed.batch("reader", limit=3) as first:
        pass
    with feed.batch("reader", limit=100) as rest:
        pass
    seen = [event.pk for event in [*first, *rest]]
    assert seen == sorted(event.pk for event in Event.objects.all())
    assert len(first) == 3


@committed
def test_a_reader_that_fails_does_not_move_its_cursor(dossier):
    with pytest.raises(RuntimeError), feed.batch("reader", limit=3):
        raise RuntimeError
    assert Cursor.objects.filter(reader="reader", event=0).exists()


def test_the_system_may_not_do_what_only_a_citizen_may(dossier):
    with pytest.raises(Forbidden):
        services.answer_supplement(dossier=dossier, by=SYSTEM, at=timezone.now())
