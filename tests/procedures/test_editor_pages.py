"""The pages around the form builder over HTTP: who may, what is kept of what was typed, what is refused and how."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from identity.models import AdministrativeUnit, Agency, Role
from procedures import services
from procedures.models import EditorialEvent, ProcedureField, ProcedureVersion
from procedures.services import publishing
from tests import factories
from tests.procedures.publishing import AT, TODAY, Ministry, day

Status = ProcedureVersion.Status


@pytest.fixture(autouse=True)
def the_day(monkeypatch):
    monkeypatch.setattr(publishing, "lint", lambda edition: [])
    monkeypatch.setattr("procedures.search.today", lambda: TODAY)


@pytest.fixture
def ministry(db):
    ProcedureField.objects.create(key="ho-tich", name="Hộ tịch", name_en="Civil status")
    return Ministry()


def seat(officer):
    return factories.sign_in_officer(Client(), officer)


def fresh(version):
    return ProcedureVersion.objects.get(pk=version.pk)


def address(name, *args):
    return reverse(f"procedures:{name}", args=args)


def said(answer):
    """The words of a page."""
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def typed(client, url, **changes):
    """What a browser sends of the page, with some boxes typed into."""
    from lxml.html import fromstring

    page = fromstring(client.get(url).content.decode())
    (form,) = [one for one in page.forms if one.method == "POST" and "edits" in one.fields]
    sent: dict[str, list[str]] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    return sent | {name.replace("__", "."): value for name, value in changes.items()}


SHOWN_OF_A_STEP = ("id", "kind", "role", "name_vi", "name_en")
PAGES = ["draft", "edit_content", "edit_processing", "compare", "rebase"]


@pytest.mark.parametrize("page", PAGES)
def test_another_ministry_does_not_even_learn_that_a_draft_exists(ministry, page):
    draft = ministry.draft()
    other = factories.officer(
        Agency.objects.create(key="other", name="Bộ khác", level="central", kind="ministry"), Role.EDITOR
    )
    url = address(page, draft.pk)
    assert seat(other).get(url).status_code == 404
    assert seat(other).post(url, {"do": "save"}).status_code in (404, 405)
    assert seat(other).post(address("publish", draft.pk, "bo"), {"sure": "1"}).status_code == 404
    assert seat(other).get(address("versions", ministry.procedure.code)).status_code == 404
    assert seat(other).get(address(page, 987654321)).status_code == 404
    assert fresh(draft).edits == 0


@pytest.mark.parametrize("page", PAGES)
def test_who_is_no_editor_stands_before_the_door(ministry, page):
    url = address(page, ministry.draft().pk)
    assert Client().get(url).status_code == 302
    assert seat(ministry.post(Role.CASE_OFFICER)).get(url).status_code == 403
    half = factories.sign_in_officer(Client(), ministry.editor, second_factor=False)
    assert half.get(url).status_code == 302


def test_a_reviewer_reads_and_cannot_write(ministry):
    draft = ministry.draft()
    client = seat(ministry.reviewer)
    for page in ("edit_content", "edit_processing", "draft", "compare"):
        answer = client.get(address(page, draft.pk))
        assert answer.status_code == 200
        assert b'name="do"' not in answer.content
    assert client.post(address("edit_content", draft.pk), {"do": "save", "edits": "0"}).status_code == 403
    assert client.post(address("rebase", draft.pk), {"agreed": "1"}).status_code == 403
    assert client.post(address("publish", draft.pk, "bo"), {"sure": "1"}).status_code == 403
    assert client.post(address("versions", ministry.procedure.code)).status_code == 403
    assert client.get(address("new")).status_code == 403
    assert fresh(draft).edits == 0


def test_the_desk_shows_what_waits_for_whom(ministry):
    ministry.in_check()
    for officer, words in ((ministry.reviewer, "1 chờ anh/chị"), (ministry.editor, "0 chờ anh/chị")):
        assert words in said(seat(officer).get(address("editor")))
    found = seat(ministry.editor).get(address("editor"), {"q": "KHAI SINH dang ky", "giai-doan": "dang-soan"})
    assert ministry.procedure.code in said(found)
    none = seat(ministry.editor).get(
        address("editor"), {"q": "không có", "giai-doan": "'; DROP", "trang": "x"}
    )
    assert "Không có thủ tục nào như vậy" in said(none)


@pytest.mark.parametrize(
    ("stage", "shown"),
    [
        ("in_force", True),
        ("scheduled", True),
        ("repealed", False),
        ("chua-cong-bo", False),
        ("dang-soan", False),
    ],
)
def test_the_desk_filters_by_stage(ministry, stage, shown):
    ministry.published(day(5))
    words = said(seat(ministry.editor).get(address("editor"), {"giai-doan": stage}))
    assert (ministry.procedure.code in words) == shown


def test_a_new_procedure_begins_as_a_draft_of_the_ministry(ministry):
    client = seat(ministry.editor)
    answer = client.post(
        address("new"), {"name": "Cấp thẻ", "name_en": "Card", "field": "Hộ tịch", "code": "1.5"}
    )
    assert answer.status_code == 409
    assert 'value="Cấp thẻ"' in answer.content.decode()
    assert "không đúng dạng" in said(answer)
    missing = client.post(address("new"), {"name": "Cấp thẻ", "field": ""})
    assert (missing.status_code, "hãy chọn một lĩnh vực" in said(missing)) == (422, True)
    assert client.post(address("new"), {"name": " ", "field": "Hộ tịch"}).status_code == 422
    assert ProcedureVersion.objects.count() == 1
    done = client.post(address("new"), {"name": "Cấp thẻ", "name_en": "Card", "field": "Hộ tịch"})
    version = ProcedureVersion.objects.get(procedure__slug="card")
    assert done.headers["Location"] == address("edit_content", version.pk)
    assert (version.author, version.status, version.procedure.owner) == (
        ministry.editor, "draft", ministry.agency,
    )  # fmt: skip


def test_the_versions_page_opens_one_draft(ministry):
    client, url = seat(ministry.editor), address("versions", ministry.procedure.code)
    assert client.post(url).status_code == 302
    again = client.post(url)
    assert again.status_code == 409
    assert "đã có bản nháp 2 do Lê Thị Biên Tập mở" in said(again)
    assert "Tới bản 2 đang mở" in said(again)
    assert ministry.procedure.versions.count() == 2


def test_content_saved_untouched_is_no_edit(ministry):
    draft, client = ministry.draft(), seat(ministry.editor)
    url = address("edit_content", draft.pk)
    services.edit(version=draft, expected=0, change=_named, by=ministry.editor, at=AT)
    before = fresh(draft)
    assert client.post(url, typed(client, url, do="save")).status_code == 302
    first = fresh(draft)
    assert client.post(url, typed(client, url, do="save")).status_code == 302
    assert fresh(draft).edits == first.edits
    kept = {"keywords", "time_limit", "components", "target"}
    assert {key: first.content[key] for key in kept} == {key: before.content[key] for key in kept}


PAPER = {
    "name_vi": "Giấy chứng sinh", "name_en": "Notice", "required": True, "condition_vi": None, "copies_original": 1,
    "copies_copy": None, "form_code": None, "is_eform": False, "satisfiable_from": ["birth_notification_db"],
}  # fmt: skip


def _named(edition):
    papers = [{**PAPER, "name_vi": "Tờ khai"}, PAPER]
    return type(edition)(
        edition.slug,
        edition.online_level,
        {**edition.content, "field_vi": "Hộ tịch", "components": papers},
        edition.form,
        edition.processing,
    )


def test_a_whole_record_is_written_by_boxes(ministry):
    draft, client = ministry.draft(), seat(ministry.editor)
    url = address("edit_content", draft.pk)
    sent = typed(
        client,
        url,
        do="save",
        name_vi="  Đăng ký   khai sinh mới ",
        field_vi="Hộ tịch",
        legal_bases="Luật Hộ tịch 2014\r\n\r\nNghị định 123/2015/NĐ-CP",
        time_limit__value="",
        time_limit__cutoff_hour="15",
        fee__amount_vnd="8.000",
        fee__online_amount_vnd="",
        fee__type="le_phi",
        result__name_vi="Giấy khai sinh",
        target=["business", "citizen"],
        steps__rows="n",
    )
    sent |= {"steps.0.actor": "leader", "steps.0.name_vi": "Ký", "steps.0.name_en": "Sign"}
    assert client.post(url, sent).status_code == 302
    content = fresh(draft).content
    assert content["name_vi"] == "Đăng ký khai sinh mới"
    assert content["field_en"] == "Civil status"
    assert content["legal_bases"] == ["Luật Hộ tịch 2014", "Nghị định 123/2015/NĐ-CP"]
    assert content["time_limit"] == {
        "value": None, "unit": "working_days", "note_vi": None, "cutoff_hour": 15,
    }  # fmt: skip
    assert (content["fee"]["amount_vnd"], content["fee"]["online_amount_vnd"]) == (8000, None)
    assert content["steps"] == [{"order": 1, "actor": "leader", "name_vi": "Ký", "name_en": "Sign"}]
    assert content["target"] == ["citizen", "business"]
    assert "bundle_of" not in content


def test_what_cannot_be_read_is_told_at_its_place_and_everything_typed_stays(ministry):
    draft, client = ministry.draft(), seat(ministry.editor)
    url = address("edit_content", draft.pk)
    hostile = "<script>alert(1)</script>"
    answer = client.post(
        url,
        typed(
            client, url, do="save", name_vi=hostile, fee__amount_vnd="tám nghìn", time_limit__value="9" * 20,
            bundle_of="1.999999", field_vi="Không có",
        ),
    )  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Có 4 chỗ cần sửa" in said(answer)
    for place, words in (("fee.amount_vnd", "ghi số nguyên"), ("bundle_of", "không có thủ tục «1.999999»")):
        assert f'href="#{place}"' in page
        assert f'id="{place}"' in page
        assert words in said(answer)
    assert 'value="tám nghìn"' in page
    assert hostile not in page
    assert html.escape(hostile) in page
    assert fresh(draft).edits == 0


def test_rows_move_without_being_stored_and_nothing_typed_is_lost(ministry):
    draft, client = ministry.draft(), seat(ministry.editor)
    services.edit(version=draft, expected=0, change=_named, by=ministry.editor, at=AT)
    url = address("edit_content", draft.pk)
    answer = client.post(url, typed(client, url, do="down:components:0", name_en="Vừa gõ"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="components.rows" value="1,0"' in page
    assert 'value="Vừa gõ"' in page
    assert page.index("Giấy chứng sinh") < page.index("Tờ khai")
    assert "Chưa lưu" in said(answer)
    assert fresh(draft).edits == 1
    added = client.post(url, typed(client, url, do="add:components"))
    assert 'name="components.rows" value="0,1,n"' in added.content.decode()


def test_upload_boxes_follow_their_papers(ministry):
    draft, client = ministry.draft(), seat(ministry.editor)
    services.edit(version=draft, expected=0, change=_named, by=ministry.editor, at=AT)
    url = address("edit_content", draft.pk)
    sent = typed(client, url, do="save") | {"components.rows": "1,0"}
    for name in [name for name in sent if name.startswith("components.0.")]:
        other = name.replace(".0.", ".1.")
        sent[name], sent[other] = sent.get(other, ""), sent[name]
    assert client.post(url, sent).status_code == 302
    questions = fresh(draft).form["pages"][2]["questions"]
    assert (questions[0]["id"], questions[0]["component"]) == ("doc_notice", 0)
    refused = client.post(url, typed(client, url, do="save") | {"components.rows": "1"})
    assert refused.status_code == 422
    assert "câu «Giấy chứng sinh» của biểu mẫu còn nhận tệp" in said(refused)
    assert len(fresh(draft).content["components"]) == 2


def test_a_stale_page_keeps_what_was_typed_and_shows_what_stands_there_now(ministry):
    draft, client = ministry.draft(), seat(ministry.editor)
    url = address("edit_content", draft.pk)
    sent = typed(client, url, do="save", name_vi="Tên của tôi")
    other = ministry.post(Role.EDITOR, name="Người Nhanh Hơn")

    def renamed(edition):
        return type(edition)(
            edition.slug, edition.online_level, {**edition.content, "name_vi": "Tên của người khác"},
            edition.form, edition.processing,
        )  # fmt: skip

    services.edit(version=draft, expected=0, change=renamed, by=other, at=AT)
    answer = client.post(url, sent)
    assert answer.status_code == 409
    assert "Người Nhanh Hơn vừa sửa" in said(answer)
    assert "Bản đang lưu ghi: «Tên của người khác»" in said(answer)
    assert 'value="Tên của tôi"' in answer.content.decode()
    assert fresh(draft).content["name_vi"] == "Tên của người khác"
    assert client.post(url, sent | {"edits": "1"}).status_code == 302
    assert fresh(draft).content["name_vi"] == "Tên của tôi"


@pytest.mark.parametrize("count", ["", "x", "-1", "9" * 30])
def test_a_page_without_its_count_is_stale(ministry, count):
    draft, client = ministry.draft(), seat(ministry.editor)
    url = address("edit_content", draft.pk)
    assert client.post(url, {"do": "save", "name_vi": "Khác", "edits": count}).status_code == 409
    assert fresh(draft).edits == 0


@pytest.mark.parametrize(
    ("sent", "place", "words"),
    [
        ({"steps.0.id": "Bước 1"}, "steps.0.id", "chữ thường không dấu"),
        ({"steps.1.id": "examine"}, "steps.1.id", "đã dùng"),
        ({"steps.0.when": "copies >"}, "steps.0.when", "chưa đọc được"),
        ({"supplement_days": "400"}, "supplement_days", "không quá 365"),
        ({"routing.kind": ""}, "routing.level", "đủ ba phần"),
        ({"routing.agency": "vpcp"}, "routing.agency", "không cả hai"),
        (
            {"routing.cases.rows": "n", "routing.cases.0.when": ""},
            "routing.cases.0.when",
            "cần một điều kiện",
        ),
    ],
)
def test_processing_is_checked_box_by_box(ministry, sent, place, words):
    factories.commune_agency()
    Agency.objects.create(key="vpcp", name="Văn phòng Chính phủ", level="central", kind="ministry")
    draft, client = ministry.draft(), seat(ministry.editor)
    url = address("edit_processing", draft.pk)
    answer = client.post(url, typed(client, url, do="save") | sent)
    assert answer.status_code == 422
    assert f'href="#{place}"' in answer.content.decode()
    assert words in said(answer)
    assert fresh(draft).processing == ministry.first.processing


def test_processing_is_written_by_boxes(ministry):
    factories.commune_agency()
    draft, client = ministry.draft(), seat(ministry.editor)
    url = address("edit_processing", draft.pk)
    assert client.post(url, typed(client, url, do="save")).status_code == 302
    assert fresh(draft).processing == ministry.first.processing
    sent = typed(client, url, do="save", supplement_days="30", routing__cases__rows="n")
    sent |= {
        "steps.0.when": "child_name != ''", "routing.cases.0.when": "child_dob == ''",
        "routing.cases.0.agency": ministry.agency.key,
    }  # fmt: skip
    assert client.post(url, sent).status_code == 302
    processing = fresh(draft).processing
    assert processing["supplement_days"] == 30
    assert processing["steps"][0]["when"] == "child_name != ''"
    assert processing["routing"]["cases"] == [{"when": "child_dob == ''", "agency": ministry.agency.key}]


def test_a_consultation_is_written_by_boxes_that_no_other_step_shows(ministry):
    factories.commune_agency()
    draft, client = ministry.draft(), seat(ministry.editor)
    url = address("edit_processing", draft.pk)
    before = ministry.first.processing["steps"]
    assert not [name for name in typed(client, url) if ".consult." in name]
    sent = typed(client, url, do="save") | {"steps.rows": "n,0,1,2"}
    rows = {
        f"steps.{number + 1}.{name}": step[name]
        for number, step in enumerate(before)
        for name in SHOWN_OF_A_STEP
    }
    added = {
        "steps.0.id": "ask", "steps.0.kind": "consult", "steps.0.role": "case_officer", "steps.0.name_vi": "Hỏi",
        "steps.0.consult.agency": ministry.agency.key, "steps.0.consult.days": "5",
        "steps.2.different_from": "examine",
    }  # fmt: skip
    answer = client.post(url, sent | rows | added)
    assert answer.status_code == 302, said(answer)
    steps = fresh(draft).processing["steps"]
    assert steps[0]["consult"] == {"agency": ministry.agency.key, "days": 5}
    assert steps[1:] == [before[0], {**before[1], "different_from": ["examine"]}, before[2]]
    assert typed(client, url)["steps.0.consult.days"] == ["5"]
    assert client.post(url, typed(client, url, do="save") | {"steps.0.kind": "verify"}).status_code == 302
    assert "consult" not in fresh(draft).processing["steps"][0]


def test_the_place_that_decides_is_marked_among_the_address_questions(ministry):
    draft, client = ministry.draft(), seat(ministry.editor)
    url = address("edit_processing", draft.pk)
    assert typed(client, url)["routing.from"] == ["req_residence"]
    assert client.post(url, typed(client, url, do="save", routing__from=["child_name"])).status_code == 422
    assert fresh(draft).processing["routing"]["from"] == ["req_residence"]
    none = {"routing__level": "", "routing__kind": "", "routing__from": []}
    assert client.post(url, typed(client, url, do="save", **none)).status_code == 302
    assert fresh(draft).processing == {"steps": ministry.first.processing["steps"]}


def test_three_people_bring_a_version_into_force_over_http(ministry):
    draft = ministry.draft(keywords=["mới"])
    editor, reviewer, publisher = map(seat, (ministry.editor, ministry.reviewer, ministry.publisher))
    explain = {"change_note": "Bớt một giấy", "burden_reason": ""}
    assert editor.post(address("publish", draft.pk, "giai-trinh"), explain).status_code == 302
    assert editor.post(address("publish", draft.pk, "gui-tham-dinh")).status_code == 302
    assert editor.post(address("publish", draft.pk, "dat-tham-dinh")).status_code == 403
    assert "Thẩm định pháp lý" in said(reviewer.get(address("draft", draft.pk)))
    assert (
        reviewer.post(address("publish", draft.pk, "dat-tham-dinh"), {"note": "Đúng luật"}).status_code == 302
    )
    refused = publisher.post(
        address("publish", draft.pk, "duyet"), {"decision": "1/QĐ", "effective_from": "mai"}
    )
    assert refused.status_code == 422
    assert 'value="1/QĐ"' in refused.content.decode()
    assert "ghi một ngày, ví dụ" in said(refused)
    past = {"decision": "1/QĐ", "effective_from": day(-1).isoformat()}
    assert publisher.post(address("publish", draft.pk, "duyet"), past).status_code == 422
    good = {"decision": "1/QĐ", "effective_from": day(3).isoformat()}
    assert publisher.post(address("publish", draft.pk, "duyet"), good).status_code == 302
    assert publisher.post(address("publish", draft.pk, "duyet"), good).status_code == 409
    version = fresh(draft)
    assert (version.status, version.effective_from, version.change_note) == (
        "published",
        day(3),
        "Bớt một giấy",
    )
    page = said(editor.get(address("versions", ministry.procedure.code)))
    for words in (
        "Chờ có hiệu lực",
        "1/QĐ",
        "thẩm định: Ngô Thẩm Định",
        "duyệt: Bùi Công Bố",
        "Duyệt và công bố",
    ):
        assert words in page


def test_sending_back_needs_a_reason_that_the_editor_reads(ministry):
    version, publisher = ministry.in_approval(), seat(ministry.publisher)
    empty = publisher.post(address("publish", version.pk, "tra-lai"), {"reason": " "})
    assert (empty.status_code, "Lý do trả lại: anh/chị chưa ghi" in said(empty)) == (422, True)
    assert (
        publisher.post(address("publish", version.pk, "tra-lai"), {"reason": "Thiếu căn cứ"}).status_code
        == 302
    )
    assert "Thiếu căn cứ" in said(seat(ministry.editor).get(address("draft", version.pk)))


def test_a_draft_is_dropped_only_when_one_is_sure(ministry):
    draft, client = ministry.draft(), seat(ministry.editor)
    assert client.post(address("publish", draft.pk, "bo")).status_code == 422
    assert fresh(draft).status == Status.DRAFT
    assert client.post(address("publish", draft.pk, "bo"), {"sure": "1"}).headers["Location"] == address(
        "editor"
    )
    assert not ProcedureVersion.objects.filter(pk=draft.pk).exists()


def test_repeal_over_http(ministry):
    url = address("publish", ministry.first.pk, "bai-bo")
    good = {"decision": "9/QĐ", "last_day": day(2).isoformat()}
    assert seat(ministry.editor).post(url, good).status_code == 403
    assert seat(ministry.publisher).post(url, good | {"decision": ""}).status_code == 422
    assert seat(ministry.publisher).post(url, good).status_code == 302
    assert fresh(ministry.first).repeal_decision == "9/QĐ"


def test_steps_nobody_knows_are_no_page(ministry):
    client, draft = seat(ministry.editor), ministry.draft()
    assert client.post(f"/bien-tap/ban/{draft.pk}/xoa-het/").status_code == 404
    assert client.get(address("publish", draft.pk, "bo")).status_code == 405


def _newer(ministry):
    ProcedureVersion.objects.filter(pk=ministry.first.pk).update(effective_to=day(9))
    return ProcedureVersion.objects.create(
        procedure=ministry.procedure, number=3, status="published", online_level="full", published_at=AT,
        effective_from=day(10), content={**ministry.first.content, "name_en": "New", "keywords": ["x"]},
        form=ministry.first.form, processing=ministry.first.processing,
    )  # fmt: skip


def test_a_draft_moves_to_a_newer_version_only_after_its_difference_was_seen(ministry):
    draft, client = ministry.draft(keywords=["của nháp"]), seat(ministry.editor)
    url = address("rebase", draft.pk)
    assert client.get(url).headers["Location"] == address("draft", draft.pk)
    _newer(ministry)
    assert "Đã có bản 3 mới hơn" in said(client.get(address("draft", draft.pk)))
    page = client.get(url)
    assert "1 chỗ hai bên cùng sửa" in said(page)
    assert "content.keywords" in said(page)
    assert "<ins>" in page.content.decode()
    without = client.post(url, {"onto": "3"})
    assert (without.status_code, "đã xem khác biệt và đồng ý" in said(without)) == (422, True)
    for onto, status in (("2", 409), ("x", 409), ("9" * 40, 409)):
        assert client.post(url, {"onto": onto, "agreed": "1"}).status_code == status
    assert fresh(draft).based_on == ministry.first
    assert client.post(url, {"onto": "3", "agreed": "1"}).status_code == 302
    assert (fresh(draft).based_on.number, fresh(draft).content["name_en"]) == (3, "New")


def test_two_versions_are_compared_word_by_word(ministry):
    draft = ministry.draft(name_vi="Đăng ký khai sinh lưu động")
    client = seat(ministry.reviewer)
    page = client.get(address("compare", draft.pk)).content.decode()
    assert re.search(r"Đăng ký khai sinh\s*<ins>\s*lưu động\s*</ins>", page)
    assert client.get(address("compare", draft.pk), {"voi": "1"}).status_code == 200
    for number in ("77", "x", "-1", "9" * 30):
        assert client.get(address("compare", draft.pk), {"voi": number}).status_code == 404


def test_an_empty_draft_of_a_new_procedure_has_all_its_pages(ministry):
    draft = services.create_procedure(
        name="Thẻ mới", name_en="", field=ProcedureField.objects.get(), by=ministry.editor, at=AT
    )
    for page in ("draft", "edit_content", "edit_processing", "compare"):
        assert seat(ministry.editor).get(address(page, draft.pk)).status_code == 200
    assert seat(ministry.editor).get(address("versions", draft.procedure.path_code)).status_code == 200


PROVINCE = {"online_level": "partial", "channels": ["online", "in_person"], "fee_basis": "23/2026/NQ-HĐND"}


@pytest.fixture
def province(ministry):
    """A province with two communes, and its editor."""
    first = factories.commune_agency()
    unit = AdministrativeUnit.objects.create(
        code="29999", level="commune", name="Phường Thanh Khê", name_en="Thanh Khe", parent=first.unit.parent
    )
    Agency.objects.create(
        key="second", name="UBND phường Thanh Khê", level="commune", kind="k", parent=first.parent, unit=unit
    )
    ministry.procedure.levels = ["commune"]
    ministry.procedure.save()
    return first.parent


def test_a_province_sets_its_fee_from_a_day_and_ends_it(ministry, province):
    client = seat(factories.officer(province, Role.EDITOR))
    assert client.get(address("editor")).headers["Location"] == address("offerings")
    assert ministry.procedure.code in said(client.get(address("offerings")))
    url = address("offerings_of", ministry.procedure.code)
    sent = PROVINCE | {"agency": "moi-xa", "fee_vnd": "8.000", "valid_from": TODAY.isoformat()}
    assert client.post(url, sent).status_code == 302
    assert sorted(ministry.procedure.offerings.values_list("agency__name", "fee_vnd", "valid_to")) == [
        ("UBND phường Hải Châu", 8000, None),
        ("UBND phường Thanh Khê", 8000, None),
    ]
    assert client.post(url, sent).status_code == 409
    later = sent | {"agency": "second", "fee_vnd": "0", "valid_from": day(5).isoformat()}
    assert client.post(url, later).status_code == 302
    ended = ministry.procedure.offerings.get(agency__key="second", fee_vnd=8000)
    assert ended.valid_to == day(4)
    current = ministry.procedure.offerings.get(agency__key="second", fee_vnd=0)
    end = address("end_offering", ministry.procedure.code, current.pk)
    assert client.post(end, {"last_day": "31/12"}).status_code == 422
    assert client.post(end, {"last_day": day(1).isoformat()}).status_code == 422
    assert client.post(end, {"last_day": day(9).isoformat()}).status_code == 302
    current.refresh_from_db()
    assert current.valid_to == day(9)
    assert EditorialEvent.objects.filter(kind="set_offering").count() == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fee_basis": ""}, "ghi số nghị quyết"),
        ({"fee_vnd": "9.000.000.000"}, "không quá"),
        ({"channels": []}, "ít nhất một kênh"),
        ({"online_level": ""}, "mức độ trực tuyến"),
        ({"agency": ""}, "hãy chọn nơi cung cấp"),
        ({"agency": "ubnd-tinh-khac"}, "trong danh sách"),
        ({"valid_from": "2026-02-31"}, "ghi một ngày"),
    ],
)
def test_what_a_province_cannot_decide_is_refused_in_words(ministry, province, change, words):
    client = seat(factories.officer(province, Role.EDITOR))
    sent = PROVINCE | {"agency": "second", "fee_vnd": "8.000", "valid_from": TODAY.isoformat()} | change
    answer = client.post(address("offerings_of", ministry.procedure.code), sent)
    assert answer.status_code == 422
    assert words in said(answer)
    assert ministry.procedure.offerings.count() == 0


def test_offerings_are_the_province_s_own(ministry, province):
    url = address("offerings_of", ministry.procedure.code)
    assert seat(ministry.editor).get(url).status_code == 403
    assert seat(factories.officer(province, Role.INTAKE)).get(url).status_code == 403
    other = factories.officer(factories.commune_agency("Hòa Vang").parent, Role.EDITOR)
    mine = services.set_offering(
        procedure=ministry.procedure, agency=province, online_level="full", fee_vnd=None, fee_basis="",
        channels=["online"], valid_from=TODAY, by=factories.officer(province, Role.EDITOR), at=AT,
    )  # fmt: skip
    end = address("end_offering", ministry.procedure.code, mine.pk)
    assert seat(other).post(end, {"last_day": day(1).isoformat()}).status_code == 404
    assert seat(other).get(address("offerings_of", "khong-co")).status_code == 404
    assert seat(factories.officer(province, Role.EDITOR)).get(address("new")).status_code in (200, 403)


def test_the_keeper_writes_the_page_of_a_life_event(ministry):
    from procedures.models import LifeEvent

    event = LifeEvent.objects.create(
        key="baby", name="Sinh con", name_en="A baby", audience="citizen", order=1
    )
    keeper = factories.officer(
        Agency.objects.create(key="vpcp", name="Văn phòng Chính phủ", level="central", kind="ministry"),
        Role.EDITOR,
    )
    url, client = address("life_events_editor", "baby"), seat(keeper)
    assert seat(ministry.editor).get(url).status_code == 403
    assert client.get(address("life_events_editor", "khong-co")).status_code == 404
    assert "Sinh con" in said(client.get(address("life_events")))
    texts = {"name": "Sinh con", "name_en": "A baby", "summary": "Lời mở đầu", "summary_en": ""}
    row = {
        "steps.rows": "n",
        "steps.0.procedure": "1.777777",
        "steps.0.note": "Trước hết",
        "steps.0.note_en": "",
    }
    unknown = client.post(url, texts | row | {"do": "save"})
    assert unknown.status_code == 422
    assert "Không có thủ tục «1.777777»" in said(unknown)
    assert "Lời mở đầu" in said(unknown)
    added = client.post(url, texts | row | {"do": "add:steps"})
    assert 'name="steps.rows" value="n,n"' in added.content.decode()
    assert event.steps.count() == 0
    good = texts | row | {"do": "save", "steps.0.procedure": ministry.procedure.code}
    assert client.post(url, good | {"name_en": " "}).status_code == 422
    assert client.post(url, good).status_code == 302
    event.refresh_from_db()
    assert event.summary == "Lời mở đầu"
    assert [(step.procedure, step.note) for step in event.steps.all()] == [(ministry.procedure, "Trước hết")]
    assert ministry.procedure.name in said(client.get(url))
