"""Past dossiers replayed on a draft: nothing changed gives history, what changed is named, no answer is shown."""

from __future__ import annotations

import copy
import datetime as dt
import random

import pytest
from django.db import InternalError, connection
from hypothesis import given
from hypothesis import strategies as st

from applications import actors, replaying, services, simulation
from applications.deadlines import Calendar
from applications.simulation import Case, Recorded, Terms, World
from identity.errors import NotFound, Refused
from identity.models import Agency, DataAccess, Role
from procedures import rules, schema
from procedures.journey import Answer
from procedures.models import EditorialEvent, ProcedureVersion, ServiceOffering
from tests import factories

NOW = dt.datetime(2026, 6, 10, 3, 0, tzinfo=dt.UTC)


def history_form() -> dict:
    """A fee that grows with time and copies, a fee of the province, a table, a paper, a rule across questions."""
    form = copy.deepcopy(factories.FORM)
    form["pages"][1]["questions"] += [
        {"id": "copies", "kind": "integer", "label": "Số bản sao", "min": 0, "max": 9},
        {
            "id": "reason",
            "kind": "text",
            "label": "Lý do cần bản sao",
            "show_if": "copies > 2",
            "required": True,
        },
    ]
    form["pages"].append(
        {
            "id": "relatives",
            "title": "Người thân",
            "show_if": "copies > 4",
            "group": {"id": "relatives", "label": "Người thân", "min": 0},
            "questions": [{"id": "relative", "kind": "name", "label": "Họ tên"}],
        }
    )
    form["fees"] = {
        "kind": "le_phi",
        "legal_basis": "Thông tư thử",
        "cases": [
            {"when": "ctx.today >= '2025-06-01'", "label": "Bản sao", "amount_vnd": 8000, "times": "copies"},
            {"when": "ctx.today < '2025-06-01'", "label": "Bản sao", "amount_vnd": 3000, "times": "copies"},
            {"when": "copies > 6", "label": "Phí địa phương", "amount_vnd": None},
        ],
    }
    return form


def editable(version: ProcedureVersion, **changes) -> ProcedureVersion:
    """A draft that says what ``version`` says, but for ``changes``."""
    values = {
        "form": copy.deepcopy(version.form),
        "content": copy.deepcopy(version.content),
        "processing": copy.deepcopy(version.processing),
    }
    return factories.version(
        procedure=version.procedure,
        number=version.number + 1,
        status="draft",
        effective_from=None,
        published_at=None,
        based_on=version,
        **{**values, **changes},
    )


@pytest.fixture
def ministry(db):
    return Agency.objects.create(key="bo-thu", name="Bộ Thử", level="central", kind="ministry")


@pytest.fixture
def editor(ministry):
    return factories.officer(ministry, Role.EDITOR, name="Lê Thị Thu Thủy")


@pytest.fixture
def version(ministry):
    made = factories.version(form=history_form())
    made.procedure.owner = ministry
    made.procedure.save()
    return made


@pytest.fixture
def past(version):
    """Thirty dossiers of two communes over two years, some accepted, some with papers given at other hours."""
    chance = random.Random(7)
    agencies = [factories.commune_agency("Hải Châu"), factories.commune_agency("Hòa Cường")]
    for agency in agencies:
        ServiceOffering.objects.create(
            procedure=version.procedure,
            agency=agency,
            online_level="full",
            fee_vnd=20_000 + agency.pk,
            valid_from=dt.date(2024, 1, 1),
        )
    dossiers = []
    for _number in range(30):
        at = NOW - dt.timedelta(days=chance.randrange(700), hours=chance.randrange(24))
        agency = chance.choice(agencies)
        copies = chance.randrange(9)
        more = {"reason": "Đi học"} if copies > 2 else {}
        rows = {"relatives": [{"relative": "Lê Văn Nhiều"}] * chance.randrange(3)} if copies > 4 else {}
        dossier = factories.submitted(
            agency, of=version, at=at, child_dob="2023-05-01", copies=copies, **more, **rows
        )
        if dossier.state == "submitted":
            clerk = actors.officer(factories.officer(agency, Role.INTAKE))
            services.accept(dossier=dossier, by=clerk, at=at + dt.timedelta(hours=chance.randrange(40)))
        dossiers.append(dossier)
    return dossiers


def simulate(draft, editor, last=200):
    return services.simulate(version=draft, last=last, by=editor, at=NOW)


@pytest.mark.django_db
def test_an_unchanged_draft_gives_exactly_history(version, past, editor):
    report = simulate(editable(version), editor)
    assert report.total == report.unchanged == 30
    assert report.unlike_history == 0
    assert report.failing == ()
    by_key = {one.case.key: one.after for one in report.replayed}
    for dossier in past:
        replayed = by_key[dossier.pk]
        assert (replayed.fee_vnd, replayed.agency, replayed.due_at) == (
            dossier.fee_vnd,
            dossier.agency_id,
            dossier.due_at,
        )
    assert len({one.fee_vnd for one in by_key.values()}) > 10
    assert sum(one.due_at is not None for one in by_key.values()) > 3


@pytest.mark.django_db
def test_replaying_on_todays_date_instead_of_their_own_is_caught(version, past, editor, monkeypatch):
    class Careless:
        @staticmethod
        def context(*, today, **known):
            return rules.context(today=NOW.date(), **known)

    monkeypatch.setattr(replaying, "rules", Careless)
    assert simulate(editable(version), editor).unlike_history > 0


@pytest.mark.django_db
def test_forgetting_the_fee_of_the_province_is_caught(version, past, editor, monkeypatch):
    monkeypatch.setattr(ServiceOffering.objects, "filter", lambda **kwargs: ServiceOffering.objects.none())
    assert simulate(editable(version), editor).unlike_history > 0


@pytest.mark.django_db
def test_a_question_more_is_missing_everywhere_and_a_register_answer_is_not(version, past, editor):
    form = copy.deepcopy(version.form)
    form["pages"][1]["questions"] += [
        {"id": "nickname", "kind": "text", "label": "Tên gọi", "required": True},
        {
            "id": "sex",
            "kind": "text",
            "label": "Giới tính",
            "required": True,
            "prefill": {"register": "national_population_db", "path": "sex"},
        },
    ]
    report = simulate(editable(version, form=form), editor)
    assert {one.new_reasons for one in report.replayed} == {frozenset({("missing", "nickname")})}
    assert {one.after.looked_up for one in report.replayed} == {frozenset({"sex"})}
    assert {one.after.asked - one.before.asked for one in report.replayed} == {2}


@pytest.mark.django_db
def test_a_stricter_rule_and_a_removed_choice_say_why(version, past, editor):
    form = copy.deepcopy(version.form)
    form["checks"] = [
        {"id": "few", "when": "copies <= 3", "fail_vi": "tối đa 3 bản", "question": "copies"},
    ]
    reasons = [one.new_reasons for one in simulate(editable(version, form=form), editor).replayed]
    strict = {frozenset(), frozenset({("check", "few")})}
    assert set(reasons) == strict
    ProcedureVersion.objects.filter(status="draft").delete()
    form = copy.deepcopy(version.form)
    form["pages"][1]["questions"][2]["choices"].pop(0)
    report = simulate(editable(version, form=form), editor)
    assert {one.new_reasons for one in report.replayed} == {frozenset({("invalid", "result_delivery")})}


@pytest.mark.django_db
def test_another_time_limit_moves_only_the_dates_of_accepted_dossiers(version, past, editor):
    content = {**version.content, "time_limit": {"value": 3, "unit": "working_days"}}
    report = simulate(editable(version, content=content), editor)
    accepted = [one for one in report.replayed if one.case.accepted_at]
    assert accepted
    assert all(one.after.due_at < one.before.due_at for one in accepted)
    assert all(one.before == one.after for one in report.replayed if not one.case.accepted_at)


@pytest.mark.django_db
def test_another_routing_moves_every_dossier_to_that_agency(version, past, editor):
    one = factories.commune_agency("Trung tâm")
    report = simulate(
        editable(version, processing={**version.processing, "routing": {"agency": one.key}}), editor
    )
    assert {replayed.after.agency for replayed in report.replayed} == {one.pk}
    ProcedureVersion.objects.filter(status="draft").delete()
    nowhere = editable(version, processing={**version.processing, "routing": {"agency": "khong-co"}})
    report = simulate(nowhere, editor)
    assert {replayed.new_reasons for replayed in report.replayed} == {frozenset({("agency", "")})}


@pytest.mark.django_db
def test_a_decision_by_rule_is_compared_with_what_happened(ministry, editor):
    agency = factories.commune_agency()
    form = {
        **copy.deepcopy(factories.FORM),
        "auto_decision": [{"id": "named", "when": "child_name != 'Lê Tối'", "fail_vi": "Tên không hợp lệ"}],
    }
    version = factories.version(form=form)
    version.procedure.owner = ministry
    version.procedure.save()
    for name in ("Lê Sáng", "Lê Tối", "Lê Mờ"):
        services.decide(
            dossier=factories.submitted(agency, of=version, at=NOW, child_name=name, child_dob="2023-05-01"),
            at=NOW,
        )
    report = simulate(editable(version), editor)
    assert (report.unchanged, report.unlike_history) == (3, 0)
    assert sorted(one.after.decision for one in report.replayed) == ["grant", "grant", "refusal"]
    ProcedureVersion.objects.filter(status="draft").delete()
    stricter = copy.deepcopy(form)
    stricter["auto_decision"][0]["when"] = "child_name == 'Lê Sáng'"
    report = simulate(editable(version, form=stricter), editor)
    assert [one.new_reasons for one in report.failing] == [frozenset({("decision", "named")})]


@pytest.mark.django_db
def test_a_replay_leaves_one_event_and_no_trace_in_anybodys_access_log(version, past, editor):
    draft = editable(version)
    simulate(draft, editor, last=12)
    event = EditorialEvent.objects.get(kind="simulate")
    assert (event.version_id, event.by_id, event.details) == (draft.pk, editor.pk, {"dossiers": 12})
    assert not DataAccess.objects.exists()


@pytest.mark.django_db
def test_a_replay_cannot_write(version, past, editor, monkeypatch):
    def writes(*args):
        ProcedureVersion.objects.filter(pk=version.pk).update(change_note="x")

    monkeypatch.setattr(simulation, "replay", writes)
    with pytest.raises(InternalError, match="read-only"):
        simulate(editable(version), editor)
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("off",)


@pytest.mark.django_db
def test_only_officers_of_the_ministry_replay_and_only_within_the_bound(version, editor):
    draft = editable(version)
    other = Agency.objects.create(key="bo-khac", name="Bộ Khác", level="central", kind="ministry")
    with pytest.raises(NotFound):
        simulate(draft, factories.officer(other, Role.EDITOR))
    for number in (0, 2001):
        with pytest.raises(Refused):
            simulate(draft, editor, last=number)
    assert not EditorialEvent.objects.exists()


# The pure rule, on generated dossiers

WORLD = World(Calendar({}), lambda route, values, on: 7, lambda agency, on: {}, lambda code: True)
FORM = schema.load(history_form())
TERMS = Terms(FORM, {"value": 5, "unit": "working_days"}, {})
texts = st.text("abcĐ ", max_size=6)
answers = st.fixed_dictionaries(
    {},
    optional={
        "child_name": texts,
        "copies": st.integers(-3, 12) | texts,
        "reason": texts,
        "child_dob": st.dates().map(str) | texts,
        "result_delivery": st.sampled_from(["electronic", "counter", "?"]),
        "relatives": st.lists(st.fixed_dictionaries({"relative": texts}), max_size=4),
    },
)


@st.composite
def cases(draw) -> Case:
    given_answers = {name: Answer(value) for name, value in draw(answers).items()}
    day = draw(st.dates(dt.date(2024, 1, 1), dt.date(2026, 1, 1)))
    at = dt.datetime.combine(day, draw(st.times()), dt.UTC)
    accepted = at if draw(st.booleans()) else None
    return Case(1, 1, given_answers, rules.context(today=day), at, accepted, Recorded(7, 0))


@given(st.lists(cases(), max_size=5))
def test_the_same_terms_change_nothing_for_any_dossier(generated):
    report = simulation.replay(generated, {1: TERMS}, TERMS, WORLD)
    assert report.unchanged == report.total == len(generated)
    assert report.failing == ()


@given(cases())
def test_no_answer_leaves_the_replay(case):
    """Reasons are ids of the form, whatever was typed."""
    found = simulation.outcome(case, TERMS, WORLD)
    known = FORM.questions.keys() | FORM.groups.keys() | {one.id for one in FORM.checks} | {""}
    assert {name for _kind, name in found.reasons} <= known
    assert found.counted <= FORM.questions.keys() | FORM.groups.keys()


# The page


@pytest.fixture
def page(version, past, editor, client):
    form = copy.deepcopy(version.form)
    form["pages"][1]["questions"].append(
        {"id": "nickname", "kind": "text", "label": "Tên thường gọi", "required": True}
    )
    draft = editable(version, form=form)
    factories.sign_in_officer(client, editor)
    return f"/bien-tap/ban/{draft.pk}/mo-phong/"


@pytest.mark.django_db
def test_the_page_counts_and_names_nobody(page, past, client):
    html = client.post(page, {"so_ho_so": "200"}).content.decode()
    assert "Thiếu câu trả lời: Tên thường gọi" in html
    assert "hồ sơ không còn đạt" in html
    for dossier in past:
        assert dossier.code not in html
    for words in ("Nguyễn Thị Minh Hạnh", "Lê Nguyễn An Nhiên", "12 Bạch Đằng", "Lê Văn Nhiều", "Đi học"):
        assert words not in html


@pytest.mark.django_db
def test_looking_at_the_page_replays_nothing(page, client):
    assert client.get(page).status_code == 200
    assert not EditorialEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["0", "2001", "", "mười", "1e3", "9" * 40])
def test_a_number_out_of_range_is_said_and_stays_typed(page, client, typed):
    answer = client.post(page, {"so_ho_so": typed})
    assert answer.status_code == 422
    assert "ghi từ 1 đến 2000" in answer.content.decode().replace(".", "")
    assert f'value="{typed}"' in answer.content.decode()
    assert not EditorialEvent.objects.exists()


@pytest.mark.django_db
def test_a_form_that_cannot_be_used_shows_its_faults_and_reads_no_dossier(version, past, editor, client):
    form = copy.deepcopy(version.form)
    form["pages"][1]["questions"][0]["show_if"] = "nobody == 1"
    draft = editable(version, form=form)
    factories.sign_in_officer(client, editor)
    answer = client.post(f"/bien-tap/ban/{draft.pk}/mo-phong/", {"so_ho_so": "5"})
    assert answer.status_code == 422
    assert "pages[1].questions[0].show_if" in answer.content.decode()
    assert not EditorialEvent.objects.exists()


@pytest.mark.django_db
def test_codes_are_shown_only_to_who_handles_these_dossiers_anyway(version, past, ministry, client):
    handling = factories.officer(ministry, Role.EDITOR, Role.CASE_OFFICER)
    mine = past[0]
    type(mine).objects.filter(pk=mine.pk).update(agency=ministry)
    form = copy.deepcopy(version.form)
    form["pages"][1]["questions"].append({"id": "more", "kind": "text", "label": "Thêm", "required": True})
    draft = editable(version, form=form)
    factories.sign_in_officer(client, handling)
    html = client.post(f"/bien-tap/ban/{draft.pk}/mo-phong/", {"so_ho_so": "200"}).content.decode()
    assert [one.code for one in past if one.code in html] == [mine.code]
