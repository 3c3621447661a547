"""Which printed forms a dossier has in each state, and that their content is that of the rows."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import actors, printing, services
from applications.models import Dossier, FrontDesk
from applications.printed_forms import Kind
from identity.errors import NotFound
from identity.models import DataAccess, Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return factories.commune_agency()


def kinds(dossier: Dossier, at: dt.datetime | None = None) -> list[str]:
    return [str(form.kind) for form in printing.available(dossier, at=at or timezone.now())]


def clerk(agency, *roles: str, name: str = "Lương Thị Hiền"):
    return actors.officer(factories.officer(agency, *(roles or (Role.INTAKE,)), name=name))


def test_a_submitted_dossier_has_no_form_yet(agency):
    assert kinds(factories.submitted(agency)) == []


def test_acceptance_brings_the_receipt_and_the_routing_slip(agency):
    dossier = factories.processing(agency)
    assert kinds(dossier) == ["receipt", "routing_slip"]
    assert [form.kind for form in printing.for_applicant(dossier, at=timezone.now())] == [Kind.RECEIPT]


def test_the_receipt_says_who_what_and_until_when(agency):
    dossier = factories.processing(agency)
    context = printing.context_of(dossier, Kind.RECEIPT, at=timezone.now())
    assert (context.applicant, context.procedure) == (dossier.submitter.name, "Đăng ký khai sinh")
    assert context.address.startswith("12 Bạch Đằng")
    assert agency.unit.name in context.address
    assert (context.received_at, context.due_at) == (dossier.accepted_at, dossier.due_at)
    assert (context.time_limit, context.officer) == ("5 ngày làm việc", "Lương Thị Hiền")
    assert [part.name for part in context.components] == ["Tờ khai đăng ký khai sinh"]
    assert printing.render(dossier, "receipt", at=timezone.now()).startswith(b"%PDF-")


def test_a_refusal_carries_its_reason(agency):
    dossier = factories.submitted(agency)
    services.refuse(dossier=dossier, reason="Không thuộc thẩm quyền", by=clerk(agency), at=timezone.now())
    assert kinds(dossier) == ["refusal"]
    context = printing.context_of(dossier, Kind.REFUSAL, at=timezone.now())
    assert list(context.reasons) == ["Không thuộc thẩm quyền"]


def test_a_supplement_form_lists_every_item_with_its_reason_and_the_day_to_answer(agency):
    dossier = factories.processing(agency)
    items = [{"question": "child_name", "label": "Họ tên của trẻ", "reason": "Thiếu chữ đệm"}]
    by = clerk(agency, Role.CASE_OFFICER)
    request = services.request_supplement(dossier=dossier, items=items, by=by, at=timezone.now())
    context = printing.context_of(dossier, Kind.SUPPLEMENT, at=timezone.now())
    assert list(context.items) == ["Họ tên của trẻ: Thiếu chữ đệm"]
    assert context.due_at == request.answer_by


@pytest.mark.parametrize(("form_set", "expected"), [("TT03_2025", True), ("TT01_2018", False)])
def test_notice_of_stopping_exists_only_since_the_circular_of_2025(agency, form_set, expected):
    dossier = factories.processing(agency)
    services.stop(
        dossier=dossier, reason="Có tranh chấp", by=clerk(agency, Role.CASE_OFFICER), at=timezone.now()
    )
    Dossier.objects.filter(pk=dossier.pk).update(form_set=form_set)
    dossier.refresh_from_db()
    assert ("stop" in kinds(dossier)) is expected


def test_an_apology_says_the_reason_and_the_new_date_of_its_letter(agency):
    dossier = factories.processing(agency)
    late = dossier.due_at + dt.timedelta(hours=1)
    assert "apology" not in kinds(dossier, late)
    letter = services.draft_letter(dossier=dossier, at=late)
    assert "apology" in kinds(dossier, late)
    context = printing.context_of(dossier, Kind.APOLOGY, at=late)
    assert (list(context.reasons), context.new_due_at) == ([letter.reason], letter.new_due_at)
    assert (context.due_at, context.officer, context.number) == (dossier.due_at, "", "")


def test_a_form_the_dossier_does_not_have_is_not_found(agency):
    with pytest.raises(NotFound):
        printing.render(factories.submitted(agency), "receipt", at=timezone.now())


def test_the_routing_slip_follows_every_hand_over(agency):
    dossier = factories.proposed(agency)
    steps = printing.routing_of(dossier, at=timezone.now())
    assert [(step.given_by, step.received_by, step.note) for step in steps] == [
        (dossier.submitter.name, "Lương Thị Hiền", "Tiếp nhận"),
        ("Lương Thị Hiền", "Lương Thị Hiền", "Chuyển xử lý"),
        ("Lương Thị Hiền", "Phan Văn Thụ Lý", "Trình kết quả"),
    ]


def test_the_register_holds_what_was_accepted_in_the_range_by_this_agency_only(agency):
    version, today = factories.version(), timezone.localdate()
    inside = factories.processing(agency, of=version)
    factories.submitted(agency, of=version)
    factories.processing(factories.commune_agency("Thanh Khê"), of=version)
    rows = printing.register_entries(agency, first=today, last=today)
    assert [(row.dossier_code, row.received_on, row.passed_on) for row in rows] == [
        (inside.code, today, today)
    ]
    yesterday = today - dt.timedelta(days=1)
    assert printing.register_entries(agency, first=yesterday, last=yesterday) == []


def test_an_officer_prints_over_http_and_the_reading_is_recorded(agency):
    dossier = factories.processing(agency)
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.INTAKE))
    answer = client.get(reverse("applications:printed", args=[dossier.code, "receipt"]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert DataAccess.objects.get().purpose == "In biểu mẫu của hồ sơ"
    assert client.get(reverse("applications:printed", args=[dossier.code, "refusal"])).status_code == 404
    assert client.get(reverse("applications:printed", args=[dossier.code, "x"])).status_code == 404


def test_the_register_is_asked_for_with_two_days_in_order(agency):
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.INTAKE))
    address = reverse("applications:register")
    assert client.get(address).status_code == 200
    assert client.get(address, {"tu": "2026-05-02", "den": "2026-05-01"}).status_code == 422
    assert client.get(address, {"tu": "x", "den": ""}).status_code == 422
    assert client.get(address, {"tu": "2026-05-01", "den": "2026-05-02"})["Content-Type"] == "application/pdf"


def test_each_paper_has_its_number_and_the_register_its_entry(agency):
    FrontDesk.objects.create(
        agency=agency, name="Trung tâm Phục vụ hành chính công", sign="TTPVHCC", phone="0236 000 456"
    )
    version, today, at = factories.version(), timezone.localdate(), timezone.now()
    first, second = factories.processing(agency, of=version), factories.processing(agency, of=version)
    refused = factories.submitted(agency, of=version)
    services.refuse(dossier=refused, reason="Sai nơi", by=clerk(agency), at=at)
    numbers = [
        printing.context_of(dossier, kind, at=at).number
        for dossier, kind in ((first, Kind.RECEIPT), (second, Kind.RECEIPT), (refused, Kind.REFUSAL))
    ]
    assert numbers == ["Số: 0001/TTPVHCC", "Số: 0002/TTPVHCC", "Số: 0003/TTPVHCC"]
    context = printing.context_of(second, Kind.RECEIPT, at=at)
    assert (context.book, context.book_entry) == (str(today.year), "2")
    assert (context.office, context.officer_phone) == ("Trung tâm Phục vụ hành chính công", "0236 000 456")
    assert [row.entry for row in printing.register_entries(agency, first=today, last=today)] == [1, 2]
    assert (
        printing.context_of(second, Kind.RECEIPT, at=at).number == numbers[1]
    )  # printing again gives no new number


def test_an_office_that_named_itself_not_still_numbers_its_papers(agency):
    context = printing.context_of(factories.processing(agency), Kind.RECEIPT, at=timezone.now())
    assert (context.number, context.officer_phone) == ("Số: 0001/BPTNTKQ", "")
