"""Conditions only a person can judge: who ticks them, what stays, and what a grant cannot get past."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import actors, services
from applications.models import ConditionCheck, Dossier, Event, Result
from applications.services import checking
from applications.services.checking import Finding
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Agency, Officer, Role
from tests import factories

pytestmark = pytest.mark.django_db
CHECKLIST = [
    {"id": "original", "label": "Bản chụp khớp bản chính", "unmet": "Bản chụp khác bản chính.", "required": True,
     "basis": "Nghị định 23/2015/NĐ-CP"},
    {"id": "capacity", "label": "Người yêu cầu đủ năng lực", "unmet": "Người yêu cầu chưa đủ năng lực."},
    {"id": "minority", "label": "Chữ viết đúng tiếng dân tộc", "unmet": "Chữ viết chưa đúng.", "required": False},
]  # fmt: skip
MET = Finding("met")


@pytest.fixture
def agency() -> Agency:
    return factories.commune_agency()


@pytest.fixture
def dossier(agency) -> Dossier:
    version = factories.version(processing=factories.PROCESSING | {"checklist": CHECKLIST})
    return factories.processing(agency, of=version)


@pytest.fixture
def officer(agency) -> Officer:
    return factories.officer(agency, Role.CASE_OFFICER, name="Phan Văn Thụ Lý")


def check(dossier: Dossier, officer: Officer, **findings: Finding) -> list[str]:
    by = actors.officer(officer)
    return services.check_conditions(dossier=dossier, findings=findings, by=by, at=timezone.now())


def propose(dossier: Dossier, officer: Officer, kind: str = "grant") -> Result:
    by = actors.officer(officer)
    return services.propose(dossier=dossier, kind=kind, reason="Không đủ", by=by, at=timezone.now())


def kinds(dossier: Dossier) -> list[str]:
    return list(Event.objects.filter(dossier=dossier).order_by("seq").values_list("kind", flat=True))


def test_a_finding_stays_with_who_and_when_and_leaves_one_event_for_all(dossier, officer):
    before = kinds(dossier)
    bad = Finding("not_met", "Lệch ngày sinh")
    assert check(dossier, officer, original=bad, capacity=MET) == ["original", "capacity"]
    found = {one.condition: one for one in ConditionCheck.objects.filter(dossier=dossier)}
    assert {name: (one.outcome, one.note, one.by_id) for name, one in found.items()} == {
        "original": ("not_met", "Lệch ngày sinh", officer.user_id),
        "capacity": ("met", "", officer.user_id),
    }
    assert kinds(dossier) == [*before, "conditions_checked"]
    event = Event.objects.filter(dossier=dossier).latest("seq")
    assert event.data["found"] == {"original": "not_met", "capacity": "met"}
    assert event.note.text.splitlines() == [
        "Bản chụp khớp bản chính: Không đạt. Lệch ngày sinh",
        "Người yêu cầu đủ năng lực: Đạt",
    ]
    assert "Lệch" not in str(event.data)


def test_saving_the_same_again_writes_nothing_and_a_change_only_itself(dossier, officer):
    check(dossier, officer, original=MET, capacity=MET)
    before = kinds(dossier)
    assert check(dossier, officer, original=MET, capacity=MET) == []
    assert kinds(dossier) == before
    changed = Finding("not_applicable", "Nộp bản chính")
    assert check(dossier, officer, original=changed, capacity=MET) == ["original"]
    assert Event.objects.filter(dossier=dossier).latest("seq").data["found"] == {"original": "not_applicable"}


def not_met_stops_a_grant(dossier: Dossier, officer: Officer) -> None:
    check(dossier, officer, original=Finding("not_met", "Lệch"), capacity=MET)
    before = kinds(dossier)
    with pytest.raises(Refused) as refused:
        propose(dossier, officer)
    assert str(refused.value) == "Chưa trình cấp được: Bản chụp khác bản chính."
    assert kinds(dossier) == before
    assert not Result.objects.filter(dossier=dossier).exists()


def test_a_grant_with_a_condition_not_met_is_refused_with_its_sentence(dossier, officer):
    not_met_stops_a_grant(dossier, officer)


def test_a_proposal_that_asks_no_condition_is_caught(dossier, officer, monkeypatch):
    monkeypatch.setattr("applications.services.deciding.require_conditions", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        not_met_stops_a_grant(dossier, officer)


def test_required_conditions_nobody_looked_at_are_named_before_a_grant(dossier, officer):
    check(dossier, officer, capacity=MET)
    with pytest.raises(Refused) as refused:
        propose(dossier, officer)
    assert "«Bản chụp khớp bản chính»" in str(refused.value)
    assert "năng lực" not in str(refused.value)
    assert "dân tộc" not in str(refused.value)
    check(dossier, officer, original=MET)
    assert propose(dossier, officer).kind == "grant"


def test_a_refusal_needs_no_ticks_for_it_has_its_reason(dossier, officer):
    check(dossier, officer, original=Finding("not_met", "Lệch"))
    assert propose(dossier, officer, "refusal").kind == "refusal"


@pytest.mark.parametrize(
    ("findings", "says"),
    [
        ({"original": Finding("not_met", "  ")}, "Hãy ghi lý do cho «Bản chụp khớp bản chính»"),
        ({"original": Finding("not_applicable")}, "Hãy ghi lý do"),
        ({"original": Finding("maybe")}, "Hãy chọn đạt, không đạt hoặc không áp dụng"),
        ({"nothing": MET}, "Thủ tục không có điều kiện «nothing»"),
    ],
)
def test_a_finding_that_cannot_be_kept_says_why_and_keeps_none(dossier, officer, findings, says):
    with pytest.raises(Refused, match=says):
        check(dossier, officer, capacity=MET, **findings)
    assert not ConditionCheck.objects.exists()


def test_only_a_case_officer_judges_and_only_while_it_is_examined(dossier, officer, agency):
    signer = factories.officer(agency, Role.SIGNER)
    with pytest.raises(Forbidden):
        check(dossier, signer, original=MET)
    check(dossier, officer, original=MET, capacity=MET)
    propose(dossier, officer)
    with pytest.raises(Conflict):
        check(dossier, officer, original=Finding("not_met", "Lệch"))
    by = actors.officer(signer)
    services.send_back(dossier=dossier, reason="Xem lại", by=by, at=timezone.now())
    assert check(dossier, officer, original=Finding("not_met", "Lệch")) == ["original"]
    assert {"examine"} <= checking.JUDGED_AT


# Over HTTP


def press(client: Client, dossier: Dossier, action: str, **typed: str):
    url = reverse("applications:act", args=[dossier.code, action])
    return client.post(url, {"seq": dossier.seq, **typed})


def test_the_desk_keeps_what_was_typed_and_tells_signer_and_approver_who_found_what(dossier, officer, agency):
    client = factories.sign_in_officer(Client(), officer)
    desk = reverse("applications:workspace", args=[dossier.code])
    assert "Nghị định 23/2015/NĐ-CP" in client.get(desk).text
    refused = press(
        client, dossier, "check_conditions", **{"outcome-original": "not_met", "note-capacity": "abc"}
    )
    assert refused.status_code == 422
    assert 'value="not_met" checked' in refused.text
    assert 'value="abc"' in refused.text
    typed = {"outcome-original": "met", "note-original": "Đã so tại quầy", "outcome-capacity": "met"}
    assert press(client, dossier, "check_conditions", **typed).status_code == 302
    assert press(client, dossier, "propose", kind="grant").status_code == 302
    signer = factories.sign_in_officer(Client(), factories.officer(agency, Role.SIGNER))
    seen = signer.get(desk).text
    assert "Đã so tại quầy" in seen
    assert officer.user.full_name in seen
    assert "outcome-original" not in seen


def test_a_citizen_is_not_told_of_the_ticks(dossier, officer):
    check(dossier, officer, original=MET)
    client = factories.sign_in_citizen(Client(), dossier.submitter)
    page = client.get(f"/ho-so/{dossier.code}/").text
    assert "Xét điều kiện" not in page
