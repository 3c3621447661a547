"""The apology: drafted by the clock, mended, signed once, sent once, even when a worker dies; then the superior."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from applications import lettering, log, notices, papers, printing, services, sweeping
from applications.models import Dossier, Escalation, Event, FormNumber, Letter, Outbox
from applications.results import verification
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Role
from notifications.models import Message
from tests import factories
from tests.applications import lateness
from tests.applications.lateness import ACCEPTED, DUE, LATE, NEW
from tests.applications.test_races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return factories.commune_agency()


def count(dossier: Dossier, kind: str) -> int:
    return Event.objects.filter(dossier=dossier, kind=kind).count()


def test_the_clock_drafts_an_apology_as_soon_as_the_day_is_past(agency):
    dossier = lateness.running(agency)
    assert sweeping.draft_letters(at=DUE - dt.timedelta(minutes=1)) == 0
    assert sweeping.draft_letters(at=DUE + dt.timedelta(seconds=15)) == 1
    letter = Letter.objects.get(dossier=dossier)
    assert (letter.status, letter.new_due_at.date()) == ("draft", dt.date(2026, 5, 14))
    assert "Thẩm tra" in letter.reason
    dossier.refresh_from_db()
    assert (dossier.due_at, dossier.reappointed_at) == (DUE, None)


def test_the_clock_drafts_one_apology_however_often_it_looks_and_whatever_the_time(agency):
    dossier = lateness.running(agency)
    assert [sweeping.draft_letters(at=LATE) for _look in range(3)] == [1, 0, 0]
    assert sweeping.draft_letters(at=ACCEPTED) == 0  # the clock of the machine was set back over Tết
    assert sweeping.draft_letters(at=LATE + dt.timedelta(days=1)) == 0
    assert count(dossier, "apology_drafted") == 1


def test_nothing_is_drafted_for_a_dossier_that_waits_or_has_its_lawful_reason(agency):
    waiting, excused = lateness.running(agency), lateness.running(agency)
    items = [{"question": "child_name", "label": "Tên", "reason": "Thiếu"}]
    clerk = lateness.actor(agency, Role.CASE_OFFICER)
    services.request_supplement(dossier=waiting, items=items, by=clerk, at=ACCEPTED)
    services.record_delay(
        dossier=excused,
        legal_basis="Điều 156",
        reason="Bão",
        new_due_at=NEW,
        by=lateness.approver(agency),
        at=LATE,
    )
    assert sweeping.draft_letters(at=LATE) == 0


def test_the_office_mends_reason_and_date_before_it_is_signed(agency):
    dossier = lateness.running(agency)
    services.draft_letter(dossier=dossier, at=LATE)
    clerk = lateness.actor(agency, Role.CASE_OFFICER)
    services.revise_letter(dossier=dossier, reason="Chờ xác minh nơi sinh", new_due_at=NEW, by=clerk, at=LATE)
    letter = Letter.objects.get(dossier=dossier)
    assert (letter.reason, letter.new_due_at) == ("Chờ xác minh nơi sinh", NEW)
    event = Event.objects.get(dossier=dossier, kind="apology_revised")
    assert (event.note.text, "Chờ" in str(event.data)) == ("Chờ xác minh nơi sinh", False)
    for bad in ({"reason": " "}, {"new_due_at": LATE}):
        typed = {"reason": "Lý do", "new_due_at": NEW, **bad}
        with pytest.raises(Refused):
            services.revise_letter(dossier=dossier, by=clerk, at=LATE, **typed)


def test_only_an_approver_or_leader_signs_and_only_a_draft(agency):
    dossier = lateness.running(agency)
    with pytest.raises(Refused, match="chưa có dự thảo"):
        services.sign_letter(dossier=dossier, by=lateness.approver(agency), at=LATE)
    services.draft_letter(dossier=dossier, at=LATE)
    with pytest.raises(Forbidden):
        services.sign_letter(dossier=dossier, by=lateness.actor(agency, Role.CASE_OFFICER), at=LATE)
    services.sign_letter(dossier=dossier, by=lateness.actor(agency, Role.LEADER), at=LATE)
    with pytest.raises(Conflict):
        services.sign_letter(dossier=dossier, by=lateness.approver(agency), at=LATE)
    with pytest.raises(Conflict):
        services.revise_letter(
            dossier=dossier, reason="Khác", new_due_at=NEW, by=lateness.approver(agency), at=LATE
        )
    assert (count(dossier, "apology_signed"), FormNumber.objects.filter(kind="apology").count()) == (1, 1)


def test_a_letter_whose_new_date_has_passed_meanwhile_is_not_signed(agency):
    dossier = lateness.running(agency)
    services.draft_letter(dossier=dossier, at=LATE)
    with pytest.raises(Refused, match="Ngày hẹn mới đã qua"):
        services.sign_letter(dossier=dossier, by=lateness.approver(agency), at=LATE + dt.timedelta(days=30))


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_it_signed_numbered_and_told_once(agency):
    dossier = lateness.running(agency)
    lateness.signed(dossier)
    assert sweeping.run(Outbox.Topic.LETTER, dossier.pk, at=LATE)
    letter = Letter.objects.get(dossier=dossier)
    content = papers.read(letter.path)
    assert (letter.status, letter.sha256) == ("sent", letter.path.rpartition("/")[2])
    verdict = verification.verify(content)
    assert (verdict.signer_name, verdict.covers_whole_file) == ("Đỗ Thị Lãnh Đạo", True)
    dossier.refresh_from_db()
    assert (dossier.due_at, dossier.reappointed_at) == (DUE, letter.new_due_at)
    assert [form.kind for form in printing.for_applicant(dossier, at=LATE)] == ["receipt", "apology"]
    for _again in range(2):
        services.send_letter(dossier=dossier, at=LATE)
        notices.tell(limit=100)
    assert count(dossier, "apology_sent") == 1
    assert Message.objects.filter(template="dossier.apology_sent").count() == 1
    assert log.verify(dossier, dossier.events.order_by("seq")) == dossier.seq


@pytest.mark.django_db(transaction=True)
def test_a_draft_is_no_paper_of_the_citizen(agency):
    dossier = lateness.running(agency)
    services.draft_letter(dossier=dossier, at=LATE)
    assert [form.kind for form in printing.for_applicant(dossier, at=LATE)] == ["receipt"]
    assert notices.tell(limit=100) > 0
    assert not Message.objects.filter(template__contains="apology").exists()


def test_a_worker_killed_after_the_signature_leaves_the_letter_to_the_next(agency, monkeypatch):
    dossier = lateness.running(agency)
    lateness.signed(dossier)
    whole = lettering.produce

    def dies(*arguments):
        whole(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(lettering, "produce", dies)
    with pytest.raises(KeyboardInterrupt):
        sweeping.run(Outbox.Topic.LETTER, dossier.pk, at=LATE)
    assert Letter.objects.get().status == "signing"
    assert count(dossier, "apology_sent") == 0
    monkeypatch.setattr(lettering, "produce", whole)
    later = LATE + dt.timedelta(minutes=1)
    assert sweeping.due(at=later) == [("letter", dossier.pk)]
    assert sweeping.run(Outbox.Topic.LETTER, dossier.pk, at=later)
    assert (Letter.objects.get().status, count(dossier, "apology_sent")) == ("sent", 1)
    assert sweeping.due(at=later + dt.timedelta(hours=1)) == []


# Many at once


def eight_signatures_and_sends() -> None:
    agency = factories.commune_agency()
    dossier = lateness.running(agency)
    services.draft_letter(dossier=dossier, at=LATE)
    by = [lateness.actor(agency, Role.APPROVER, name=f"Ký {n}") for n in range(8)]

    def copy() -> Dossier:
        return Dossier.objects.select_related("version__procedure", "agency__parent", "submitter").get(
            pk=dossier.pk
        )

    copies = [copy() for _n in range(8)]
    signed = at_once(lambda n: services.sign_letter(dossier=copies[n], by=by[n], at=LATE))
    assert sum(isinstance(answer, Conflict) for answer in signed) == 7
    assert (count(dossier, "apology_signed"), FormNumber.objects.filter(kind="apology").count()) == (1, 1)
    copies = [copy() for _n in range(8)]
    at_once(lambda n: services.send_letter(dossier=copies[n], at=LATE))
    assert count(dossier, "apology_sent") == 1
    assert log.verify(copy(), dossier.events.order_by("seq")) == copy().seq


@pytest.mark.django_db(transaction=True)
def test_eight_signatures_and_eight_workers_send_one_letter():
    eight_signatures_and_sends()


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_a_letter_is_sent_more_than_once(monkeypatch):
    """The broken variant: nobody looks at what the claim of the row answered."""
    whole = QuerySet.update

    def unasked(rows, **columns):
        changed = whole(rows, **columns)
        return 1 if rows.model is Letter and columns.get("status") == Letter.Status.SENT else changed

    monkeypatch.setattr(QuerySet, "update", unasked)
    with pytest.raises(AssertionError):
        eight_signatures_and_sends()


@pytest.mark.django_db(transaction=True)
def test_eight_sweepers_draft_one_letter():
    agency = factories.commune_agency()
    dossier = lateness.running(agency)
    at_once(lambda _n: sweeping.draft_letters(at=LATE))
    assert (Letter.objects.count(), count(dossier, "apology_drafted")) == (1, 1)


# The second breach


def test_a_missed_new_date_goes_to_the_superior_once(agency):
    dossier = lateness.running(agency)
    lateness.signed(dossier)
    services.send_letter(dossier=dossier, at=LATE)
    new = Letter.objects.get().new_due_at
    assert sweeping.escalate_breaches(at=new - dt.timedelta(minutes=1)) == 0
    after = new + dt.timedelta(minutes=1)
    assert [sweeping.escalate_breaches(at=after) for _look in range(2)] == [1, 0]
    brought = Escalation.objects.get()
    assert (brought.superior, brought.missed) == (agency.parent, new)
    assert count(dossier, "breach_escalated") == 1


def test_a_pause_after_the_apology_moves_the_new_date_as_well(agency):
    dossier = lateness.running(agency)
    lateness.signed(dossier)
    services.send_letter(dossier=dossier, at=LATE)
    dossier = Dossier.objects.select_related("version__procedure", "submitter").get(pk=dossier.pk)
    new = dossier.reappointed_at
    clerk = lateness.actor(agency, Role.CASE_OFFICER)
    services.request_payment(dossier=dossier, fee_vnd=1000, reason="Phí", by=clerk, at=LATE)
    back = LATE + dt.timedelta(days=7)
    services.record_payment(dossier=dossier, amount_vnd=1000, reference="BL-1", at=back)
    assert dossier.reappointed_at == new + dt.timedelta(days=7)
    assert sweeping.escalate_breaches(at=new + dt.timedelta(minutes=1)) == 0


def test_a_machine_that_notes_something_does_not_end_the_silence(agency):
    dossier = lateness.running(agency)
    services.draft_letter(dossier=dossier, at=LATE)
    dossier.refresh_from_db()
    assert dossier.last_event_at == ACCEPTED
    clerk = lateness.actor(agency, Role.CASE_OFFICER)
    services.revise_letter(dossier=dossier, reason="Lý do", new_due_at=NEW, by=clerk, at=LATE)
    dossier.refresh_from_db()
    assert dossier.last_event_at == LATE
    assert timezone.now() > LATE
