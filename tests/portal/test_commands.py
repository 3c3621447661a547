"""Commands answer machines with one object on stdout and people with words; refusals exit with 2 and one line."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from applications import calendar_days, services
from applications.actors import officer
from applications.models import Event
from applications.states import NATIONAL_CODE, State
from procedures.catalogue import read
from tests import factories

pytestmark = pytest.mark.django_db


def asked(*arguments: str) -> dict:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    assert out.getvalue().count("\n") == 1
    return json.loads(out.getvalue())


@pytest.fixture
def holidays():
    calendar_days.load(read("holidays"))


def test_due_answers_with_the_date_and_its_reason(holidays):
    answer = asked("due", "--received", "2026-04-28T10:14", "--value", "7", "--unit", "working_days")
    assert answer["due_at"] == "2026-05-11T17:00:00+07:00"
    assert "+2 ngày: 30/4, 1/5" in answer["explain"]


def test_due_counts_the_cutoff_and_the_pauses(holidays):
    answer = asked(
        "due", "--received", "2026-05-11T15:30", "--value", "2", "--unit", "working_days", "--cutoff", "15",
        "--pause", "2026-05-13T09:00/2026-05-14T09:00",
    )  # fmt: skip
    assert answer["due_at"].startswith("2026-05-15T17:00")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--received", "hôm qua", "--value", "1", "--unit", "days"),
        ("--received", "2026-05-11T09:00", "--value", "-1", "--unit", "days"),
        ("--received", "2026-05-11T09:00", "--value", "1", "--unit", "days", "--pause", "2026-05-12"),
        ("--received", "2026-05-11T09:00", "--value", "1", "--unit", "fortnights"),
    ],
)
def test_due_refuses_an_impossible_question_in_one_line(holidays, wrong):
    with pytest.raises(CommandError) as refused:
        call_command("due", *wrong)
    assert "\n" not in str(refused.value)


def test_states_tells_the_ten_national_codes_and_every_edge():
    table = asked("states")
    assert {row["state"]: row["national_code"] for row in table["states"] if row["national_code"]} == {
        str(state): code for state, code in NATIONAL_CODE.items()
    }
    assert len(NATIONAL_CODE) == 10
    assert {"action": "submit", "from": "draft", "to": "submitted"}.items() <= table["edges"][0].items()


def test_verify_history_counts_what_is_sound_and_names_what_is_not():
    agency = factories.commune_agency()
    sound, altered = factories.submitted(agency), factories.submitted(agency)
    clerk = officer(factories.everyone(agency))
    services.refuse(dossier=altered, reason="Sai thẩm quyền", by=clerk, at=timezone.now())
    assert asked("verify_history") == {"valid": True, "dossiers": 2, "events": 3, "broken": []}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Event.objects.filter(dossier=altered, seq=2).update(kind="accept")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(CommandError, match=rf"{altered.code}, từ dòng 2") as refused:
        call_command("verify_history", stdout=io.StringIO())
    assert refused.value.returncode == 2
    assert asked("verify_history", "--dossier", sound.code)["valid"] is True


def test_an_unknown_dossier_is_said():
    with pytest.raises(CommandError, match="H17.20.1-260101-0001") as refused:
        call_command("verify_history", "--dossier", "H17.20.1-260101-0001")
    assert refused.value.returncode == 2


def test_the_state_of_a_draft_has_no_national_code():
    assert State.DRAFT not in NATIONAL_CODE
