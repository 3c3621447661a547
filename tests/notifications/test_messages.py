"""The outbox of messages: each told once, in words without personal data, over channels that may fail."""

from __future__ import annotations

import datetime as dt
import json
import threading

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from applications import notices
from notifications import services
from notifications.models import Message
from notifications.wording import words
from tests import factories

NOW = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)


def queued(person, key="event-1", template="dossier.accept", channel="inbox"):
    services.queue(
        recipient_id=person.user_id,
        template=template,
        key=key,
        at=NOW,
        params={"code": "H17-260505-0087"},
        channel=channel,
    )
    return Message.objects.get(key=key)


@pytest.fixture
def outbox(settings, tmp_path):
    settings.PORTAL_HOME = tmp_path
    return tmp_path / "outbox"


@pytest.mark.django_db
def test_an_inbox_message_is_there_after_one_delivery_and_only_once():
    person = factories.citizen()
    queued(person)
    queued(person)
    assert services.unread(person.user) == 0
    assert services.deliver(at=NOW) == 1
    assert services.deliver(at=NOW) == 0
    assert services.unread(person.user) == 1
    assert Message.objects.get().attempts == 1


@pytest.mark.django_db
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_other_channels_carry_the_title_and_nothing_about_the_person(outbox, channel):
    person = factories.citizen()
    queued(person, channel=channel)
    assert services.deliver(at=NOW) == 1
    (line,) = (outbox / f"{channel}.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "key": "event-1",
        "template": "dossier.accept",
        "text": "Hồ sơ H17-260505-0087 đã được tiếp nhận",
    }
    assert services.unread(person.user) == 0, "it is not in the mailbox"


@pytest.mark.django_db
def test_a_channel_that_fails_is_asked_again_later_and_sends_once(outbox, monkeypatch):
    class Broken:
        def send(self, message, text):
            raise ConnectionError("sensitive detail")

    message = queued(factories.citizen(), channel="sms")
    with monkeypatch.context() as broken:
        broken.setattr(services, "channel_for", lambda name: Broken())
        assert services.deliver(at=NOW) == 0
    message.refresh_from_db()
    assert (message.sent_at, message.error) == (None, "ConnectionError")
    assert services.deliver(at=NOW) == 0, "not before its turn"
    assert services.deliver(at=message.next_at) == 1
    assert services.deliver(at=message.next_at + dt.timedelta(days=1)) == 0
    message.refresh_from_db()
    assert (message.attempts, message.error) == (2, "")


def two_workers() -> int:
    """Both deliver at the same moment; how many messages they say they sent."""
    carried, together = [], threading.Barrier(2)

    def work():
        together.wait()
        carried.append(services.deliver(at=NOW))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(carried)


def sent_keys(outbox) -> list[str]:
    return [json.loads(line)["key"] for line in (outbox / "sms.jsonl").read_text().splitlines()]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_carry_each_message_once(outbox):
    person = factories.citizen()
    for number in range(40):
        queued(person, key=f"event-{number}", channel="sms")
    assert two_workers() == 40
    assert sorted(sent_keys(outbox)) == sorted({f"event-{number}" for number in range(40)})


@pytest.mark.django_db(transaction=True)
def test_workers_that_do_not_claim_are_caught(outbox, monkeypatch):
    """The broken variant: rows are read without a lock, so both have read before either claims."""
    queued(factories.citizen(), channel="sms")
    manager, both = type(Message.objects), threading.Barrier(2)
    real = manager.bulk_update

    def late(self, rows, fields):
        both.wait()
        return real(self, rows, fields)

    monkeypatch.setattr(manager, "select_for_update", lambda self, **_: self.all())
    monkeypatch.setattr(manager, "bulk_update", late)
    assert two_workers() == 2
    assert sent_keys(outbox) == ["event-1", "event-1"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(notices.TOLD))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_event_worth_telling_has_words(kind, language):
    said = words(Message(template=f"dossier.{kind}", params={"code": "H17-260505-0087"}), language)
    assert "H17-260505-0087" in said.title
    assert said.body
    assert "{{" not in said.title + said.body


@pytest.mark.django_db(transaction=True)
def test_a_move_of_the_dossier_arrives_in_the_mailbox(client):
    dossier = factories.submitted(factories.commune_agency())
    notices.tell(limit=100)
    services.deliver(at=timezone.now())
    factories.sign_in_citizen(client, dossier.submitter)
    page = client.get("/tin-nhan/").content.decode()
    assert f"Đã nhận hồ sơ {dossier.code}" in page
    assert f"/ho-so/{dossier.code}/" in page
    assert "1 tin chưa đọc" in page
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get("/tin-nhan/").content.decode()
    assert f"We have received dossier {dossier.code}" in english


@pytest.mark.django_db
def test_reading_marks_only_ones_own_messages(client):
    mine, other = factories.citizen(), factories.citizen()
    message, foreign = queued(mine, "a"), queued(other, "b")
    services.deliver(at=NOW)
    factories.sign_in_citizen(client, mine)
    assert client.post("/tin-nhan/", {"message": foreign.pk}).status_code == 302
    assert services.unread(other.user) == 1
    client.post("/tin-nhan/", {"message": "x"})
    assert services.unread(mine.user) == 1
    client.post("/tin-nhan/", {"message": message.pk})
    assert (services.unread(mine.user), services.unread(other.user)) == (0, 1)
    client.post("/tin-nhan/")
    assert services.unread(other.user) == 1


@pytest.mark.django_db
def test_a_visitor_without_account_is_sent_to_sign_in(client):
    assert client.get("/tin-nhan/").status_code == 302
