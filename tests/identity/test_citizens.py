"""Citizens in the database: who they are, for whom they act, and who read about them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.test import Client

from identity import access_log, demo, registers, services
from identity.access import acting_for
from identity.errors import Forbidden, Refused
from identity.models import Agency, Citizen, DataAccess, Mandate, Officer, Organisation
from identity.oidc import Claims
from tests.identity.conftest import NOW

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
HUY = Claims("sub-huy", "048083001122", "Bùi Quốc Huy", dt.date(1983, 12, 1), "male", 2, ("0400000011",))


class Registry:
    """A business registry whose one record a test can change."""

    name = "business_registry"

    def __init__(self, **changes: str) -> None:
        self.changes = changes
        self.down = False

    def fetch(self, key: str):
        if self.down:
            raise registers.RegisterUnavailable(self.name)
        record = {"name": "Công ty Sen Việt", "status": "active", "legal_rep_number": HUY.number}
        return record | self.changes


@pytest.fixture
def registry() -> Registry:
    original = registers.get("business_registry")
    replacement = Registry()
    registers.use("business_registry", replacement)
    yield replacement
    registers.use("business_registry", original)


def test_a_new_sub_of_the_same_person_keeps_the_person():
    first = services.sign_in_citizen(claims=HUY, at=NOW)
    again = services.sign_in_citizen(claims=dataclasses.replace(HUY, sub="sub-new", level=1), at=NOW)
    assert again.pk == first.pk
    assert (again.user.username, again.assurance_level) == ("sub-new", 1)
    assert Citizen.objects.count() == 1


def test_a_sub_that_belongs_to_somebody_else_is_refused(officer):
    stolen = dataclasses.replace(HUY, sub=officer.user.username)
    with pytest.raises(services.Conflict):
        services.sign_in_citizen(claims=stolen, at=NOW)
    assert Citizen.objects.count() == 0
    officer.user.refresh_from_db()
    assert officer.user.full_name == demo.OFFICERS[0]["full_name"]


def test_a_number_that_cannot_exist_is_refused():
    with pytest.raises(Refused):
        services.sign_in_citizen(claims=dataclasses.replace(HUY, number="12345"), at=NOW)
    assert Citizen.objects.count() == 0


def test_a_locked_account_is_not_opened_by_the_eid():
    citizen = services.sign_in_citizen(claims=HUY, at=NOW)
    citizen.user.is_active = False
    citizen.user.save()
    with pytest.raises(Forbidden):
        services.sign_in_citizen(claims=HUY, at=NOW)


def test_the_registry_decides_who_represents_not_the_eid(registry):
    registry.changes = {"legal_rep_number": "048185003344"}
    services.sign_in_citizen(claims=HUY, at=NOW)
    assert not Mandate.objects.exists()


def test_a_former_representative_loses_the_mandate_at_the_next_sign_in(registry):
    services.sign_in_citizen(claims=HUY, at=NOW)
    registry.changes = {"legal_rep_number": "048185003344"}
    later = NOW + dt.timedelta(days=1)
    services.sign_in_citizen(claims=dataclasses.replace(HUY, tax_codes=()), at=later)
    assert Mandate.objects.get().revoked_at == later


def test_a_dissolved_business_is_represented_by_nobody(registry):
    registry.changes = {"status": "dissolved"}
    services.sign_in_citizen(claims=HUY, at=NOW)
    assert not Mandate.objects.exists()


def test_mandates_stay_while_the_registry_does_not_answer(registry):
    services.sign_in_citizen(claims=HUY, at=NOW)
    registry.down = True
    services.sign_in_citizen(claims=HUY, at=NOW)
    assert Mandate.objects.get().revoked_at is None


@pytest.fixture
def representative(client: Client, registry) -> Citizen:
    citizen = services.sign_in_citizen(claims=HUY, at=NOW)
    client.force_login(citizen.user, backend=BACKEND)
    return citizen


def acts_for(client: Client, rf) -> Organisation | None:
    request = rf.get("/")
    request.session = client.session
    request.user = Citizen.objects.get(number=HUY.number).user
    return acting_for(request)


def test_acting_for_an_organisation_is_chosen_and_given_back(client, rf, representative):
    organisation = Organisation.objects.get()
    assert acts_for(client, rf) is None
    response = client.post("/dai-dien/", {"acting_for": organisation.pk, "next": "/thu-tuc/"})
    assert response["Location"] == "/thu-tuc/"
    assert acts_for(client, rf) == organisation
    client.post("/dai-dien/", {"acting_for": ""})
    assert acts_for(client, rf) is None


def test_nobody_acts_for_an_organisation_without_a_mandate(client, rf, representative):
    foreign = Organisation.objects.create(tax_code="0400000029", name="Công ty khác")
    assert client.post("/dai-dien/", {"acting_for": foreign.pk}).status_code == 403
    session = client.session
    session["acting_for"] = foreign.pk
    session.save()
    assert acts_for(client, rf) is None


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": NOW}, {"valid_to": dt.date(2020, 1, 1)}, {"valid_from": dt.date(2099, 1, 1)}],
)
def test_a_mandate_that_ended_or_has_not_begun_ends_the_acting_at_once(client, rf, representative, change):
    client.post("/dai-dien/", {"acting_for": Organisation.objects.get().pk})
    Mandate.objects.update(**change)
    assert acts_for(client, rf) is None


def read(subject: Citizen, officer: Officer, minute: int, **more: object) -> DataAccess:
    facts = {
        "purpose": "Thụ lý hồ sơ",
        "fields": ["Họ tên", "Ngày sinh"],
        "dossier_code": "H17.20-260504-0001",
    }
    return DataAccess.objects.create(
        at=NOW + dt.timedelta(minutes=minute),
        officer=officer.user,
        agency=officer.agency,
        subject=subject,
        **facts | more,
    )


def test_the_citizen_reads_who_when_why_what_and_for_which_dossier(client, representative, officer):
    read(representative, officer, 0)
    page = client.get("/ai-da-xem/").content.decode()
    for words in ("10:00, 4/5/2026", officer.user.full_name, "UBND phường Hải Châu", "Thụ lý hồ sơ"):
        assert words in page
    assert "Họ tên, Ngày sinh" in page
    assert 'href="/ho-so/H17.20-260504-0001/"' in page


def test_nobody_sees_who_read_about_somebody_else(client, representative, officer):
    other = demo.citizen("hanh", NOW)
    row = read(other, officer, 0, purpose="Chuyện của người khác")
    for address in (
        "/ai-da-xem/",
        f"/ai-da-xem/?truoc={row.pk}",
        "/ai-da-xem/?truoc=x",
        "/ai-da-xem/?truoc=²",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "Chuyện của người khác" not in page.content.decode()
    assert "Chưa có ai xem" in client.get("/ai-da-xem/").content.decode()


def test_every_row_is_shown_once_over_the_pages_even_within_one_instant(representative, officer):
    rows = [read(representative, officer, minute // 7) for minute in range(60)]
    seen, before = [], None
    while True:
        page, before = access_log.page_of(representative, before=before)
        seen += [row.pk for row in page]
        if before is None:
            break
    assert seen == sorted((row.pk for row in rows), reverse=True)


def test_a_page_costs_the_same_wherever_it_is(client, representative, officer, django_assert_num_queries):
    rows = [read(representative, officer, minute) for minute in range(60)]
    with django_assert_num_queries(1):
        access_log.page_of(representative)
    with django_assert_num_queries(2):
        access_log.page_of(representative, before=rows[20].pk)


def test_the_log_is_for_citizens_only(client, officer):
    assert client.get("/ai-da-xem/")["Location"] == "/dang-nhap/?next=/ai-da-xem/"
    client.force_login(officer.user, backend=BACKEND)
    assert client.get("/ai-da-xem/").status_code == 403


def test_the_demonstration_loads_everybody_once(db):
    for key in {one["agency"] for one in demo.OFFICERS}:
        Agency.objects.create(key=key, name=key, level="commune", kind="x")
    demo.load(NOW)
    before = (Citizen.objects.count(), Officer.objects.count(), Mandate.objects.count())
    demo.load(NOW)
    assert before == (12, len(demo.OFFICERS), 2)
    assert (Citizen.objects.count(), Officer.objects.count(), Mandate.objects.count()) == before


def test_each_deciding_agency_has_the_five_posts():
    for agency in (demo.COMMUNE, demo.POLICE, demo.MINISTRY):
        roles = {role for one in demo.OFFICERS if one["agency"] == agency for role in one["roles"]}
        assert {"intake", "case_officer", "approver", "signer", "registry_clerk"} <= roles


def test_demo_people_are_not_loaded_into_a_real_portal(settings):
    settings.DEMO = False
    with pytest.raises(Forbidden):
        demo.load(NOW)
    assert Citizen.objects.count() == 0
