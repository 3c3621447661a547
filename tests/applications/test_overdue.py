"""The checker: nobody is late for more than a working hour without a letter or a lawful reason."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import call_command

from applications import overdue, services, sweeping
from applications.deadlines import LEGAL_ZONE
from applications.models import Letter, Outbox
from tests import factories
from tests.applications import lateness
from tests.applications.lateness import DUE, LATE, NEW

pytestmark = pytest.mark.django_db
GRACE_OVER = dt.datetime(2026, 5, 12, 8, 31, tzinfo=LEGAL_ZONE)


@pytest.fixture
def agency():
    return factories.commune_agency()


def missing(at: dt.datetime) -> list[tuple[str, str]]:
    return [(one.code, one.missing) for one in overdue.unanswered(at=at)]


def test_the_working_hour_of_grace_runs_over_the_night(agency):
    dossier = lateness.running(agency)
    assert missing(DUE + dt.timedelta(minutes=1)) == []
    assert missing(LATE) == []
    assert missing(GRACE_OVER) == [(dossier.code, "no_letter")]


def test_the_sweeper_in_time_keeps_the_rule(agency):
    lateness.running(agency)
    sweeping.draft_letters(at=LATE)
    assert missing(GRACE_OVER) == []


def test_a_sweeper_that_never_runs_is_caught(agency, monkeypatch):
    dossier = lateness.running(agency)
    monkeypatch.setattr(services, "draft_letter", lambda **arguments: None)  # the broken variant
    sweeping.draft_letters(at=LATE)
    assert missing(GRACE_OVER) == [(dossier.code, "no_letter")]


def test_a_draft_nobody_signs_for_an_hour_is_caught_and_a_sent_letter_is_not(agency):
    dossier = lateness.running(agency)
    services.draft_letter(dossier=dossier, at=LATE)
    later = LATE + dt.timedelta(minutes=61)
    assert missing(later) == [(dossier.code, "letter_not_signed")]
    services.sign_letter(dossier=dossier, by=lateness.approver(agency), at=LATE)
    assert missing(later) == [(dossier.code, "letter_not_signed")]
    sweeping.run(Outbox.Topic.LETTER, dossier.pk, at=LATE)
    assert missing(later) == []


def test_a_lawful_reason_stands_in_place_of_the_letter(agency):
    dossier = lateness.running(agency)
    services.record_delay(
        dossier=dossier,
        legal_basis="Điều 156",
        reason="Bão",
        new_due_at=NEW,
        by=lateness.approver(agency),
        at=LATE,
    )
    assert missing(GRACE_OVER) == []
    assert missing(NEW + dt.timedelta(days=7)) == [(dossier.code, "second_breach_not_escalated")]
    sweeping.escalate_breaches(at=NEW + dt.timedelta(minutes=1))
    assert missing(NEW + dt.timedelta(days=7)) == []


def test_the_command_lists_the_codes_and_leaves_with_two(agency, capsys, monkeypatch):
    call_command("check_overdue", "--json")
    assert json.loads(capsys.readouterr().out) == {"count": 0, "dossiers": []}
    dossier = lateness.running(agency)
    with pytest.raises(SystemExit) as left:
        call_command("check_overdue", "--json")
    output = capsys.readouterr()
    assert left.value.code == 2
    assert [one["code"] for one in json.loads(output.out)["dossiers"]] == [dossier.code]
    assert len(output.err.strip().splitlines()) == 1
    assert not Letter.objects.exists()
