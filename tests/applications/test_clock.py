"""Extension, lawful delay, pauses, agency hours: what changes the promise, and what leaves it alone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from applications import actors, explaining, legal, log, services, timeline
from applications.deadlines import LEGAL_ZONE
from applications.models import (
    CalendarDay,
    Consultation,
    Dossier,
    Event,
    Extension,
    LawfulDelay,
    OfficeShift,
    Pause,
)
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Role
from tests import factories
from tests.applications import lateness, walking
from tests.applications.lateness import ACCEPTED, DUE, EXTENSION, LATE, NEW

pytestmark = pytest.mark.django_db
IN_TIME = dt.datetime(2026, 5, 8, 10, 0, tzinfo=LEGAL_ZONE)


@pytest.fixture
def agency():
    return factories.commune_agency()


def kinds(dossier: Dossier) -> list[str]:
    return list(Event.objects.filter(dossier=dossier).order_by("seq").values_list("kind", flat=True))


def sound(dossier: Dossier) -> bool:
    dossier.refresh_from_db()
    return log.verify(dossier, dossier.events.order_by("seq")) == dossier.seq


def shift(agency, weekday: int, opens: str, closes: str, since: str = "2026-01-01", until=None) -> None:
    OfficeShift.objects.create(
        agency=agency,
        weekday=weekday,
        opens=opens,
        closes=closes,
        valid_from=since,
        valid_to=until,
        source="QĐ thử",
    )


# Agency hours


def test_the_hours_of_an_agency_decide_when_an_answer_is_owed_and_when_a_day_ends(agency):
    shift(agency, 0, "08:00", "11:00")
    shift(agency, 0, "14:00", "16:00")
    dossier = lateness.running(agency)
    assert dossier.due_at == DUE.replace(hour=16)
    assert legal.answer_due(ACCEPTED, agency.pk) == dt.datetime(2026, 5, 5, 11, 30, tzinfo=LEGAL_ZONE)


def test_a_shipped_permit_may_be_extended_by_what_its_law_says():
    allowed = legal.extension_allowed(walking.live("building-permit-house", "1.013225"))
    assert allowed is not None
    assert (allowed.value, allowed.unit) == (10, "days")
    assert allowed.legal_basis.startswith("Luật Xây dựng 2014")


def test_the_hours_of_one_agency_leave_every_other_alone(agency):
    shift(factories.commune_agency("Thanh Khê"), 0, "08:00", "11:00")
    assert lateness.running(agency).due_at == DUE


def test_hours_end_and_others_begin_on_their_day(agency):
    shift(agency, 0, "08:00", "11:00", "2026-01-01", "2026-05-10")
    shift(agency, 0, "08:00", "15:00", "2026-05-11")
    assert lateness.running(agency).due_at == DUE.replace(hour=15)


def test_a_shift_that_closes_before_it_opens_is_refused_by_the_database(agency):
    with pytest.raises(IntegrityError), transaction.atomic():
        shift(agency, 0, "11:00", "08:00")


# Extension


def test_an_extension_moves_the_due_day_once_and_says_why(agency):
    dossier = lateness.running(agency, extension=EXTENSION)
    services.extend(dossier=dossier, reason="Chờ xác minh", by=lateness.approver(agency), at=IN_TIME)
    assert dossier.due_at == dt.datetime(2026, 5, 14, 17, 0, tzinfo=LEGAL_ZONE)
    event = Event.objects.get(dossier=dossier, kind="deadline_extended")
    assert (event.data["legal_basis"], event.note.text) == (EXTENSION["legal_basis"], "Chờ xác minh")
    assert (event.from_state, event.to_state) == ("processing", "processing")
    lines = explaining.lines(dossier, legal.deadline_of(dossier, now=IN_TIME))
    assert any("Gia hạn 3 ngày làm việc" in line and EXTENSION["legal_basis"] in line for line in lines)
    assert sound(dossier)


def test_a_second_extension_is_refused_and_changes_nothing(agency):
    dossier = lateness.running(agency, extension=EXTENSION)
    by = lateness.approver(agency)
    services.extend(dossier=dossier, reason="Chờ xác minh", by=by, at=IN_TIME)
    due, before = dossier.due_at, kinds(dossier)
    with pytest.raises(Refused, match="đã gia hạn một lần"):
        services.extend(dossier=dossier, reason="Lần nữa", by=by, at=IN_TIME)
    dossier.refresh_from_db()
    assert (dossier.due_at, kinds(dossier), Extension.objects.count()) == (due, before, 1)


def test_the_same_page_pressed_twice_extends_once(agency):
    dossier = lateness.running(agency, extension=EXTENSION)
    by, copy = lateness.approver(agency), Dossier.objects.select_related("version").get(pk=dossier.pk)
    services.extend(dossier=dossier, reason="Chờ xác minh", by=by, at=IN_TIME)
    Extension.objects.all().delete()  # the broken variant: nobody remembers that it was extended
    with pytest.raises(Conflict):
        services.extend(dossier=copy, reason="Chờ xác minh", by=by, at=IN_TIME)
    assert kinds(dossier).count("deadline_extended") == 1


@pytest.mark.parametrize(
    ("processing", "role", "reason", "at", "refusal"),
    [
        ({}, Role.APPROVER, "Lý do", IN_TIME, Refused),
        ({"extension": EXTENSION}, Role.CASE_OFFICER, "Lý do", IN_TIME, Forbidden),
        ({"extension": EXTENSION}, Role.APPROVER, " ", IN_TIME, Refused),
        ({"extension": EXTENSION}, Role.APPROVER, "Lý do", LATE, Refused),
    ],
    ids=["the version allows none", "not an approver", "no reason", "too late"],
)
def test_an_extension_the_law_does_not_give_is_refused(agency, processing, role, reason, at, refusal):
    dossier = lateness.running(agency, **processing)
    with pytest.raises(refusal):
        services.extend(dossier=dossier, reason=reason, by=lateness.actor(agency, role), at=at)
    dossier.refresh_from_db()
    assert (dossier.due_at, Extension.objects.exists()) == (DUE, False)


def test_an_extension_survives_a_later_pause(agency):
    dossier = lateness.running(agency, extension=EXTENSION)
    services.extend(dossier=dossier, reason="Chờ xác minh", by=lateness.approver(agency), at=IN_TIME)
    items = [{"question": "child_name", "label": "Tên", "reason": "Thiếu"}]
    clerk = lateness.actor(agency, Role.CASE_OFFICER)
    services.request_supplement(dossier=dossier, items=items, by=clerk, at=IN_TIME)
    back = IN_TIME + dt.timedelta(days=5)
    services.answer_supplement(dossier=dossier, by=actors.citizen(dossier.submitter), at=back)
    assert dossier.due_at == dt.datetime(2026, 5, 19, 17, 0, tzinfo=LEGAL_ZONE)


# A lawful reason for being late


def excuse(dossier: Dossier, agency, **changes):
    arguments = {
        "legal_basis": "Bộ luật Dân sự 2015, Điều 156",
        "reason": "Bão số 3, cơ quan mất điện",
        "new_due_at": NEW,
        "by": lateness.approver(agency),
        "at": LATE,
    }
    return services.record_delay(dossier=dossier, **{**arguments, **changes})


def test_a_lawful_reason_gives_a_new_date_and_keeps_the_first(agency):
    dossier = lateness.running(agency)
    excuse(dossier, agency)
    dossier.refresh_from_db()
    assert (dossier.due_at, dossier.reappointed_at) == (DUE, NEW)
    event = Event.objects.get(dossier=dossier, kind="delay_recorded")
    assert event.note.text == "Bão số 3, cơ quan mất điện (Bộ luật Dân sự 2015, Điều 156)"
    assert "Bão" not in str(event.data)
    assert sound(dossier)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"legal_basis": " "}, Refused),
        ({"reason": ""}, Refused),
        ({"new_due_at": LATE}, Refused),
        ({"at": IN_TIME}, Refused),
    ],
    ids=["no article", "no reason", "a date already past", "not late"],
)
def test_an_excuse_without_its_parts_is_refused(agency, changes, refusal):
    dossier = lateness.running(agency)
    with pytest.raises(refusal):
        excuse(dossier, agency, **changes)
    assert not LawfulDelay.objects.exists()
    assert "delay_recorded" not in kinds(dossier)


def test_a_second_excuse_is_refused(agency):
    dossier = lateness.running(agency)
    excuse(dossier, agency)
    with pytest.raises(Conflict):
        excuse(Dossier.objects.select_related("version").get(pk=dossier.pk), agency)
    assert LawfulDelay.objects.count() == 1


# Consultation


RULE = {"pauses": "Luật X, Điều 9"}


def ask(dossier: Dossier, by, *, at: dt.datetime = IN_TIME) -> Consultation:
    asked = factories.commune_agency("Thanh Khê")
    return services.consult(
        dossier=dossier, agency=asked, question="Có đồng ý không?", papers=[], days=3, by=by, at=at
    )


def test_consultation_stops_the_clock_where_the_version_names_the_law(agency):
    dossier = lateness.running(agency, consultation=RULE)
    by = lateness.actor(agency, Role.CASE_OFFICER)
    asked = ask(dossier, by)
    assert explaining.is_held(dossier)
    assert not Dossier.objects.overdue(LATE).exists()
    assert timeline.clock(dossier, now=LATE).line == "Đang dừng"
    services.close_consultation(consultation=asked, reason="Đã rõ", by=by, at=IN_TIME + dt.timedelta(days=4))
    dossier.refresh_from_db()
    assert dossier.due_at == dt.datetime(2026, 5, 13, 17, 0, tzinfo=LEGAL_ZONE)
    pause = Pause.objects.get(dossier=dossier)
    assert (pause.cause, pause.legal_basis) == ("consultation", "Luật X, Điều 9")
    assert kinds(dossier)[-2:] == ["consulted", "consultation_closed"]
    assert sound(dossier)


def test_a_recomputation_counts_the_pause_of_a_consultation(agency):
    dossier = lateness.running(agency, consultation=RULE)
    by = lateness.actor(agency, Role.CASE_OFFICER)
    asked = ask(dossier, by)
    services.close_consultation(consultation=asked, reason="Đã rõ", by=by, at=IN_TIME + dt.timedelta(days=4))
    assert services.recompute(at=LATE).changed == 0
    Dossier.objects.filter(pk=dossier.pk).update(due_at=DUE)
    assert services.recompute(at=LATE).later == 1
    dossier.refresh_from_db()
    assert dossier.due_at == dt.datetime(2026, 5, 13, 17, 0, tzinfo=LEGAL_ZONE)


def test_a_consultation_moves_the_new_date_of_a_late_dossier_too(agency):
    dossier = lateness.running(agency, consultation=RULE)
    excuse(dossier, agency)
    dossier = Dossier.objects.get(pk=dossier.pk)
    by = lateness.actor(agency, Role.CASE_OFFICER)
    asked = ask(dossier, by, at=LATE)
    services.close_consultation(consultation=asked, reason="Đã rõ", by=by, at=LATE + dt.timedelta(days=1))
    dossier.refresh_from_db()
    assert dossier.reappointed_at > NEW


def test_consultation_leaves_the_clock_running_where_no_law_stops_it(agency):
    dossier = lateness.running(agency)
    by = lateness.actor(agency, Role.CASE_OFFICER)
    asked = ask(dossier, by)
    services.close_consultation(consultation=asked, reason="Đã rõ", by=by, at=IN_TIME)
    dossier.refresh_from_db()
    assert dossier.due_at == DUE
    assert not Pause.objects.exists()


def test_a_supplement_takes_over_the_pause_of_a_consultation(agency):
    dossier = lateness.running(agency, consultation=RULE)
    by = lateness.actor(agency, Role.CASE_OFFICER)
    asked = ask(dossier, by)
    items = [{"question": "child_name", "label": "Tên", "reason": "Thiếu"}]
    services.request_supplement(dossier=dossier, items=items, by=by, at=IN_TIME + dt.timedelta(hours=1))
    later = IN_TIME + dt.timedelta(hours=2)
    services.close_consultation(consultation=asked, reason="Đã rõ", by=by, at=later)
    assert [(p.cause, p.ended_at is None) for p in Pause.objects.order_by("pk")] == [
        ("consultation", False),
        ("supplement_requested", True),
    ]


# Both sides, both languages


def test_both_sides_read_the_pause_with_its_law_and_the_holiday_in_their_language(agency):
    CalendarDay.objects.create(
        date="2026-05-06",
        name="Ngày nghỉ thử",
        name_en="Trial holiday",
        kind="public_holiday",
        is_working=False,
    )
    dossier = lateness.running(agency, consultation=RULE)
    by = lateness.actor(agency, Role.CASE_OFFICER)
    ask(dossier, by)
    for language, holiday in (("vi", "Ngày nghỉ thử"), ("en", "Trial holiday")):
        with override(language):
            lines = " ".join(timeline.clock(dossier, now=LATE).explain)
            assert holiday in lines
            assert "Luật X, Điều 9" in lines
