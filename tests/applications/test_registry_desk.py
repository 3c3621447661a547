"""The registry clerk: signed results wait, one button releases them, each with its own outcome."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from applications import actors, services
from applications.models import DeskRound, DeskRoundItem, Dossier, Event, Result
from applications.states import State
from identity.models import Agency, Role
from tests import factories
from tests.applications.signing import boxes, drafts, signer, statuses

pytestmark = pytest.mark.django_db
DESK = "/can-bo/van-thu/"


@pytest.fixture
def agency():
    return factories.commune_agency()


def signed(agency: Agency, count: int) -> list[Dossier]:
    """Signed, the electronic signature written (by a worker that costs nothing here)."""
    by = actors.officer(factories.officer(agency, Role.SIGNER))
    found = drafts(agency, count)
    for dossier in found:
        services.sign(dossier=dossier, by=by, at=timezone.now())
    Result.objects.filter(dossier__in=found).update(status="signed", sha256="0" * 64)
    return found


def clerk(agency: Agency) -> Client:
    post = factories.officer(agency, Role.REGISTRY_CLERK, name="Hồ Thị Bích Ngọc")
    return factories.sign_in_officer(Client(), post)


def test_signed_results_are_ticked_and_one_button_releases_them(agency):
    ready, [foreign] = signed(agency, 3), signed(factories.commune_agency("Thanh Khê"), 1)
    drafts(agency, 1)
    client = clerk(agency)
    page = client.get(DESK)
    assert [row.dossier for row in page.context["desk"].rows] == ready
    assert page.text.count(" checked>") == 3
    answer = client.post(f"{DESK}phat-hanh/", {"pick": boxes(ready)})
    made = DeskRound.objects.get()
    assert answer["Location"] == f"/can-bo/luot/{made.key}/"
    assert set(made.items.values_list("outcome", "message")) == {("done", "Đã phát hành.")}
    assert set(Dossier.objects.filter(pk__in=[one.pk for one in ready]).values_list("state", flat=True)) == {
        State.DELIVERED
    }
    assert statuses([*ready, foreign]) == ["released"] * 3 + ["signed"]
    assert client.get(DESK).context["desk"].rows == []


def test_a_result_still_being_sealed_waits_and_says_so(agency):
    [dossier] = signed(agency, 1)
    Result.objects.filter(dossier=dossier).update(status="signing", sha256="")
    client = clerk(agency)
    page = client.get(DESK)
    assert "Đang ghi chữ ký số" in page.text
    assert " checked>" not in page.text
    answer = client.post(f"{DESK}phat-hanh/", {"pick": boxes([dossier])}, follow=True)
    assert "Chưa phát hành được: chữ ký số chưa hoàn tất." in answer.text
    assert statuses([dossier]) == ["signing"]


def test_one_released_meanwhile_is_told_and_the_rest_released(agency):
    first, second = signed(agency, 2)
    picked = boxes([first, second])
    other = actors.officer(factories.officer(agency, Role.REGISTRY_CLERK, name="Cao Thị Lệ"))
    services.release(dossier=first, by=other, at=timezone.now())
    clerk(agency).post(f"{DESK}phat-hanh/", {"pick": picked})
    outcomes = dict(DeskRoundItem.objects.values_list("dossier", "outcome"))
    assert outcomes == {first.pk: "conflict", second.pk: "done"}
    assert Event.objects.filter(kind="release").count() == 2
    assert "Cao Thị Lệ" not in DeskRoundItem.objects.get(outcome="done").message


def test_a_dossier_that_waits_for_its_number_says_what_comes_next(agency):
    [dossier] = signed(agency, 1)
    Dossier.objects.filter(pk=dossier.pk).update(step_kind="number")
    page = clerk(agency).get(DESK)
    [row] = page.context["desk"].rows
    assert (row.state.text, row.next_act) == ("Chờ cho số", "Cho số")


def test_nothing_ticked_is_said_and_a_foreign_code_does_not_exist(agency):
    [foreign] = signed(factories.commune_agency("Thanh Khê"), 1)
    client = clerk(agency)
    answer = client.post(f"{DESK}phat-hanh/")
    assert answer.status_code == 422
    assert "Hãy chọn ít nhất một văn bản" in answer.text
    assert client.post(f"{DESK}phat-hanh/", {"pick": boxes([foreign])}).status_code == 404
    assert statuses([foreign]) == ["signed"]


def test_only_the_clerk_opens_the_desk(agency):
    client, post = signer(agency)
    assert client.get(DESK).status_code == 403
    with pytest.raises(services.releasing_many.Forbidden):
        services.release_many(officer=post, picked=[], at=timezone.now())
