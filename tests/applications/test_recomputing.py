"""After a change of the calendar every open dossier is asked again: once, whole, repeatable, resumable."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from applications import actors, legal, log, log_many, services
from applications.deadlines import LEGAL_ZONE, Pause, due_at
from applications.models import CalendarDay, Dossier, Event, OfficeShift
from applications.services import recomputing
from identity.models import Role
from tests import factories
from tests.applications import lateness
from tests.applications.lateness import ACCEPTED, DUE, EXTENSION
from tests.applications.test_deadline_vectors import PAUSES, QUESTIONS, laid_out
from tests.applications.test_deadlines import CALENDAR

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 5, 8, 9, 0, tzinfo=LEGAL_ZONE)


@pytest.fixture
def agency():
    return factories.commune_agency()


def holiday(day: str = "2026-05-07") -> None:
    CalendarDay.objects.create(date=day, name="Nghỉ thêm", kind="public_holiday", is_working=False)


def events(dossier: Dossier) -> int:
    return Event.objects.filter(dossier=dossier, kind="due_recomputed").count()


def many(agency) -> dict[str, Dossier]:
    """One dossier of each kind the clock treats differently."""
    made = {
        name: lateness.running(agency, extension=EXTENSION)
        for name in ("plain", "extended", "paused", "waiting")
    }
    by = lateness.approver(agency)
    services.extend(dossier=made["extended"], reason="Chờ", by=by, at=ACCEPTED + dt.timedelta(hours=1))
    items = [{"question": "child_name", "label": "Tên", "reason": "Thiếu"}]
    clerk = lateness.actor(agency, Role.CASE_OFFICER)
    for name in ("paused", "waiting"):
        services.request_supplement(
            dossier=made[name], items=items, by=clerk, at=ACCEPTED + dt.timedelta(days=1)
        )
    person = actors.citizen(made["paused"].submitter)
    services.answer_supplement(dossier=made["paused"], by=person, at=ACCEPTED + dt.timedelta(days=2))
    made["submitted"] = factories.submitted(
        agency, at=dt.datetime(2026, 5, 6, 16, tzinfo=LEGAL_ZONE), child_dob=lateness.BIRTH
    )
    made["ended"] = lateness.running(agency)
    services.stop(dossier=made["ended"], reason="Trở ngại", by=clerk, at=NOW)
    made["other"] = lateness.running(factories.commune_agency("Thanh Khê"))
    return made


def promised(dossier: Dossier) -> dt.datetime | None:
    """What the one-dossier clock says; a pause still open counts when it ends."""
    if dossier.state == "submitted":
        return legal.answer_due(dossier.submitted_at, dossier.agency_id)
    deadline = legal.deadline_of(dossier, now=ACCEPTED)
    return deadline.due_at if deadline else None


def test_everyone_concerned_is_moved_with_one_event_and_nobody_else(agency):
    made = many(agency)
    before = {name: (one.due_at, one.answer_due_at) for name, one in made.items()}
    assert recomputing.recompute(at=NOW).changed == 0
    holiday()
    report = recomputing.recompute(at=NOW)
    assert (report.seen, report.changed, report.later, report.earlier, report.overtaken) == (6, 6, 6, 0, 0)
    for name, dossier in made.items():
        dossier = Dossier.objects.select_related("version").get(pk=dossier.pk)
        assert events(dossier) == (name != "ended")
        assert log.verify(dossier, dossier.events.order_by("seq")) == dossier.seq
        if name == "ended":
            assert (dossier.due_at, dossier.answer_due_at) == before[name]
            continue
        column = "answer_due_at" if name == "submitted" else "due_at"
        assert getattr(dossier, column) == promised(dossier)
        event = Event.objects.get(dossier=dossier, kind="due_recomputed")
        assert event.data["column"] == column
        assert dt.datetime.fromisoformat(event.data["due_at"]) == getattr(dossier, column)
        assert dt.datetime.fromisoformat(event.data["was"]) == before[name][column == "answer_due_at"]


def test_asking_again_changes_nothing(agency):
    many(agency)
    holiday()
    recomputing.recompute(at=NOW)
    count = Event.objects.count()
    assert recomputing.recompute(at=NOW).changed == 0
    assert Event.objects.count() == count


def test_a_holiday_taken_back_brings_the_first_dates_back(agency):
    dossier = lateness.running(agency)
    holiday()
    recomputing.recompute(at=NOW)
    CalendarDay.objects.all().delete()
    assert recomputing.recompute(at=NOW).earlier == 1
    dossier.refresh_from_db()
    assert (dossier.due_at, events(dossier)) == (DUE, 2)


def test_a_run_killed_in_the_middle_is_finished_by_the_next(agency, monkeypatch):
    version = factories.version()
    made = [
        factories.processing(agency, at=ACCEPTED, of=version, child_dob=lateness.BIRTH) for _n in range(5)
    ]
    monkeypatch.setattr(recomputing, "BATCH", 2)
    holiday()

    def dies(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recomputing.recompute(at=NOW, progress=dies)
    assert sum(events(dossier) for dossier in made) == 2
    report = recomputing.recompute(at=NOW)
    assert (report.seen, report.changed) == (5, 3)
    assert [events(dossier) for dossier in made] == [1] * 5


def test_the_pure_clock_is_asked_once_for_each_distinct_question(agency):
    version = factories.version()
    for hour in range(9, 15):
        factories.processing(agency, at=ACCEPTED.replace(hour=hour), of=version, child_dob=lateness.BIRTH)
    assert recomputing.recompute(at=NOW).questions == 1


def test_a_dossier_moved_meanwhile_is_left_to_whoever_moved_it(agency):
    dossier = lateness.running(agency)
    stale = log_many.Redating(dossier.pk, DUE - dt.timedelta(days=1), DUE + dt.timedelta(days=1))
    assert log_many.redate([stale], column="due_at", at=NOW) == 0
    dossier.refresh_from_db()
    assert (dossier.due_at, events(dossier)) == (DUE, 0)


def test_a_chain_that_forgets_its_head_is_caught(agency, monkeypatch):
    dossier = lateness.running(agency)
    broken = log_many._REDATE.replace("sha256(d.head_hash || ", "sha256(")
    monkeypatch.setattr(log_many, "_REDATE", broken)
    holiday()
    recomputing.recompute(at=NOW)
    dossier.refresh_from_db()
    with pytest.raises(log.HistoryBroken):
        log.verify(dossier, dossier.events.order_by("seq"))


def test_new_hours_of_one_agency_move_only_its_dossiers(agency):
    mine, foreign = lateness.running(agency), lateness.running(factories.commune_agency("Thanh Khê"))
    OfficeShift.objects.create(
        agency=agency, weekday=0, opens="08:00", closes="11:00", valid_from="2026-05-01", source="QĐ thử"
    )
    assert recomputing.recompute(at=NOW).changed == 1
    mine.refresh_from_db()
    assert (mine.due_at, events(foreign)) == (DUE.replace(hour=11), 0)


def test_the_command_counts_in_a_dry_run_and_changes_in_a_real_one(agency, capsys):
    dossier = lateness.running(agency)
    lateness.running(factories.commune_agency("Thanh Khê"))
    holiday()
    call_command("due", "recompute", "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["changed"] == 2
    assert events(dossier) == 0
    call_command("due", "recompute", "--agency", agency.key, "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["seen"], answer["changed"], answer["dry_run"]) == (1, 1, False)
    assert answer["examples"][0]["code"] == dossier.code
    call_command("due", "recompute")
    assert "1 đã đổi" in capsys.readouterr().out


def test_the_command_says_what_is_missing(db):
    for arguments in (["--value", "3"], ["recompute", "--agency", "nowhere"]):
        with pytest.raises(CommandError) as refused:
            call_command("due", *arguments)
        assert refused.value.returncode == 2


@given(question=QUESTIONS, shape=PAUSES, minutes=st.lists(st.integers(0, 59), min_size=4, max_size=4))
def test_two_questions_that_are_told_apart_by_nothing_have_one_answer(question, shape, minutes):
    """Minutes do not matter to a term in days: moved within their hour, the question keeps its key and its answer."""
    if question["unit"] not in recomputing.IN_DAYS:
        return
    limit = {"cutoff_hour": question["cutoff_hour"]}

    def told(moment: dt.datetime, minute: int) -> dt.datetime:
        return moment.replace(minute=minute, second=0)

    pauses = laid_out(question["received_at"], shape)[:1]
    other = [Pause(told(one.start, minutes[0]), told(one.end, minutes[1])) for one in pauses]
    received = told(question["received_at"], minutes[2])
    keys = {
        recomputing._days_that_matter(limit, at, tuple(found), CALENDAR)
        for at, found in ((question["received_at"], pauses), (received, other))
    }
    if len(keys) == 1 and all(one.start <= one.end for one in other):
        asked = {**question, "calendar": CALENDAR}
        first = due_at(**asked, pauses=pauses).due_at
        assert due_at(**{**asked, "received_at": received}, pauses=other).due_at == first
