"""A page that grows: the script shows exactly the questions that stand there once the page is saved."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from applications import answering, services
from applications.answering import CONSENT
from applications.drafting import Draft
from applications.models import Answer, Dossier, HeldForm
from procedures.schema import load
from tests import factories
from tests.applications import walking
from tests.procedures.definitions import question

pytestmark = pytest.mark.django_db
FRAGMENT = {"X-Fragment": "questions"}
BOXES: dict[str, list[Any]] = {
    "text": ["", "abc"],
    "integer": ["", "3", "9", "x"],
    "boolean": ["", "yes", "no"],
    "choice": ["", "a", "b", "c"],
}
RULES = {"text": "{0} != ''", "integer": "{0} > 5", "boolean": "{0} == true", "choice": "{0} in ['a', 'c']",
         "computed": "{0} == 'yes'"}  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """One page of up to five questions that depend on each other, and two ways to fill it."""
    asked: list[dict[str, Any]] = []
    for number in range(draw(st.integers(2, 5))):
        kind = draw(st.sampled_from([*BOXES, "computed"]) if asked else st.sampled_from([*BOXES]))
        made = question(kind, f"q{number}")
        rules = [RULES[one["kind"]].format(one["id"]) for one in asked]
        if rules and (kind == "computed" or draw(st.integers(0, 3))):
            made["show_if"] = draw(st.sampled_from(rules))
        if kind == "computed":
            made["derive"] = f"{draw(st.sampled_from(rules))} ? 'yes' : ''"
        if kind == "choice":
            made["choices"] = [{"code": code, "label": code} for code in "abc"]
        asked.append(made)
    form = {"procedure_id": "grow", "official_form": "Mẫu", "pages": [
        {"id": "only", "title": "Trang", "questions": asked}]}  # fmt: skip
    fill = [{one["id"]: draw(st.sampled_from(BOXES[one["kind"]])) for one in asked if one["kind"] in BOXES}
            for _ in range(2)]  # fmt: skip
    return form, fill[0], fill[1]


def start(person: Any, form: dict[str, Any]) -> Dossier:
    version = factories.version(form=form, processing={**factories.PROCESSING, "routing": {}})
    dossier = services.start(version=version, submitter=person, at=timezone.now())
    services.save_answers(
        dossier=dossier, answers={CONSENT: []}, by=Draft(dossier, at=timezone.now()).actor, at=timezone.now()
    )
    return dossier


def shown(html: bytes) -> list[str]:
    return re.findall(r'data-question="(\w+)"', html.decode())


def stored(dossier: Dossier) -> list[Any]:
    return list(Answer.objects.filter(dossier=dossier).order_by("question").values_list("question", "value"))


def agrees(client: Client, dossier: Dossier, boxes: dict[str, str]) -> None:
    """``boxes`` of every question, as a page has them on which all of them stood."""
    url = f"/ho-so/{dossier.key}/trang/only/"
    boxes = {**boxes, "hoi": " ".join(boxes)}
    before = stored(dossier)
    fragment = client.post(url, boxes, headers=FRAGMENT)
    assert fragment.status_code == 200
    assert stored(dossier) == before, "asking stores nothing"
    client.post(url, boxes)
    journey = answering.journey_of(Dossier.objects.get(pk=dossier.pk), at=timezone.now())
    asked = [one.id for one in journey.to_ask(journey.form.pages[0])]
    assert shown(fragment.content) == asked


def tried(client: Client, examples: int = 25) -> None:
    person = walking.hanh()
    factories.sign_in_citizen(client, person)

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(case=cases())
    def check(case: tuple[dict[str, Any], dict[str, str], dict[str, str]]) -> None:
        form, first, second = case
        load(form)
        dossier = start(person, form)
        agrees(client, dossier, first)
        agrees(client, dossier, second)

    check()


def test_the_fragment_lists_what_stands_there_once_the_page_is_saved(client: Client) -> None:
    tried(client)


def test_a_fragment_that_reads_only_the_questions_that_stood_there_is_caught(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Draft.settled

    def short_sighted(self: Draft, page: Any, written: Any, shown: Any) -> Any:
        draft, form, answers = once(self, page, written, shown)
        if self.written(page) == written:
            return draft, form, answers
        return self, form, answers

    monkeypatch.setattr(Draft, "settled", short_sighted)
    with pytest.raises(AssertionError):
        tried(client)


GROWING = {
    "procedure_id": "grow", "official_form": "Mẫu", "pages": [{"id": "only", "title": "Trang", "questions": [
        question("boolean", "has", required=True), question("text", "which", show_if="has == true", required=True),
    ]}],
}  # fmt: skip


@pytest.fixture
def growing(client: Client) -> Dossier:
    person = walking.hanh()
    factories.sign_in_citizen(client, person)
    return start(person, GROWING)


def test_a_question_that_came_up_is_kept_with_the_same_send(client: Client, growing: Dossier) -> None:
    sent = client.post(
        f"/ho-so/{growing.key}/trang/only/", {"has": "yes", "which": "chữ", "hoi": "has which"}
    )
    assert sent.status_code == 302
    assert dict(stored(growing))["which"] == "chữ"
    assert sent.url.endswith("/kiem-tra/")


def test_a_question_that_came_up_and_stayed_empty_is_missed_at_its_box(
    client: Client, growing: Dossier
) -> None:
    sent = client.post(f"/ho-so/{growing.key}/trang/only/", {"has": "yes", "which": "", "hoi": "has which"})
    assert sent.status_code == 422
    assert "bạn chưa ghi" in sent.content.decode()


def test_without_the_script_nobody_is_blamed_for_a_question_never_seen(
    client: Client, growing: Dossier
) -> None:
    sent = client.post(f"/ho-so/{growing.key}/trang/only/", {"has": "yes", "hoi": "has"}, follow=True)
    assert sent.status_code == 200
    assert "cần thêm 1 câu" in sent.content.decode()
    assert shown(sent.content) == ["has", "which"]


def test_only_a_page_that_grows_brings_the_script(client: Client, growing: Dossier) -> None:
    page = client.get(f"/ho-so/{growing.key}/trang/only/").content.decode()
    assert "js/page.js" in page
    assert page.count("data-decides") == 1
    plain = start(growing.submitter, {**GROWING, "pages": [
        {"id": "only", "title": "Trang", "questions": [question("text", "a", required=True)]}]})  # fmt: skip
    assert "js/page.js" not in client.get(f"/ho-so/{plain.key}/trang/only/").content.decode()


def test_a_stranger_and_an_ended_session_learn_and_keep_nothing(client: Client, growing: Dossier) -> None:
    url = f"/ho-so/{growing.key}/trang/only/"
    assert Client().post(url, {"has": "yes"}, headers=FRAGMENT).status_code == 302
    assert not HeldForm.objects.exists()
    other = Client()
    factories.sign_in_citizen(other, factories.citizen())
    assert other.post(url, {"has": "yes"}, headers=FRAGMENT).status_code == 404
    checked = Client(enforce_csrf_checks=True)
    factories.sign_in_citizen(checked, growing.submitter)
    assert checked.post(url, {"has": "yes"}, headers=FRAGMENT).status_code == 403


def test_a_proposed_answer_survives_the_send_that_brings_its_question_up(client: Client) -> None:
    """The address from the register stands in the box; an empty box nobody saw does not wipe it out."""
    person = walking.hanh()
    factories.sign_in_citizen(client, person)
    proposed = {"register": "national_population_db", "path": "residence"}
    form = {**GROWING, "pages": [{"id": "only", "title": "Trang", "questions": [
        question("boolean", "post", required=True),
        question("text", "to", show_if="post == true", required=True, proposed=True, prefill=proposed),
    ]}]}  # fmt: skip
    dossier = start(person, form)
    services.save_answers(
        dossier=dossier, answers={"to": "12 Bạch Đằng"}, source="national_population_db",
        by=Draft(dossier, at=timezone.now()).actor, at=timezone.now(),
    )  # fmt: skip
    url = f"/ho-so/{dossier.key}/trang/only/"
    fragment = client.post(url, {"post": "yes", "hoi": "post"}, headers=FRAGMENT)
    assert 'value="12 Bạch Đằng"' in fragment.content.decode()
    client.post(url, {"post": "yes", "hoi": "post"})
    assert dict(stored(dossier))["to"] == "12 Bạch Đằng"
