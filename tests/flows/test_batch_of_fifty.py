"""Đà Nẵng: one action issues fifty sick-leave certificates, each with its own code, paper, trail and notice."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from applications import batching, log, notices, papers, sweeping
from applications.models import BatchItem, BatchOperation, Dossier, Event, Result
from applications.results import render
from applications.states import State
from identity.models import Citizen
from notifications.models import Message
from tests import factories
from tests.applications import sick_leave
from tests.applications.second_factor import six_digits

pytestmark = pytest.mark.django_db(transaction=True)
FIFTY = 50
TRAIL = ["submit", "accept", "pass_on", "propose", "sign", "result_signed", "release", "deliver"]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT, settings.SIGNING_DIR = str(tmp_path / "media"), str(tmp_path / "signing")


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch):
    """Drawing is most of the time of a paper and no part of this story: the first is drawn, all are signed."""
    draw, drawn = render.result_pdf, []

    def once(*args, **values) -> bytes:
        drawn.append(drawn[0] if drawn else draw(*args, **values))
        return drawn[0]

    monkeypatch.setattr(render, "result_pdf", once)


def worked(batch: BatchOperation) -> BatchOperation:
    batching.work(batch.pk, seconds=60)
    batch.refresh_from_db()
    return batch


def press(client: Client, batch: BatchOperation, action: str, **typed: str):
    return client.post(f"/can-bo/lo/{batch.key}/{action}/", typed)


def test_one_action_issues_fifty_certificates(client):
    agency, _version = sick_leave.office()
    worker = factories.sign_in_officer(Client(), sick_leave.health_worker(agency))
    answer = sick_leave.upload(worker, sick_leave.pasted(sick_leave.people(FIFTY)))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert not Dossier.objects.exists()

    filed = worked(sick_leave.newest())
    assert filed.phase == "checked"
    assert not Dossier.objects.exists()
    assert not Citizen.objects.exists()
    press(worker, filed, "xac-nhan")
    worked(filed)
    assert list(filed.items.values_list("status", flat=True)) == ["done"] * FIFTY
    assert (
        Dossier.objects.filter(state=State.PROCESSING, step_kind="sign", channel="counter").count() == FIFTY
    )

    post = sick_leave.head(agency)
    signer = factories.sign_in_officer(client, post)
    chosen = signer.post("/can-bo/lo/chon/", {"lo": filed.key, "viec": "issue"})
    signing = worked(sick_leave.newest())
    assert chosen.headers["Location"] == f"/can-bo/lo/{signing.key}/"
    assert press(signer, signing, "xac-nhan").status_code == 422
    assert not Event.objects.filter(kind="sign").exists()
    assert press(signer, signing, "xac-nhan", otp=six_digits(post)).status_code == 302
    worked(signing)

    assert signing.phase == "finished"
    while notices.tell(limit=500):
        pass
    each_has_its_own(sick_leave.people(FIFTY))


def each_has_its_own(rows: list[list[str]]) -> None:
    assert Dossier.objects.values("code").distinct().count() == len(rows)
    assert Result.objects.values("number").distinct().count() == len(rows)
    assert BatchItem.objects.filter(status="done").values("event").distinct().count() == 2 * len(rows)
    for number, name, *_rest in rows:
        dossier = Dossier.objects.get(submitter__number=number)
        assert dossier.state == State.DELIVERED
        events = dossier.events.select_related("actor").order_by("seq")
        assert [one.kind for one in events] == TRAIL
        assert log.verify(dossier, events) == len(TRAIL)
        assert events[0].actor.full_name == "Lê Thị Trạm"
        assert events[4].actor.full_name == "Phạm Quốc Việt"
        result = dossier.result
        assert hashlib.sha256(papers.read(result.path)).hexdigest() == result.sha256
        assert {"label": "Họ, chữ đệm và tên", "label_en": "Full name", "value": name} in result.fields
        told = Message.objects.filter(recipient=dossier.submitter.user).values_list("template", flat=True)
        assert {"dossier.submit", "dossier.accept", "dossier.release"} <= set(told)
    assert sweeping.due(at=sick_leave.noon()) == []
