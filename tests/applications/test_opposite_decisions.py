"""Two officers, opposite decisions, over real HTTP at the same moment: one wins, the other learns who and when."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from applications import log
from applications.models import Dossier, Event, Result
from applications.office import acting
from identity.models import Agency, Role
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


class Seat:
    """An officer at a browser of their own, with the page open."""

    def __init__(self, base: str, agency: Agency, dossier: Dossier, *roles: str, name: str) -> None:
        self.base, self.name = base, name
        self.desk = base + reverse("applications:workspace", args=[dossier.code])
        post = factories.officer(agency, *roles, name=name)
        client = factories.sign_in_officer(Client(), post)
        self.session = requests.Session()
        self.session.cookies.update({key: one.value for key, one in client.cookies.items()})
        self.open()

    def open(self) -> None:
        page = self.session.get(self.desk, timeout=20)
        assert page.status_code == 200
        self.typed = dict(re.findall(r'name="(csrfmiddlewaretoken|seq)" value="([^"]+)"', page.text))

    def press(self, action: str, **typed: str) -> requests.Response:
        sent = {**self.typed, **typed}
        return self.session.post(f"{self.desk}{action}/", sent, timeout=20, allow_redirects=False)


def meet_in_the_verb(monkeypatch) -> None:
    """Both pages count as fresh before either verb begins: only the guard in SQL can part them."""
    gate, fresh = threading.Barrier(2, timeout=20), acting.is_stale

    def looked(dossier: Dossier, seq: str) -> bool:
        stale = fresh(dossier, seq)
        gate.wait()
        return stale

    monkeypatch.setattr(acting, "is_stale", looked)


def decide_at_once(base: str, monkeypatch) -> None:
    agency = factories.commune_agency()
    dossier = factories.submitted(agency)
    one = Seat(base, agency, dossier, Role.INTAKE, name="Lương Thị Hiền")
    other = Seat(base, agency, dossier, Role.INTAKE, name="Đặng Văn Thuận")
    meet_in_the_verb(monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        said_yes = pool.submit(one.press, "accept")
        said_no = pool.submit(other.press, "refuse", reason="Sai nơi nộp")
        answers = {one.name: said_yes.result(), other.name: said_no.result()}
    assert sorted(answer.status_code for answer in answers.values()) == [302, 409]
    decided = Event.objects.select_related("actor").get(dossier=dossier, kind__in=("accept", "refuse"))
    (loser,) = (name for name, answer in answers.items() if answer.status_code == 409)
    assert loser != decided.actor.full_name
    told = answers[loser].text
    assert decided.actor.full_name in told
    assert date_format(localtime(decided.at), "DATETIME_FORMAT") in told
    dossier.refresh_from_db()
    assert log.verify(dossier, dossier.events.order_by("seq")) == 2


def test_of_two_opposite_decisions_one_wins_and_the_other_gets_409_with_who_and_when(
    live_server, monkeypatch
):
    decide_at_once(live_server.url, monkeypatch)


def test_without_the_guard_in_sql_both_decide_and_it_is_caught(live_server, monkeypatch):
    whole = log._statement
    monkeypatch.setattr(log, "_statement", lambda entry: whole(entry).replace(" AND state = %(source)s", ""))
    with pytest.raises(AssertionError):
        decide_at_once(live_server.url, monkeypatch)


def test_a_stale_page_changes_nothing_keeps_what_was_typed_and_says_who_was_faster(live_server):
    agency = factories.commune_agency()
    dossier = factories.proposed(agency, of=factories.version(processing=_with_approval()))
    first = Seat(live_server.url, agency, dossier, Role.APPROVER, name="Đỗ Duyệt Trước")
    late = Seat(live_server.url, agency, dossier, Role.APPROVER, name="Hồ Duyệt Sau")
    assert first.press("approve").status_code == 302
    before = Event.objects.filter(dossier=dossier).count()
    answer = late.press("send_back", reason="Sai họ tên của trẻ")
    assert answer.status_code == 409
    assert "Đỗ Duyệt Trước" in answer.text
    assert Event.objects.filter(dossier=dossier).count() == before
    assert Result.objects.get(dossier=dossier).status == Result.Status.DRAFT
    late.open()
    assert late.press("approve").status_code in (403, 409)
    assert settings.SESSION_COOKIE_NAME in late.session.cookies


def _with_approval() -> dict:
    examine, sign, release = factories.STEPS
    return factories.PROCESSING | {"steps": [examine, factories.APPROVE, sign, release]}
