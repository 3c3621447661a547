"""Steps as data, run: conditions, checks on the spot, consultations side by side, numbering, other hands, days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from applications import actors, chains, printing, services, sweeping, timeline
from applications.models import Consultation, Dossier, Event, Outbox, Result
from applications.office import workspace
from applications.services import stepping
from applications.states import State
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Agency, Role
from tests import factories
from tests.applications.desks import desk, picture, press

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 5, 11, 1, 0, tzinfo=dt.UTC)
COUNTER = "result_delivery == 'counter'"
SILENCE = "Luật Xây dựng 2014, Điều 102"
EXAMINE, SIGN, RELEASE = factories.STEPS
SITE = {
    "id": "site",
    "kind": "verify",
    "role": "case_officer",
    "name_vi": "Kiểm tra thực địa",
    "when": COUNTER,
}
NUMBER = {"id": "number", "kind": "number", "role": "registry_clerk", "name_vi": "Cấp số"}


def ask(key: str, **more: Any) -> dict[str, Any]:
    whom = {"agency": key, "days": 3, **more}
    return {
        "id": f"ask_{key}",
        "kind": "consult",
        "role": "case_officer",
        "name_vi": f"Hỏi {key}",
        "consult": whom,
    }


@pytest.fixture
def agency():
    return factories.commune_agency()


@pytest.fixture
def fire():
    return Agency.objects.create(key="fire", name="Công an thành phố", level="province", kind="police")


@pytest.fixture
def planning():
    return Agency.objects.create(key="planning", name="Sở Xây dựng", level="province", kind="department")


def by(agency: Agency, *roles: str):
    return actors.officer(factories.officer(agency, *roles))


def running(agency: Agency, *steps: dict[str, Any], at: dt.datetime = MONDAY, **answers: Any) -> Dossier:
    version = factories.version(processing={**factories.PROCESSING, "steps": list(steps)})
    return factories.processing(agency, of=version, at=at, **{"child_dob": "2026-04-23", **answers})


def kinds(dossier: Dossier) -> list[str]:
    return list(Event.objects.filter(dossier=dossier).order_by("seq").values_list("kind", flat=True))


def answered(dossier: Dossier, step: str, at: dt.datetime = MONDAY) -> None:
    one = dossier.consultations.get(step=step)
    services.answer_consultation(
        consultation=one, opinion="agree", text="", by=by(one.agency, Role.CASE_OFFICER), at=at
    )
    dossier.refresh_from_db()


def test_a_step_whose_condition_does_not_hold_is_passed_over_and_named(agency):
    dossier = running(agency, SITE, EXAMINE, SIGN, RELEASE)
    assert (dossier.step, dossier.step_kind) == (1, "examine")
    assert Event.objects.get(dossier=dossier, kind="pass_on").data == {"skipped": ["site"]}
    said = "Không cần bước «Kiểm tra thực địa»."
    assert workspace.history_of(dossier)[0].note == said
    assert timeline.happenings(dossier)[0].text == said
    assert timeline.steps(dossier) == (2, ["Tiếp nhận", "Thẩm tra", "Ký", "Phát hành", "Trả kết quả"])


def test_a_check_on_the_spot_is_written_down_and_stays_with_its_officer(agency):
    dossier = running(agency, SITE, EXAMINE, SIGN, RELEASE, result_delivery="counter")
    assert (dossier.step, dossier.step_kind) == (0, "verify")
    post = factories.officer(agency, Role.CASE_OFFICER)
    services.claim(dossier=dossier, by=actors.officer(post), at=MONDAY)
    client = factories.sign_in_officer(Client(), post)
    assert press(client, dossier, "verify", note=" ").status_code == 422
    assert press(client, dossier, "propose", kind="grant").status_code == 409
    assert press(client, dossier, "verify", note="Đúng như bản vẽ").status_code == 302
    dossier.refresh_from_db()
    assert (dossier.step, dossier.step_kind, dossier.assignee_id) == (1, "examine", post.user_id)
    event = Event.objects.get(dossier=dossier, kind="verify")
    assert (event.data["step"], event.note.text) == ("site", "Đúng như bản vẽ")
    assert "Đúng như bản vẽ" in client.get(desk(dossier)).text
    assert "Đúng như bản vẽ" not in timeline.happenings(dossier)[0].text


def test_what_the_agency_found_decides_whether_a_superior_is_asked(agency):
    approve = {**factories.APPROVE, "when": "findings.remark != ''"}
    finding = {"id": "remark", "label": "Ghi chú", "required": False}
    steps = [EXAMINE, approve, SIGN, RELEASE]
    version = factories.version(processing={**factories.PROCESSING, "steps": steps, "findings": [finding]})
    for stated, expected in (("", "sign"), ("Đất tranh chấp", "approve")):
        dossier = factories.processing(agency, of=version, at=MONDAY, child_dob="2026-04-23")
        services.propose(
            dossier=dossier, kind="grant", findings={"remark": stated}, by=by(agency, Role.CASE_OFFICER), at=MONDAY
        )  # fmt: skip
        assert dossier.step_kind == expected
        assert Result.objects.get(dossier=dossier).findings == {"remark": stated}


@pytest.mark.parametrize("order", [("ask_fire", "ask_planning"), ("ask_planning", "ask_fire")])
def test_consultations_in_a_row_open_together_and_the_chain_goes_on_with_the_last_answer(
    agency, fire, planning, order
):
    dossier = running(agency, ask("fire"), ask("planning"), EXAMINE, SIGN, RELEASE)
    assert (dossier.step, dossier.step_kind, dossier.step_role) == (0, "consult", "")
    assert {one.question for one in dossier.consultations.all()} == {"Hỏi fire", "Hỏi planning"}
    assert {one.asked_by_id for one in dossier.consultations.all()} == {None}
    for step, left in zip(order, (1, 0), strict=True):
        answered(dossier, step)
        assert (dossier.open_consultations, dossier.step_kind) == (left, "consult" if left else "examine")
    expected = ["pass_on", "consulted", "consulted", *["consultation_answered"] * 2, "end_consulting"]
    assert kinds(dossier)[2:] == expected


def test_silence_ends_the_wait_when_the_days_are_over_with_its_article(agency, fire, planning):
    dossier = running(agency, ask("fire", silence=SILENCE), ask("planning"), EXAMINE, SIGN, RELEASE)
    due = dossier.consultations.first().due_at
    assert sweeping.lapse_unanswered(at=due) == 0
    answered(dossier, "ask_planning", at=due)
    assert dossier.step_kind == "consult"
    for expected in (1, 0):
        assert sweeping.lapse_unanswered(at=due + dt.timedelta(minutes=1)) == expected
    dossier.refresh_from_db()
    one = dossier.consultations.get(step="ask_fire")
    assert (one.close_reason, one.opinion) == (f"Không trả lời trong hạn ({SILENCE})", "")
    assert (dossier.step_kind, dossier.open_consultations) == ("examine", 0)
    assert kinds(dossier)[-2:] == ["consultation_lapsed", "end_consulting"]
    assert timeline.happenings(dossier)[1].title == "Công an thành phố không trả lời trong hạn, không chờ nữa"
    with pytest.raises(Conflict):
        answered(dossier, "ask_fire")


def test_an_officers_own_question_neither_lapses_nor_holds_the_chain(agency, fire, planning):
    dossier = running(agency, ask("fire"), EXAMINE, SIGN, RELEASE)
    own = services.consult(
        dossier=dossier, agency=planning, question="?", papers=[], days=1, at=MONDAY,
        by=by(agency, Role.CASE_OFFICER),
    )  # fmt: skip
    answered(dossier, "ask_fire")
    assert dossier.step_kind == "examine"
    assert sweeping.lapse_unanswered(at=MONDAY + dt.timedelta(days=30)) == 0
    with pytest.raises(Refused):
        services.lapse_consultation(consultation=own, at=MONDAY + dt.timedelta(days=30))


def test_only_papers_the_step_names_are_shared(agency, fire):
    version = factories.version(
        processing={
            **factories.PROCESSING,
            "steps": [ask("fire", papers=["doc_notice"]), EXAMINE, SIGN, RELEASE],
        }
    )
    dossier = factories.draft(agency, of=version, at=MONDAY, child_dob="2026-04-23")
    owner = actors.citizen(dossier.submitter)
    for question, name in (("doc_notice", "chia-se.png"), ("doc_other", "giu-kin.png")):
        services.attach(dossier=dossier, question=question, name=name, content=picture(), by=owner, at=MONDAY)
    services.submit(dossier=dossier, by=owner, at=MONDAY)
    services.accept(dossier=dossier, by=by(agency, Role.INTAKE), at=MONDAY)
    services.pass_on(dossier=dossier, by=by(agency, Role.INTAKE), at=MONDAY)
    assert [paper.name for paper in dossier.consultations.get().papers.all()] == ["chia-se.png"]


def test_opinions_that_come_while_the_citizen_is_asked_let_the_chain_go_on_afterwards(agency, fire):
    dossier = running(agency, ask("fire"), EXAMINE, SIGN, RELEASE)
    missing = [{"question": "child_name", "label": "Tên", "reason": "Sai"}]
    services.request_supplement(dossier=dossier, items=missing, by=by(agency, Role.CASE_OFFICER), at=MONDAY)
    answered(dossier, "ask_fire")
    assert dossier.state == State.SUPPLEMENT_REQUESTED
    services.answer_supplement(dossier=dossier, by=actors.citizen(dossier.submitter), at=MONDAY)
    assert (dossier.state, dossier.step_kind) == (State.PROCESSING, "examine")
    assert kinds(dossier)[-2:] == ["answer_supplement", "end_consulting"]


def test_the_deciding_agency_is_not_asked_and_nobody_is_asked_twice(agency, fire):
    dossier = running(agency, EXAMINE, ask(agency.key), ask("fire"), SIGN, RELEASE)
    drafter, signer = by(agency, Role.CASE_OFFICER), by(agency, Role.SIGNER)
    services.propose(dossier=dossier, kind="grant", by=drafter, at=MONDAY)
    assert [one.agency for one in dossier.consultations.all()] == [fire]
    answered(dossier, "ask_fire")
    services.send_back(dossier=dossier, reason="Thiếu", by=signer, at=MONDAY)
    services.propose(dossier=dossier, kind="grant", by=drafter, at=MONDAY)
    assert (dossier.step_kind, dossier.consultations.count()) == ("sign", 1)


def test_an_agency_nobody_knows_is_said_and_nothing_is_half_done(agency):
    version = factories.version(
        processing={**factories.PROCESSING, "steps": [ask("nowhere"), EXAMINE, SIGN, RELEASE]}
    )
    dossier = factories.submitted(agency, of=version, at=MONDAY, child_dob="2026-04-23")
    clerk = by(agency, Role.INTAKE)
    services.accept(dossier=dossier, by=clerk, at=MONDAY)
    with pytest.raises(Refused):
        services.pass_on(dossier=dossier, by=clerk, at=MONDAY)
    dossier.refresh_from_db()
    assert (dossier.state, kinds(dossier)[-1]) == (State.ACCEPTED, "accept")
    assert not Consultation.objects.exists()


def test_an_agency_of_a_kind_is_found_at_the_place_of_the_deciding_one(agency):
    police = Agency.objects.create(
        key="police-here", name="Công an", level="province", kind="provincial_police", unit=agency.unit.parent
    )
    step = {**ask("x"), "consult": {"level": "province", "kind": "provincial_police", "days": 2}}
    dossier = running(agency, step, EXAMINE, SIGN, RELEASE)
    assert dossier.consultations.get().agency == police


def decided(agency: Agency, *steps: dict[str, Any]) -> Dossier:
    """Proposed and signed, by two people."""
    dossier = running(agency, *steps)
    services.propose(dossier=dossier, kind="grant", by=by(agency, Role.CASE_OFFICER), at=MONDAY)
    return services.sign(dossier=dossier, by=by(agency, Role.SIGNER), at=MONDAY)


def test_the_clerk_numbers_what_was_signed_and_only_then_it_is_sealed(agency):
    numbers = []
    for _n in range(2):
        dossier = decided(agency, EXAMINE, SIGN, NUMBER, RELEASE)
        assert (dossier.step_kind, dossier.step_role) == ("number", Role.REGISTRY_CLERK)
        assert not Outbox.objects.filter(dossier=dossier, topic=Outbox.Topic.ISSUE).exists()
        assert (services.issue(dossier=dossier, at=MONDAY).status, dossier.result.number) == ("signing", "")
        with pytest.raises(Refused):
            services.release(dossier=dossier, by=by(agency, Role.REGISTRY_CLERK), at=MONDAY)
        post = factories.officer(agency, Role.REGISTRY_CLERK)
        client = factories.sign_in_officer(Client(), post)
        assert "chờ văn thư cấp số" in client.get(desk(dossier)).text
        assert press(client, dossier, "number").status_code == 302
        dossier.refresh_from_db()
        event = Event.objects.get(dossier=dossier, kind="number")
        assert event.data == {"step": "number", "number": dossier.result.number}
        assert Outbox.objects.filter(dossier=dossier, topic=Outbox.Topic.ISSUE, done_at=None).exists()
        numbers.append(dossier.result.number)
        assert press(client, dossier, "number").status_code == 409
    year = timezone.localdate().year
    assert numbers == [f"{n}/{year}/{agency.identifier}" for n in (1, 2)]
    assert services.issue(dossier=dossier, at=MONDAY).status == Result.Status.SIGNED
    services.release(dossier=dossier, by=by(agency, Role.REGISTRY_CLERK), at=MONDAY)
    assert dossier.state == State.DELIVERED


def test_without_a_step_for_it_the_number_is_given_with_the_signature(agency):
    dossier = decided(agency, EXAMINE, SIGN, RELEASE)
    assert Result.objects.get(dossier=dossier).number == f"1/2026/{agency.identifier}"
    assert Outbox.objects.filter(dossier=dossier, topic=Outbox.Topic.ISSUE).exists()


@pytest.mark.parametrize("declared", [True, False])
def test_whoever_agreed_does_not_sign_where_the_version_says_so(agency, declared):
    sign = {**SIGN, "different_from": ["approve"]} if declared else SIGN
    dossier = running(agency, EXAMINE, factories.APPROVE, sign, RELEASE)
    services.propose(dossier=dossier, kind="grant", by=by(agency, Role.CASE_OFFICER), at=MONDAY)
    both = by(agency, Role.APPROVER, Role.SIGNER)
    services.approve(dossier=dossier, by=both, at=MONDAY)
    if declared:
        with pytest.raises(Forbidden, match="Phê duyệt"):
            services.sign(dossier=dossier, by=both, at=MONDAY)
        assert kinds(dossier)[-1] == "approve"
        both = by(agency, Role.SIGNER)
    services.sign(dossier=dossier, by=both, at=MONDAY)
    assert dossier.step_kind == "release"


def test_a_chain_that_forgets_whose_hands_acted_is_caught(agency, monkeypatch):
    """The broken variant: events that do not say which step they ended."""
    monkeypatch.setattr(stepping, "done_at", lambda dossier: {})
    with pytest.raises(pytest.fail.Exception):
        test_whoever_agreed_does_not_sign_where_the_version_says_so(agency, declared=True)


def test_consultations_that_are_not_waited_for_are_caught(agency, fire, planning, monkeypatch):
    """The broken variant: the chain goes on with the first answer."""
    monkeypatch.setattr(stepping, "_waits", lambda dossier, chain: dossier.open_consultations > 1)
    with pytest.raises(AssertionError):
        test_consultations_in_a_row_open_together_and_the_chain_goes_on_with_the_last_answer(
            agency, fire, planning, ("ask_fire", "ask_planning")
        )


def test_a_draft_sent_back_returns_to_the_step_that_made_it(agency):
    dossier = running(agency, SITE, EXAMINE, SIGN, RELEASE, result_delivery="counter")
    officer = by(agency, Role.CASE_OFFICER)
    services.verify(dossier=dossier, note="Đúng", by=officer, at=MONDAY)
    with pytest.raises(Conflict):
        services.send_back(dossier=dossier, reason="Sớm", by=by(agency, Role.SIGNER), at=MONDAY)
    services.propose(dossier=dossier, kind="grant", by=officer, at=MONDAY)
    services.send_back(dossier=dossier, reason="Thiếu", by=by(agency, Role.SIGNER), at=MONDAY)
    assert (dossier.step, dossier.step_kind, dossier.assignee_id) == (1, "examine", officer.user_id)


def test_each_step_has_its_own_day_on_the_desk_and_on_the_routing_slip(agency, fire):
    steps = [{**EXAMINE, "share": 0.5}, ask("fire"), SIGN, RELEASE]
    dossier = running(agency, *steps)
    chain = chains.chain_of(dossier)
    days = chains.due_moments(dossier, chain, now=MONDAY)
    assert days[3] == dossier.due_at
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.CASE_OFFICER))
    assert "Bước này đã trễ" in client.get(desk(dossier)).text
    late = days[0] + dt.timedelta(minutes=1)
    services.propose(dossier=dossier, kind="grant", by=by(agency, Role.CASE_OFFICER), at=late)
    answered(dossier, "ask_fire", at=late)
    context = printing.context_of(dossier, printing.Kind.ROUTING_SLIP, at=late)
    rows = [(row.unit, row.planned, row.outcome) for row in context.steps[2:]]
    asked = dossier.consultations.get()
    assert rows == [(agency.name, days[0], "quá hạn"), (fire.name, asked.due_at, "trước hạn")]
    assert context.partner_agencies == [fire.name]
