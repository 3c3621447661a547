"""The catalogue file beside versions that ministries draft and publish here."""

import pytest

from identity.models import Agency
from procedures import services
from procedures.catalogue.importing import import_catalogue, load_vocabulary
from procedures.models import LifeEvent, Procedure, ProcedureField
from procedures.services import publishing
from tests import factories
from tests.procedures.publishing import AT, TODAY, Ministry, day


@pytest.fixture
def ministry(db, monkeypatch):
    monkeypatch.setattr(publishing, "lint", lambda edition: [])
    return Ministry()


BRIEF = {
    "code": "1.234567", "name_vi": "Cấp giấy phép thử", "ministry_id": None, "field_vi": "Hộ tịch",
    "levels": ["commune"], "time_limit": None, "fee_vnd": None, "online_level": None,
    "source": "danh sách thử", "confidence": "low",
}  # fmt: skip


def document(**changes):
    return {"procedures": [{**BRIEF, **changes}]}


@pytest.fixture
def vocabulary(ministry):
    ProcedureField.objects.get_or_create(name="Hộ tịch", defaults={"key": "ho-tich"})


def the_procedure():
    return Procedure.objects.get(code="1.234567")


def test_the_same_file_never_undoes_what_the_ministry_published(ministry, vocabulary):
    import_catalogue(document(), at=AT, on=TODAY)
    procedure = the_procedure()
    draft = services.open_draft(procedure=procedure, by=ministry.editor, at=AT)
    ministry.edit(draft, name_vi="Tên do bộ sửa")
    services.send_to_check(version=draft, by=ministry.editor, at=AT)
    services.pass_check(version=draft, by=ministry.reviewer, at=AT)
    ministry.approve(draft)
    assert import_catalogue(document(), at=AT, on=day(1)).as_dict() == {
        "created": 0, "updated": 0, "unchanged": 1,
    }  # fmt: skip
    assert the_procedure().name == "Tên do bộ sửa"
    assert import_catalogue(document(name_vi="Danh sách nói ít hơn"), at=AT, on=day(1)).unchanged == 1
    full = {**procedure.versions.get(number=2).content, "name_vi": "Tên mới của tệp"}
    full["result"] = {"name_vi": "Giấy phép thử", "name_en": "Trial licence"}
    assert import_catalogue({"procedures": [full]}, at=AT, on=day(2)).updated == 1
    newest = procedure.versions.order_by("-number").first()
    assert (newest.number, newest.content["name_vi"], newest.effective_from) == (3, "Tên mới của tệp", day(2))
    assert procedure.versions.get(number=2).effective_to == day(1)


def test_a_file_never_reaches_behind_what_is_already_decided(ministry, vocabulary):
    import_catalogue(document(), at=AT, on=TODAY)
    procedure = the_procedure()
    services.repeal(
        version=procedure.versions.get(),
        decision="9/QĐ",
        last_day=day(3),
        by=ministry.publisher,
        on=TODAY,
        at=AT,
    )
    import_catalogue(document(name_vi="Có lại"), at=AT, on=day(30))
    first, again = procedure.versions.order_by("number")
    assert (first.effective_to, first.repeal_decision) == (day(3), "9/QĐ")
    assert (again.effective_from, again.effective_to) == (day(30), None)
    import_catalogue(document(name_vi="Lần nữa"), at=AT, on=day(30))
    _, again, once_more = procedure.versions.order_by("number")
    assert (again.content["name_vi"], again.effective_to) == ("Có lại", day(30))
    assert (once_more.effective_from, once_more.effective_to) == (day(31), None)


def test_a_list_says_less_than_the_draft_of_a_ministry(ministry, vocabulary):
    field = ProcedureField.objects.get(name="Hộ tịch")
    draft = services.create_procedure(
        name="Cấp giấy phép thử", name_en="", field=field, code="1.234567", by=ministry.editor, at=AT
    )
    assert import_catalogue(document(), at=AT, on=TODAY).unchanged == 1
    assert draft.procedure.versions.get() == draft


def test_the_page_the_keeper_wrote_is_not_undone_by_a_file(catalogue, ministry):
    event = LifeEvent.objects.get(key="marriage-family")
    keeper = factories.officer(Agency.objects.get(key="vpcp"), "editor")
    texts = {"name": "Cưới", "name_en": "Wedding", "summary": "Lời mở đầu"}
    steps = [{"procedure": ministry.procedure.slug, "note": "trước hết"}]
    services.write_life_event(event=event, texts=texts, steps=steps, by=keeper, at=AT)
    load_vocabulary()
    event.refresh_from_db()
    assert (event.name, event.summary) == ("Cưới", "Lời mở đầu")
    ministry.published(life_events=[])
    assert [step.note for step in event.steps.all()] == ["trước hết"]
    ministry.published(day(1), life_events=["having-a-baby"])
    services.follow_the_calendar(on=day(1))
    assert ministry.procedure in LifeEvent.objects.get(key="having-a-baby").procedures.all()
