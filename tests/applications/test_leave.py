"""Being away: held dossiers go on once, nothing new is given, coming back takes nothing."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client

from applications import actors, log, services
from applications.models import Absence, Dossier, DutyEvent, Event
from applications.services import claiming, leave
from identity.errors import Conflict, Forbidden, NotFound, Refused
from identity.models import Officer, Role
from tests import factories
from tests.applications.test_claiming import AT, waiting

DAY = dt.date(2026, 5, 5)


@pytest.fixture
def agency():
    return factories.commune_agency()


def away(officer: Officer, substitute: Officer | None = None, **changes) -> Absence:
    asked = {"starts_on": DAY, "ends_on": DAY + dt.timedelta(days=3), "reason": "leave", "at": AT}
    by = actors.officer(officer)
    return services.record_absence(officer=officer, substitute=substitute, **{**asked, "by": by, **changes})


def holding(officer: Officer, count: int = 1) -> list[int]:
    ids = waiting(officer.agency, count)
    for pk in ids:
        services.claim(dossier=Dossier.objects.get(pk=pk), by=actors.officer(officer), at=AT)
    return ids


def holders(ids: list[int]) -> set[int | None]:
    return set(Dossier.objects.filter(pk__in=ids).values_list("assignee", flat=True))


@pytest.mark.django_db
def test_from_the_first_day_on_held_dossiers_go_to_the_substitute_with_one_event_each(agency):
    officer, substitute = (factories.officer(agency, Role.CASE_OFFICER, name=n) for n in ("Lê An", "Vũ Bình"))
    ids = holding(officer, 3)
    absence = away(officer, substitute, starts_on=DAY + dt.timedelta(days=1))
    assert services.hand_on_held(at=AT) == 0
    morning = AT + dt.timedelta(days=1)
    assert [services.hand_on_held(at=morning) for _n in range(2)] == [3, 0]
    assert holders(ids) == {substitute.user_id}
    events = Event.objects.filter(kind="leave_handed_on")
    assert {(e.actor_id, e.data["holder"], e.data["instead_of"]) for e in events} == {
        (None, substitute.user_id, officer.user_id)
    }
    assert events.count() == 3
    services.cancel_absence(absence=absence.pk, by=actors.officer(officer), at=morning)
    assert services.hand_on_held(at=morning) == 0
    assert holders(ids) == {substitute.user_id}


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["nobody", "other role", "away too", "gone", "lent"])
def test_who_cannot_take_them_lets_them_be_free_for_all(agency, case):
    officer = factories.officer(agency, Role.CASE_OFFICER)
    able = case not in ("other role", "lent")
    substitute = factories.officer(agency, Role.CASE_OFFICER if able else Role.SIGNER)
    ids = holding(officer)
    away(officer, None if case == "nobody" else substitute)
    if case == "away too":
        away(substitute)
    elif case == "gone":
        Officer.objects.filter(pk=substitute.pk).update(is_active=False)
    elif case == "lent":
        services.delegate(
            giver=officer, deputy=substitute, roles=["case_officer"], starts_on=DAY, ends_on=DAY,
            document_number="1", document_date=DAY, by=actors.officer(officer), at=AT,
        )  # fmt: skip
    assert services.hand_on_held(at=AT) == 1
    assert holders(ids) == {substitute.user_id if case == "lent" else None}


@pytest.mark.django_db
def test_nothing_is_given_to_somebody_on_leave(agency):
    officer, colleague = (factories.officer(agency, Role.CASE_OFFICER, name=n) for n in ("Lê An", "Vũ Bình"))
    waiting(agency, 1)
    held = Dossier.objects.get(pk=holding(colleague)[0])
    before = Event.objects.count()
    away(officer)
    with pytest.raises(Refused, match="đang nghỉ đến hết ngày 08/05/2026"):
        services.claim_next(officer=officer, at=AT)
    with pytest.raises(Refused, match="Lê An nghỉ đến hết ngày"):
        services.transfer(dossier=held, to=officer, reason="Bận", by=actors.officer(colleague), at=AT)
    assert Event.objects.count() == before
    assert services.claim_next(officer=officer, at=AT + dt.timedelta(days=4)) is not None


@pytest.mark.django_db
def test_a_draft_sent_back_to_its_author_on_leave_does_not_wait_for_them(agency):
    author = factories.officer(agency, Role.CASE_OFFICER)
    dossier = factories.processing(agency, at=AT, child_dob="2026-04-23")
    services.propose(dossier=dossier, kind="grant", by=actors.officer(author), at=AT)
    away(author)
    signer = actors.officer(factories.officer(agency, Role.SIGNER))
    services.send_back(dossier=dossier, reason="Sai tên", by=signer, at=AT)
    assert holders([dossier.pk]) == {author.user_id}
    assert services.hand_on_held(at=AT) == 1
    assert holders([dossier.pk]) == {None}
    dossier.refresh_from_db()
    assert log.verify(dossier, dossier.events.order_by("seq")) == dossier.seq


@pytest.mark.django_db
def test_leave_is_recorded_by_oneself_or_a_superior_of_the_own_agency(agency):
    officer, colleague = (factories.officer(agency, Role.CASE_OFFICER) for _n in range(2))
    leader = factories.officer(agency, Role.LEADER)
    stranger = factories.officer(factories.commune_agency("Thanh Khê"), Role.LEADER)
    for changes, error in (
        ({"by": actors.officer(colleague)}, Forbidden),
        ({"by": actors.officer(stranger)}, Refused),
        ({"reason": "ốm"}, Refused),
        ({"ends_on": DAY - dt.timedelta(days=1)}, Refused),
        ({"starts_on": dt.date(2026, 4, 1), "ends_on": dt.date(2026, 4, 2)}, Refused),
        ({"ends_on": DAY + dt.timedelta(days=400)}, Refused),
        ({"substitute": officer}, Refused),
        ({"substitute": stranger}, Refused),
    ):
        with pytest.raises(error):
            away(officer, **changes)
    assert not Absence.objects.exists()
    absence = away(officer, by=actors.officer(leader))
    with pytest.raises(Conflict, match="trùng"):
        away(officer)
    for by in (colleague, stranger):
        with pytest.raises(NotFound):
            services.cancel_absence(absence=absence.pk, by=actors.officer(by), at=AT)
    services.cancel_absence(absence=absence.pk, by=actors.officer(officer), at=AT)
    with pytest.raises(Conflict):
        services.cancel_absence(absence=absence.pk, by=actors.officer(officer), at=AT)
    assert list(DutyEvent.objects.order_by("pk").values_list("kind", flat=True)) == ["absence", "cancelled"]


@pytest.mark.django_db
def test_the_page_records_shows_and_cancels_and_the_inbox_says_so(agency):
    officer = factories.officer(agency, Role.CASE_OFFICER, name="Lê An")
    other = factories.officer(agency, Role.CASE_OFFICER, name="Vũ Bình")
    client = factories.sign_in_officer(Client(), officer)
    today = dt.date.today()
    typed = {"starts_on": today, "ends_on": today, "reason": "mission", "substitute": other.pk}
    wrong = client.post("/can-bo/nghi-phep/", typed | {"starts_on": "mai"})
    assert (wrong.status_code, "Hãy chọn ngày nghỉ đầu tiên" in wrong.text) == (422, True)
    assert f'value="{today}"' in wrong.text
    page = client.post("/can-bo/nghi-phep/", typed, follow=True)
    assert "Đang nghỉ" in page.text
    assert "Vũ Bình" in page.text
    assert "Anh/chị đang nghỉ đến hết ngày" in client.get("/can-bo/").text
    absence = Absence.objects.get()
    foreign = factories.officer(factories.commune_agency("Thanh Khê"), Role.LEADER)
    outside = factories.sign_in_officer(Client(), foreign)
    assert outside.post(f"/can-bo/nghi-phep/{absence.pk}/bo/").status_code == 404
    assert "Lê An" not in outside.get("/can-bo/nghi-phep/").text
    assert "Đã bỏ lịch nghỉ" in client.post(f"/can-bo/nghi-phep/{absence.pk}/bo/", follow=True).text
    assert "Anh/chị đang nghỉ" not in client.get("/can-bo/").text


def two_workers(agency, monkeypatch) -> None:
    """Both read the list of held dossiers before either hands one on."""
    officer, substitute = (factories.officer(agency, Role.CASE_OFFICER) for _n in range(2))
    ids = holding(officer, 6)
    away(officer, substitute)
    gate, whole, done = threading.Barrier(2, timeout=20), leave._away, []

    def meeting(at):
        found = whole(at)
        gate.wait()
        return found

    monkeypatch.setattr(leave, "_away", meeting)

    def work() -> None:
        try:
            done.append(services.hand_on_held(at=AT))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(done) == 6
    assert holders(ids) == {substitute.user_id}
    assert Event.objects.filter(kind="leave_handed_on").count() == 6


@pytest.mark.django_db(transaction=True)
def test_two_workers_hand_each_dossier_on_once(agency, monkeypatch):
    two_workers(agency, monkeypatch)


@pytest.mark.django_db(transaction=True)
def test_without_lock_and_guard_two_workers_hand_a_dossier_on_twice(agency, monkeypatch):
    """The broken variant: each worker believes its list."""
    whole = log._statement
    guard = " AND assignee_id IS NOT DISTINCT FROM %(guard_assignee_id)s"
    monkeypatch.setattr(log, "_statement", lambda entry: whole(entry).replace(guard, ""))

    def careless(pk, away, at):
        for officer, absence in away.items():
            dossier = Dossier.objects.select_related("version").get(pk=pk)
            holder = absence.substitute.user_id
            claiming.hold(dossier, "leave_handed_on", holder, officer, by=actors.SYSTEM, at=at)
        return True

    monkeypatch.setattr(leave, "_hand_on", careless)
    with pytest.raises(AssertionError):
        two_workers(agency, monkeypatch)
