"""The pages of money: who sees what, what each state says, and the door for gateways."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.utils import timezone

from applications import actors
from identity.models import DataAccess, Role
from payments import services, statements
from payments.gateways import demo
from payments.models import Attempt, Break, Charge, DemoTransaction, Receipt, Statement
from tests import factories
from tests.payments.conftest import SECRET, envelope, headers, notice, settled, started, waiting

pytestmark = pytest.mark.django_db


def page_of(dossier) -> str:
    return f"/ho-so/{dossier.path_code}/thanh-toan/"


def post_notice(client, sealed):
    return client.post(
        "/api/v1/payments/demo/notify", sealed.body, content_type="application/json", headers=headers(sealed)
    )


def test_the_payment_page_says_how_much_for_what_and_how(client):
    dossier = waiting()
    response = factories.sign_in_citizen(client, dossier.submitter).get(page_of(dossier))
    html = response.content.decode()
    reference = Attempt.objects.get().reference
    for words in (
        "Thanh toán 200.000 đồng",
        "Thông tư 16/2025/TT-BTC",
        "Miễn, giảm",
        reference,
        "<title>Mã VietQR",
    ):
        assert words in html
    assert html.count("<h1") == 1
    assert dossier.submitter.number not in html


def test_another_citizen_gets_the_constant_answer(client):
    dossier = waiting()
    stranger = factories.sign_in_citizen(client, factories.citizen())
    assert stranger.get(page_of(dossier)).status_code == 404
    assert stranger.get("/ho-so/khong-co/thanh-toan/").status_code == 404
    assert stranger.post(page_of(dossier) + "kiem-tra/").status_code == 404
    assert not Charge.objects.exists()


def test_paying_goes_through_the_gateway_page_and_back(client, monkeypatch):
    dossier = waiting()
    factories.sign_in_citizen(client, dossier.submitter)
    monkeypatch.setattr(demo, "deliver", lambda sealed: post_notice(client, sealed))
    to_gateway = client.post(page_of(dossier))
    assert "Trừ tiền nhưng không báo" in client.get(to_gateway.url).content.decode()
    back = client.post(to_gateway.url, {"act": "pay", "fault": "none"})
    html = client.get(back.url).content.decode()
    assert "Đã nhận 200.000 đồng" in html
    assert Receipt.objects.get().number in html


@pytest.mark.parametrize(
    ("fault", "words", "state"),
    [
        ("lost", "Đã trừ tiền nhưng chưa ghi nhận?", "started"),
        ("late", "Đã trừ tiền nhưng chưa ghi nhận?", "started"),
        ("forged", "Đã trừ tiền nhưng chưa ghi nhận?", "started"),
        ("amount", "Tiền đã tới nhưng không khớp khoản phải nộp", "started"),
        ("duplicate", "Đã nhận 200.000 đồng", "settled"),
    ],
)
def test_every_fault_of_the_gateway_has_its_page(client, monkeypatch, fault, words, state):
    dossier = waiting()
    factories.sign_in_citizen(client, dossier.submitter)
    monkeypatch.setattr(demo, "deliver", lambda sealed: post_notice(client, sealed))
    back = client.post(client.post(page_of(dossier)).url, {"act": "pay", "fault": fault})
    assert words in client.get(back.url).content.decode()
    assert Attempt.objects.get().state == state


def test_check_again_finds_the_payment_whose_notice_was_lost(client):
    dossier = waiting()
    factories.sign_in_citizen(client, dossier.submitter)
    back = client.post(client.post(page_of(dossier)).url, {"act": "pay", "fault": "lost"})
    assert "Kiểm tra lại" in client.get(back.url).content.decode()
    checked = client.post(page_of(dossier) + "kiem-tra/", follow=True)
    assert "Đã nhận 200.000 đồng" in checked.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == "submitted"


def test_a_failed_payment_says_so_and_offers_a_new_one(client, monkeypatch):
    dossier = waiting()
    factories.sign_in_citizen(client, dossier.submitter)
    monkeypatch.setattr(demo, "deliver", lambda sealed: post_notice(client, sealed))
    back = client.post(client.post(page_of(dossier)).url, {"act": "fail"})
    assert "Lần trả trước không thành công" in client.get(back.url).content.decode()
    assert sorted(Attempt.objects.values_list("state", flat=True)) == ["failed", "started"]


def test_the_customer_of_the_gateway_pays_once(client, monkeypatch):
    dossier, told = waiting(), []
    factories.sign_in_citizen(client, dossier.submitter)
    monkeypatch.setattr(demo, "deliver", told.append)
    page = client.post(page_of(dossier)).url
    for _n in range(2):
        client.post(page, {"act": "pay", "fault": "amount"})
    assert DemoTransaction.objects.get().amount_vnd == 195_000
    assert client.get("/cong-thanh-toan-demo/KHONGCO/").status_code == 404


def test_a_notice_needs_no_session_but_a_true_signature(client):
    attempt = started()
    forged = envelope(notice(attempt), secret="x")
    answer = post_notice(client, forged)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "not_trusted"
    bare = client.post("/api/v1/payments/demo/notify", "{}", content_type="application/json")
    assert bare.status_code == 403
    unknown = client.post("/api/v1/payments/none/notify", "{}", content_type="application/json")
    assert unknown.status_code == 404
    true = envelope(notice(attempt))
    assert [post_notice(client, true).json() for _n in range(2)] == [
        {"outcome": "settled"},
        {"outcome": "known"},
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"provider_id": 1}', b"\xff", b'"x"'])
def test_a_signed_body_that_says_nothing_is_refused(client, body):
    from payments.gateways.base import Envelope, sign

    timestamp = str(int(timezone.now().timestamp()))
    assert post_notice(client, Envelope(timestamp, sign(SECRET, timestamp, body), body)).status_code == 403


def test_my_payments_lists_what_waits_and_my_receipts_only(client):
    person = factories.citizen()
    agency = factories.commune_agency()
    open_one, paid = waiting(agency, by=person), settled(waiting(agency, by=person))
    other = settled()
    html = factories.sign_in_citizen(client, person).get("/thanh-toan/").content.decode()
    assert open_one.code in html
    own, foreign = Receipt.objects.get(charge=paid.charge), Receipt.objects.get(charge=other.charge)
    assert own.number in html
    assert foreign.number not in html
    assert "200.000 đồng" in client.get(f"/thanh-toan/bien-lai/{own.number}/").content.decode()
    assert client.get(f"/thanh-toan/bien-lai/{foreign.number}/").status_code == 404


@pytest.mark.parametrize("path", ["/thanh-toan/", "/ho-so/x/thanh-toan/", "/thanh-toan/bien-lai/x/"])
def test_nobody_sees_money_without_signing_in(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert "/dang-nhap/" in answer.url


@pytest.fixture
def desk_of_finance(client, tmp_path):
    """Yesterday: one matched, one paid that nobody knows, one short."""
    yesterday = timezone.now() - dt.timedelta(days=1)
    day = timezone.localdate(yesterday)
    good, short = settled(at=yesterday), settled(at=yesterday)
    lines = [notice(good, provider_id=good.provider_id, paid_at=yesterday)]
    lines.append(notice(short, provider_id=short.provider_id, paid_at=yesterday, amount_vnd=195_000))
    lines.append(notice(short, reference="LA", amount_vnd=70_000, paid_at=yesterday))
    path = tmp_path / "day.csv"
    path.write_bytes(statements.write(lines, gateway="demo", day=day, secret=SECRET))
    services.reconcile(gateway="demo", day=day, path=path, at=timezone.now())
    post = factories.officer(factories.commune_agency(), Role.FINANCE, name="Nguyễn Hoài Thương")
    return factories.sign_in_officer(client, post)


def test_the_desk_names_every_difference_and_holds_the_day_open(desk_of_finance):
    html = desk_of_finance.get("/can-bo/doi-soat/").content.decode()
    for words in ("400.000 đồng", "465.000 đồng", "65.000 đồng", "33,33", "Lệch số tiền", "5.000 đồng"):
        assert words in html
    assert "Chưa đóng được: còn 2 khoản" in html
    assert "disabled" in html
    assert not DataAccess.objects.exists()
    assert "Minh Hạnh" not in html


def test_finance_explains_every_difference_and_closes_the_day(desk_of_finance):
    for item in Break.objects.all():
        words = {"act": "explain", "note": "Đã hỏi ngân hàng"}
        desk_of_finance.post(f"/can-bo/doi-soat/khoan-lech/{item.pk}/", words)
    page = desk_of_finance.get("/can-bo/doi-soat/").content.decode()
    assert "Chưa đóng được" not in page
    statement = Statement.objects.get()
    html = desk_of_finance.post(f"/can-bo/doi-soat/dong-ngay/{statement.pk}/", follow=True).content.decode()
    assert "Nguyễn Hoài Thương đã đóng ngày lúc" in html


def test_a_day_closed_too_early_and_a_bare_note_are_refused_in_words(desk_of_finance):
    statement, item = Statement.objects.get(), Break.objects.first()
    assert desk_of_finance.post(f"/can-bo/doi-soat/dong-ngay/{statement.pk}/").status_code == 409
    answer = desk_of_finance.post(f"/can-bo/doi-soat/khoan-lech/{item.pk}/", {"note": "ừ"}, follow=True)
    assert "Hãy ghi cách xử lý, ít nhất 10 chữ cái." in answer.content.decode()
    item.refresh_from_db()
    assert item.state == "open"


@pytest.mark.parametrize("query", ["?ngay=2026-01-01", "?ngay=hom-qua", ""])
def test_the_desk_opens_on_any_day(client, query):
    post = factories.officer(factories.commune_agency(), Role.FINANCE)
    html = factories.sign_in_officer(client, post).get(f"/can-bo/doi-soat/{query}").content.decode()
    assert "Chưa đóng được: chưa nhận tệp đối soát." in html


def test_only_finance_opens_the_desk(client):
    post = factories.officer(factories.commune_agency(), Role.INTAKE)
    assert factories.sign_in_officer(client, post).get("/can-bo/doi-soat/").status_code == 403
    assert client.post("/can-bo/doi-soat/khoan-lech/1/").status_code == 403
    client.logout()
    assert client.get("/can-bo/doi-soat/").status_code == 302


def test_the_books_of_the_portal_name_no_person():
    attempt = settled()
    person = attempt.charge.dossier.submitter
    rows = json.dumps(
        [list(model.objects.values()) for model in (Charge, Attempt, Receipt, DemoTransaction)], default=str
    )
    assert person.name not in rows
    assert person.number not in rows
    assert actors.citizen(person).name not in rows
