from __future__ import annotations

import datetime as dt

import pytest

from identity.errors import Refused
from oversight import services
from oversight.models import Feedback

NOW = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


def test_following_the_link_of_a_page_only_fills_the_form_in(client):
    page = client.get("/phan-anh/?trang=/thu-tuc/1.001193/&giup=co").content.decode()
    assert "/thu-tuc/1.001193/" in page
    assert 'value="co" checked' in page
    assert Feedback.objects.count() == 0


def test_what_was_said_is_kept_without_a_name(client):
    answer = client.post("/phan-anh/", {"trang": "/thu-tuc/?q=bi+mat", "giup": "khong", "text": " Khó hiểu "})
    assert (answer.status_code, answer["location"]) == (302, "/phan-anh/cam-on/")
    said = Feedback.objects.get()
    assert (said.page, said.helpful, said.text) == ("/thu-tuc/", False, "Khó hiểu")
    assert {field.name for field in Feedback._meta.fields} == {"id", "page", "helpful", "text", "created_at"}
    assert client.get("/phan-anh/cam-on/").status_code == 200


@pytest.mark.parametrize(
    "form", [{}, {"text": "   "}, {"text": "x" * 2001}, {"giup": "co-le"}, {"text": "\x00"}]
)
def test_nothing_or_too_much_is_refused_and_what_was_typed_stays(client, form):
    answer = client.post("/phan-anh/", {"trang": "/", **form})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert form.get("text", "").strip("\0 ") in answer.content.decode()
    assert Feedback.objects.count() == 0


@pytest.mark.parametrize("page", ["https://example.com/", "javascript:alert(1)", "/a\nb", "x" * 500])
def test_a_page_that_is_no_path_of_ours_is_dropped(client, page):
    client.post("/phan-anh/", {"trang": page, "giup": "co"})
    assert Feedback.objects.get().page == ""


def test_the_verb_refuses_to_keep_nothing():
    with pytest.raises(Refused):
        services.leave_feedback(page="/", helpful=None, text="", at=NOW)
