"""The search page, the API and the command tell the same of one question; nobody is left on an empty page."""

import json

import pytest
from django.core.management import call_command

from procedures.models import LifeEvent, LifeEventStep


@pytest.fixture
def page(client, catalogue):
    def ask(**query):
        response = client.get("/thu-tuc/", query)
        assert response.status_code == 200
        return response

    return ask


def test_an_ambiguous_question_offers_its_meanings_as_links(page):
    shown = page(q="nhập khẩu")
    offers = shown.context["listing"].choices
    assert [offer.label for offer in offers][0] == "Nhập khẩu vào hộ (đăng ký thường trú)"
    for offer in offers:
        assert f'href="{offer.url}"' in shown.content.decode()
    assert page(q="đăng ký thường trú").context["listing"].choices == []


def test_the_page_the_api_and_the_command_tell_the_same(page, client, capsys):
    listing = page(q="nhap khau").context["listing"]
    api = client.get("/api/v1/procedures/", {"q": "nhap khau"}).json()
    call_command("search", "nhap khau", "--json")
    told = json.loads(capsys.readouterr().out)
    codes = [entry.path_code for entry in listing.entries][:10]
    assert [one["code"] for one in api["results"]][:10] == codes
    assert [one["code"] for one in told["results"]] == codes
    assert [one["label"] for one in api["choices"]] == [one.label for one in listing.choices]
    assert told["choices"] == api["choices"]
    assert told["understood"] == api["understood"] == listing.understood
    assert api["took_ms"] > 0
    assert told["took_ms"] > 0
    assert api["sure"] is told["sure"] is True


def test_nothing_found_still_shows_ways_on(page):
    body = page(q="xyzzy qwerty").content.decode()
    assert "?viec=having-a-baby" in body
    assert "?co-quan=bo-tu-phap" in body
    assert "tel:" in body
    assert "/phan-anh/" in body or "trang=/thu-tuc/" in body


def test_a_question_that_half_fits_says_so_and_shows_few(page):
    shown = page(q="con mèo nhà tôi bị ốm tiêm phòng ở đâu")
    listing = shown.context["listing"]
    assert not listing.is_sure
    assert len(listing.entries) <= 10


def test_facets_combine_count_and_are_cleared_by_one_link(page):
    whole = page(q="khai sinh").context["listing"]
    field = next(link for link in whole.facets[1].links if not link.is_current and link.count)
    narrowed = page(**{"q": "khai sinh", "linh-vuc": field.url.split("linh-vuc=")[1]}).context["listing"]
    assert len(narrowed.entries) == field.count
    both = page(**{"q": "khai sinh", "linh-vuc": field.url.split("linh-vuc=")[1], "nop": "tai-day"}).context[
        "listing"
    ]
    online = next(link for link in narrowed.facets[0].links if "tai-day" in link.url)
    assert len(both.entries) == online.count
    assert both.clear_url == "?q=khai+sinh"


def test_a_life_event_opens_with_its_words_and_its_steps_in_order(page):
    event = LifeEvent.objects.get(key="having-a-baby")
    LifeEvent.objects.filter(pk=event.pk).update(summary="Chúc mừng gia đình có em bé.")
    steps = list(LifeEventStep.objects.filter(lifeevent=event))
    last = steps[-1]
    LifeEventStep.objects.filter(pk=last.pk).update(order=1, note="Làm trong 60 ngày")
    shown = page(viec="having-a-baby")
    listing = shown.context["listing"]
    assert len(listing.entries) == len(steps)
    assert listing.entries[0].path_code == last.procedure.path_code
    assert "Chúc mừng gia đình có em bé." in shown.content.decode()
    assert "Làm trong 60 ngày" in shown.content.decode()


@pytest.mark.parametrize(
    "query", ["<script>alert(1)</script>", '"><img src=x>', "\u202e", "%00", "a" * 3000, "đ" * 500]
)
def test_hostile_questions_are_shown_as_text(page, query):
    assert "<script>alert" not in page(q=query).content.decode()
    assert "<img src=x>" not in page(q=query).content.decode()
