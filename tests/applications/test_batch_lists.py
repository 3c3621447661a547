"""A list of people: judged row by row by the form itself, each mistake with place and mend, nothing half done."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from applications import batching
from applications.models import BatchItem, BatchOperation, Dossier
from applications.office import lists
from identity.errors import Refused
from identity.models import Agency, Citizen, Officer, Role
from tests import factories
from tests.applications import sick_leave
from tests.applications.sick_leave import COLUMNS, PAPER, number_of, pasted, people, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def agency() -> Agency:
    return sick_leave.office()[0]


@pytest.fixture
def worker(agency: Agency) -> Officer:
    return sick_leave.health_worker(agency)


@pytest.fixture
def desk(client: Client, worker: Officer) -> Client:
    return factories.sign_in_officer(client, worker)


def changed(row: int, column: str, value: str, *, of: int = 3) -> str:
    rows = people(of)
    rows[row][COLUMNS.index(column)] = value
    return pasted(rows)


MISTAKES = [
    (changed(1, "Số định danh cá nhân", "48195000002"), 3, "Số định danh cá nhân", "Phải đủ 12 chữ số"),
    (changed(0, "Họ, chữ đệm và tên", ""), 2, "Họ, chữ đệm và tên", "ghi"),
    (changed(2, "Nghỉ ốm đến ngày", "1/10/2026"), 4, "Nghỉ ốm đến ngày", "sau ngày bắt đầu nghỉ"),
    (changed(1, "Ngày, tháng, năm sinh", "31/2/1995"), 3, "Ngày, tháng, năm sinh", "hãy xem lại"),
    (changed(1, "Giới tính", "Khác"), 3, "Giới tính", "Chọn một mục trong danh sách"),
    (changed(0, "Nơi cư trú", "1 A, Phường Không Có, Đà Nẵng"), 2, "Nơi cư trú", "không có nơi nào tên"),
    (changed(2, "Số định danh cá nhân", number_of(1)), 4, "Số định danh cá nhân", "Trùng với dòng 2"),
    (pasted(people(1), (*COLUMNS[:-1], "Cột lạ")), 1, "Cột lạ", "Không có cột này"),
    (pasted(people(1), (*COLUMNS[:-1], COLUMNS[0])), 1, COLUMNS[0], "hai lần"),
]


@pytest.mark.parametrize(("text", "row", "column", "mend"), MISTAKES, ids=[one[3] for one in MISTAKES])
def test_a_mistake_is_told_with_row_column_and_mend_and_nothing_is_kept(desk, text, row, column, mend):
    answer = upload(desk, text)
    assert answer.status_code == 422
    found = [(one.row, one.column) for one in answer.context["mistakes"]]
    assert (row, column) in found
    assert mend.lower() in next(one.message for one in answer.context["mistakes"] if one.row == row).lower()
    assert not BatchOperation.objects.exists()
    assert not Dossier.objects.exists()
    assert not Citizen.objects.exists()


def test_what_was_typed_and_the_paper_sent_stay_for_the_second_try(desk):
    text = changed(1, "Giới tính", "Khác")
    again = upload(desk, text)
    assert again.context["text"] == text
    assert again.context["shared"] == sick_leave.SHARED
    kept = {f"kept-{PAPER}": again.context["kept"][PAPER]}
    mended = desk.post(
        "/can-bo/lo/danh-sach/",
        {"token": "a", "danh-sach": pasted(people(3)), "chung": sick_leave.SHARED, **kept},
    )
    assert mended.status_code == 302
    assert BatchOperation.objects.get().parameters["papers"][0]["name"] == "so-theo-doi.pdf"


def test_without_the_paper_the_form_asks_for_nothing_is_filed(desk):
    answer = upload(desk, pasted(people(1)), **{PAPER: ""})
    assert answer.status_code == 422
    assert "chưa gửi tệp" in answer.context["mistakes"][0].message


def test_a_forged_note_of_a_paper_is_refused(desk):
    answer = upload(desk, pasted(people(1)), **{PAPER: "", f"kept-{PAPER}": "x:y:z"})
    assert answer.status_code == 422
    assert not BatchOperation.objects.exists()


def test_the_same_page_sent_twice_makes_one_batch(desk):
    for _time in range(2):
        assert upload(desk, pasted(people(2))).status_code == 302
    assert BatchOperation.objects.count() == 1


def test_a_number_known_under_another_name_is_refused_in_the_list_and_in_the_verb(desk, worker):
    factories.citizen("Hoàng Ai Đó", number_of(2))
    answer = upload(desk, pasted(people(2)))
    assert [one.row for one in answer.context["mistakes"]] == [3]
    Citizen.objects.update(number="048195999999")
    upload(desk, pasted(people(2)))
    Citizen.objects.update(number=number_of(2))
    batching.work(sick_leave.newest().pk, seconds=60)
    states = dict(BatchItem.objects.values_list("position", "status"))
    assert states == {1: "ready", 2: "refused"}


def test_a_person_already_known_gets_the_dossier_and_a_visitor_may_live_anywhere(desk, worker):
    rows = people(1)
    rows[0][COLUMNS.index("Nơi cư trú")] = "Thôn 3, Xã Hòa Vang, Thành phố Đà Nẵng"
    known = factories.citizen(rows[0][1], rows[0][0])
    upload(desk, pasted(rows))
    batch = sick_leave.newest()
    batching.work(batch.pk, seconds=60)
    desk.post(f"/can-bo/lo/{batch.key}/xac-nhan/")
    batching.work(batch.pk, seconds=60)
    dossier = Dossier.objects.get()
    assert (dossier.submitter, dossier.agency, dossier.channel) == (known, worker.agency, "counter")
    assert dossier.attachments.get().name == "so-theo-doi.pdf"
    assert BatchItem.objects.get().row == {}


def test_a_workbook_is_read_as_the_pasted_table_is(desk):
    sheet = io.BytesIO()
    with xlsxwriter.Workbook(sheet, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate([list(COLUMNS), *people(2)]):
            page.write_row(number, 0, row)
    file = SimpleUploadedFile("danh-sach.xlsx", sheet.getvalue())
    assert upload(desk, "", tep=file).status_code == 302
    assert BatchOperation.objects.get().size == 2
    broken = SimpleUploadedFile("danh-sach.xlsx", b"PK\x03\x04 no workbook")
    assert upload(desk, "", tep=broken, token="2").status_code == 422


def test_the_template_names_every_column_and_is_read_back(desk, agency):
    content = desk.get("/can-bo/lo/danh-sach/mau.csv").content
    table = lists.table_of_file("mau.csv", content)
    assert set(COLUMNS) <= set(table[0])
    judged = upload(desk, lists.text_of(table), chung="")
    assert [one.message for one in judged.context["mistakes"]] == [
        "Danh sách chưa có người nào dưới dòng tên cột."
    ]
    assert desk.get("/can-bo/lo/danh-sach/").status_code == 200


def test_only_an_office_that_decides_the_procedure_may_file_lists(client):
    stranger = factories.officer(factories.commune_agency("Xa"), Role.INTAKE)
    sick_leave.office()
    factories.sign_in_officer(client, stranger)
    assert client.get("/can-bo/lo/danh-sach/").status_code == 404
    assert upload(client, pasted(people(1))).status_code == 404


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'a\n"' + b"x" * 200_000], ids=["binary", "one cell"])
def test_a_file_that_is_no_table_is_refused_with_the_mend(content):
    with pytest.raises(Refused):
        lists.table_of_file("a.csv", content)


CELL = st.text("aăđ H’1/.-", max_size=6)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=5))
def test_a_table_written_back_is_read_as_it_was(rows):
    kept = [stripped for row in rows if any(stripped := [cell.strip() for cell in row])]
    assert lists.table_of_text(lists.text_of(kept)) == kept
