"""The list of the signing desk: why each may be signed, what the officer changed, what is unusual about it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import actors, services
from applications.models import (
    Answer,
    Dossier,
    Result,
    SupplementRequest,
)
from applications.office import signing
from identity.models import Role
from tests import factories
from tests.applications.second_factor import unused_digits
from tests.applications.signing import (
    DESK,
    boxes,
    drafts,
    flags_of,
    press_sign,
    row_of,
    signer,
    statuses,
    version_with_findings,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return factories.commune_agency()


def test_each_row_says_why_and_what_the_officer_wrote(agency):
    version = version_with_findings()
    [usual] = drafts(agency, 1, of=version, findings={"book": "01/2026"})
    [filled] = drafts(agency, 1, of=version, findings={"book": "01/2026", "number": "079226000001"})
    [changed] = drafts(agency, 1, of=version, findings={"book": "02/2026"}, reason="Mẹ có mặt")
    client, _post = signer(agency)
    page = client.get(DESK)
    told = [(row_of(page, one).template.text, row_of(page, one).reason) for one in (usual, filled, changed)]
    assert told == [
        ("Đúng mẫu", "Trẻ đã có tên"),
        ("Điền thêm 1 mục", "Trẻ đã có tên; Cơ quan ghi: Số định danh"),
        ("Khác mẫu 1 chỗ", "Trẻ đã có tên; Cơ quan ghi: Quyển số; Mẹ có mặt"),
    ]
    assert [flags_of(page, one) for one in (usual, filled, changed)] == [[], [], ["altered"]]
    assert "079226000001" not in page.text, "a list names nobody's data: it is no recorded reading"
    opened = client.get(DESK, {"ho-so": changed.code}).text
    assert "<del>01/2026</del> <ins>02/2026</ins>" in opened
    assert "<del>" not in client.get(DESK, {"ho-so": usual.code}).text


def test_the_clean_sheet_has_no_marks(agency):
    [changed] = drafts(agency, 1, of=version_with_findings(), findings={"book": "02/2026"})
    client, _post = signer(agency)
    page = client.get(DESK, {"ho-so": changed.code, "sach": "1"})
    sheet = page.text.split("<article")[1].split("</article>")[0]
    assert "02/2026" in sheet
    assert "<ins>" not in sheet


def test_each_risk_has_its_words(agency, settings):
    settings.LARGE_FEE_VND = 1000
    [refused] = drafts(agency, 1, kind="refusal", reason="Đã đăng ký nơi khác")
    [silent], [late], [twice], [dear], [wrong], [asked] = (drafts(agency, 1) for _n in range(6))
    Dossier.objects.filter(pk=silent.pk).update(needs_matching=True)
    Dossier.objects.filter(pk=late.pk).update(due_at=timezone.now() - dt.timedelta(hours=1))
    Dossier.objects.filter(pk=twice.pk).update(supplement_count=2)
    Dossier.objects.filter(pk=dear.pk).update(fee_vnd=1000)
    Answer.objects.create(dossier=wrong, question="correction.req_name", value="Hạnh", at=wrong.submitted_at)
    SupplementRequest.objects.create(
        dossier=asked,
        items=[],
        requested_by=asked.result.proposed_by,
        requested_at=asked.submitted_at,
        answer_by=asked.submitted_at,
        answered_at=asked.submitted_at,
        late_defects=1,
    )
    [outdated] = drafts(agency, 1)
    outdated.answers.filter(question="child_name").update(
        value="Tên Khác", at=timezone.now() + dt.timedelta(hours=1)
    )
    client, _post = signer(agency)
    page = client.get(DESK)
    cases = (refused, silent, late, twice, dear, wrong, asked, outdated)
    assert [flags_of(page, one) for one in cases] == [
        ["refusal"],
        ["self_declared"],
        ["overdue"],
        ["supplements"],
        ["large_fee"],
        ["reported"],
        ["late_defects"],
        ["outdated"],
    ]
    for words in ("Từ chối, đọc lý do", "Dân tự khai thay CSDL", "Bổ sung 2 lần", "Phí lớn: 1.000 đồng"):
        assert words in page.text
    assert "Đã đăng ký nơi khác" in page.text
    opened = client.get(DESK, {"ho-so": outdated.code}).text
    assert "hồ sơ nay là «Tên Khác», dự thảo ghi «Lê Nguyễn An Nhiên»" in opened


def test_a_paper_unlike_the_last_ones_is_unusual(agency):
    version = version_with_findings()
    before = drafts(agency, 10, of=version, findings={"book": "01/2026"})
    at, by = timezone.now(), actors.officer(factories.officer(agency, Role.SIGNER))
    clerk = actors.officer(factories.officer(agency, Role.REGISTRY_CLERK))
    for dossier in before:
        services.sign(dossier=dossier, by=by, at=at)
        Result.objects.filter(dossier=dossier).update(status="signed", sha256="0" * 64)
        services.release(dossier=dossier, by=clerk, at=at)
    [like] = drafts(agency, 1, of=version, findings={"book": "01/2026"})
    [unlike] = drafts(agency, 1, of=version, findings={"book": "01/2026", "number": "1"})
    client, _post = signer(agency)
    page = client.get(DESK)
    assert (flags_of(page, like), flags_of(page, unlike)) == ([], ["unusual"])
    note = row_of(page, unlike).known.flags[0].chip.note
    assert note == "Hiếm trong 10 hồ sơ gần nhất của thủ tục: có dòng «Số định danh»."


def test_the_desk_asks_as_many_questions_for_many_drafts_as_for_one(agency):
    version = version_with_findings()
    client, _post = signer(agency)

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(DESK)
        return len(asked)

    drafts(agency, 1, of=version)
    questions()
    one = questions()
    drafts(agency, 6, of=version)
    assert questions() == one


def test_the_list_goes_on_page_by_page_in_the_order_of_the_deadlines(agency, monkeypatch):
    monkeypatch.setattr(signing, "PAGE", 2)
    alike = drafts(agency, 3)
    client, post = signer(agency)
    first = client.get(DESK).context["desk"]
    rest = client.get(DESK, {"sau": first.next_key}).context["desk"]
    assert [[row.dossier for row in page.rows] for page in (first, rest)] == [alike[:2], alike[2:]]
    assert (first.total, rest.next_key) == ("3", "")
    refused = press_sign(client, boxes(alike[2:]), "", sau=first.next_key)
    assert [row.dossier for row in refused.context["desk"].rows] == alike[2:]


def test_drafts_of_other_agencies_are_not_there(agency):
    [mine], [foreign] = drafts(agency, 1), drafts(factories.commune_agency("Thanh Khê"), 1)
    client, post = signer(agency)
    page = client.get(DESK)
    assert [row.dossier for row in page.context["desk"].rows] == [mine]
    assert client.get(DESK, {"ho-so": foreign.code}).status_code == 404
    assert press_sign(client, boxes([mine, foreign]), unused_digits(post)).status_code == 404
    assert statuses([mine, foreign]) == ["draft", "draft"]
