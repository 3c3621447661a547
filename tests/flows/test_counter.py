"""From a person at the counter to the paper in their hands: same dossier, both recorded, by hand and by post."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from applications import actors, services, sweeping
from applications.models import Digitisation, Dossier, Shipment
from applications.states import State
from identity.models import Citizen, DataAccess, Role
from tests import factories
from tests.applications import posting, walking
from tests.applications.desks import picture

pytestmark = pytest.mark.django_db
NAME = "Nguyễn Thị Minh Hạnh"


@pytest.fixture
def agency(db):
    return walking.agency()


@pytest.fixture
def intake(agency):
    return factories.officer(agency, Role.INTAKE, name="Lê Thị Thu Hà")


def begun(client: Client, procedure: str, **changes: str) -> str:
    """The address of the draft that the first page of the counter opens."""
    asked = {
        "procedure": f"{procedure} · Đăng ký khai sinh",
        "channel": "counter",
        "number": walking.HANH,
        "name": "nguyen thi minh hanh",
        "identified_by": "card",
        "consent": "present",
    }
    answer = client.post("/can-bo/quay/", asked | changes)
    assert answer.status_code == 302, answer.text
    return answer.url.removesuffix("dong-y/")


def typed_in(client: Client, draft: str, delivery: str) -> None:
    """The citizen's own pages, read aloud and typed by the officer; the paper is scanned."""
    assert client.post(f"{draft}dong-y/", {"nguon": ["national_population_db"]}).status_code == 302
    walking.fill(
        client,
        f"{draft}trang/child/",
        **{
            "child_name": "Lê Nguyễn An Nhiên",
            "child_dob-day": "20",
            "child_dob-month": "10",
            "child_dob-year": "2026",
            "result_delivery": delivery,
        },
    )
    if delivery == "post":
        where = {"delivery_address-detail": posting.STREET, "delivery_address-commune": "Hải Châu"}
        walking.fill(client, f"{draft}trang/child/", **where)
    page = f"{draft}trang/papers/"
    scan = SimpleUploadedFile("chung-sinh.png", picture(), "image/png")
    client.post(page, {"doc_notice": scan, "luu": "1"})
    assert not Digitisation.objects.get().original_seen
    answer = client.post(page, {"ban_chinh-doc_notice": "1"})
    assert walking.boxes(client.get(page).text).values["ban_chinh-doc_notice"] == "1"
    assert answer.url == f"{draft}kiem-tra/"


def decided(dossier: Dossier) -> None:
    by = actors.officer(factories.everyone(dossier.agency))
    services.pass_on(dossier=dossier, by=by, at=timezone.now())
    drafter = actors.officer(factories.officer(dossier.agency, Role.CASE_OFFICER))
    services.propose(dossier=dossier, kind="grant", by=drafter, at=timezone.now())
    posting.release(dossier, dossier.agency)


def test_a_person_without_eid_files_at_the_counter_and_takes_the_result_home(agency, intake, client):
    procedure = posting.version(agency).procedure
    factories.sign_in_officer(client, intake)
    draft = begun(client, procedure.code)
    typed_in(client, draft, "counter")
    page = client.get(f"{draft}kiem-tra/")
    assert "Nộp hồ sơ giúp người này" in page.text
    assert client.post(f"{draft}kiem-tra/").status_code == 422
    assert client.post(f"{draft}kiem-tra/", {"cam_doan": "1"}).url == f"{draft}da-nop/"
    assert client.post(f"{draft}kiem-tra/", {"cam_doan": "1"}).url == f"{draft}da-nop/"

    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.channel, dossier.submitter.number) == (
        State.ACCEPTED, "counter", walking.HANH
    )  # fmt: skip
    submit, accept = dossier.events.order_by("seq")
    assert (submit.kind, submit.actor, submit.agency) == ("submit", intake.user, agency)
    assert {k: submit.data[k] for k in ("channel", "identified_by", "consent")} == {
        "channel": "counter", "identified_by": "card", "consent": "present"
    }  # fmt: skip
    assert (accept.kind, accept.actor) == ("accept", intake.user)
    assert dossier.counter_filing.filed_by == intake.user
    scan = dossier.attachments.get().digitisation
    assert (scan.by, scan.agency, scan.original_seen) == (intake.user, agency, True)

    done = client.get(f"{draft}da-nop/").text
    assert dossier.code in done.replace(" – ", "-")
    printed = f"/can-bo/ho-so/{dossier.code}/bieu-mau/receipt/"
    assert printed in done
    assert client.get(printed).content.startswith(b"%PDF")
    assert "Số hóa bởi Lê Thị Thu Hà" in client.get(f"/can-bo/ho-so/{dossier.code}/").text

    owner = factories.sign_in_citizen(Client(), dossier.submitter)
    seen = owner.get(f"/ho-so/{dossier.code}/").text
    assert "Cán bộ nộp hồ sơ giúp bạn, khi bạn có mặt tại quầy" in seen
    assert "Lê Thị Thu Hà" in seen
    read = owner.get(f"/ho-so/{dossier.code}/ai-da-xem/").text
    assert "Nộp hồ sơ giúp người dân tại quầy" in read
    assert "Xác định người nộp hồ sơ tại quầy" in owner.get("/ai-da-xem/").text
    assert (
        "số hóa bởi Lê Thị Thu Hà, đã đối chiếu bản chính" in owner.get(f"/ho-so/{dossier.code}/da-nop/").text
    )

    decided(dossier)
    page = f"/can-bo/tra-ket-qua/{dossier.code}/"
    assert page in client.get("/can-bo/tra-ket-qua/").text
    evidence = {"identity_checked": "1", "signed": "1"}
    assert client.post(page, evidence).status_code == 422
    assert client.post(page, {**evidence, "receiver": "representative"}).status_code == 422
    who = {"receiver": "representative", "representative": "Lê Quang Dũng, ủy quyền số 12"}
    assert client.post(page, {**evidence, **who}).status_code == 302
    dossier.refresh_from_db()
    deliver = dossier.events.last()
    assert (dossier.state, deliver.kind, deliver.actor) == (State.DELIVERED, "deliver", intake.user)
    assert "Dũng" not in str(deliver.data)
    assert deliver.data["receiver"] == "representative"
    assert deliver.note.text.startswith("Lê Quang Dũng")
    assert page not in client.get("/can-bo/tra-ket-qua/").text
    assert client.post(page, {**evidence, **who}).status_code == 409


def test_papers_sent_by_post_come_back_as_a_result_by_post(agency, intake, client, settings, caplog):
    caplog.set_level("DEBUG")
    procedure = posting.version(agency).procedure
    factories.sign_in_officer(client, intake)
    draft = begun(client, procedure.code, channel="post", identified_by="copy", consent="signed")
    typed_in(client, draft, "post")
    client.post(f"{draft}kiem-tra/", {"cam_doan": "1"})
    dossier = Dossier.objects.get()
    assert (dossier.channel, dossier.delivery) == ("post", "post")
    decided(dossier)

    with posting.carrier(settings) as depot:
        answer = client.post(f"/can-bo/tra-ket-qua/{dossier.code}/gui/")
        assert answer.status_code == 302
        assert sweeping.run("ship", dossier.pk, at=timezone.now())
        shipment = Shipment.objects.get()
        (parcel,) = depot.parcels.values()
        assert parcel["recipient"] == NAME
        assert posting.STREET in parcel["address"]
        assert shipment.tracking in client.get("/can-bo/tra-ket-qua/").text
        depot.fault = "late"
        assert depot.walk(shipment.tracking, "moving", "delivered") == [200, 200]
        for event in depot.events[shipment.tracking]:
            assert posting.push(event).json() == {"outcome": "known"}

    dossier.refresh_from_db()
    shipment.refresh_from_db()
    assert (dossier.state, shipment.status) == (State.DELIVERED, "delivered")
    kinds = list(dossier.events.values_list("kind", flat=True))
    assert kinds[-3:] == ["shipment_ordered", "shipment_sent", "deliver"]
    assert dossier.events.last().data == {
        "evidence": "post", "carrier": "demo", "tracking": shipment.tracking
    }  # fmt: skip
    owner = factories.sign_in_citizen(Client(), dossier.submitter)
    assert f"số bưu gửi {shipment.tracking}" in owner.get(f"/ho-so/{dossier.code}/").text
    told = caplog.text + str(list(dossier.events.values_list("data", flat=True)))
    told += str(list(Shipment.objects.values()))
    assert posting.STREET not in told
    assert NAME not in told


def test_the_person_whose_card_was_seen_is_one_account_later(agency, intake, client):
    factories.sign_in_officer(client, intake)
    procedure = posting.version(agency).procedure
    begun(client, procedure.code)
    begun(client, procedure.code)
    person = Citizen.objects.get()
    assert (person.name, person.number, str(person.date_of_birth)) == (NAME, walking.HANH, "1995-03-12")
    assert not person.user.has_usable_password()
    assert DataAccess.objects.filter(subject=person, officer=intake.user).count() == 2
