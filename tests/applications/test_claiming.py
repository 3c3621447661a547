"""Who holds a dossier: by deadline and lot, one holder each, handed over with a reason, freed when one is gone."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from applications import actors, services, timeline
from applications.models import Dossier, Event
from applications.services import claiming
from applications.states import State
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Officer, Role
from procedures.models import ProcedureField
from tests import factories

AT = dt.datetime(2026, 5, 5, 3, 0, tzinfo=dt.UTC)


def waiting(agency, count: int, *, of=None, due=AT) -> list[int]:
    """Dossiers in the first step, free, as the log would have left them."""
    version, person = of or factories.version(), factories.citizen()
    made = [
        Dossier(
            version=version, submitter=person, agency=agency, code=f"{agency.identifier}-{version.pk}-{due:%d}-{n}",
            state=State.PROCESSING, step_kind="examine", step_role="case_officer",
            created_at=AT, submitted_at=AT, accepted_at=AT, due_at=due,
        )
        for n in range(count)
    ]  # fmt: skip
    return [one.pk for one in Dossier.objects.bulk_create(made)]


def claimed(officer: Officer) -> int | None:
    dossier = services.claim_next(officer=officer, at=AT)
    return dossier.pk if dossier else None


@pytest.fixture
def agency():
    return factories.commune_agency()


@pytest.mark.django_db
def test_the_nearest_day_comes_first_and_the_lot_decides_within_it(agency, settings):
    settings.MOST_HELD_DOSSIERS = 100
    late = set(waiting(agency, 2, due=AT + dt.timedelta(days=2)))
    early = waiting(agency, 12)
    waiting(factories.commune_agency("Thanh Khê"), 1, due=AT - dt.timedelta(days=9))
    drafter = factories.officer(agency, Role.CASE_OFFICER)
    drawn = [claimed(drafter) for _n in range(15)]
    assert set(drawn[:12]) == set(early)
    assert drawn[:12] != sorted(early)
    assert set(drawn[12:14]) == late
    assert drawn[14] is None
    assert Event.objects.filter(kind="claim", actor=drafter.user).count() == 14


@pytest.mark.django_db
def test_without_the_lot_the_order_could_be_foretold(agency, settings, monkeypatch):
    """The broken variant: first come, first served."""
    settings.MOST_HELD_DOSSIERS = 100
    whole = claiming._lot

    def foretold(clauses):
        sql, values = whole(clauses)
        return sql.replace("gen_random_uuid()", "id"), values

    monkeypatch.setattr(claiming, "_lot", foretold)
    early, drafter = waiting(agency, 12), factories.officer(agency, Role.CASE_OFFICER)
    assert [claimed(drafter) for _n in range(12)] == early


@pytest.mark.django_db
def test_only_dossiers_of_ones_roles_and_skills_are_given(agency):
    field = ProcedureField.objects.create(key="ho-tich", name="Hộ tịch")
    version = factories.version()
    version.procedure.field = field
    version.procedure.save()
    waiting(agency, 1)
    wanted = waiting(agency, 1, of=version, due=AT + dt.timedelta(days=5))
    drafter = factories.officer(agency, Role.CASE_OFFICER)
    drafter.skills = ["ho-tich"]
    assert claimed(factories.officer(agency, Role.SIGNER)) is None
    assert claimed(drafter) == wanted[0]
    assert claimed(drafter) is None


@pytest.mark.django_db
def test_who_holds_enough_is_given_no_more(agency, settings):
    settings.MOST_HELD_DOSSIERS = 1
    waiting(agency, 2)
    drafter = factories.officer(agency, Role.CASE_OFFICER)
    held = claimed(drafter)
    with pytest.raises(Refused, match="đang giữ 1 hồ sơ"):
        claimed(drafter)
    services.let_go(dossier=Dossier.objects.get(pk=held), by=actors.officer(drafter), at=AT)
    assert claimed(drafter) is not None


@pytest.mark.django_db
def test_a_dossier_is_handed_over_with_a_reason_and_only_by_those_who_may(agency):
    dossier = factories.processing(agency)
    first, second, third = (
        factories.officer(agency, Role.CASE_OFFICER, name=f"Thụ lý {n}") for n in range(3)
    )
    by = actors.officer(first)
    services.claim(dossier=dossier, by=by, at=timezone.now())
    with pytest.raises(Conflict, match="Thụ lý 0"):
        services.claim(dossier=Dossier.objects.get(pk=dossier.pk), by=actors.officer(second), at=AT)
    stranger = factories.officer(factories.commune_agency("Thanh Khê"), Role.CASE_OFFICER)
    before = Dossier.objects.values().get(pk=dossier.pk)
    for to, reason, who, error in (
        (second, " ", by, Refused),
        (second, "Nghỉ phép", actors.officer(third), Forbidden),
        (stranger, "Nghỉ phép", by, Refused),
        (factories.officer(agency, Role.SIGNER), "Nghỉ phép", by, Refused),
    ):
        with pytest.raises(error):
            services.transfer(dossier=dossier, to=to, reason=reason, by=who, at=AT)
    with pytest.raises(Refused, match="vẫn làm việc"):
        services.take_over(dossier=dossier, by=actors.officer(second), at=AT)
    assert Dossier.objects.values().get(pk=dossier.pk) == before
    services.transfer(dossier=dossier, to=second, reason="Nghỉ phép", by=by, at=AT)
    event = Event.objects.select_related("note").get(dossier=dossier, kind="transfer")
    assert (event.note.text, event.data["holder"]) == ("Nghỉ phép", second.user_id)
    assert Dossier.objects.get(pk=dossier.pk).assignee_id == second.user_id
    assert "transfer" not in {one.kind for one in timeline.happenings(dossier)}


@pytest.mark.django_db
def test_what_somebody_gone_holds_is_taken_over_or_freed(agency):
    ids = waiting(agency, 2)
    gone, colleague = (factories.officer(agency, Role.CASE_OFFICER) for _n in range(2))
    for pk in ids:
        services.claim(dossier=Dossier.objects.get(pk=pk), by=actors.officer(gone), at=AT)
    assert services.release_absent(at=AT) == 0
    Officer.objects.filter(pk=gone.pk).update(is_active=False)
    services.take_over(dossier=Dossier.objects.get(pk=ids[0]), by=actors.officer(colleague), at=AT)
    assert services.release_absent(at=AT) == 1
    assert [d.assignee_id for d in Dossier.objects.filter(pk__in=ids).order_by("pk")] == [
        colleague.user_id,
        None,
    ]


@pytest.mark.django_db
def test_one_button_opens_the_next_and_the_page_says_who_holds_it(agency):
    dossier = factories.processing(agency)
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.CASE_OFFICER, name="Lê An"))
    page = client.post("/can-bo/ke-tiep/", follow=True)
    assert page.redirect_chain[0][0] == f"/can-bo/ho-so/{dossier.code}/"
    assert "Anh/chị đang giữ hồ sơ này từ" in page.text
    other = factories.sign_in_officer(
        Client(), factories.officer(agency, Role.CASE_OFFICER, name="Trần Bình")
    )
    assert "Lê An đang giữ hồ sơ này" in other.get(f"/can-bo/ho-so/{dossier.code}/").text
    assert "Không còn hồ sơ nào" in other.post("/can-bo/ke-tiep/", follow=True).text


@pytest.mark.django_db
def test_a_dossier_of_another_agency_cannot_be_held(agency):
    dossier = factories.processing(agency)
    post = factories.officer(factories.commune_agency("Thanh Khê"), Role.CASE_OFFICER)
    client = factories.sign_in_officer(Client(), post)
    assert client.post(f"/can-bo/ho-so/{dossier.code}/giu/nhan/").status_code == 404
    assert not Event.objects.filter(dossier=dossier, kind="claim").exists()


@pytest.mark.django_db(transaction=True)
def test_sixteen_officers_at_once_never_get_the_same_dossier(agency):
    waiting(agency, 40)
    posts = [factories.officer(agency, Role.CASE_OFFICER, name=f"Thụ lý {n}") for n in range(16)]

    def work(post: Officer) -> list[int | None]:
        try:
            return [claimed(post) for _n in range(3)]
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        given = [pk for many in pool.map(work, posts) for pk in many if pk]
    assert len(given) == len(set(given)) == 40
    assert Event.objects.filter(kind="claim").count() == 40
