"""Under the legal clock from the first day to the last: a birth the same day, a permit that goes wrong."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from applications import actors, calendar_days, log, services, sweeping, timeline
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier, Event, Letter, Outbox, Pause, Result
from applications.states import State
from identity.models import Agency, Role
from procedures.catalogue import read
from procedures.models import ServiceOffering
from procedures.personas import standard
from procedures.schema import load
from tests import factories
from tests.applications import walking
from tests.applications.desks import picture

pytestmark = pytest.mark.django_db


def on(day: int, month: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=LEGAL_ZONE)


@pytest.fixture
def agency():
    calendar_days.load(read("holidays"))
    return walking.agency()


def somebody(agency, role: str, name: str) -> actors.Actor:
    return actors.officer(factories.officer(agency, role, name=name))


def record(slug: str) -> dict:
    return next(one for one in read("procedures")["procedures"] if one["id"] == slug)


def filed(slug: str, *, at: dt.datetime) -> Dossier:
    """A person no register knows answers every question, attaches every paper and submits."""
    person = walking.hanh()
    content = record(slug)
    version = walking.live(slug, content["code"], time_limit=content["time_limit"])
    ServiceOffering.objects.create(
        procedure=version.procedure, agency=Agency.objects.get(key="ubnd-phuong-hai-chau"),
        online_level="full", fee_vnd=75_000, fee_basis="Nghị quyết thử", valid_from="2026-01-01",
    )  # fmt: skip
    dossier = services.start(version=version, submitter=person, at=at)
    owner = actors.citizen(person)
    way = standard(load(version.form), "unknown", today=at.date())
    for name in way.answers:
        question = load(version.form).questions.get(name)
        if question is not None and question.kind == "file":
            services.attach(
                dossier=dossier, question=name, name="ban-ve.png", content=picture(), by=owner, at=at
            )
    files = {name for name, one in load(version.form).questions.items() if one.kind == "file"}
    typed = {name: answer.value for name, answer in way.answers.items() if name not in files}
    services.save_answers(dossier=dossier, answers=json.loads(json.dumps(typed)), by=owner, at=at)
    return services.submit(dossier=dossier, by=owner, at=at)


def sealed(dossier: Dossier, *, at: dt.datetime) -> None:
    assert sweeping.run(Outbox.Topic.ISSUE, dossier.pk, at=at)
    dossier.refresh_from_db()


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        (on(29, 4, 14, 59), on(29, 4, 17)),
        (on(29, 4, 15, 30), on(4, 5, 17)),
    ],
    ids=["before-the-cut-off", "after-it-before-two-days-off"],
)
def test_a_birth_is_answered_the_same_day_or_on_the_next_working_day(agency, accepted, due):
    dossier = filed("birth-registration", at=accepted - dt.timedelta(minutes=20))
    intake = somebody(agency, Role.INTAKE, "Lương Thị Hiền")
    services.accept(dossier=dossier, by=intake, at=accepted)
    services.pass_on(dossier=dossier, by=intake, at=accepted)
    assert dossier.due_at == due
    at = due - dt.timedelta(minutes=30)
    services.propose(dossier=dossier, kind="grant", by=somebody(agency, Role.CASE_OFFICER, "Bảo"), at=at)
    services.sign(dossier=dossier, by=somebody(agency, Role.SIGNER, "Chủ Tịch"), at=at)
    sealed(dossier, at=at)
    services.release(dossier=dossier, by=somebody(agency, Role.REGISTRY_CLERK, "Văn Thư"), at=at)
    assert (dossier.state, dossier.ended_at) == (State.DELIVERED, at)
    assert sweeping.draft_letters(at=due + dt.timedelta(hours=1)) == 0
    assert not Letter.objects.exists()


def consulted_on(dossier: Dossier, officer: actors.Actor) -> None:
    """Another agency is asked for three working days, reminded, and agrees; then the plot was inspected."""
    other = factories.commune_agency("Thanh Khê")
    drawing = dossier.attachments.get(question="doc_design_drawings")
    asked = services.consult(
        dossier=dossier, agency=other, question="Thửa đất có trong hành lang thoát lũ không?",
        papers=[drawing.pk], days=3, by=officer, at=on(21, 4, 8),
    )  # fmt: skip
    assert asked.due_at == on(24, 4, 17)
    assert sweeping.remind_consulted(at=on(24, 4, 10)) == 1
    expert = actors.officer(factories.officer(other, Role.CASE_OFFICER, name="Võ Chuyên Gia"))
    services.answer_consultation(consultation=asked, opinion="agree", text="", by=expert, at=on(24, 4, 11))
    dossier.refresh_from_db()
    assert (dossier.open_consultations, dossier.due_at) == (0, on(5, 5, 17))

    services.verify(dossier=dossier, note="Ranh thửa khớp với bản vẽ", by=officer, at=on(27, 4, 15))


def supplemented(dossier: Dossier, officer: actors.Actor) -> None:
    """The clock stands still from 28/4 to 7/5."""
    missing = [{"question": "floors", "label": "Số tầng", "reason": "Ghi rõ tầng hầm"}]
    services.request_supplement(dossier=dossier, items=missing, by=officer, at=on(28, 4, 9))
    assert sweeping.draft_letters(at=on(6, 5, 9)) == 0  # the clock stands still
    owner = actors.citizen(dossier.submitter)
    services.save_answers(
        dossier=dossier, answers={"floors": "3 tầng, 1 tầng hầm"}, by=owner, at=on(7, 5, 14)
    )
    services.answer_supplement(dossier=dossier, by=owner, at=on(7, 5, 14))
    assert dossier.due_at == on(14, 5, 17)  # 21 to 28/4 are days 1 to 8, 8/5 is day 9, 14/5 day 15
    assert Pause.objects.get(dossier=dossier).legal_basis.startswith("Nghị định 118/2025/NĐ-CP")


def apologised_for(dossier: Dossier, officer: actors.Actor, leader: actors.Actor) -> None:
    """Late on 15/5: one letter, mended, signed and sent once; the first date stays beside the new one."""
    assert sweeping.draft_letters(at=on(14, 5, 17)) == 0
    assert sweeping.draft_letters(at=on(15, 5, 8)) == 1
    services.revise_letter(
        dossier=dossier, reason="Chờ đo lại ranh thửa", new_due_at=on(20, 5, 17), by=officer, at=on(15, 5, 8)
    )
    services.sign_letter(dossier=dossier, by=leader, at=on(15, 5, 8, 10))
    assert sweeping.run(Outbox.Topic.LETTER, dossier.pk, at=on(15, 5, 8, 11))
    assert sweeping.draft_letters(at=on(15, 5, 9)) == 0
    dossier.refresh_from_db()
    assert (dossier.due_at, dossier.reappointed_at) == (on(14, 5, 17), on(20, 5, 17))


def granted(agency, dossier: Dossier, officer: actors.Actor) -> None:
    services.propose(dossier=dossier, kind="grant", by=officer, at=on(19, 5, 9))
    services.sign(dossier=dossier, by=somebody(agency, Role.SIGNER, "Chủ Tịch"), at=on(19, 5, 10))
    clerk = somebody(agency, Role.REGISTRY_CLERK, "Văn Thư")
    services.number(dossier=dossier, by=clerk, at=on(19, 5, 10))
    sealed(dossier, at=on(19, 5, 10))
    services.release(dossier=dossier, by=clerk, at=on(19, 5, 11))


def test_a_permit_is_consulted_on_supplemented_late_apologised_for_and_still_granted(agency):
    """Fifteen days from 20/4/2026; what stands in the comments is counted by hand."""
    dossier = filed("building-permit-house", at=on(20, 4, 8))
    assert (dossier.state, dossier.unpaid_vnd) == (State.PAYMENT_REQUESTED, 75_000)
    services.record_payment(dossier=dossier, amount_vnd=75_000, reference="GD1", at=on(20, 4, 8))
    assert dossier.answer_due_at == on(21, 4, 8)  # eight working hours: 7.5 on the first day
    intake, officer, leader = (
        somebody(agency, role, name)
        for role, name in (
            (Role.INTAKE, "Lương Thị Hiền"),
            (Role.CASE_OFFICER, "Phan Văn Thụ Lý"),
            (Role.APPROVER, "Đỗ Lãnh Đạo"),
        )
    )
    services.accept(dossier=dossier, by=intake, at=on(20, 4, 9))
    services.pass_on(dossier=dossier, by=intake, at=on(20, 4, 9))
    assert dossier.due_at == on(5, 5, 17)  # day 1 is 21/4, day 15 is 5/5
    consulted_on(dossier, officer)
    supplemented(dossier, officer)
    apologised_for(dossier, officer, leader)
    granted(agency, dossier, officer)
    assert Result.objects.get(dossier=dossier).kind == "grant"
    assert dossier.ended_at == on(19, 5, 11)
    kinds = [event.kind for event in Event.objects.filter(dossier=dossier).order_by("seq")]
    assert kinds == [
        "submit", "request_payment", "record_payment", "accept", "pass_on", "consulted", "consultation_reminded",
        "consultation_answered", "verify", "request_supplement", "answer_supplement", "apology_drafted",
        "apology_revised", "apology_signed", "apology_sent", "propose", "sign", "number", "result_signed", "release",
        "deliver",
    ]  # fmt: skip
    told = [one.title for one in timeline.happenings(dossier)]
    assert any("xin lỗi" in title for title in told)
    assert log.verify(dossier, dossier.events.order_by("seq")) == dossier.seq
