"""A draft lives through a change of the law: it is told, moved with consent, and loses nothing that was typed."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applications import actors, answering, rebasing, services
from applications.answering import OLD, RAW
from applications.models import Answer, Attachment, Dossier, Event
from applications.pinning import Outdated
from identity.errors import Conflict, Forbidden, Refused
from procedures import schema
from procedures.models import ProcedureVersion
from tests import factories
from tests.applications.test_drafting import png
from tests.applications.walking import boxes

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = answering.legal_day(NOW)


def changed_form() -> dict:
    """The child's name is no longer asked, the date of birth becomes text, a nickname is new."""
    form = copy.deepcopy(factories.FORM)
    child = form["pages"][1]["questions"]
    del child[0]
    child[0] = {"id": "child_dob", "kind": "text", "label": "Ngày sinh, ghi bằng chữ", "required": True}
    child.append({"id": "nickname", "kind": "text", "label": "Tên thường gọi", "required": True})
    form["pages"][2]["questions"][0] |= {"id": "doc_other"}
    form["result_fields"] = []
    return form


def ends(version: ProcedureVersion, last_day: dt.date, **changes) -> ProcedureVersion:
    version.effective_to = last_day
    for name, value in changes.items():
        setattr(version, name, value)
    version.save(update_fields=["effective_to", *changes])
    return version


def succeeded(version: ProcedureVersion, **changes) -> ProcedureVersion:
    """The version ended yesterday; a newer one holds from today."""
    ends(version, TODAY - dt.timedelta(days=1))
    values = {"number": version.number + 1, "effective_from": TODAY, "form": changed_form(), **changes}
    return factories.version(procedure=version.procedure, **values)


@pytest.fixture
def agency():
    return factories.commune_agency()


@pytest.fixture
def draft(agency):
    return factories.draft(agency)


def owner(dossier):
    return actors.citizen(dossier.submitter)


def move(dossier, onto):
    return services.rebase_draft(dossier=dossier, onto=onto, by=owner(dossier), at=NOW)


def kept(dossier) -> dict:
    return dict(Answer.objects.filter(dossier=dossier).values_list("question", "value"))


def test_answers_that_still_fit_stay_and_the_others_are_set_aside_with_their_question(draft):
    before = kept(draft)
    new = succeeded(draft.version)
    move(draft, new)
    after = kept(draft)
    assert Dossier.objects.get(pk=draft.pk).version_id == new.pk == draft.version_id
    for name in ("req_name", "req_residence", "result_delivery"):
        assert after.pop(name) == before[name]
    assert after == {
        f"{OLD}1.child_name": {
            "label": "Họ tên của trẻ",
            "words": "Lê Nguyễn An Nhiên",
            "value": "Lê Nguyễn An Nhiên",
        },
        f"{OLD}1.child_dob": {"label": "Ngày sinh của trẻ", "words": "20/10/2026", "value": "2026-10-20"},
    }
    assert not Event.objects.filter(dossier=draft).exists()


def test_boxes_written_and_not_yet_right_follow_their_question(draft):
    written = {
        "child_name": "???",
        "child_dob": {"day": "31", "month": "2", "year": "2026"},
        "result_delivery": "x",
    }
    services.save_answers(
        dossier=draft, answers={RAW + "child": written, RAW + "requester": None}, by=owner(draft), at=NOW
    )
    move(draft, succeeded(draft.version))
    after = kept(draft)
    assert after[RAW + "child"] == {"result_delivery": "x"}
    assert after[f"{OLD}1.child_dob"]["words"] == "31/2/2026"
    assert after[f"{OLD}1.child_name"]["words"] == "???"
    assert RAW + "requester" in after


def test_a_paper_nobody_asks_for_any_more_is_set_aside_and_can_still_be_opened(draft, client):
    paper = services.attach(
        dossier=draft, question="doc_notice", name="giay.png", content=png(), by=owner(draft), at=NOW
    )
    move(draft, succeeded(draft.version))
    assert Attachment.objects.get(pk=paper.pk).removed_at == NOW
    assert kept(draft)[f"{OLD}1.doc_notice"] == {
        "label": "Giấy chứng sinh",
        "words": "giay.png",
        "paper": paper.pk,
    }
    factories.sign_in_citizen(client, draft.submitter)
    assert client.get(f"/ho-so/{draft.key}/giay-to/{paper.pk}/").status_code == 200


def test_a_fact_of_a_register_goes_when_its_source_changes_and_stays_when_it_does_not(draft):
    for name in ("req_name", "req_residence"):
        services.save_answers(
            dossier=draft,
            answers={name: kept(draft)[name]},
            source="national_population_db",
            by=owner(draft),
            at=NOW,
        )
    form = copy.deepcopy(factories.FORM)
    form["pages"][0]["questions"][0]["prefill"]["path"] = "other_name"
    move(draft, succeeded(draft.version, form=form))
    assert "req_name" not in kept(draft)
    assert f"{OLD}1.req_name" not in kept(draft)
    assert "req_residence" in kept(draft)


def test_moving_twice_changes_nothing(draft):
    new = succeeded(draft.version)
    move(draft, new)
    once = kept(draft)
    move(Dossier.objects.get(pk=draft.pk), new)
    assert kept(draft) == once


def test_only_the_owner_moves_a_draft(draft):
    new = succeeded(draft.version)
    with pytest.raises(Forbidden):
        services.rebase_draft(dossier=draft, onto=new, by=actors.citizen(factories.citizen()), at=NOW)
    assert Dossier.objects.get(pk=draft.pk).version_id != new.pk


def test_a_draft_moves_only_to_what_holds_today(draft):
    ends(draft.version, TODAY - dt.timedelta(days=1))
    tomorrow = factories.version(
        procedure=draft.version.procedure, number=2, effective_from=TODAY + dt.timedelta(days=1)
    )
    for onto in (tomorrow, factories.version()):
        with pytest.raises(Refused):
            move(draft, onto)


def test_a_dossier_handed_in_is_never_moved(agency):
    dossier = factories.submitted(agency)
    before = kept(dossier)
    with pytest.raises(Conflict):
        move(dossier, succeeded(dossier.version))
    assert kept(dossier) == before
    assert Dossier.objects.get(pk=dossier.pk).version.number == 1


def test_a_stale_copy_of_a_draft_handed_in_meanwhile_is_not_moved(draft):
    stale = Dossier.objects.select_related("submitter", "version").get(pk=draft.pk)
    services.submit(dossier=draft, by=owner(draft), at=NOW)
    new = succeeded(draft.version)
    with pytest.raises(Conflict):
        move(stale, new)
    assert Dossier.objects.get(pk=draft.pk).version_id != new.pk


def test_a_draft_moved_in_another_tab_is_not_handed_in_under_the_old_form(draft, monkeypatch):
    stale = Dossier.objects.select_related("submitter", "version").get(pk=draft.pk)
    move(draft, succeeded(draft.version, form=factories.FORM))
    monkeypatch.setattr("applications.pinning.require_in_force", lambda dossier, at: None)
    with pytest.raises(Conflict):
        services.submit(dossier=stale, by=owner(draft), at=NOW)
    assert Dossier.objects.get(pk=draft.pk).code is None


def test_a_draft_of_a_version_that_ended_is_not_handed_in(draft, client):
    new = succeeded(draft.version)
    with pytest.raises(Outdated) as refused:
        services.submit(dossier=draft, by=owner(draft), at=NOW)
    assert refused.value.details == {"onto": new.pk}
    assert Dossier.objects.get(pk=draft.pk).state == "draft"
    factories.sign_in_citizen(client, draft.submitter)


def test_on_its_last_day_a_version_still_takes_dossiers(draft):
    ends(draft.version, TODAY)
    assert services.submit(dossier=draft, by=owner(draft), at=NOW).code


def test_a_draft_opened_just_after_midnight_gets_the_version_of_the_new_day(agency):
    """In UTC it is still the day before."""
    midnight = dt.datetime.combine(TODAY, dt.time(0, 5), answering.LEGAL_ZONE)
    old = factories.version()
    new = succeeded(old)
    assert services.start(version=new, submitter=factories.citizen(), at=midnight).version_id == new.pk
    with pytest.raises(Refused):
        services.start(version=old, submitter=factories.citizen(), at=midnight)


# Pages


@pytest.fixture
def page(draft, client):
    services.save_answers(
        dossier=draft,
        answers={"consent": [], RAW + "requester": None, RAW + "child": None, RAW + "papers": None},
        by=owner(draft),
        at=NOW,
    )
    factories.sign_in_citizen(client, draft.submitter)
    return lambda path: client.get(f"/ho-so/{draft.key}/{path}")


def test_every_page_of_an_outdated_draft_says_so_and_leads_to_the_changes(draft, page):
    succeeded(draft.version)
    for path in ("dong-y/", "trang/child/", "kiem-tra/"):
        html = page(path).content.decode()
        assert f"Thủ tục có bản mới từ {TODAY:%d/%m/%Y}" in html, path
        assert f"/ho-so/{draft.key}/ban-moi/" in html


def test_a_draft_that_holds_says_nothing(draft, page):
    assert "bản mới từ" not in page("kiem-tra/").content.decode()
    assert page("ban-moi/").status_code == 302


def test_the_owner_sees_the_changes_consents_and_goes_on(draft, page, client):
    content = {**draft.version.content, "time_limit": {"value": 3, "unit": "working_days"}}
    succeeded(draft.version, pk=54_321, change_note="Bỏ ô tên trẻ.", content=content)
    shown = page("ban-moi/").content.decode()
    for words in ("Bỏ ô tên trẻ.", "Bỏ câu hỏi “Họ tên của trẻ”", "Thêm câu hỏi “Tên thường gọi”", "5 → 3"):
        assert words in shown, words
    moved = client.post(f"/ho-so/{draft.key}/ban-moi/", boxes(shown).values)
    assert moved.url == f"/ho-so/{draft.key}/trang/child/"
    html = client.get(moved.url).content.decode()
    assert "Câu trả lời cũ không còn dùng" in html
    assert "Lê Nguyễn An Nhiên" in html
    assert "Tên thường gọi" in html


def test_consent_to_another_version_than_the_one_in_force_moves_nothing(draft, page, client):
    old = draft.version_id
    succeeded(draft.version)
    assert client.post(f"/ho-so/{draft.key}/ban-moi/", {"ban": str(old)}).status_code == 409
    assert Dossier.objects.get(pk=draft.pk).version_id == old


def test_a_new_register_asks_for_consent_again(draft, page, client):
    form = copy.deepcopy(factories.FORM)
    form["pages"][1]["questions"][0]["prefill"] = {"register": "civil_status_db", "path": "name"}
    new = succeeded(draft.version, form=form)
    moved = client.post(f"/ho-so/{draft.key}/ban-moi/", {"ban": str(new.pk)})
    assert moved.url == f"/ho-so/{draft.key}/dong-y/"


def test_handing_in_an_outdated_draft_leads_to_the_changes(draft, page, client):
    succeeded(draft.version)
    answer = client.post(f"/ho-so/{draft.key}/kiem-tra/", {"cam_doan": "1"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/ho-so/{draft.key}/ban-moi/"
    assert Dossier.objects.get(pk=draft.pk).code is None


def test_a_draft_of_a_repealed_procedure_says_so(draft, page, client):
    ends(draft.version, TODAY - dt.timedelta(days=1), repeal_decision="12/QĐ-BTP")
    assert "đã bị bãi bỏ" in page("kiem-tra/").content.decode()
    html = page("ban-moi/").content.decode()
    assert "12/QĐ-BTP" in html
    assert "Đồng ý chuyển" not in html
    client.post(f"/ho-so/{draft.key}/kiem-tra/", {"cam_doan": "1"})
    assert Dossier.objects.get(pk=draft.pk).code is None


def test_a_draft_of_somebody_else_is_not_shown(draft, client):
    succeeded(draft.version)
    factories.sign_in_citizen(client, factories.citizen())
    assert client.get(f"/ho-so/{draft.key}/ban-moi/").status_code == 404


# Which forms are remembered


@pytest.mark.parametrize("status", ["draft", "legal_check", "approval"])
def test_a_version_that_can_still_change_is_read_afresh(status):
    version = factories.version(status=status, effective_from=None, published_at=None)
    assert "nickname" not in answering.form_of_version(version).questions
    version.form = changed_form()
    version.save()
    assert "nickname" in answering.form_of_version(ProcedureVersion.objects.get(pk=version.pk)).questions


# The pure rule

KINDS = ("text", "date", "choice", "integer")
NAMES = [f"q{number}" for number in range(6)]


@st.composite
def forms(draw) -> schema.Form:
    chosen = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    questions = [_question(name, draw(st.sampled_from(KINDS))) for name in chosen]
    cut = draw(st.integers(0, len(questions)))
    pages = [
        {"id": f"p{number}", "title": "Trang", "questions": part}
        for number, part in enumerate((questions[:cut], questions[cut:]))
        if part
    ]
    return schema.load({"procedure_id": "try", "official_form": "Mẫu", "pages": pages})


def _question(name: str, kind: str) -> dict:
    more = {"choices": [{"code": "a", "label": "A"}]} if kind == "choice" else {}
    return {"id": name, "kind": kind, "label": name, **more}


def drafts(form: schema.Form) -> st.SearchStrategy[list[rebasing.Row]]:
    written = st.text("xyz", max_size=2)
    rows = dict.fromkeys(form.questions, written)
    raw = {
        page.id: st.none() | st.fixed_dictionaries({q.id: written for q in page.questions}) for page in form
    }
    return st.tuples(st.fixed_dictionaries({}, optional=rows), st.fixed_dictionaries({}, optional=raw)).map(
        lambda both: (
            [rebasing.Row(name, value) for name, value in both[0].items()]
            + [rebasing.Row(name, value, raw=True) for name, value in both[1].items()]
        )
    )


def lost(rows: list[rebasing.Row], carried: rebasing.Carried) -> set[tuple[str, str]]:
    """What somebody typed last to a question and is found nowhere afterwards."""
    typed = {row.name: row.value for row in rows if not row.raw and row.value}
    boxes = [row for row in rows if row.raw and row.value]
    typed |= {name: value for row in boxes for name, value in row.value.items() if value}
    found = {(row.name, row.value) for row in rows if not row.raw and row.name not in carried.drop}
    found |= {pair for row in boxes if row.name not in carried.drop_raw for pair in row.value.items()}
    found |= {pair for written in carried.raw.values() for pair in written.items()} | set(
        carried.aside.items()
    )
    return set(typed.items()) - found


@given(forms(), forms(), st.data())
def test_nothing_typed_is_lost_and_only_fitting_answers_stay(before, after, data):
    rows = data.draw(drafts(before))
    carried = rebasing.carry(before, after, rows)
    answers = {row.name for row in rows if not row.raw} - carried.drop
    assert all(rebasing.fits(before, after, name) for name in answers)
    assert lost(rows, carried) == set()


def test_forgetting_the_boxes_of_a_page_would_be_caught(monkeypatch):
    before = schema.load({"procedure_id": "t", "official_form": "M", "pages": [_page("a", "q0")]})
    after = schema.load({"procedure_id": "t", "official_form": "M", "pages": [_page("a", "q1")]})
    rows = [rebasing.Row("a", {"q0": "x"}, raw=True)]
    assert lost(rows, rebasing.carry(before, after, rows)) == set()
    monkeypatch.setattr(rebasing, "_set_aside", lambda carried, name, value: None)
    assert lost(rows, rebasing.carry(before, after, rows)) == {("q0", "x")}


def _page(name: str, *questions: str) -> dict:
    return {"id": name, "title": "Trang", "questions": [_question(one, "text") for one in questions]}


def test_a_table_keeps_the_columns_that_remain_and_sets_the_whole_aside():
    group = {"id": "rows", "label": "Hàng"}
    before = {
        "id": "a",
        "title": "T",
        "group": group,
        "questions": [_question("q0", "text"), _question("q1", "text")],
    }
    after = {**before, "questions": [_question("q0", "text"), _question("q1", "date")]}
    forms = [
        schema.load({"procedure_id": "t", "official_form": "M", "pages": [one]}) for one in (before, after)
    ]
    typed = [{"q0": "x", "q1": "y"}]
    carried = rebasing.carry(*forms, [rebasing.Row("rows", typed)])
    assert carried.write == {"rows": [{"q0": "x"}]}
    assert carried.aside == {"rows": typed}
