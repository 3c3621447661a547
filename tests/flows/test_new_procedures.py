"""Procedures beyond the first three, from the first click to a signed result, over HTTP against a private portal."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from applications.states import State
from portal.walk import stories
from portal.walk.people import Office, citizen, wait_for
from portal.walk.person import Person

pytestmark = pytest.mark.xdist_group("portal")

CHECK = "Kiểm tra lại trước khi nộp"
PAPER = ("giay-to.pdf", stories.PDF, "application/pdf")


def day(name: str, value: dt.date) -> dict[str, str]:
    return {f"{name}-day": str(value.day), f"{name}-month": str(value.month), f"{name}-year": str(value.year)}


def place(name: str, commune: str) -> dict[str, str]:
    return {f"{name}-detail": "12 Lê Hồng Phong", f"{name}-province": "48", f"{name}-commune": commune}


def declare(base: str, nick: str, code: str, answers: dict[str, str], files: tuple[str, ...] = ()) -> Person:
    """Fill every page until the check page; a page may come back once to ask what an answer opened."""
    person = citizen(base, nick).open(f"/thu-tuc/{code}/")
    stories.begin(person).press("Đồng ý và tiếp tục")
    for _ in range(30):
        if CHECK in person.heading:
            return person
        asked = set(person.page.xpath("//main//form//*[@name]/@name"))
        sent = {name: PAPER for name in files if name in asked}
        person.press("Tiếp tục", {n: v for n, v in answers.items() if n in asked}, sent or None)
        assert not person.page.xpath("//*[@role='alert']"), person.text[:900]
    raise AssertionError(f"{person.url}: {person.text[:600]}")


def decide(base: str, person: Person, code: str) -> None:
    office = Office(base, "haichau")
    office.dossier("tiepnhan", code).press("Tiếp nhận và chuyển xử lý")
    office.dossier("thuly", code).press("Trình kết quả", {"kind": "grant"})
    list(stories.sign_and_release(office, code))
    wait_for(person.open(f"/ho-so/{code}/"), str(State.DELIVERED.label))


def test_a_widow_gets_her_certificate_of_marital_status(running_portal, tmp_path):
    person = declare(
        running_portal,
        "ly",
        "1.004873",
        {
            "req_relationship": "self",
            "status_detail": "Vợ hoặc chồng mất năm 2019, trích lục số 12/2019",
            "use_kind": "other",
            "use_purpose": "Bán nhà đất",
            "previous_cert": "no",
            "result_delivery": "electronic",
        },
        ("doc_divorce_note_extract_or_judgment_death_c",),
    )
    person.expect("Bán nhà đất")
    code = stories.submit(person)
    decide(running_portal, person, code)
    assert stories.receive(person, code, tmp_path / "giay-doc-than.pdf").endswith("bị từ chối")


def test_a_student_registers_a_temporary_stay_and_pays_online(running_portal, tmp_path):
    today = timezone.localdate()
    person = declare(
        running_portal,
        "quan",
        "1.004194",
        {
            "request_kind": "single",
            **place("new_address", "Hải Châu"),
            "dwelling": "rented",
            "is_head": "yes",
            **day("temp_from", today),
            **day("temp_to", today + dt.timedelta(days=365)),
            "with_members": "no",
            "owner_id": "048148000321",
            "owner_name": "Đặng Thị Lý",
            "owner_consent": "yes",
            "result_delivery": "electronic",
        },
        ("doc_proof_of_lawful_dwelling",),
    )
    code = stories.submit(person)
    person.expect("7.000 đồng").press("Thanh toán 7.000 đồng").press("Trả tiền")
    wait_for(person.open(f"/ho-so/{code}/"), str(State.SUBMITTED.label))
    decide(running_portal, person, code)
    assert stories.receive(person, code, tmp_path / "tam-tru.pdf").endswith("bị từ chối")


def test_a_mother_registers_a_household_business(running_portal, tmp_path):
    person = declare(
        running_portal,
        "hanh",
        "1.001612",
        {
            "hb_name": "Hộ kinh doanh Minh Hạnh",
            "capital": "50000000",
            "owner_kind": "person",
            "line-0-line_name": "Bán lẻ lương thực, thực phẩm",
            "line-0-line_code": "4711",
            "line-0-line_main": "yes",
            "employees": "2",
            "more_locations": "no",
            "insurance_cycle": "monthly",
            "result_delivery": "electronic",
        },
    )
    person.expect("Hộ kinh doanh Minh Hạnh")
    code = stories.submit(person)
    decide(running_portal, person, code)
    assert stories.receive(person, code, tmp_path / "ho-kinh-doanh.pdf").endswith("bị từ chối")
