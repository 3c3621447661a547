"""The signing desk: what the signer sees, what may be signed together, what each refusal leaves behind."""

from __future__ import annotations

import html
import re

import pytest
from django.db import DatabaseError
from django.utils import timezone

from applications import actors, services
from applications.models import (
    DeskRound,
    DeskRoundItem,
    Dossier,
    Event,
    ReturnedDraft,
)
from applications.office import evidence
from applications.services import signing_many
from identity.models import DataAccess, Role
from tests import factories
from tests.applications.second_factor import unused_digits
from tests.applications.signing import (
    DESK,
    boxes,
    drafts,
    flags_of,
    press_sign,
    read_sample,
    row_of,
    signer,
    statuses,
    version_with_findings,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return factories.commune_agency()


# Signing


def test_of_twenty_one_stale_item_is_told_and_nineteen_are_signed(agency):
    alike = drafts(agency, 20)
    client, post = signer(agency)
    picked = boxes(alike)
    read_sample(client, post, alike)
    other = actors.officer(factories.officer(agency, Role.SIGNER, name="Hoàng Đình Nam"))
    services.sign(dossier=alike[7], by=other, at=timezone.now())
    answer = press_sign(client, picked, unused_digits(post))
    made = DeskRound.objects.get()
    assert answer["Location"] == f"/can-bo/luot/{made.key}/"
    outcomes = {item.dossier_id: item.outcome for item in made.items.all()}
    stale = outcomes.pop(alike[7].pk)
    assert (stale, set(outcomes.values()), len(outcomes)) == ("conflict", {"done"}, 19)
    assert statuses(alike) == ["signing"] * 20
    assert Event.objects.filter(kind="sign", actor=post.user).count() == 19
    page = client.get(answer["Location"]).text
    assert "xong 19 trên 20 văn bản" in page
    assert "do Hoàng Đình Nam cập nhật lúc" in page


def test_the_results_can_be_read_by_a_colleague_and_by_nobody_elsewhere(agency):
    client, post = signer(agency)
    alike = drafts(agency, 2)
    read_sample(client, post, alike)
    address = press_sign(client, boxes(alike), unused_digits(post))["Location"]
    colleague = factories.sign_in_officer(client.__class__(), factories.officer(agency, Role.CASE_OFFICER))
    stranger, _post = signer(factories.commune_agency("Thanh Khê"))
    assert (colleague.get(address).status_code, stranger.get(address).status_code) == (200, 404)


def test_a_draft_made_anew_since_the_page_is_not_signed(agency):
    [dossier] = drafts(agency, 1)
    picked = boxes([dossier])
    approver = actors.officer(factories.officer(agency, Role.SIGNER))
    services.return_draft(dossier=dossier, reason="Sai", by=approver, at=timezone.now())
    drafter = actors.officer(factories.officer(agency, Role.CASE_OFFICER))
    services.propose(dossier=dossier, kind="refusal", reason="Trùng", by=drafter, at=timezone.now())
    client, post = signer(agency)
    answer = press_sign(client, picked, unused_digits(post))
    assert answer.status_code == 409
    assert Event.objects.filter(kind="sign").count() == 0


def test_only_alike_drafts_are_signed_together_and_the_sentence_names_them(agency):
    version = factories.version()
    mixed = [*drafts(agency, 1, of=version), *drafts(agency, 1, of=version, kind="refusal", reason="Trùng")]
    client, post = signer(agency)
    answer = press_sign(client, boxes(mixed), unused_digits(post))
    assert answer.status_code == 422
    assert "Chỉ ký cùng lúc các văn bản cùng thủ tục và cùng loại" in answer.text
    assert "Giấy khai sinh (Đăng ký khai sinh); Văn bản từ chối giải quyết hồ sơ" in answer.text
    assert (DeskRound.objects.count(), Event.objects.filter(kind="sign").count()) == (0, 0)
    [elsewhere] = drafts(agency, 1)
    assert press_sign(client, boxes([mixed[0], elsewhere]), unused_digits(post)).status_code == 422
    assert press_sign(client, boxes([mixed[0]]), unused_digits(post)).status_code == 302


def test_a_flagged_draft_is_signed_with_others_only_after_this_signer_opened_it(agency, monkeypatch):
    version = factories.version()
    plain, flagged = drafts(agency, 2, of=version)
    Dossier.objects.filter(pk=flagged.pk).update(needs_matching=True)
    client, post = signer(agency)
    colleague, _post = signer(agency, "Người Khác")
    colleague.get(DESK, {"ho-so": flagged.code})
    monkeypatch.setattr(evidence, "sample_of", lambda officer, dossiers: None)
    press_sign(client, boxes([plain, flagged]), unused_digits(post))
    assert statuses([plain, flagged]) == ["signing", "draft"]
    refused = DeskRoundItem.objects.get(outcome="refused")
    assert refused.dossier == flagged
    assert refused.message == "Có cảnh báo (Dân tự khai thay CSDL): hãy mở đọc dự thảo rồi ký."
    assert row_of(client.get(DESK), flagged).can_be_picked is False
    client.get(DESK, {"ho-so": flagged.code})
    assert row_of(client.get(DESK), flagged).can_be_picked is True
    press_sign(client, boxes([flagged]), unused_digits(post))
    assert statuses([flagged]) == ["signing"]


def test_what_was_read_before_the_draft_was_made_anew_does_not_count(agency):
    [dossier] = drafts(agency, 1)
    Dossier.objects.filter(pk=dossier.pk).update(needs_matching=True)
    client, post = signer(agency)
    client.get(DESK, {"ho-so": dossier.code})
    services.return_draft(dossier=dossier, reason="Sai", by=actors.officer(post), at=timezone.now())
    drafter = actors.officer(factories.officer(agency, Role.CASE_OFFICER))
    services.propose(dossier=dossier, kind="grant", by=drafter, at=timezone.now())
    assert row_of(client.get(DESK), dossier).can_be_picked is False
    assert press_sign(client, boxes([dossier]), unused_digits(post)).status_code == 422
    assert statuses([dossier]) == ["draft"]


def test_without_the_record_of_reading_a_flagged_draft_would_slip_through(agency, monkeypatch):
    monkeypatch.setattr(evidence.Evidence, "must_be_opened", property(lambda self: False))
    with pytest.raises(AssertionError):
        test_a_flagged_draft_is_signed_with_others_only_after_this_signer_opened_it(agency, monkeypatch)


@pytest.mark.parametrize("otp", ["", "000000", "abc"])
def test_a_wrong_code_signs_nothing_and_keeps_every_tick(agency, otp):
    first, second, third = drafts(agency, 3)
    client, post = signer(agency)
    read_sample(client, post, [first, third])
    answer = press_sign(client, boxes([first, third]), otp, **{"ho-so": first.code})
    assert answer.status_code == 422
    assert "Mã xác thực không đúng hoặc đã dùng" in answer.text
    ticked = [row_of(answer, one).is_picked for one in (first, second, third)]
    assert (ticked, answer.text.count(" checked>")) == ([True, False, True], 2)
    assert answer.context["chosen"].dossier == first
    assert (DeskRound.objects.count(), Event.objects.filter(kind="sign").count()) == (0, 0)


def test_a_whole_round_is_signed_only_after_the_sample_drawn_by_lot_was_read(agency):
    alike = drafts(agency, 4)
    client, post = signer(agency)
    otp = unused_digits(post)
    answer = press_sign(client, boxes(alike), otp)
    drawn = evidence.sample_of(post, alike)
    assert answer.status_code == 422
    assert f"lần này là hồ sơ {drawn.code}" in answer.text
    assert answer.context["desk"].sample.dossier == drawn
    assert [row.is_picked for row in answer.context["desk"].rows] == [True] * 4
    link = re.search(rf'href="([^"]*ho-so={drawn.code}[^"]*)#xem"', answer.text)[1]
    reading = client.get(DESK + html.unescape(link))
    assert [row.is_picked for row in reading.context["desk"].rows] == [True] * 4
    assert press_sign(client, boxes(alike), otp).status_code == 302
    assert statuses(alike) == ["signing"] * 4


def test_the_lot_is_not_the_same_for_every_signer_and_does_not_change_with_the_order(agency):
    alike = drafts(agency, 6)
    posts = [factories.officer(agency, Role.SIGNER) for _n in range(12)]
    drawn = [evidence.sample_of(post, alike) for post in posts]
    assert len({one.pk for one in drawn}) > 1
    assert drawn == [evidence.sample_of(post, alike[::-1]) for post in posts]
    assert evidence.sample_of(posts[0], alike[:1]) is None


def test_a_code_signs_one_round_only(agency):
    first, second = drafts(agency, 2)
    client, post = signer(agency)
    otp = unused_digits(post)
    assert press_sign(client, boxes([first]), otp)["Location"] == DESK
    assert press_sign(client, boxes([second]), otp).status_code == 422
    assert statuses([first, second]) == ["signing", "draft"]


def test_a_refused_batch_leaves_the_code_unused(agency):
    version = factories.version()
    mixed = [*drafts(agency, 1, of=version), *drafts(agency, 1, of=version, kind="refusal", reason="Trùng")]
    client, post = signer(agency)
    otp = unused_digits(post)
    assert press_sign(client, boxes(mixed), otp).status_code == 422
    assert press_sign(client, boxes(mixed[:1]), otp).status_code == 302


def test_ones_own_draft_is_refused_and_the_others_signed(agency):
    post = factories.officer(agency, Role.SIGNER, Role.CASE_OFFICER)
    version = factories.version()
    [own] = drafts(agency, 1, of=version, by=actors.officer(post))
    [other] = drafts(agency, 1, of=version)
    client, _other = signer(agency)
    factories.sign_in_officer(client, post)
    assert row_of(client.get(DESK), own).can_be_picked is False
    read_sample(client, post, [own, other])
    press_sign(client, boxes([own, other]), unused_digits(post))
    assert statuses([own, other]) == ["draft", "signing"]
    assert "cần người thứ hai" in DeskRoundItem.objects.get(outcome="refused").message


def test_nothing_ticked_and_too_many_are_said_plainly(agency, monkeypatch):
    client, post = signer(agency)
    assert "Hãy chọn ít nhất một văn bản" in press_sign(client, [], unused_digits(post)).text
    assert press_sign(client, ["x", "a/b", "/1"], unused_digits(post)).status_code == 422
    for module in ("applications.services.desk_rounds", "applications.office.picking"):
        monkeypatch.setattr(f"{module}.MOST", 1)
    answer = press_sign(client, boxes(drafts(agency, 2)), unused_digits(post))
    assert "Mỗi lần chọn nhiều nhất 1 văn bản" in answer.text


def test_the_verb_asks_for_the_role_itself(agency):
    [dossier] = drafts(agency, 1)
    post = factories.officer(agency, Role.CASE_OFFICER)
    with pytest.raises(signing_many.Forbidden):
        services.sign_many(
            officer=post, picked=[signing_many.Picked(dossier, dossier.seq)], at=timezone.now()
        )
    assert DeskRound.objects.count() == 0


def test_a_crash_in_the_middle_leaves_a_true_record(agency, monkeypatch):
    first, second, third = drafts(agency, 3)
    post = factories.officer(agency, Role.SIGNER)
    real, calls = signing_many.sign, []

    def failing(**arguments):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the machine goes down")
        return real(**arguments)

    monkeypatch.setattr(signing_many, "sign", failing)
    monkeypatch.setattr(evidence, "sample_of", lambda officer, dossiers: None)
    picked = [signing_many.Picked(one, one.seq) for one in (first, second, third)]
    with pytest.raises(OSError):
        services.sign_many(officer=post, picked=picked, at=timezone.now())
    assert statuses([first, second, third]) == ["signing", "draft", "draft"]
    outcomes = DeskRoundItem.objects.values_list("outcome", flat=True)
    assert list(outcomes) == ["done", "waiting", "waiting"]


# Sending back


def test_a_draft_not_signed_goes_back_with_the_reason_to_who_made_it(agency):
    case = factories.officer(agency, Role.CASE_OFFICER, name="Phan Văn Thụ Lý")
    [dossier] = drafts(agency, 1, by=actors.officer(case), of=version_with_findings())
    client, _post = signer(agency)
    answer = client.post(
        f"{DESK}tra-lai/", {"ho-so": dossier.code, "seq": dossier.seq, "reason": "Sai ngày sinh"}
    )
    assert answer["Location"] == DESK
    dossier.refresh_from_db()
    assert (dossier.step, dossier.assignee_id) == (0, case.user_id)
    drafter = factories.sign_in_officer(client.__class__(), case)
    assert "Bị trả lại vì: Sai ngày sinh" in drafter.get("/can-bo/?nhom=mine").text
    assert "trả lại lúc" in drafter.get(f"/can-bo/ho-so/{dossier.code}/").text
    colleague = factories.sign_in_officer(client.__class__(), factories.officer(agency, Role.APPROVER))
    assert "Sai ngày sinh" not in colleague.get("/can-bo/?nhom=soon").text
    services.propose(
        dossier=dossier, kind="grant", findings={"book": "9"}, by=actors.officer(case), at=timezone.now()
    )
    assert "Bị trả lại" not in drafter.get(f"/can-bo/ho-so/{dossier.code}/").text
    page = client.get(DESK, {"ho-so": dossier.code})
    assert flags_of(page, dossier) == ["altered", "returned"]
    assert [(one.label, one.before, one.after) for one in page.context["chosen"].before.changes] == [
        ("Quyển số", "", "9")
    ]
    assert page.context["chosen"].before.why.reason == "Sai ngày sinh"


def test_without_a_reason_nothing_goes_back_and_the_page_stays(agency):
    [dossier] = drafts(agency, 1)
    client, _post = signer(agency)
    answer = client.post(f"{DESK}tra-lai/", {"ho-so": dossier.code, "seq": dossier.seq, "reason": " "})
    assert answer.status_code == 422
    assert "Hãy ghi lý do trả lại" in answer.text
    assert answer.context["chosen"].dossier == dossier
    assert (ReturnedDraft.objects.count(), Event.objects.filter(kind="send_back").count()) == (0, 0)


def test_a_kept_draft_can_be_neither_changed_nor_deleted(agency):
    [dossier] = drafts(agency, 1)
    by = actors.officer(factories.officer(agency, Role.SIGNER))
    kept = services.return_draft(dossier=dossier, reason="Sai", by=by, at=timezone.now())
    with pytest.raises(DatabaseError, match="never changed or deleted"):
        ReturnedDraft.objects.filter(pk=kept.pk).update(reason="khác")


def test_every_opened_draft_is_recorded_with_its_purpose(agency):
    [dossier] = drafts(agency, 1)
    client, post = signer(agency)
    client.get(DESK)
    assert DataAccess.objects.count() == 0
    client.get(DESK, {"ho-so": dossier.code})
    read = DataAccess.objects.get()
    assert (read.officer, read.purpose, read.dossier_code) == (post.user, evidence.TO_SIGN, dossier.code)
