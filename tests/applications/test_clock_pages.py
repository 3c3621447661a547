"""The legal clock over HTTP: the page of a dossier, letters to sign, the superior's list, the citizen's side."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import legal, services, sweeping
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier, Event, Letter, Outbox
from applications.office import silence
from identity.models import DataAccess, Role
from tests import factories
from tests.applications import lateness
from tests.applications.desks import INBOX, signed_in
from tests.applications.second_factor import six_digits

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return factories.commune_agency()


def late_now(agency) -> Dossier:
    """Overdue at this very moment, drafted by the sweeper."""
    dossier = factories.processing(agency)
    Dossier.objects.filter(pk=dossier.pk).update(due_at=timezone.now() - dt.timedelta(minutes=5))
    sweeping.draft_letters(at=timezone.now())
    return Dossier.objects.select_related("version", "agency__parent", "submitter").get(pk=dossier.pk)


def address(dossier: Dossier) -> str:
    return reverse("applications:clock", args=[dossier.code])


def press(client: Client, dossier: Dossier, act: str, **typed):
    dossier.refresh_from_db()
    return client.post(address(dossier), {"act": act, "seq": dossier.seq, **typed})


def working_day(days: int) -> dt.date:
    """At least ``days`` ahead."""
    return legal.calendar().next_working(timezone.localdate() + dt.timedelta(days=days))


def test_the_leader_finds_the_letter_signs_it_with_the_second_factor_and_the_citizen_gets_it(agency):
    dossier = late_now(agency)
    client, post = signed_in(agency, Role.LEADER)
    listed = client.get(reverse("applications:letters"))
    assert address(dossier) in listed.text
    assert press(client, dossier, "sign", otp="").status_code == 422
    assert Letter.objects.get().status == "draft"
    signed = press(client, dossier, "sign", otp=six_digits(post))
    assert signed["Location"] == reverse("applications:letters")
    assert address(dossier) not in client.get(reverse("applications:letters")).text
    sweeping.run(Outbox.Topic.LETTER, dossier.pk, at=timezone.now())
    letter = Letter.objects.get()
    assert letter.signer_id == post.user_id
    citizen = factories.sign_in_citizen(Client(), dossier.submitter)
    page = citizen.get(reverse("applications:dossier", args=[dossier.code])).text
    assert "Cơ quan xin lỗi và hẹn lại" in page
    assert letter.reason in page
    paper = citizen.get(reverse("applications:printed_form", args=[dossier.code, "apology"]))
    again = client.get(reverse("applications:printed", args=[dossier.code, "apology"]))
    assert paper.content == again.content
    assert paper.content.startswith(b"%PDF-")


def test_a_draft_is_mended_on_the_desk_and_nothing_typed_is_lost_when_refused(agency):
    dossier = late_now(agency)
    client, _post = signed_in(agency, Role.CASE_OFFICER)
    assert (
        "Sửa dự thảo thư xin lỗi" in client.get(reverse("applications:workspace", args=[dossier.code])).text
    )
    sunday = timezone.localdate() + dt.timedelta(days=7 + 6 - timezone.localdate().weekday())
    refused = press(client, dossier, "revise", reason="Chờ xác minh nơi sinh", new_due=sunday.isoformat())
    assert refused.status_code == 422
    assert "ngày nghỉ" in refused.text
    assert "Chờ xác minh nơi sinh" in refused.text
    day = working_day(4)
    done = press(client, dossier, "revise", reason="Chờ xác minh nơi sinh", new_due=day.isoformat())
    assert done["Location"] == address(dossier)
    letter = Letter.objects.get()
    assert (letter.reason, letter.new_due_at.astimezone(LEGAL_ZONE).date()) == ("Chờ xác minh nơi sinh", day)
    assert press(client, dossier, "sign", otp="000000").status_code in (403, 422)
    assert not Event.objects.filter(kind="apology_signed").exists()


def test_a_lawful_reason_and_an_extension_are_given_on_the_page(agency):
    late, version = (
        late_now(agency),
        factories.version(processing={**factories.PROCESSING, "extension": lateness.EXTENSION}),
    )
    running = factories.processing(agency, of=version)
    client, _post = signed_in(agency, Role.APPROVER)
    typed = {
        "legal_basis": "Bộ luật Dân sự 2015, Điều 156",
        "reason": "Bão",
        "new_due": working_day(3).isoformat(),
    }
    assert press(client, late, "delay", **{**typed, "legal_basis": ""}).status_code == 422
    assert press(client, late, "delay", **typed).status_code == 302
    before = running.due_at
    assert press(client, running, "extend", reason="Chờ ý kiến").status_code == 302
    running.refresh_from_db()
    assert running.due_at > before
    assert press(client, running, "extend", reason="Chờ ý kiến").status_code == 422
    assert press(client, running, "x").status_code == 404


def test_a_page_that_somebody_overtook_gets_who_and_when(agency):
    dossier = late_now(agency)
    client, post = signed_in(agency, Role.APPROVER)
    clerk = lateness.actor(agency, Role.CASE_OFFICER, name="Người Nhanh Tay")
    services.stop(dossier=dossier, reason="Trở ngại", by=clerk, at=timezone.now())
    answer = client.post(address(dossier), {"act": "sign", "seq": 1, "otp": six_digits(post)})
    assert answer.status_code == 409
    assert "Người Nhanh Tay" in answer.text


def test_nobody_of_another_agency_or_without_the_role_gets_in(agency):
    dossier = late_now(agency)
    foreign, _post = signed_in(factories.commune_agency("Thanh Khê"), Role.LEADER)
    assert foreign.get(address(dossier)).status_code == 404
    assert foreign.post(address(dossier), {"act": "sign"}).status_code == 404
    clerk, _post = signed_in(agency, Role.INTAKE)
    assert clerk.get(reverse("applications:letters")).status_code == 403
    assert clerk.get(reverse("applications:superior")).status_code == 403


def test_opening_the_clock_is_recorded(agency):
    dossier = late_now(agency)
    client, _post = signed_in(agency, Role.APPROVER)
    client.get(address(dossier))
    assert DataAccess.objects.get().purpose == "Theo dõi thời hạn của hồ sơ"


def silent(agency, working_days: int) -> Dossier:
    dossier = factories.submitted(agency)
    moment = legal.calendar().before(timezone.now(), working_days) - dt.timedelta(minutes=1)
    Dossier.objects.filter(pk=dossier.pk).update(last_event_at=moment)
    return dossier


def test_a_dossier_nobody_touched_for_two_working_days_is_marked_in_the_inbox(agency):
    quiet, fresh = silent(agency, 2), silent(agency, 1)
    client, _post = signed_in(agency, Role.INTAKE)
    rows = client.get(INBOX, {"nhom": "waiting"}).context["inbox"].rows
    alarms = {row.dossier.pk: bool(row.alarm) for row in rows}
    assert alarms == {quiet.pk: True, fresh.pk: False}
    assert "2 ngày làm việc không ai xử lý" in client.get(INBOX, {"nhom": "waiting"}).text


def test_after_four_working_days_the_superior_sees_it_without_personal_data(agency):
    quiet, other = silent(agency, 4), silent(agency, 3)
    superior = lateness.leader_of(agency.parent)
    client = factories.sign_in_officer(Client(), superior)
    page = client.get(reverse("applications:superior")).text.replace(" – ", "-")
    assert quiet.code in page
    assert other.code not in page
    assert quiet.submitter.name not in page
    assert not silence.for_superior(lateness.leader_of(agency), now=timezone.now())


def test_a_broken_new_date_stands_on_the_superiors_page(agency):
    dossier = lateness.running(agency)
    lateness.signed(dossier)
    services.send_letter(dossier=dossier, at=lateness.LATE)
    sweeping.escalate_breaches(at=timezone.now())
    client = factories.sign_in_officer(Client(), lateness.leader_of(agency.parent))
    assert dossier.code in client.get(reverse("applications:superior")).text.replace(" – ", "-")
