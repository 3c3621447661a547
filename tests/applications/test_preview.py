"""The preview of a draft: the citizen's own pages, for its editors only, with nothing stored."""

from __future__ import annotations

import copy
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applications.models import Answer, Attachment, Dossier
from identity.models import Agency, DataAccess, Role
from procedures.models import EditorialEvent
from tests import factories
from tests.applications.test_drafting import png
from tests.applications.test_simulation import editable
from tests.applications.walking import DEFINITIONS, boxes, units

pytestmark = pytest.mark.django_db


@pytest.fixture
def ministry():
    return Agency.objects.create(key="bo-thu", name="Bộ Thử", level="central", kind="ministry")


@pytest.fixture
def editor(ministry, client):
    post = factories.officer(ministry, Role.EDITOR, name="Lê Thị Thu Thủy")
    factories.sign_in_officer(client, post)
    return post


def draft_of(ministry, form: dict | None = None, **content):
    version = factories.version(form=form or factories.FORM)
    version.procedure.owner = ministry
    version.procedure.save()
    return editable(version, content={**version.content, "name_vi": "Khai sinh kiểu mới", **content})


@pytest.fixture
def draft(ministry, editor):
    form = copy.deepcopy(factories.FORM)
    form["pages"][1]["questions"][0]["on_form"] = True
    form["eligibility"] = [
        {
            "id": "vn",
            "label": "Trẻ là công dân Việt Nam?",
            "pass_when": "yes",
            "otherwise": "Hãy hỏi tại quầy.",
        }
    ]
    return draft_of(ministry, form)


def address(draft, inside: bool = False) -> str:
    return f"/bien-tap/ban/{draft.pk}/xem-truoc/" + ("trang/" if inside else "")


class Walker:
    """Fills the frame's form and presses a button, as a browser without scripts."""

    def __init__(self, client, draft, query: str = "") -> None:
        self.client, self.url = client, address(draft, inside=True) + query
        self.answer = client.get(self.url)

    @property
    def html(self) -> str:
        return self.answer.content.decode()

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.html)
        return found[1] if found else ""

    def press(self, **changes) -> Walker:
        self.answer = self.client.post(self.url, {**boxes(self.html).values, **changes})
        return self

    def go(self, step: str) -> Walker:
        state = re.search(r'name="trang_thai" value="([^"]*)"', self.html)
        self.answer = self.client.post(self.url, {"trang_thai": state[1], "den": step})
        return self


REQUESTER = {
    "req_name": "Lê Thị Bé",
    "req_residence-detail": "12 Bạch Đằng",
    "req_residence-commune": "Hải Châu",
    "req_residence-country": "VN",
}
CHILD = {
    "child_name": "Lê Văn Con",
    "child_dob-day": "1",
    "child_dob-month": "2",
    "child_dob-year": "2024",
    "result_delivery": "electronic",
}


def test_an_editor_fills_the_whole_form_and_nothing_is_stored(draft, client):
    units()
    events = EditorialEvent.objects.count()
    walk = Walker(client, draft, "?nguoi=moi")
    assert walk.title == "Bạn đồng ý để cổng lấy dữ liệu này?"
    walk.press(nguon=["national_population_db"])
    assert "Khai sinh kiểu mới, bước 2 trên 5" in walk.html
    assert walk.title == "Người yêu cầu"
    walk.press(**REQUESTER)
    assert walk.title == "Trẻ được khai sinh"
    walk.press(**CHILD)
    assert walk.title == "Giấy tờ kèm theo"
    walk.press(doc_notice=SimpleUploadedFile("chung-sinh.png", png()))
    assert walk.title == "Kiểm tra lại trước khi nộp"
    for words in ("Lê Thị Bé", "Lê Văn Con", "chung-sinh.png", "1/2/2024", "Phường Hải Châu"):
        assert words in walk.html, words
    assert walk.press().answer.status_code == 422
    assert "bạn chưa đánh dấu" in walk.html
    assert walk.go("to-khai").title == "Tờ khai: Khai sinh kiểu mới"
    assert "sheet--trial" in walk.html
    assert "Lê Văn Con" in walk.html
    assert walk.go("kiem-tra").press(cam_doan="1").title == "Hết các bước"
    for model in (Dossier, Answer, Attachment, DataAccess):
        assert not model.objects.exists()
    assert EditorialEvent.objects.count() == events


def test_what_is_wrong_is_said_as_on_the_citizens_page_and_stays_written(draft, client):
    walk = Walker(client, draft).press().go("child")
    assert walk.press(**{**CHILD, "child_dob-month": "13"}).answer.status_code == 422
    assert "error-summary" in walk.html
    assert 'value="13"' in walk.html
    assert 'value="Lê Văn Con"' in walk.html


def test_answers_travel_in_the_body_and_a_forged_state_starts_afresh(draft, client):
    walk = Walker(client, draft).press().go("child").press(**CHILD)
    assert "Lê Văn Con" not in walk.answer.request["PATH_INFO"] + walk.answer.request["QUERY_STRING"]
    forged = client.post(walk.url, {"trang_thai": "x" + "y" * 40, "den": "to-khai"})
    assert forged.status_code == 200
    assert "Lê Văn Con" not in forged.content.decode()


def test_where_registers_answer_only_those_agreed_to_fill_the_form(draft, client):
    walk = Walker(client, draft, "?nguoi=du")
    walk.answer = client.post(walk.url, {**boxes(walk.html).values, "nguon": ["national_population_db"]})
    assert walk.title == "Trẻ được khai sinh"
    assert "Nguyễn Thị An" in walk.html
    walk = Walker(client, draft, "?nguoi=du")
    values = boxes(walk.html).values
    values.pop("nguon", None)
    walk.answer = client.post(walk.url, values)
    assert walk.title == "Người yêu cầu"


def test_eligibility_is_answered_as_by_a_citizen(draft, client):
    walk = Walker(client, draft, "?buoc=dieu-kien")
    assert "Hãy hỏi tại quầy." in walk.press(vn="no").html
    assert "Bạn nộp được thủ tục này" in walk.press(vn="yes").html


def test_a_made_up_person_fills_every_page_and_the_list_says_the_burden(draft, client):
    html = client.get(address(draft) + "?nguoi=1").content.decode()
    assert "Gánh nặng của người này" in html
    assert "Trẻ được khai sinh" in html
    for step, words in (
        ("requester", "Nguyễn Thị An"),
        ("child", "Họ tên của trẻ"),
        ("kiem-tra", "tep-mau.pdf"),
    ):
        page = client.get(address(draft, inside=True) + f"?nguoi=1&buoc={step}")
        assert words in page.content.decode(), step


def test_a_form_nobody_can_finish_says_where_and_why(ministry, editor, client):
    units()
    form = copy.deepcopy(factories.FORM)
    form["checks"] = [
        {"id": "never", "when": "child_name == ''", "fail_vi": "không ai qua được", "question": "child_name"}
    ]
    draft = draft_of(ministry, form)
    html = client.get(address(draft) + "?nguoi=1").content.decode()
    assert "Người này bị kẹt" in html
    assert "không ai qua được" in html
    stopped = Walker(client, draft, "?nguoi=1&buoc=kiem-tra")
    assert stopped.title == "Trẻ được khai sinh"
    assert "không ai qua được" in stopped.html


def test_the_frame_speaks_english_when_asked_whatever_the_editor_reads(draft, client):
    html = client.get(address(draft, inside=True) + "?ngon-ngu=en&nguoi=1&buoc=child").content.decode()
    assert '<html lang="en"' in html
    assert '<html lang="vi"' in client.get(address(draft) + "?ngon-ngu=en").content.decode()


def test_a_form_that_cannot_load_shows_every_fault_with_its_place(ministry, editor, client):
    form = copy.deepcopy(factories.FORM)
    form["pages"][1]["questions"][0]["show_if"] = "nobody == 1"
    form["pages"][2]["questions"][0]["kind"] = "text"
    draft = draft_of(ministry, form)
    for inside in (False, True):
        answer = client.get(address(draft, inside))
        assert answer.status_code == 200
        assert "pages[1].questions[0].show_if" in answer.content.decode()
        assert "pages[2].questions[0]" in answer.content.decode()


def test_a_version_without_a_form_says_so(ministry, editor, client):
    draft = draft_of(ministry)
    draft.form = None
    draft.save()
    assert "chưa có biểu mẫu" in client.get(address(draft)).content.decode()
    assert client.get(address(draft, inside=True)).status_code == 404


def test_only_the_frame_may_be_framed_and_only_here(draft, client):
    inside, outside = client.get(address(draft, inside=True)), client.get(address(draft))
    assert inside["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in inside["Content-Security-Policy"]
    assert outside["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in outside["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["xem-truoc/", "xem-truoc/trang/", "mo-phong/"])
def test_another_ministry_and_other_roles_see_nothing(draft, ministry, client, path):
    url = f"/bien-tap/ban/{draft.pk}/{path}"
    other = Agency.objects.create(key="bo-khac", name="Bộ Khác", level="central", kind="ministry")
    assert (
        factories.sign_in_officer(client, factories.officer(other, Role.EDITOR)).get(url).status_code == 404
    )
    assert (
        factories.sign_in_officer(client, factories.officer(ministry, Role.SIGNER)).get(url).status_code
        == 403
    )
    for role in (Role.LEGAL_REVIEWER, Role.PUBLISHER):
        assert (
            factories.sign_in_officer(client, factories.officer(ministry, role)).get(url).status_code == 200
        )
    assert factories.sign_in_citizen(client, factories.citizen()).get(url).status_code in (302, 403)


@pytest.mark.parametrize("path", sorted(DEFINITIONS.glob("*[!g].json")), ids=lambda path: path.stem)
def test_every_shipped_form_can_be_previewed(path, ministry, editor, client):
    units()
    if path.name.endswith(".processing.json"):
        return
    draft = draft_of(ministry, json.loads(path.read_text()))
    assert client.get(address(draft) + "?nguoi=2").status_code == 200
    for step in ("dieu-kien", "dong-y", "kiem-tra", "to-khai", ""):
        assert client.get(address(draft, inside=True) + f"?nguoi=2&buoc={step}").status_code == 200
