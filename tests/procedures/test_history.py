"""What everybody may read of a procedure's versions: the log, other versions, comparison, the feed."""

import pytest
from django.urls import reverse
from lxml import etree

from procedures import services
from procedures.services import publishing
from tests.procedures.publishing import AT, TODAY, Ministry, day
from tests.procedures.test_editor_pages import said


@pytest.fixture
def ministry(db, monkeypatch):
    monkeypatch.setattr(publishing, "lint", lambda edition: [])
    monkeypatch.setattr("procedures.search.today", lambda: TODAY)
    return Ministry()


def address(name, *args):
    return reverse(f"procedures:{name}", args=args)


def heavier(edition):
    question = {"id": "extra", "kind": "text", "label": "Nơi sinh của mẹ", "required": True}
    first, *others = edition.form["pages"]
    form = {**edition.form, "pages": [{**first, "questions": [*first["questions"], question]}, *others]}
    return type(edition)(edition.slug, edition.online_level, edition.content, form, edition.processing)


@pytest.fixture
def second(ministry):
    """A scheduled version that asks more, with the published reason."""
    draft = ministry.draft(name_vi="Đăng ký khai sinh lưu động")
    draft.refresh_from_db()
    services.edit(version=draft, expected=draft.edits, change=heavier, by=ministry.editor, at=AT)
    services.explain(
        version=draft,
        change_note="Hỏi thêm nơi sinh",
        burden_reason="Luật Căn cước 2023",
        by=ministry.editor,
        at=AT,
    )
    services.send_to_check(version=draft, by=ministry.editor, at=AT)
    services.pass_check(version=draft, by=ministry.reviewer, at=AT)
    return ministry.approve(draft, day(5))


def test_the_log_tells_what_changed_why_and_what_it_costs(client, ministry, second):
    page = said(client.get(address("changes", ministry.procedure.code)))
    for words in (
        "Bản 2", "Chờ có hiệu lực", "1872/QĐ-BTP", "Hỏi thêm nơi sinh", "+1 ô phải gõ", "Luật Căn cước 2023",
        "Hiệu lực từ 1/1/2024 đến 27/11/2026", "So từng chữ bản 1 với bản 2",
    ):  # fmt: skip
        assert words in page, words
    assert "Lê Thị Biên Tập" not in page


def test_drafts_are_nobody_s_business(client, ministry):
    ministry.draft(name_vi="Tên chưa ai biết", status_note="Kín")
    for url in (
        address("changes", ministry.procedure.code),
        address("compare_published", ministry.procedure.code),
        address("detail", ministry.procedure.code),
        address("feed"),
    ):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "Tên chưa ai biết" not in answer.content.decode()
    assert client.get(address("version", ministry.procedure.code, 2)).status_code == 404
    assert client.get(address("compare_published", ministry.procedure.code), {"den": "2"}).status_code == 404


def test_a_version_of_another_time_says_so_and_is_not_begun(client, ministry, second):
    page = client.get(address("version", ministry.procedure.code, 2))
    assert "Đây là bản 2, không phải bản đang có hiệu lực" in said(page)
    assert reverse("applications:start", args=[ministry.procedure.code]) not in page.content.decode()
    now = client.get(address("version", ministry.procedure.code, 1))
    assert "không phải bản đang có hiệu lực" not in said(now)
    assert reverse("applications:start", args=[ministry.procedure.code]) in now.content.decode()
    for number in (3, 10**12):
        assert client.get(address("version", ministry.procedure.code, number)).status_code == 404


def test_the_procedure_s_page_leads_to_its_other_versions(client, ministry, second):
    page = client.get(address("detail", ministry.procedure.code)).content.decode()
    assert address("version", ministry.procedure.code, 2) in page
    assert address("changes", ministry.procedure.code) in page


def test_two_published_versions_are_compared_by_a_plain_link(client, ministry, second):
    url = address("compare_published", ministry.procedure.code)
    answer = client.get(url, {"tu": "1", "den": "2"})
    assert "Từ bản 1 sang bản 2: 2 thay đổi" in said(answer)
    assert "Nơi sinh của mẹ" in said(answer)
    assert "<ins>" in answer.content.decode()
    assert said(client.get(url)) == said(answer)
    for wrong in ({"tu": "9"}, {"den": "x"}, {"tu": "<script>"}):
        assert client.get(url, wrong).status_code == 404


def test_a_repealed_procedure_still_tells_its_story(client, ministry, monkeypatch):
    services.repeal(
        version=ministry.first, decision="9/QĐ-BTP", last_day=TODAY, by=ministry.publisher, on=TODAY, at=AT
    )
    monkeypatch.setattr("procedures.search.today", lambda: day(1))
    gone = client.get(address("detail", ministry.procedure.code))
    assert gone.headers["Location"] == address("changes", ministry.procedure.code)
    assert "Bãi bỏ theo 9/QĐ-BTP" in said(client.get(gone.headers["Location"]))


def test_the_feed_tells_what_ministries_decided(client, ministry, second):
    answer = client.get(address("feed"))
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    names = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.xpath("//a:entry/a:title/text()", namespaces=names) == ["Đăng ký khai sinh: bản 2"]
    (link,) = feed.xpath("//a:entry/a:link/@href", namespaces=names)
    assert link.endswith(address("version", ministry.procedure.code, 2))
    (summary,) = feed.xpath("//a:entry/a:summary/text()", namespaces=names)
    assert summary == "Hiệu lực từ 28/11/2026. 1872/QĐ-BTP Hỏi thêm nơi sinh"
