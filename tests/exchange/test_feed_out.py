"""Every event reaches the partner once, in the order of its dossier, whatever happens to the partner."""

from __future__ import annotations

import datetime as dt
import json
import threading

import pytest
from django.db import connection
from django.utils import timezone

from applications.models import Event
from exchange import messages, services, signing
from exchange.models import Delivery, Partner
from tests import factories
from tests.exchange.partners import Remote, collect_all, drain, eventually, partner, unfinished

pytestmark = pytest.mark.django_db(transaction=True)


def moved() -> list[Event]:
    return list(Event.objects.exclude(kind__startswith="partner_").order_by("pk"))


def in_order(received: list[dict]) -> bool:
    """The invariant: what arrived of each dossier is 1, 2, 3 … with nothing skipped and nothing before its turn."""
    last: dict[str, int] = {}
    for event in received:
        if event["ThuTu"] <= last.get(event["MaHoSo"], 0):
            return False
        last[event["MaHoSo"]] = event["ThuTu"]
    return True


def three_dossiers() -> None:
    agency = factories.commune_agency()
    for _ in range(3):
        factories.processing(agency)


def free_again() -> None:
    """The pause of the partner is over."""
    Partner.objects.update(busy_until=timezone.now() - dt.timedelta(seconds=1))
    Delivery.objects.update(next_at=timezone.now() - dt.timedelta(seconds=1))


def acknowledgements() -> list[tuple[int, int]]:
    rows = Event.objects.filter(kind="partner_acknowledged").order_by("dossier", "seq")
    return [(row.dossier_id, row.data["event_seq"]) for row in rows]


def test_every_event_reaches_the_partner_once_and_is_acknowledged_on_the_dossier(remote):
    three_dossiers()
    receiver = partner(remote.url)
    drain(receiver)
    events = moved()
    assert {e["id"] for e in remote.events()} == {messages.event_id(e) for e in events}
    assert in_order(remote.events())
    assert unfinished() == 0
    assert acknowledgements() == [
        (e.dossier_id, e.seq) for e in sorted(events, key=lambda e: (e.dossier_id, e.seq))
    ]
    drain(receiver)
    assert remote.state()["repeated"] == 0


def test_the_message_has_the_fields_of_the_interface_and_no_person(remote):
    dossier = factories.processing(factories.commune_agency())
    receiver = partner(remote.url)
    drain(receiver)
    event = next(e for e in remote.events() if e["SuKien"] == "pass_on")
    assert event["MaHoSo"] == dossier.code
    assert event["MaTTHC"] == dossier.version.procedure.code
    assert event["MaDonViTiepNhan"] == dossier.agency.identifier
    assert event["TrangThai"] == 4
    assert event["KenhThucHien"] == "2"
    text = json.dumps(remote.events(), ensure_ascii=False)
    for secret in (dossier.submitter.name, dossier.submitter.number, "An Nhiên", "Bạch Đằng"):
        assert secret not in text


@pytest.mark.parametrize("fault", ["503", "timeout", "half"])
def test_a_broken_partner_gets_everything_in_order_once_it_is_back(remote, fault, monkeypatch):
    monkeypatch.setattr(services, "TIMEOUT", 0.5)
    three_dossiers()
    receiver = partner(remote.url)
    remote.fault(fault)
    collect_all(receiver)
    before = timezone.now()
    assert services.send(partner=receiver, at=before) == 0
    receiver.refresh_from_db()
    assert receiver.failures == 1
    assert receiver.busy_until > before
    assert not services.due(at=before)
    assert services.send(partner=receiver, at=before) == 0, "a paused partner is left alone"
    assert Delivery.objects.filter(status="failed").count() == 3, "one event of each dossier was tried"
    assert Delivery.objects.filter(attempts=0, status="waiting").count() == len(moved()) - 3
    assert not acknowledgements()
    remote.fault("")
    free_again()
    drain(receiver)
    assert unfinished() == 0
    assert len(remote.events()) == len(moved())
    assert in_order(remote.events())
    assert remote.state()["repeated"] == (0 if fault == "503" else 3), "kept although it had not answered"
    receiver.refresh_from_db()
    assert receiver.failures == 0


def test_a_partner_that_is_not_there_pauses_longer_and_longer():
    three_dossiers()
    receiver = partner()
    collect_all(receiver)
    pauses = []
    for _ in range(4):
        free_again()
        receiver.refresh_from_db()
        at = timezone.now()
        assert services.send(partner=receiver, at=at) == 0
        receiver.refresh_from_db()
        pauses.append((receiver.busy_until - at).total_seconds())
    assert all(2**n / 2 <= pause <= 2**n for n, pause in enumerate(pauses))
    assert services.wait(1000) <= services.LONGEST_WAIT


def test_one_event_left_out_holds_back_its_own_dossier_only(remote, monkeypatch):
    three_dossiers()
    receiver = partner(remote.url)
    collect_all(receiver)
    stuck = Delivery.objects.order_by("pk").first()
    real = services._post
    monkeypatch.setattr(services, "_post", lambda *given: real(*given) - {messages.event_id(stuck.event)})
    drain(receiver)
    stuck.refresh_from_db()
    assert stuck.status == "sent"
    assert stuck.next_at > timezone.now()
    assert set(Delivery.objects.all().unfinished().values_list("dossier", flat=True)) == {stuck.dossier_id}
    later = Delivery.objects.filter(dossier=stuck.dossier_id, pk__gt=stuck.pk)
    assert set(later.values_list("attempts", flat=True)) == {0}, "no later event before the earlier one"
    monkeypatch.setattr(services, "_post", real)
    free_again()
    drain(receiver)
    assert unfinished() == 0
    assert in_order(remote.events())


def test_sending_whatever_is_due_breaks_the_order_and_is_caught(remote, monkeypatch):
    """The broken variant: a queue that forgets that a dossier's earlier event is still under way."""
    three_dossiers()
    receiver = partner(remote.url)
    collect_all(receiver)
    monkeypatch.setattr(
        Delivery.objects.all().__class__,
        "ready",
        lambda self, at: self.unfinished().filter(next_at__lte=at).order_by("next_at", "pk"),
    )
    first = Delivery.objects.order_by("pk").first()
    Delivery.objects.filter(pk=first.pk).update(next_at=timezone.now() + dt.timedelta(hours=1))
    services.send(partner=receiver, at=timezone.now())
    free_again()
    services.send(partner=receiver, at=timezone.now())
    assert not in_order(remote.events())


def race(receiver: Partner) -> None:
    """Two workers send at the same moment."""
    together = threading.Barrier(2)

    def work() -> None:
        together.wait()
        services.send(partner=Partner.objects.get(pk=receiver.pk), at=timezone.now())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def test_two_senders_at_once_send_each_event_once(remote):
    three_dossiers()
    receiver = partner(remote.url)
    collect_all(receiver)
    for _ in range(5):
        race(receiver)
    drain(receiver)
    assert unfinished() == 0
    assert remote.state()["repeated"] == 0
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}
    assert len(acknowledgements()) == len(set(acknowledgements())) == len(moved())


def test_senders_without_a_claim_send_twice_and_are_caught(remote, monkeypatch):
    """The broken variant: read what is ready, send it, nobody has taken the partner. The acknowledgement on the
    dossier is still written once."""
    three_dossiers()
    receiver = partner(remote.url)
    collect_all(receiver)
    both = threading.Barrier(2)

    def unclaimed(given: Partner, at: dt.datetime) -> list[Delivery]:
        rows = Delivery.objects.filter(partner=given).ready(at)
        found = list(rows.select_related("event__dossier__version__procedure", "event__dossier__agency"))
        both.wait()
        return found

    monkeypatch.setattr(services, "_claim", unclaimed)
    race(receiver)
    assert remote.state()["repeated"] == 3
    assert len(acknowledgements()) == len(set(acknowledgements())) == 3


def test_a_worker_killed_while_sending_loses_nothing(remote, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*given: object) -> set[str]:
        raise Killed

    three_dossiers()
    receiver = partner(remote.url)
    collect_all(receiver)
    with monkeypatch.context() as broken:
        broken.setattr(services, "_post", killed)
        with pytest.raises(Killed):
            services.send(partner=receiver, at=timezone.now())
    assert services.send(partner=receiver, at=timezone.now()) == 0, "the lease of the dead worker still runs"
    later = timezone.now() + services.LEASE
    while services.send(partner=receiver, at=later):
        pass
    assert unfinished() == 0
    assert len(remote.events()) == len(moved())


def test_only_dossiers_of_the_filter_are_sent(remote):
    first, second = factories.commune_agency(), factories.commune_agency()
    wanted, other = factories.submitted(first), factories.submitted(second)
    receiver = partner(remote.url)
    receiver.agencies.add(first)
    receiver.procedures.add(wanted.version.procedure)
    drain(receiver)
    assert {e["MaHoSo"] for e in remote.events()} == {wanted.code}
    assert other.code not in {e["MaHoSo"] for e in remote.events()}


def test_what_partners_reported_is_not_sent_back(remote):
    dossier = factories.processing(factories.commune_agency())
    receiver = partner(remote.url)
    drain(receiver)
    kinds = {e["SuKien"] for e in remote.events()}
    assert Event.objects.filter(dossier=dossier, kind="partner_acknowledged").exists()
    assert not kinds & services.OWN_KINDS


def test_the_task_feeds_every_partner_that_is_due(remote):
    from exchange import tasks

    factories.processing(factories.commune_agency())
    partner(remote.url)

    def fed() -> bool:
        tasks.feed()
        return len(remote.events()) == len(moved())

    eventually(fed)
    assert unfinished() == 0


def test_the_partner_refuses_a_wrong_signature(remote):
    factories.submitted(factories.commune_agency())
    receiver = partner(remote.url)
    receiver.secret = "whsec_" + "QUJD" * 8
    receiver.save()
    drain(receiver)
    assert remote.events() == []
    assert remote.state()["refused"] == 1
    assert Delivery.objects.get().error == "HTTP 401"


def test_the_partner_refuses_a_message_older_than_five_minutes(remote):
    factories.submitted(factories.commune_agency())
    receiver = partner(remote.url)
    collect_all(receiver)
    Delivery.objects.update(next_at=timezone.now() - dt.timedelta(hours=1))
    stale = timezone.now() - dt.timedelta(seconds=signing.TOLERANCE + 60)
    services.send(partner=receiver, at=stale)
    assert remote.events() == []
    assert remote.state()["refused"] == 1


def test_the_partner_keeps_its_events_over_a_restart(remote, tmp_path):
    factories.submitted(factories.commune_agency())
    receiver = partner(remote.url)
    drain(receiver)
    held = remote.events()
    again = Remote(tmp_path)
    try:
        assert again.events() == held != []
    finally:
        again.stop()
