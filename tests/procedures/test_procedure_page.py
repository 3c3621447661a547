"""The search page and the page of a procedure, through HTTP."""

import re

import pytest

from procedures import facts, search
from procedures.catalogue import read
from procedures.models import Procedure, ProcedureVersion
from tests import factories
from tests.reference import ON


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_answers_come_before_the_law(client, catalogue):
    page = client.get("/thu-tuc/1.001193/").content.decode()
    order = [page.index(words) for words in (
        "Ai làm?", "Cần gì?", "Bao nhiêu tiền?", "Bao lâu?", "Nộp ở đâu?", "Căn cứ pháp lý"
    )]  # fmt: skip
    assert order == sorted(order)
    assert page.count("<h1") == 1


def test_a_live_procedure_has_one_start_button_and_says_what_the_state_knows(client, catalogue):
    response = client.get("/thu-tuc/1.001193/")
    page = response.content.decode()
    assert page.count("btn--start") == 1
    assert 'action="/thu-tuc/1.001193/nop/"' in page
    assert "Không phải nộp khi tra được: Dữ liệu chứng sinh điện tử" in page
    assert "0 đồng nếu thuộc diện miễn" in page
    assert "Trong ngày làm việc" in page
    assert "Bản 1, hiệu lực từ 1/7/2025." in text(response)
    assert "Ô phải gõ" in page


def test_the_reduced_fees_of_the_judicial_record_are_listed(client, catalogue):
    told = text(client.get("/thu-tuc/3.000333/"))
    for amount in ("200.000 đồng mỗi lần, mỗi người", "100.000 đồng", "0 đồng", "5.000 đồng"):
        assert amount in told


def test_a_procedure_without_code_is_found_by_its_slug_only(client, catalogue):
    assert client.get("/thu-tuc/chemical-import-declaration/").status_code == 200
    assert client.get("/thu-tuc/birth-registration/").status_code == 404


def test_a_procedure_full_elsewhere_is_honest_that_it_is_not_filed_here(client, catalogue):
    told = ProcedureVersion.objects.get(procedure__code="1.004873").content
    procedure = Procedure.objects.create(slug="only-told", code="8.000001", name="Chỉ mô tả", name_en="Told")
    factories.version(procedure=procedure, form=None, processing={}, content=told, online_level="information")
    response = client.get("/thu-tuc/8.000001/")
    assert "btn--start" not in response.content.decode()
    assert "Mức trực tuyến trên toàn quốc: Toàn trình." in text(response)
    assert "Tại quầy một cửa" in text(response)


def test_an_information_only_page_says_what_is_not_known(client, catalogue):
    response = client.get("/thu-tuc/1.000005/")
    told = text(response)
    assert "Trang này chỉ cung cấp thông tin" in told
    assert told.count("Chưa có thông tin") >= 4
    assert "btn--start" not in response.content.decode()
    assert "0 đồng" not in told


@pytest.mark.parametrize("code", ["9.999999", "khong-co", "1.00119", "..%2f..", "%00", "1.001193'"])
def test_an_unknown_code_is_a_plain_404(client, catalogue, code):
    response = client.get(f"/thu-tuc/{code}/")
    assert response.status_code == 404
    assert "Không tìm thấy trang" in text(response)


@pytest.mark.parametrize("slug", ["1.001193", "3.000333", "chemical-import-declaration"])
def test_the_three_live_procedures_have_english_titles_and_english_pages(client, catalogue, slug):
    client.cookies["portal_language"] = "en"
    page = client.get(f"/thu-tuc/{slug}/").content.decode()
    assert '<html lang="en">' in page
    title = re.search(r"<h1[^>]*>([^<]+)</h1>", page)[1]
    assert title.isascii()


def test_every_detailed_page_opens(client, catalogue):
    for record in read("procedures")["procedures"]:
        assert client.get(f"/thu-tuc/{record['code'] or record['id']}/").status_code == 200, record["id"]


def test_the_result_page_marks_what_matched_and_links_facets(client, catalogue):
    page = client.get("/thu-tuc/", {"q": "lam khai sinh"}).content.decode()
    assert "<mark>khai sinh</mark>" in page
    assert "Hiểu là <b>làm khai sinh</b>" in page
    assert "?q=lam+khai+sinh&amp;nop=tai-day" in page
    narrowed = client.get("/thu-tuc/", {"q": "lam khai sinh", "nop": "tai-day"})
    live = [entry for entry in search.find("lam khai sinh").entries if entry.is_live]
    assert f"{len(live)} thủ tục cho “lam khai sinh”" in text(narrowed)
    assert len(live) < len(search.find("lam khai sinh").entries)


def test_pages_of_the_whole_catalogue_are_links(client, catalogue):
    first = client.get("/thu-tuc/").content.decode()
    assert 'href="?trang=2" rel="next"' in first
    assert "Trang 1 trên 159" in first
    last = client.get("/thu-tuc/", {"trang": "99999"}).content.decode()
    assert "Trang 159 trên 159" in last


@pytest.mark.parametrize(
    "query",
    [
        "q=xyzzy",
        "linh-vuc=khong-co",
        "trang=-1",
        "trang=²",
        "viec=khong-co",
        "q=" + "a" * 3000,
    ],
)
def test_a_strange_query_is_a_page_with_a_way_on(client, catalogue, query):
    response = client.get(f"/thu-tuc/?{query}")
    assert response.status_code == 200
    assert "Không thấy việc bạn cần?" in text(response)


def test_a_question_cannot_inject_markup(client, catalogue):
    page = client.get("/thu-tuc/", {"q": "<script>alert(1)</script> khai sinh"}).content.decode()
    assert "<script>alert" not in page


def test_zero_results_offer_to_drop_the_filters(client, catalogue):
    told = text(client.get("/thu-tuc/", {"q": "khai sinh", "ban-la": "business", "linh-vuc": "hai-quan"}))
    assert "Bỏ các lựa chọn lọc" in told


def test_an_expired_online_discount_is_not_promised():
    record = next(row for row in read("procedures")["procedures"] if row["id"] == "passport")
    assert facts.fee(record, on=ON).short == "200.000 đồng mỗi lần"
    assert "180.000" not in facts.fee(record, on=ON).note
    in_time = ON.replace(year=2025)
    assert "180.000 đồng" in facts.fee(record, on=in_time).note


def test_an_unknown_fee_is_never_shown_as_zero():
    assert not facts.fee({"fee_vnd": None}, on=ON).known
    assert facts.fee({"fee_vnd": 0}, on=ON).short == "0 đồng"


def test_the_search_page_asks_the_database_a_handful_of_times(
    client, catalogue, django_assert_max_num_queries
):
    client.get("/thu-tuc/")
    with django_assert_max_num_queries(5):
        client.get("/thu-tuc/", {"q": "khai sinh"})


def test_the_burden_is_published_for_those_a_register_knows_and_for_the_others(catalogue, client):
    page = " ".join(client.get("/thu-tuc/1.001193/").content.decode().split())
    assert "<h2>Bạn phải làm</h2>" in page
    assert '<th scope="row">Ô phải gõ</th><td class="num">1</td><td class="num">12</td>' in page
    assert '<th scope="row">Giấy tờ tải lên</th><td class="num">0</td><td class="num">2</td>' in page
