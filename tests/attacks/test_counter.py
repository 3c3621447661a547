"""The counter types for a citizen who agreed, and for nobody else: other offices, other roles, guesses."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from applications import actors, services
from applications.models import Channel, CounterFiling, Dossier
from applications.services import filling
from applications.states import State
from identity import registers
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Citizen, DataAccess, Role
from tests import factories
from tests.applications import posting, walking
from tests.applications.desks import picture

pytestmark = pytest.mark.django_db
ASKED = {
    "channel": "counter",
    "number": walking.HANH,
    "name": "Nguyễn Thị Minh Hạnh",
    "identified_by": "card",
    "consent": "present",
}
ENDS = [
    "lam-tiep/",
    "dong-y/",
    "trang/child/",
    "bao-sua/req_name/",
    "kiem-tra/",
    "to-khai/",
    "giay-to/1/",
    "ban-moi/",
    "xoa/",
    "da-nop/",
]


@pytest.fixture
def agency(db):
    cache.clear()
    yield walking.agency()
    cache.clear()


@pytest.fixture
def procedure(agency):
    return posting.version(agency).procedure


@pytest.fixture
def intake(agency):
    return factories.officer(agency, Role.INTAKE)


@pytest.fixture
def desk(intake):
    return factories.sign_in_officer(Client(), intake)


@pytest.fixture
def draft(agency, intake, procedure) -> Dossier:
    """Complete, begun at the counter."""
    person = factories.citizen(ASKED["name"], number=walking.HANH, level=1)
    dossier = services.open_filing(
        version=procedure.versions.get(),
        submitter=person,
        channel="counter",
        identified_by="card",
        consent="present",
        by=actors.officer(intake),
        at=timezone.now(),
    )
    services.save_answers(
        dossier=dossier, answers=factories.answers(agency), by=actors.officer(intake), at=timezone.now()
    )
    return dossier


def attempts(draft: Dossier, client: Client) -> set[int]:
    """Every page and button of the draft, tried by this person."""
    tried = set()
    for end in ENDS:
        address = f"/can-bo/quay/{draft.key}/{end}"
        tried |= {client.get(address).status_code, client.post(address, {"cam_doan": "1"}).status_code}
    return tried


def test_nobody_but_the_counter_that_began_it_touches_a_draft(agency, draft):
    other = factories.officer(factories.commune_agency("Xa"), Role.INTAKE)
    colleague = factories.officer(agency, Role.CASE_OFFICER, Role.APPROVER, Role.REGISTRY_CLERK)
    before = draft.answers.count()
    assert attempts(draft, factories.sign_in_officer(Client(), other)) <= {404, 405}
    assert attempts(draft, factories.sign_in_officer(Client(), colleague)) <= {403, 405}
    assert attempts(draft, factories.sign_in_officer(Client(), other, second_factor=False)) <= {302, 405}
    assert attempts(draft, factories.sign_in_citizen(Client(), draft.submitter)) <= {302, 405}
    draft.refresh_from_db()
    assert (draft.state, draft.answers.count()) == (State.DRAFT, before)
    assert not DataAccess.objects.exists()


def stolen(draft: Dossier, by: actors.Actor) -> list[str]:
    """Names of the verbs that this actor could do with the draft."""
    at = timezone.now()
    verbs = {
        "submit": lambda: services.submit(dossier=draft, by=by, at=at),
        "file": lambda: services.file_at_counter(dossier=draft, by=by, at=at),
        "attach": lambda: services.attach(
            dossier=draft, question="doc_notice", name="a.png", content=picture(), by=by, at=at
        ),
        "gather": lambda: services.gather(dossier=draft, agreed=[], by=by, at=at),
        "discard": lambda: services.discard_draft(dossier=draft, by=by, at=at),
    }
    done = []
    for name, verb in verbs.items():
        try:
            verb()
        except Forbidden:
            continue
        except Conflict:
            pass  # past the guard, too late for this verb
        done.append(name)
    return done


def test_the_verbs_refuse_every_officer_but_those_of_the_counter(agency, draft):
    other = factories.officer(factories.commune_agency("Xa"), Role.INTAKE)
    for post in (other, factories.officer(agency, Role.CASE_OFFICER)):
        assert stolen(draft, actors.officer(post)) == []


def test_a_draft_filed_online_is_not_the_counters(agency, intake):
    own = factories.draft(agency, of=posting.version(agency))
    assert stolen(own, actors.officer(intake)) == []
    desk = factories.sign_in_officer(Client(), intake)
    assert desk.get(f"/can-bo/quay/{own.key}/kiem-tra/").status_code == 404


def test_a_guard_that_forgets_the_agency_is_caught(agency, draft, monkeypatch):
    monkeypatch.setattr(
        filling, "filing_of", lambda dossier, by: CounterFiling.objects.filter(dossier=dossier).first()
    )
    other = actors.officer(factories.officer(factories.commune_agency("Xa"), Role.INTAKE))
    assert stolen(draft, other)


def test_an_officer_never_acts_as_the_citizen_afterwards(intake, draft):
    by, at = actors.officer(intake), timezone.now()
    services.file_at_counter(dossier=draft, by=by, at=at)
    with pytest.raises(Forbidden):
        services.request_withdrawal(dossier=draft, reason="x", by=by, at=at)
    with pytest.raises(Conflict):
        services.attach(dossier=draft, question="doc_notice", name="a.png", content=picture(), by=by, at=at)
    assert draft.events.filter(actor=draft.submitter.user).count() == 0


def test_number_and_name_must_belong_together_and_which_is_wrong_is_not_said(desk, procedure):
    said = set()
    for change in ({"name": "Trần Văn Khác"}, {"number": "048195009999"}):
        answer = desk.post("/can-bo/quay/", {**ASKED, "procedure": procedure.code, **change})
        assert answer.status_code == 422
        said.add(answer.text.split("error-summary")[1].split("</div>")[0])
    assert len(said) == 1
    assert (Citizen.objects.count(), Dossier.objects.count(), DataAccess.objects.count()) == (0, 0, 0)


def test_trying_out_numbers_is_stopped_and_the_right_card_comes_through_after_a_while(
    desk, procedure, settings
):
    settings.PUBLIC_TRIES = 2
    wrong = {**ASKED, "procedure": procedure.code, "name": "Trần Văn Khác"}
    assert [desk.post("/can-bo/quay/", wrong).status_code for _try in range(3)] == [422, 422, 429]
    assert desk.post("/can-bo/quay/", {**ASKED, "procedure": procedure.code}).status_code == 429
    cache.clear()
    assert desk.post("/can-bo/quay/", {**ASKED, "procedure": procedure.code}).status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"consent": ""},
        {"identified_by": "x"},
        {"channel": "online"},
        {"channel": "post"},
        {"channel": "post", "consent": "signed"},
        {"identified_by": "copy", "consent": "signed"},
        {"number": "12"},
        {"name": "  "},
        {"procedure": "9.999999"},
        {"tax_code": "0100109106"},
    ],
    ids=str,
)
def test_without_a_whole_act_of_consent_nothing_is_begun_and_nothing_typed_is_lost(desk, procedure, change):
    asked = {**ASKED, "procedure": procedure.code} | change
    answer = desk.post("/can-bo/quay/", asked)
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert all(f'value="{asked[name]}"' in answer.text for name in ("procedure", "number", "name"))
    assert not Dossier.objects.exists()


def test_a_silent_register_holds_nobody_up_and_the_person_is_matched_later(desk, procedure, monkeypatch):
    monkeypatch.setattr(registers.get("national_population_db"), "fault", "down")
    assert desk.post("/can-bo/quay/", {**ASKED, "procedure": procedure.code}).status_code == 302
    assert Dossier.objects.get().needs_matching
    wrong = {**ASKED, "procedure": procedure.code, "name": "Trần Văn Khác"}
    assert desk.post("/can-bo/quay/", wrong).status_code == 422


def test_what_was_typed_when_the_session_ended_is_given_back(intake, desk, draft):
    desk.post(f"/can-bo/quay/{draft.key}/dong-y/", {"nguon": []})
    page = f"/can-bo/quay/{draft.key}/trang/child/"
    typed = walking.boxes(desk.get(page).text).values | {"child_name": "Lê Vừa Gõ"}
    desk.logout()
    assert desk.post(page, typed).status_code == 302
    factories.sign_in_officer(desk, intake)
    assert desk.get(page).status_code == 302
    assert 'value="Lê Vừa Gõ"' in desk.get(page).text


def test_the_citizen_may_go_on_at_home_and_then_it_is_an_online_filing(draft):
    person = draft.submitter
    person.assurance_level = 2
    person.save()
    owner = factories.sign_in_citizen(Client(), person)
    owner.post(f"/ho-so/{draft.key}/dong-y/", {"nguon": []})
    for page in ("requester", "child", "papers"):
        walking.fill(owner, f"/ho-so/{draft.key}/trang/{page}/")
    assert owner.post(f"/ho-so/{draft.key}/kiem-tra/", {"cam_doan": "1"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.channel) == (State.SUBMITTED, Channel.ONLINE)
    event = draft.events.get()
    assert event.actor == person.user
    assert "channel" not in event.data


def test_a_dossier_of_another_agency_is_passed_there_and_not_taken_in_here(agency, intake, procedure, draft):
    unit = agency.unit.__class__.objects.get(code="20285")
    other = agency.__class__.objects.create(
        key="hoa-cuong", identifier="H17.20.285", name="UBND phường Hòa Cường", level="commune",
        kind=agency.kind, unit=unit,
    )  # fmt: skip
    home = {"detail": "1 A", "commune_code": "20285", "country": "VN"}
    by, at = actors.officer(intake), timezone.now()
    services.save_answers(dossier=draft, answers={"req_residence": home}, by=by, at=at)
    services.file_at_counter(dossier=draft, by=by, at=at)
    assert (draft.agency, draft.state) == (other, State.SUBMITTED)
    desk = factories.sign_in_officer(Client(), intake)
    assert "UBND phường Hòa Cường" in desk.get(f"/can-bo/quay/{draft.key}/da-nop/").text
    assert desk.get(f"/can-bo/ho-so/{draft.code}/").status_code == 404


def test_who_receives_is_checked_and_only_intake_of_the_agency_hands_over(agency, intake):
    dossier, at = posting.released(agency, "counter"), timezone.now()
    whole = {"receiver": "self", "identity_checked": True, "signed": True}
    for change in (
        {"receiver": ""},
        {"receiver": "representative"},
        {"identity_checked": False},
        {"signed": False},
    ):
        with pytest.raises(Refused):
            services.hand_over(dossier=dossier, **{**whole, **change}, by=actors.officer(intake), at=at)
    page = f"/can-bo/tra-ket-qua/{dossier.code}/"
    stranger = factories.officer(factories.commune_agency("Xa"), Role.INTAKE)
    clerk = factories.officer(agency, Role.REGISTRY_CLERK)
    posted = {"receiver": "self", "identity_checked": "1", "signed": "1"}
    for post, status in ((stranger, 404), (clerk, 403)):
        client = factories.sign_in_officer(Client(), post)
        assert (client.get(page).status_code, client.post(page, posted).status_code) == (status, status)
        if post == clerk:
            assert client.get("/can-bo/tra-ket-qua/").status_code == 200
    dossier.refresh_from_db()
    assert dossier.state == State.COMPLETED
