"""One act on many dossiers: what may be chosen, a dry run without trace, each item by itself, nothing twice."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from applications import actors, batching, services
from applications.models import BatchItem, BatchOperation, Dossier, Event, Result
from applications.office import batch_page, batches
from applications.office.batches import ACTIONS, FILE_LIST, Selection
from applications.states import State
from identity import services as identity
from identity.errors import Conflict, Forbidden, NotFound, Refused
from identity.models import Agency, Officer, Role
from tests import factories
from tests.applications.second_factor import six_digits

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Agency:
    return factories.commune_agency()


@pytest.fixture
def clerk(agency: Agency) -> Officer:
    return factories.officer(agency, Role.INTAKE, name="Lương Thị Hiền")


def many(agency: Agency, count: int, made=factories.submitted, **arguments) -> list[Dossier]:
    version = factories.version()
    return [made(agency, of=version, **arguments) for _number in range(count)]


def chosen(dossiers: list[Dossier]) -> Selection:
    return Selection(codes=tuple(str(one.code) for one in dossiers))


def begin(
    officer: Officer, action: str, what: Selection | list[Dossier], token: str = "t", **typed: str
) -> BatchOperation:
    return services.create_batch(
        action=ACTIONS[action],
        chosen=what if isinstance(what, Selection) else chosen(what),
        parameters=typed,
        token=token,
        officer=officer,
        at=timezone.now(),
    )


def worked(batch: BatchOperation) -> BatchOperation:
    batching.work(batch.pk, seconds=60)
    batch.refresh_from_db()
    return batch


def confirmed(batch: BatchOperation) -> BatchOperation:
    """Dry run, confirmation, all items."""
    services.confirm_batch(batch=worked(batch), officer=batch.officer, at=timezone.now())
    return worked(batch)


def states(batch: BatchOperation) -> dict[str, int]:
    return dict(Counter(batch.items.values_list("status", flat=True)))


def tables() -> dict[str, int]:
    own = {"applications_batchoperation", "applications_batchitem"}
    return {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.db_table not in own
    }


def test_a_dry_run_changes_no_row_of_any_table_and_no_dossier(agency, clerk):
    dossiers = many(agency, 4)
    stopped = many(agency, 1)
    services.refuse(dossier=stopped[0], reason="Sai nơi", by=actors.officer(clerk), at=timezone.now())
    rows, before = tables(), list(Dossier.objects.order_by("pk").values())
    batch = worked(begin(clerk, "accept_and_pass_on", dossiers + stopped, assignee=""))
    assert batch.phase == "checked"
    assert states(batch) == {"ready": 4, "refused": 1}
    assert tables() == rows
    assert list(Dossier.objects.order_by("pk").values()) == before


def test_a_dry_run_that_keeps_what_it_tried_is_caught(agency, clerk, monkeypatch):
    """The broken variant: the act is not taken back."""
    monkeypatch.setattr(batching.transaction, "set_rollback", lambda back: None)
    rows = tables()
    worked(begin(clerk, "accept", many(agency, 1)))
    assert tables() != rows


def test_each_item_is_done_by_the_ordinary_verb_with_one_event_of_the_officer(agency, clerk):
    dossiers = many(agency, 3)
    batch = confirmed(begin(clerk, "accept", dossiers))
    assert batch.phase == "finished"
    assert states(batch) == {"done": 3}
    for dossier in dossiers:
        event = Event.objects.get(dossier=dossier, kind="accept")
        assert event.actor == clerk.user
        assert BatchItem.objects.get(dossier=dossier).event == event
        dossier.refresh_from_db()
        assert dossier.state == State.ACCEPTED


def test_what_is_refused_says_why_and_does_not_stop_the_others(agency, clerk):
    first, *others = many(agency, 3)
    batch = worked(begin(clerk, "accept", [first, *others]))
    services.accept(dossier=first, by=actors.officer(factories.everyone(agency)), at=timezone.now())
    batch = confirmed(batch)
    assert states(batch) == {"done": 2, "refused": 1}
    refused = batch.items.get(status="refused")
    assert refused.dossier == first
    assert "Lê Mọi Vai" in refused.message
    assert Event.objects.filter(dossier=first, kind="accept").count() == 1


def test_a_dossier_moved_after_the_dry_run_is_not_decided_on_what_was_seen_before(agency):
    drafter = factories.officer(agency, Role.CASE_OFFICER)
    signer = factories.officer(agency, Role.SIGNER)
    moved, still = many(agency, 2, factories.proposed)
    batch = worked(begin(signer, "sign", [moved, still]))
    second = actors.officer(factories.officer(agency, Role.SIGNER))
    services.send_back(dossier=moved, reason="Thiếu tên", by=second, at=timezone.now())
    services.propose(dossier=moved, kind="grant", by=actors.officer(drafter), at=timezone.now())
    confirmed(batch)
    assert batch.items.get(dossier=moved).status == "refused"
    assert batch.items.get(dossier=still).status == "done"
    assert not Event.objects.filter(dossier=moved, kind="sign").exists()


def test_a_technical_fault_of_one_item_is_told_kept_apart_and_can_be_tried_again(
    agency, clerk, monkeypatch, caplog
):
    bad, good = many(agency, 2)
    batch = worked(begin(clerk, "accept", [bad, good]))
    accept = services.accept

    def breaks(*, dossier, by, at):
        if dossier.pk == bad.pk:
            raise KeyError("Nguyễn Thị Minh Hạnh")
        return accept(dossier=dossier, by=by, at=at)

    monkeypatch.setattr(services, "accept", breaks)
    confirmed(batch)
    assert states(batch) == {"done": 1, "failed": 1}
    assert "Hạnh" not in caplog.text + batch.items.get(dossier=bad).message
    monkeypatch.setattr(services, "accept", accept)
    services.retry_batch(batch=batch, officer=clerk, at=timezone.now())
    confirmed(batch)
    assert states(batch) == {"done": 2}
    assert Event.objects.filter(kind="accept").count() == 2


def test_an_officer_revoked_while_it_runs_does_nothing_more(agency, clerk):
    batch = worked(begin(clerk, "accept", many(agency, 3)))
    services.confirm_batch(batch=batch, officer=clerk, at=timezone.now())
    batching.work(batch.pk, seconds=0)
    assert states(batch) == {"done": 1, "ready": 2}
    identity.revoke_officer(officer=clerk)
    worked(batch)
    assert states(batch) == {"done": 1, "refused": 2}
    assert all(
        "thu hồi" in one for one in batch.items.filter(status="refused").values_list("message", flat=True)
    )
    assert Event.objects.filter(kind="accept").count() == 1


def test_a_batch_stopped_takes_no_further_item_and_can_go_on(agency, clerk):
    batch = worked(begin(clerk, "accept", many(agency, 3)))
    services.confirm_batch(batch=batch, officer=clerk, at=timezone.now())
    batching.work(batch.pk, seconds=0)
    services.stop_batch(batch=batch, officer=clerk, at=timezone.now())
    worked(batch)
    assert states(batch) == {"done": 1, "ready": 2}
    assert batch.phase == "stopped"
    services.confirm_batch(batch=batch, officer=clerk, at=timezone.now())
    assert states(worked(batch)) == {"done": 3}


def test_figures_are_exact_at_every_moment(agency, clerk):
    batch = begin(clerk, "accept", many(agency, 3))
    shown = batch_page.read(clerk, batch, status="", after=0, now=timezone.now())
    assert (shown.passed, shown.total, shown.percent) == (0, 3, 0)
    batching.work(batch.pk, seconds=0)
    assert batch_page.read(clerk, batch, status="", after=0, now=timezone.now()).passed == 1
    services.confirm_batch(batch=worked(batch), officer=clerk, at=timezone.now())
    batching.work(batch.pk, seconds=0)
    shown = batch_page.read(clerk, batch, status="done", after=0, now=timezone.now())
    assert (shown.passed, shown.total, shown.percent, len(shown.lines)) == (1, 3, 33, 1)
    assert (shown.figures.done, shown.figures.ready, shown.figures.problems) == (1, 2, 0)


def test_confirming_or_creating_twice_starts_once(agency, clerk):
    dossiers = many(agency, 2)
    batch = begin(clerk, "accept", dossiers)
    assert begin(clerk, "accept", dossiers) == batch
    with pytest.raises(Conflict):
        services.confirm_batch(batch=batch, officer=clerk, at=timezone.now())
    first = services.confirm_batch(batch=worked(batch), officer=clerk, at=timezone.now()).confirmed_at
    later = timezone.now() + dt.timedelta(minutes=1)
    assert services.confirm_batch(batch=batch, officer=clerk, at=later).confirmed_at == first
    worked(batch)
    services.confirm_batch(batch=batch, officer=clerk, at=later)
    assert worked(batch).phase == "finished"
    assert Event.objects.filter(kind="accept").count() == 2


def test_a_list_of_the_inbox_is_taken_whole_under_its_filters(agency, clerk):
    wanted, other = many(agency, 3), many(agency, 2)
    slug = wanted[0].version.procedure.slug
    batch = begin(clerk, "accept", Selection(tab="waiting", query=f"thu-tuc={slug}"))
    assert set(batch.items.values_list("dossier", flat=True)) == {one.pk for one in wanted}
    assert begin(clerk, "accept", Selection(tab="waiting"), token="2").size == len(wanted + other)


def test_dossiers_of_another_agency_cannot_be_chosen(agency, clerk):
    foreign = many(factories.commune_agency("Xa"), 1)
    with pytest.raises(Refused):
        begin(clerk, "accept", foreign)
    assert begin(clerk, "accept", foreign + many(agency, 1)).size == 1


def test_only_dossiers_that_are_alike_are_signed_together(agency):
    signer = factories.officer(agency, Role.SIGNER)
    mixed = many(agency, 1, factories.proposed) + many(agency, 1, factories.proposed)
    with pytest.raises(Refused, match="nhiều thủ tục hoặc nhiều bản"):
        begin(signer, "sign", mixed)
    one, two = many(agency, 2, factories.proposed)
    Result.objects.filter(dossier=one).update(kind=Result.Kind.REFUSAL, reason="Sai")
    with pytest.raises(Refused, match="^1 hồ sơ đã chọn là văn bản từ chối"):
        begin(signer, "sign", [one, two])
    assert not BatchOperation.objects.exists()


def test_signing_and_releasing_in_one_go_is_not_offered_past_a_clerk_who_numbers(agency):
    post = factories.officer(agency, Role.SIGNER, Role.REGISTRY_CLERK)
    numbering = {**factories.STEPS[2], "kind": "number", "id": "number"}
    steps = [*factories.STEPS[:2], numbering, factories.STEPS[2]]
    version = factories.version(processing={**factories.PROCESSING, "steps": steps})
    dossier = factories.proposed(agency, of=version)
    with pytest.raises(Refused, match="văn thư cho số"):
        begin(post, "issue", [dossier])
    assert states(worked(begin(post, "sign", [dossier]))) == {"ready": 1}


def test_four_eyes_hold_in_a_batch_too(agency):
    post = factories.officer(agency, Role.CASE_OFFICER, Role.SIGNER)
    own = many(agency, 1, factories.processing)
    services.propose(dossier=own[0], kind="grant", by=actors.officer(post), at=timezone.now())
    batch = worked(begin(post, "sign", own))
    assert states(batch) == {"refused": 1}
    with pytest.raises(Refused):
        services.confirm_batch(batch=batch, officer=post, at=timezone.now())


@pytest.mark.parametrize("name", [*ACTIONS])
def test_who_lacks_a_role_is_not_offered_and_cannot_begin(agency, name):
    action, without = ACTIONS[name], factories.officer(agency, Role.LEADER)
    assert action not in batches.offered(without, at=timezone.now())
    with pytest.raises(Forbidden):
        begin(without, name, many(agency, 1))


def test_a_batch_belongs_to_its_officer_and_is_seen_by_superiors_of_the_agency_only(agency, clerk):
    batch = worked(begin(clerk, "accept", many(agency, 1)))
    colleague = factories.officer(agency, Role.INTAKE)
    superior = factories.officer(agency, Role.APPROVER)
    stranger = factories.officer(factories.commune_agency("Xa"), Role.APPROVER)
    found = {}
    for name, post in (("own", clerk), ("colleague", colleague), ("superior", superior), ("other", stranger)):
        client = factories.sign_in_officer(Client(), post)
        page = client.get(f"/can-bo/lo/{batch.key}/").status_code
        file = client.get(f"/can-bo/lo/{batch.key}/ket-qua.csv").status_code
        pressed = client.post(f"/can-bo/lo/{batch.key}/lam-lai/").status_code
        found[name] = (page, file, pressed)
    assert found == {
        "own": (200, 200, 422),
        "colleague": (404,) * 3,
        "superior": (200, 200, 403),
        "other": (404,) * 3,
    }
    with pytest.raises(Forbidden):
        services.confirm_batch(batch=batch, officer=superior, at=timezone.now())


def test_through_the_pages_ticked_dossiers_are_handed_to_a_colleague(agency, client):
    leader = factories.officer(agency, Role.APPROVER)
    colleague = factories.officer(agency, Role.CASE_OFFICER, name="Phan Văn Nhận")
    dossiers = many(agency, 2, factories.processing)
    factories.sign_in_officer(client, leader)
    ticked = {"viec": "transfer", "chon": [one.code for one in dossiers]}
    assert 'name="chon"' in client.get(f"/can-bo/?q={dossiers[0].code}").content.decode()
    page = client.post("/can-bo/lo/chon/", ticked)
    assert "2 hồ sơ" in page.content.decode()
    typed = {**ticked, "token": page.context["token"], "assignee": str(colleague.user_id)}
    refused = client.post("/can-bo/lo/moi/", typed)
    assert (refused.status_code, BatchOperation.objects.count()) == (422, 0)
    assert f'value="{colleague.user_id}" selected' in refused.content.decode()
    made = client.post("/can-bo/lo/moi/", typed | {"reason": "Chia việc"})
    batch = worked(BatchOperation.objects.get())
    assert made.headers["Location"] == f"/can-bo/lo/{batch.key}/"
    assert client.post(f"/can-bo/lo/{batch.key}/xac-nhan/").status_code == 302
    worked(batch)
    assert {one.assignee_id for one in Dossier.objects.all()} == {colleague.user_id}
    assert client.get("/can-bo/lo/").status_code == 200
    told = b"".join(client.get(f"/can-bo/lo/{batch.key}/ket-qua.csv").streaming_content).decode()
    assert [one.code in told for one in dossiers] == [True, True]


def test_signing_many_asks_for_the_second_factor_and_a_wrong_one_starts_nothing(agency, client):
    signer = factories.officer(agency, Role.SIGNER)
    factories.sign_in_officer(client, signer)
    batch = worked(begin(signer, "sign", many(agency, 1, factories.proposed)))
    address = f"/can-bo/lo/{batch.key}/xac-nhan/"
    assert client.post(address, {"otp": "abc"}).status_code == 422
    batch.refresh_from_db()
    assert batch.phase == "checked"
    assert client.post(address, {"otp": six_digits(signer)}).status_code == 302
    assert client.post(address, {"otp": ""}).status_code == 302
    worked(batch)
    assert Event.objects.filter(kind="sign").count() == 1


def test_the_sweep_takes_up_a_batch_nobody_works_on(agency, clerk):
    batch = begin(clerk, "accept", many(agency, 1))
    assert batching.take_up_idle(at=timezone.now()) == 0
    assert batching.take_up_idle(at=timezone.now() + batching.IDLE * 2) == 1
    batch.refresh_from_db()
    assert batch.phase == "checked"


def test_an_unknown_batch_and_action_are_not_found(agency, clerk, client):
    factories.sign_in_officer(client, clerk)
    batch = begin(clerk, "accept", many(agency, 1))
    assert client.post(f"/can-bo/lo/{batch.key}/khac/").status_code == 404
    assert client.get("/can-bo/lo/khong-co/").status_code == 404
    with pytest.raises(NotFound):
        begin(clerk, "accept", Selection(batch="khong-co"), token="2")
    assert batches.action_of(BatchOperation(action="file")) is FILE_LIST


@pytest.mark.django_db(transaction=True)
def test_workers_share_a_batch_and_none_does_an_item_twice():
    agency = factories.commune_agency()
    clerk = factories.officer(agency, Role.INTAKE)
    batch = worked(begin(clerk, "accept", many(agency, 12)))
    services.confirm_batch(batch=batch, officer=clerk, at=timezone.now())
    gate, done = threading.Barrier(3, timeout=30), [0] * 3

    def one(number: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait()
            done[number] = batching.work(batch.pk, seconds=60)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    batch.refresh_from_db()
    assert sum(done) == 12
    assert batch.phase == "finished"
    assert states(batch) == {"done": 12}
    assert Event.objects.filter(kind="accept").values("dossier").distinct().count() == 12
    assert Event.objects.filter(kind="accept").count() == 12
