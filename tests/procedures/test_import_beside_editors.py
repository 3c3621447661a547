"""An import into a portal where people work: what they scheduled, opened and published stays."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.models import Agency
from portal import embedded
from procedures import services
from procedures.catalogue import timeline
from procedures.catalogue.exporting import export_catalogue
from procedures.catalogue.importing import InvalidCatalogue, import_catalogue
from procedures.models import (
    LifeEvent,
    OnlineLevel,
    Procedure,
    ProcedureField,
    ProcedureVersion,
    ServiceOffering,
)
from tests import factories
from tests.procedures.files import (
    DAY,
    counts,
    emptied,
    imported,
    parsed,
    people,
    published_by_officers,
    record,
    text_of,
    versions,
)
from tests.reference import AT, ON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ministry(db) -> Agency:
    return Agency.objects.create(key="bo-tu-phap", name="Bộ Tư pháp", level="central", kind="ministry")


@pytest.fixture
def province(db) -> Agency:
    return Agency.objects.create(
        key="ubnd-tp-da-nang", name="UBND Đà Nẵng", level="province", kind="committee"
    )


@pytest.fixture
def vocabulary(ministry):
    ProcedureField.objects.create(key="ho-tich", name="Hộ tịch", name_en="Civil status", ministry=ministry)
    LifeEvent.objects.create(key="having-a-baby", name="Có con", name_en="Baby", audience="citizen", order=1)


# What stands here already


def test_a_scheduled_version_and_an_open_draft_survive_an_import(vocabulary, ministry):
    assert imported(record("a"), record("b")) == counts(created=2)
    scheduled = published_by_officers("a", ministry, begins=ON + 10 * DAY, keywords=["chờ"])
    editor = people(ministry)[0]
    draft = services.open_draft(procedure=Procedure.objects.get(slug="b"), by=editor, at=AT)
    before = (draft.number, draft.content)

    assert imported(record("a", name_vi="A mới"), record("b", name_vi="B mới")) == counts(updated=2)

    assert versions("a") == [
        (1, dt.date(2025, 7, 1), ON - DAY),
        (3, ON, ON + 9 * DAY),
        (2, ON + 10 * DAY, None),
    ]
    scheduled.refresh_from_db()
    assert scheduled.content["keywords"] == ["chờ"]
    draft.refresh_from_db()
    assert (draft.status, draft.number, draft.content) == ("draft", *before)
    assert versions("b") == [(1, dt.date(2025, 7, 1), ON - DAY), (3, ON, None)]
    services.rebase(version=draft, onto=3, by=editor, at=AT)
    draft.refresh_from_db()
    assert (draft.number, draft.based_on.number, draft.content["name_vi"]) == (4, 3, "B mới")


def test_a_first_draft_survives_the_import_of_its_procedure(vocabulary, ministry):
    editor = people(ministry)[0]
    field = ProcedureField.objects.get()
    draft = services.create_procedure(name="Việc mới", name_en="New thing", field=field, by=editor, at=AT)
    assert imported(record("new-thing")) == counts(created=1)
    assert versions("new-thing") == [(2, dt.date(2025, 7, 1), None)]
    draft.refresh_from_db()
    assert (draft.number, draft.status) == (1, "draft")
    services.rebase(version=draft, onto=2, by=editor, at=AT)
    draft.refresh_from_db()
    assert (draft.number, draft.based_on.number, draft.content["name_vi"]) == (3, 2, "Việc mới")


def test_imports_of_one_day_follow_each_other_from_the_next_day(vocabulary):
    imported(record("a"))
    for name in ("hai", "ba", "bốn"):
        assert imported(record("a", name_vi=name)) == counts(updated=1)
        assert imported(record("a", name_vi=name)) == counts(unchanged=1)
    assert versions("a") == [
        (1, dt.date(2025, 7, 1), ON - DAY),
        (2, ON, ON),
        (3, ON + DAY, ON + DAY),
        (4, ON + 2 * DAY, None),
    ]


def test_the_old_list_does_not_undo_what_officers_published(vocabulary, ministry):
    """The project's own records are read at every start of the demonstration."""
    imported(record("a"))
    published_by_officers("a", ministry, begins=ON, name_vi="Tên của biên tập viên")
    assert imported(record("a")) == counts(unchanged=1)
    assert versions("a") == [(1, dt.date(2025, 7, 1), ON - DAY), (2, ON, None)]
    assert imported(record("a", name_vi="Tên khác nữa"), on=ON + DAY) == counts(updated=1)


def test_without_that_care_the_old_list_would(vocabulary, ministry, monkeypatch):
    imported(record("a"))
    published_by_officers("a", ministry, begins=ON, name_vi="Tên của biên tập viên")
    monkeypatch.setattr(timeline, "_nothing_new", lambda *_: False)
    assert imported(record("a"), on=ON + DAY) == counts(updated=1)


def test_a_new_record_leaves_the_form_that_officers_published(vocabulary, ministry):
    imported({**record("a"), "form": factories.FORM, "processing": {"steps": factories.STEPS}})
    published_by_officers("a", ministry, begins=ON, keywords=["x"])
    assert imported(record("a", name_vi="Tên mới"), on=ON + DAY) == counts(updated=1)
    newest = ProcedureVersion.objects.order_by("number").last()
    assert (newest.form, newest.content["name_vi"]) == (factories.FORM, "Tên mới")


def test_a_repealed_procedure_stays_repealed_until_a_record_says_something_new(vocabulary, ministry):
    imported(record("a"))
    version = ProcedureVersion.objects.get()
    publisher = people(ministry)[2]
    services.repeal(version=version, decision="7/QĐ", last_day=ON, by=publisher, on=ON, at=AT)
    later = ON + 5 * DAY
    assert imported(record("a"), on=later) == counts(unchanged=1)
    assert imported(record("a", name_vi="Trở lại"), on=later) == counts(updated=1)
    assert versions("a") == [(1, dt.date(2025, 7, 1), ON), (2, later, None)]


def test_a_replaced_version_takes_the_repeal_of_the_one_before_with_it(vocabulary, ministry):
    imported(record("a"))
    publisher = people(ministry)[2]
    services.repeal(
        version=ProcedureVersion.objects.get(),
        decision="7/QĐ",
        last_day=ON + 9 * DAY,
        by=publisher,
        on=ON,
        at=AT,
    )
    imported(record("a", name_vi="Sửa lời"))
    first, second = ProcedureVersion.objects.order_by("number")
    assert (first.effective_to, first.repeal_decision) == (ON - DAY, "")
    assert (second.effective_to, second.repeal_decision) == (ON + 9 * DAY, "7/QĐ")


def test_an_export_brings_a_scheduled_version_to_another_portal(vocabulary, ministry):
    imported(record("a"))
    plain = parsed(export_catalogue(on=ON))
    published_by_officers("a", ministry, begins=ON + 10 * DAY, keywords=["chờ"])
    whole = parsed(export_catalogue(on=ON, history=True))
    emptied()
    import_catalogue(plain, at=AT, on=ON)
    assert import_catalogue(whole, at=AT, on=ON).as_dict() == counts(updated=1)
    assert versions("a") == [(1, dt.date(2025, 7, 1), ON + 9 * DAY), (2, ON + 10 * DAY, None)]
    assert import_catalogue(whole, at=AT, on=ON).as_dict() == counts(unchanged=1)


def test_an_offering_of_the_file_ends_the_one_before(vocabulary, province):
    imported(record("a"))
    row = {
        "procedure": "a", "agency": province.key, "online_level": "full", "fee_vnd": 5000,
        "fee_basis": "1/NQ", "channels": ["online"], "valid_from": "2026-01-01", "valid_to": None,
    }  # fmt: skip
    imported(record("a"), offerings=[row])
    imported(record("a"), offerings=[row | {"valid_from": "2026-12-01", "fee_vnd": 0}])
    rows = ServiceOffering.objects.order_by("valid_from").values_list("valid_from", "valid_to", "fee_vnd")
    assert list(rows) == [
        (dt.date(2026, 1, 1), dt.date(2026, 11, 30), 5000),
        (dt.date(2026, 12, 1), None, 0),
    ]
    with pytest.raises(InvalidCatalogue) as refused:
        imported(record("a"), offerings=[row | {"valid_from": "2026-11-01"}])
    assert [fault.path for fault in refused.value.faults] == ["$.offerings[0].valid_from"]


def test_a_dry_run_says_what_would_change_and_changes_nothing(vocabulary, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv(embedded.PRIVATE, raising=False)
    imported(record("a"), record("b"))
    file = tmp_path / "bo.json"
    new = record("a", time_limit={"value": 9, "unit": "days", "note_vi": None})
    file.write_text(json.dumps({"procedures": [new, record("b"), record("c")]}))
    call_command("catalogue", "import", str(file), "--json", "--dry-run")
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in ("created", "updated", "unchanged", "dry_run")} == {
        **counts(created=1, updated=1, unchanged=1), "dry_run": True,
    }  # fmt: skip
    (change,) = told["changes"]
    assert (change["code"], change["number"]) == ("a", 2)
    assert any(one["place"].startswith("content.time_limit") for one in change["changes"])
    assert change["burden"] == {"heavier": False, "text": "không đổi"}
    assert versions("a") == [(1, dt.date(2025, 7, 1), None)]
    assert not Procedure.objects.filter(slug="c").exists()
    call_command("catalogue", "import", str(file), "--dry-run")
    assert "Chưa nhập gì" in capsys.readouterr().out


# Any small catalogue

WORDS = st.text(
    st.sampled_from('aăâbcdđeêghiklmnoôơpqrstuưvxyạảấếộờữỵ ÁĐ\n"<&\\/’'), min_size=1, max_size=40
).map(lambda text: f"T{text}".strip())
DAYS = st.dates(min_value=ON - 400 * DAY, max_value=ON + 400 * DAY)
TERMS = st.fixed_dictionaries(
    {
        "online_level": st.sampled_from(OnlineLevel.values),
        "decision": st.sampled_from(["", "1872/QĐ-BTP"]),
        "change_note": st.sampled_from(["", "Bỏ sổ hộ khẩu\nvà bản sao"]),
        "burden_reason": st.sampled_from(["", "Luật mới"]),
    }
)


@st.composite
def procedures_of(draw, slug: str) -> dict:
    """A record with a history: some versions that follow each other, perhaps with a gap, perhaps still to come."""
    days = sorted(draw(st.sets(DAYS, min_size=1, max_size=4)))
    stated = []
    for number, begins in enumerate(days):
        last = number == len(days) - 1
        ends = None if last else days[number + 1] - DAY
        if draw(st.booleans()) and last:
            ends = begins + 30 * DAY
        form = draw(st.sampled_from([None, factories.FORM]))
        stated.append(
            {
                "record": record(slug, name_vi=draw(WORDS), keywords=draw(st.lists(WORDS, max_size=2))),
                "form": form,
                "processing": {"steps": factories.STEPS} if form else {},
                "version": {
                    **draw(TERMS),
                    "number": number + 1,
                    "based_on": number or None,
                    "effective_from": begins.isoformat(),
                    "effective_to": ends.isoformat() if ends else None,
                    "repeal_decision": "9/QĐ-BTP" if ends and last else "",
                    "published_at": "2026-01-02T03:04:05.678901+00:00",
                },
            }
        )
    now = stated.pop(draw(st.integers(0, len(stated) - 1)))
    return {**now.pop("record"), **now, **({"history": stated} if stated else {})}


@st.composite
def catalogues(draw) -> dict:
    slugs = [f"procedure-{number}" for number in range(draw(st.integers(1, 3)))]
    offering = st.fixed_dictionaries(
        {
            "online_level": st.sampled_from(OnlineLevel.values),
            "fee_vnd": st.none() | st.integers(0, 10**9),
            "channels": st.lists(st.sampled_from(["online", "post"]), min_size=1, max_size=2, unique=True),
        }
    )
    return {
        "fields": [
            {"id": "ho-tich", "name_vi": "Hộ tịch", "name_en": draw(WORDS), "ministry_id": "bo-tu-phap"}
        ],
        "life_events": [
            {
                "id": "having-a-baby",
                "name_vi": draw(WORDS),
                "name_en": "Baby",
                "audience": "citizen",
                "order": draw(st.integers(0, 9)),
                "summary_vi": draw(st.just("") | WORDS),
                "steps": [
                    {
                        "procedure": slug,
                        "order": draw(st.integers(0, 3)),
                        "note_vi": draw(st.just("") | WORDS),
                    }
                    for slug in slugs
                    if draw(st.booleans())
                ],
            }
        ],
        "synonyms": draw(
            st.lists(
                st.fixed_dictionaries(
                    {"say": st.just(["sổ đỏ"]), "find": st.lists(WORDS, min_size=1, max_size=2)}
                ),
                max_size=2,
            )
        ),
        "offerings": [
            {
                "procedure": slug,
                "agency": "ubnd-tp-da-nang",
                "fee_basis": "",
                **draw(offering),
                "valid_from": (ON + number * 100 * DAY - 50 * DAY).isoformat(),
                "valid_to": (ON + number * 100 * DAY).isoformat(),
            }
            for slug in slugs
            for number in range(draw(st.integers(0, 2)))
        ],
        "procedures": [draw(procedures_of(slug)) for slug in slugs],
    }


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(document=catalogues())
def test_any_catalogue_with_its_history_comes_back_equal(ministry, province, document):
    emptied()
    import_catalogue(parsed(document), at=AT, on=ON)
    for history in (True, False):
        first = text_of(export_catalogue(on=ON, history=history))
        told = import_catalogue(json.loads(first), at=AT, on=ON)
        assert (told.created, told.updated) == (0, 0)
        assert text_of(export_catalogue(on=ON, history=history)) == first
    whole = text_of(export_catalogue(on=ON, history=True))
    emptied()
    import_catalogue(json.loads(whole), at=AT + DAY, on=ON)
    assert text_of(export_catalogue(on=ON, history=True)) == whole


def test_an_export_that_forgot_the_decision_is_caught(vocabulary, ministry):
    """The broken variant: what the text of the export does not say is lost on the way."""
    imported(record("a"))
    published_by_officers("a", ministry, begins=ON, keywords=["mới"])
    first = text_of(export_catalogue(on=ON))
    emptied()
    import_catalogue(json.loads(first.replace("12/QĐ-BTP", "")), at=AT, on=ON)
    assert text_of(export_catalogue(on=ON)) != first
