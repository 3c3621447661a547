"""A batch of statuses from a partner: each once, never older over newer, garbage set aside row by row."""

from __future__ import annotations

import base64
import datetime as dt
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from applications import log
from applications import services as dossiers
from applications.models import Dossier, Event
from applications.services import partners as verbs
from exchange import inbound
from exchange.models import Inbound, Partner
from tests import factories
from tests.exchange.partners import Remote, drain, eventually, partner

NOW = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
URL = "/api/v1/exchange/statuses/"


def row(dossier: Dossier, minute: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{dossier.code}/{minute}",
        "dossier_code": dossier.code,
        "national_code": 4,
        "occurred_at": (NOW - dt.timedelta(hours=10) + dt.timedelta(minutes=minute)).isoformat(),
        "text": f"Bước {minute}",
        **changes,
    }


def told(dossier: Dossier) -> list[str]:
    """What the citizen reads, in the order of the timeline."""
    events = Event.objects.filter(dossier=dossier, kind="partner_status").order_by("seq")
    return [event.note.text for event in events]


def times(dossier: Dossier) -> list[str]:
    events = Event.objects.filter(dossier=dossier, kind="partner_status").order_by("seq")
    return [event.data["occurred_at"] for event in events]


def token(client: Any, key: str = "bo-cong-an", scope: str = "status:write") -> dict[str, str]:
    basic = base64.b64encode(f"demo-{key}:demo-{key}-secret".encode()).decode()
    answer = client.post(
        "/api/v1/oauth/token/",
        {"grant_type": "client_credentials", "scope": scope},
        headers={"authorization": f"Basic {basic}"},
    )
    assert answer.status_code == 200, answer.content
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


def post(client: Any, items: Any, **headers: str) -> Any:
    return client.post(URL, items, content_type="application/json", headers=headers)


def oracle(batches: list[list[Any]], codes: set[str]) -> tuple[dict[str, list[str]], int]:
    """Said again without the database: texts of each dossier as told, and the number of quarantined ids."""
    known: set[str] = set()
    told_by: dict[str, list[str]] = {code: [] for code in codes}
    newest: dict[str, str] = {}
    bad: set[str] = set()
    for batch in batches:
        rows = [item for item in batch if isinstance(item, dict)]
        good = [item for item in rows if item["national_code"] == 4 and item["dossier_code"] in codes]
        bad |= {repr(item) for item in batch if item not in good}
        for item in sorted(good, key=lambda i: i["occurred_at"]):
            code = item["dossier_code"]
            if item["id"] not in known and item["occurred_at"] > newest.get(code, ""):
                told_by[code].append(item["text"])
                newest[code] = item["occurred_at"]
            known.add(item["id"])
    return told_by, len(bad)


def storm(all_dossiers: list[Dossier], seed: int) -> list[list[Any]]:
    """Duplicates 30 %, shuffled, with garbage, cut into batches."""
    dice = random.Random(seed)
    items: list[Any] = [row(dossier, minute) for dossier in all_dossiers for minute in range(20)]
    items += [dict(dice.choice(items)) for _ in range(len(items) * 3 // 10)]
    items += [
        {**row(all_dossiers[0], 900), "id": "eleven", "national_code": 11},
        {**row(all_dossiers[0], 901), "id": "words", "national_code": "4 Đang xử lý"},
        {**row(all_dossiers[0], 902), "id": "nobody", "dossier_code": "H99-999999-0001"},
        "rác",
        None,
    ]
    dice.shuffle(items)
    return [items[start : start + 25] for start in range(0, len(items), 25)]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_shuffled_storm_with_duplicates_and_garbage_ends_as_the_oracle_says(seed):
    agency = factories.commune_agency()
    all_dossiers = [factories.processing(agency, at=NOW - dt.timedelta(days=1)) for _ in range(3)]
    sender = partner()
    batches = storm(all_dossiers, seed)
    for batch in batches:
        answers = inbound.receive(partner=sender, items=batch, at=NOW)
        assert [answer.index for answer in answers] == list(range(len(batch)))
    expected, bad = oracle(batches, {d.code for d in all_dossiers})
    assert {d.code: told(d) for d in all_dossiers} == expected
    assert all(texts[-1] == "Bước 19" for texts in expected.values())
    assert Inbound.objects.filter(outcome="quarantined").count() == bad == 5
    for dossier in all_dossiers:
        dossier.refresh_from_db()
        assert log.verify(dossier, dossier.events.order_by("seq")) == dossier.seq
    before = Event.objects.count()
    again = [a.outcome for batch in batches for a in inbound.receive(partner=sender, items=batch, at=NOW)]
    assert set(again) == {"duplicate", "quarantined"}
    assert Event.objects.count() == before


@pytest.mark.django_db
def test_a_receiver_without_the_order_guard_is_caught_by_the_oracle(monkeypatch):
    """The broken variant: whatever comes last stands last."""

    def unguarded(*, dossier: Dossier, partner: str, occurred_at: dt.datetime, text: str, **_: Any) -> bool:
        data = {"partner": partner, "occurred_at": occurred_at.isoformat()}
        verbs.remark(dossier, "partner_status", by=verbs.SYSTEM, at=NOW, data=data, note=text)
        return True

    monkeypatch.setattr(dossiers, "record_partner_status", unguarded)
    dossier = factories.processing(factories.commune_agency(), at=NOW - dt.timedelta(days=1))
    batches = storm([dossier], 1)
    sender = partner()
    for batch in batches:
        inbound.receive(partner=sender, items=batch, at=NOW)
    assert told(dossier) != oracle(batches, {dossier.code})[0][dossier.code]


@pytest.mark.django_db
def test_every_bad_row_gets_its_own_reason_and_harms_no_other():
    dossier = factories.processing(factories.commune_agency(), at=NOW - dt.timedelta(days=1))
    hidden = factories.draft(factories.commune_agency())
    good = row(dossier, 1)
    bad = {
        "not_an_object": 7,
        "bad_id": {**good, "id": "x" * 81},
        "bad_dossier_code": {**good, "id": "a", "dossier_code": None},
        "unknown_national_code": {**good, "id": "b", "national_code": 11},
        "bad_occurred_at": {**good, "id": "c", "occurred_at": "2026-11-23T10:00:00"},
        "occurred_in_the_future": {**good, "id": "d", "occurred_at": "2027-01-01T00:00:00+07:00"},
        "bad_text": {**good, "id": "e", "text": "x\x00"},
        "unknown_dossier": {**good, "id": "f", "dossier_code": hidden.key},
    }
    answers = inbound.receive(partner=partner(), items=[*bad.values(), good], at=NOW)
    assert [answer.reason for answer in answers] == [*bad, ""]
    assert [answer.outcome for answer in answers] == ["quarantined"] * len(bad) + ["applied"]
    assert told(dossier) == ["Bước 1"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"national_code": True},
        {"national_code": 4.5},
        {"national_code": 0},
        {"national_code": [4]},
        {"occurred_at": 5},
        {"occurred_at": "9999-12-31T23:59:59-14:00"},
        {"text": "\ud800"},
        {"text": 5},
        {"text": "x" * 501},
        {"id": ""},
        {"id": 5},
        {"dossier_code": "A\n"},
    ],
)
def test_malformed_values_are_set_aside(change):
    dossier = factories.processing(factories.commune_agency(), at=NOW - dt.timedelta(days=1))
    (answer,) = inbound.receive(partner=partner(), items=[{**row(dossier, 1), **change}], at=NOW)
    assert answer.outcome == "quarantined"
    assert told(dossier) == []


@pytest.mark.django_db
def test_a_row_set_aside_may_come_again_once_its_cause_is_gone():
    dossier = factories.processing(factories.commune_agency(), at=NOW - dt.timedelta(days=1))
    sender = partner()
    item = {**row(dossier, 1), "national_code": 11}
    inbound.receive(partner=sender, items=[item], at=NOW)
    (answer,) = inbound.receive(partner=sender, items=[{**item, "national_code": 4}], at=NOW)
    assert (answer.outcome, answer.reason) == ("applied", "")
    assert Inbound.objects.get().outcome == "applied"
    assert told(dossier) == ["Bước 1"]


@pytest.mark.django_db
def test_a_partner_cannot_speak_of_dossiers_it_is_not_sent():
    dossier = factories.processing(factories.commune_agency(), at=NOW - dt.timedelta(days=1))
    sender = partner()
    sender.agencies.add(factories.commune_agency())
    (answer,) = inbound.receive(partner=sender, items=[row(dossier, 1)], at=NOW)
    assert answer.reason == "unknown_dossier"
    assert told(dossier) == []


@pytest.mark.django_db
def test_two_partners_may_use_the_same_id():
    dossier = factories.processing(factories.commune_agency(), at=NOW - dt.timedelta(days=1))
    for sender in (partner(), partner(key="bo-tu-phap")):
        (answer,) = inbound.receive(partner=sender, items=[row(dossier, 1)], at=NOW)
        assert answer.outcome == "applied"
    assert len(told(dossier)) == 2


def receive_one(sender: Partner, item: dict[str, Any]) -> None:
    inbound.receive(partner=sender, items=[item], at=NOW)


def both_at_once(work: Callable[[int], None]) -> None:
    together = threading.Barrier(2)

    def run(number: int) -> None:
        together.wait()
        work(number)
        connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_twice_at_once_counts_once():
    agency = factories.commune_agency()
    pair = [factories.processing(agency, at=NOW - dt.timedelta(days=1)) for _ in range(2)]
    sender = partner()
    items = [row(dossier, minute) for dossier in pair for minute in range(10)]
    outcomes: list[str] = []

    def work(number: int) -> None:
        answers = inbound.receive(partner=sender, items=items[:: 1 - 2 * number], at=NOW)
        outcomes.extend(answer.outcome for answer in answers)

    both_at_once(work)
    assert sorted(outcomes) == ["applied"] * 20 + ["duplicate"] * 20
    assert all(told(dossier) == [f"Bước {n}" for n in range(10)] for dossier in pair)


@pytest.mark.django_db(transaction=True)
def test_one_id_for_two_dossiers_at_once_counts_for_one_of_them(monkeypatch):
    agency = factories.commune_agency()
    pair = [factories.processing(agency, at=NOW - dt.timedelta(days=1)) for _ in range(2)]
    sender, both = partner(), threading.Barrier(2)
    real = dossiers.record_partner_status

    met: list[int] = []

    def together(**more: Any) -> bool:
        met.append(1)
        if len(met) <= 2:
            both.wait()
        return real(**more)

    monkeypatch.setattr(dossiers, "record_partner_status", together)
    both_at_once(lambda number: receive_one(sender, row(pair[number], 1, id="the same")))
    assert sorted(len(told(dossier)) for dossier in pair) == [0, 1]
    assert Inbound.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_older_and_newer_at_once_never_end_with_the_older():
    dossier = factories.processing(factories.commune_agency(), at=NOW - dt.timedelta(days=1))
    sender = partner()
    for turn in range(10):

        def work(number: int, turn: int = turn) -> None:
            inbound.receive(partner=sender, items=[row(dossier, turn * 2 + number)], at=NOW)

        both_at_once(work)
    assert times(dossier) == sorted(times(dossier))
    assert told(dossier)[-1] == "Bước 19"


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_does_not_lock_the_dossier_is_caught(monkeypatch):
    """The broken variant: both read «nothing newer is known» before either writes; the older one writes last."""
    dossier = factories.processing(factories.commune_agency(), at=NOW - dt.timedelta(days=1))
    sender = partner()
    both, newer_is_written = threading.Barrier(2), threading.Event()
    real = verbs.remark

    class Unlocked:
        def select_for_update(self, **_: Any) -> Any:
            return Dossier.objects.all()

    def slow(*given: Any, **more: Any) -> Any:
        both.wait()
        if more["note"] == "Bước 1":
            newer_is_written.wait(10)
        transaction.on_commit(newer_is_written.set)
        return real(*given, **more)

    monkeypatch.setattr(inbound, "_dossiers", lambda _: Unlocked())
    monkeypatch.setattr(verbs, "remark", slow)
    both_at_once(lambda number: receive_one(sender, row(dossier, 1 + number)))
    assert told(dossier) == ["Bước 2", "Bước 1"]
    assert times(dossier) != sorted(times(dossier))


@pytest.mark.django_db
def test_the_api_takes_a_batch_with_a_token_of_the_right_scope(client):
    dossier = factories.processing(factories.commune_agency())
    partner()
    item = {**row(dossier, 1), "occurred_at": timezone.now().isoformat()}
    answer = post(client, [item, "rác"], **token(client))
    assert answer.status_code == 200
    assert answer.json() == [
        {"index": 0, "id": item["id"], "outcome": "applied", "reason": ""},
        {"index": 1, "id": "", "outcome": "quarantined", "reason": "not_an_object"},
    ]
    assert told(dossier) == ["Bước 1"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "status", "code"),
    [
        ("no token", 401, "not_authenticated"),
        ("read only", 403, "permission_denied"),
        ("inactive", 403, "forbidden"),
        ("no list", 400, "not_a_batch"),
        ("too many", 413, "batch_too_large"),
        ("no json", 400, "parse_error"),
    ],
)
def test_the_api_refuses_with_a_problem(client, case, status, code):
    sender = partner()
    scope = "status:read" if case == "read only" else "status:write"
    headers = {} if case == "no token" else token(client, scope=scope)
    if case == "inactive":
        sender.is_active = False
        sender.save()
    items: Any = {"no list": {"id": 1}, "too many": [1] * 1001, "no json": "{"}.get(case, [])
    answer = post(client, items, **headers)
    assert answer.status_code == status
    assert answer["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == code
    assert Inbound.objects.count() == 0


@pytest.mark.django_db
def test_a_wrong_client_secret_gets_no_token(client):
    partner()
    basic = base64.b64encode(b"demo-bo-cong-an:wrong").decode()
    answer = client.post(
        "/api/v1/oauth/token/",
        {"grant_type": "client_credentials"},
        headers={"authorization": f"Basic {basic}"},
    )
    assert answer.status_code == 401


@pytest.mark.django_db
def test_the_schema_describes_the_batch_and_its_refusals(client):
    described = client.get("/api/v1/schema/?format=json").json()["paths"][URL]["post"]
    assert set(described["responses"]) == {"200", "400", "401", "403", "413"}
    assert described["requestBody"]["content"]["application/json"]["schema"]["type"] == "array"


@pytest.mark.django_db(transaction=True)
def test_what_the_partner_does_itself_comes_back_to_the_timeline(live_server, tmp_path):
    """The whole circle: event out, acknowledgement, the partner's own step back through OAuth and the batch API."""
    dossier = factories.processing(factories.commune_agency())
    remote = Remote(tmp_path, portal=live_server.url, fault="duplicate")
    try:
        receiver = partner(remote.url)
        drain(receiver)
        eventually(lambda: len(told(dossier)) == 2)
    finally:
        remote.stop()
    assert told(dossier) == ["Đã nhận yêu cầu tra cứu", "Đã tra cứu dữ liệu án tích"]
    assert Inbound.objects.filter(outcome="applied").count() == 2
    assert Event.objects.filter(dossier=dossier, kind="partner_acknowledged").count() == 3
