"""A version's way: draft, legal check, approval by a second person, in force, superseded or repealed."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.models import Dossier
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Role
from procedures import services, tasks
from procedures.lint import Finding
from procedures.models import EditorialEvent, LifeEvent, ProcedureField, ProcedureVersion
from procedures.services import publishing
from tests import factories
from tests.faults.machinery import at_once
from tests.procedures.publishing import AT, DECISION, TODAY, Ministry, day

Stage = ProcedureVersion.Stage
Status = ProcedureVersion.Status


@pytest.fixture(autouse=True)
def nothing_to_find(monkeypatch):
    """These tests are about the way, not about what lint says of a short procedure."""
    monkeypatch.setattr(publishing, "lint", lambda edition: [])


@pytest.fixture
def ministry(db):
    return Ministry()


def fresh(version):
    return ProcedureVersion.objects.get(pk=version.pk)


def kinds(version):
    return list(version.events.values_list("kind", flat=True))


def test_a_version_goes_the_whole_way_and_supersedes_the_one_before(ministry):
    draft = ministry.draft(keywords=["giấy khai sinh"])
    assert (draft.number, draft.status, draft.based_on) == (2, Status.DRAFT, ministry.first)
    version = services.send_to_check(version=draft, by=ministry.editor, at=AT)
    assert version.status == Status.LEGAL_CHECK
    version = services.pass_check(version=version, by=ministry.reviewer, at=AT, note="Đúng luật")
    assert (version.status, version.checked_by) == (Status.APPROVAL, ministry.reviewer)
    version = ministry.approve(version, day(5))
    assert fresh(version).approved_by == ministry.publisher
    assert [fresh(version).stage(one) for one in (TODAY, day(4), day(5))] == [
        Stage.SCHEDULED, Stage.SCHEDULED, Stage.IN_FORCE,
    ]  # fmt: skip
    first = fresh(ministry.first)
    assert first.effective_to == day(4)
    assert [first.stage(one) for one in (day(4), day(5))] == [Stage.IN_FORCE, Stage.SUPERSEDED]
    assert kinds(version) == ["open_draft", "edit", "send_to_check", "pass_check", "approve"]


def test_the_procedure_shows_the_version_only_once_it_is_in_force(ministry):
    ministry.published(day(5), name_vi="Khai sinh mới", keywords=["con"], confidence="high")
    ministry.procedure.refresh_from_db()
    assert (ministry.procedure.name, ministry.procedure.confidence) == ("Đăng ký khai sinh", "")
    assert services.follow_the_calendar(on=day(4)) == 0
    assert services.follow_the_calendar(on=day(5)) == 1
    ministry.procedure.refresh_from_db()
    assert (ministry.procedure.name, ministry.procedure.keywords) == ("Khai sinh mới", ["con"])
    assert ministry.procedure.confidence == "high"
    assert services.follow_the_calendar(on=day(5)) == 0


def test_a_change_of_keywords_alone_is_followed_too(ministry):
    ministry.published(day(5), keywords=["con"])
    assert services.follow_the_calendar(on=day(20)) == 1
    ministry.procedure.refresh_from_db()
    assert ministry.procedure.keywords == ["con"]


def test_the_clock_task_follows_the_calendar(ministry, monkeypatch):
    ministry.published(day(5), name_vi="Khai sinh mới")
    monkeypatch.setattr("procedures.search.today", lambda: day(6))
    assert tasks.follow_the_calendar() == 1


def test_a_version_of_today_is_shown_at_once(ministry):
    version = ministry.published(TODAY, name_vi="Khai sinh mới")
    ministry.procedure.refresh_from_db()
    assert ministry.procedure.name == "Khai sinh mới"
    assert (fresh(version).stage(TODAY), fresh(ministry.first).stage(TODAY)) == (
        Stage.IN_FORCE,
        Stage.SUPERSEDED,
    )


def test_repeal_ends_a_version_without_a_successor(ministry):
    repealed = services.repeal(
        version=ministry.first, decision="99/QĐ-BTP", last_day=day(30), by=ministry.publisher, on=TODAY, at=AT
    )
    assert [repealed.stage(one) for one in (day(30), day(31))] == [Stage.IN_FORCE, Stage.REPEALED]
    assert repealed.events.get(kind="repeal").details == {
        "decision": "99/QĐ-BTP",
        "last_day": day(30).isoformat(),
    }
    again = {"decision": "100/QĐ-BTP", "by": ministry.publisher, "at": AT}
    with pytest.raises(Refused, match="trong thời gian bản này còn hiệu lực"):
        services.repeal(version=ministry.first, last_day=day(40), on=TODAY, **again)
    with pytest.raises(Conflict, match="không còn hiệu lực"):
        services.repeal(version=ministry.first, last_day=day(40), on=day(31), **again)


def test_a_successor_before_the_last_day_of_a_repeal_makes_it_superseded(ministry):
    services.repeal(
        version=ministry.first, decision="99/QĐ-BTP", last_day=day(30), by=ministry.publisher, on=TODAY, at=AT
    )
    ministry.published(day(10))
    assert fresh(ministry.first).effective_to == day(9)
    assert fresh(ministry.first).stage(day(10)) == Stage.SUPERSEDED


ACTS = {
    "edit": lambda m, v, by: services.edit(
        version=v, expected=v.edits, change=lambda edition: edition, by=by, at=AT
    ),
    "explain": lambda m, v, by: services.explain(
        version=v, change_note="Bớt giấy", burden_reason="", by=by, at=AT
    ),
    "send_to_check": lambda m, v, by: services.send_to_check(version=v, by=by, at=AT),
    "pass_check": lambda m, v, by: services.pass_check(version=v, by=by, at=AT),
    "send_back": lambda m, v, by: services.send_back(version=v, reason="Thiếu căn cứ", by=by, at=AT),
    "approve": lambda m, v, by: m.approve(v, by=by),
    "repeal": lambda m, v, by: services.repeal(
        version=v, decision=DECISION, last_day=day(9), by=by, on=TODAY, at=AT
    ),
    "discard": lambda m, v, by: services.discard(version=v, by=by, at=AT),
}
ALLOWED = {
    ("edit", "draft", Role.EDITOR),
    ("explain", "draft", Role.EDITOR),
    ("send_to_check", "draft", Role.EDITOR),
    ("discard", "draft", Role.EDITOR),
    ("pass_check", "legal_check", Role.LEGAL_REVIEWER),
    ("send_back", "legal_check", Role.LEGAL_REVIEWER),
    ("send_back", "approval", Role.PUBLISHER),
    ("approve", "approval", Role.PUBLISHER),
    ("repeal", "published", Role.PUBLISHER),
}
ROLES = [Role.EDITOR, Role.LEGAL_REVIEWER, Role.PUBLISHER, Role.INTAKE, Role.ADMINISTRATOR]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", list(Status.values))
def test_each_act_is_open_to_one_role_in_one_state(ministry, act, state):
    version = {
        "draft": ministry.draft,
        "legal_check": ministry.in_check,
        "approval": ministry.in_approval,
        "published": ministry.published,
    }[state]()
    for role in ROLES:
        before, events = fresh(version).__dict__, EditorialEvent.objects.count()
        with transaction.atomic():
            try:
                ACTS[act](ministry, fresh(version), ministry.post(role))
                done = True
            except (Conflict, Forbidden, Refused):
                done = False
            assert done == ((act, state, role) in ALLOWED), (act, state, role)
            if not done:
                after = fresh(version).__dict__
                assert {**after, "_state": 0} == {**before, "_state": 0}
                assert EditorialEvent.objects.count() == events
            transaction.set_rollback(True)


@pytest.mark.parametrize("wrote", ["opened", "edited once", "explained", "checked"])
def test_the_second_person_is_really_another(ministry, wrote):
    both = ministry.post(Role.EDITOR, Role.LEGAL_REVIEWER, Role.PUBLISHER, name="Kiêm Nhiều Vai")
    opener = both if wrote == "opened" else ministry.editor
    version = services.open_draft(procedure=ministry.procedure, by=opener, at=AT)
    if wrote == "edited once":
        services.edit(version=version, expected=0, change=lambda e: changed(e, keywords=[]), by=both, at=AT)
    if wrote == "explained":
        services.explain(version=version, change_note="Bớt giấy", burden_reason="", by=both, at=AT)
    services.send_to_check(version=version, by=ministry.editor, at=AT)
    if wrote != "checked":
        with pytest.raises(Forbidden, match="khác người đã soạn"):
            services.pass_check(version=version, by=both, at=AT)
    services.pass_check(version=version, by=both if wrote == "checked" else ministry.reviewer, at=AT)
    with pytest.raises(Forbidden, match="khác người đã soạn"):
        ministry.approve(version, by=both)
    assert fresh(version).status == Status.APPROVAL


def test_the_database_itself_knows_that_the_author_does_not_approve(ministry):
    version = ministry.in_approval()
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        ProcedureVersion.objects.filter(pk=version.pk).update(approved_by=ministry.editor)


def test_a_stale_page_changes_nothing_and_says_who_was_faster(ministry):
    draft = ministry.draft()
    other = ministry.post(Role.EDITOR, name="Người Nhanh Hơn")
    services.edit(version=draft, expected=0, change=lambda e: changed(e, keywords=["a"]), by=other, at=AT)
    with pytest.raises(Conflict, match="Người Nhanh Hơn vừa sửa"):
        services.edit(
            version=draft, expected=0, change=lambda e: changed(e, keywords=["b"]), by=ministry.editor, at=AT
        )
    assert fresh(draft).content["keywords"] == ["a"]
    assert fresh(draft).edits == 1


def changed(edition, **content):
    return type(edition)(
        edition.slug,
        edition.online_level,
        {**edition.content, **content},
        edition.form,
        edition.processing,
    )


def test_an_edit_that_changes_nothing_is_no_edit(ministry):
    draft = ministry.draft()
    services.edit(version=draft, expected=0, change=lambda edition: edition, by=ministry.editor, at=AT)
    assert (fresh(draft).edits, kinds(draft)) == (0, ["open_draft"])


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a\x00b\x07c", "abc"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("x\ud800y", "xy"),
        ("hai\ndòng", "hai\ndòng"),
    ],
)
def test_text_is_kept_as_the_database_can(ministry, value, kept):
    draft = ministry.draft(status_note=value)
    assert fresh(draft).content["status_note"] == kept


def test_hostile_content_is_refused_in_words(ministry):
    draft, deep = ministry.draft(), []
    for _ in range(40):
        deep = [deep]
    with pytest.raises(Refused, match="sâu quá 30"):
        ministry.edit(draft, keywords=deep)
    with pytest.raises(Refused, match="dài quá"):
        ministry.edit(draft, status_note="a" * 2_000_001)
    assert fresh(draft).edits == 0


RAW = {
    "content": "UPDATE procedures_procedureversion SET content = '{}' WHERE id = %s",
    "form": "UPDATE procedures_procedureversion SET form = NULL WHERE id = %s",
    "decision": "UPDATE procedures_procedureversion SET decision = 'khác' WHERE id = %s",
    "begin": "UPDATE procedures_procedureversion SET effective_from = '2020-01-01' WHERE id = %s",
    "status": "UPDATE procedures_procedureversion SET status = 'draft' WHERE id = %s",
    "approver": "UPDATE procedures_procedureversion SET approved_by_id = NULL, number = 9 WHERE id = %s",
    "delete": "DELETE FROM procedures_procedureversion WHERE id = %s",
}


def raw(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("what", RAW)
def test_what_is_published_cannot_be_changed_even_by_sql(ministry, what):
    with pytest.raises(DatabaseError, match="published version is never"):
        raw(RAW[what], ministry.first.pk)
    assert fresh(ministry.first).content == ministry.first.content


@pytest.mark.parametrize("what", RAW)
def test_it_is_the_trigger_that_holds(ministry, what):
    """Without it each of the statements above goes through."""
    raw("DROP TRIGGER procedures_version_frozen ON procedures_procedureversion")
    raw(RAW[what], ministry.first.pk)


def test_events_are_never_rewritten(ministry):
    version = ministry.published()
    for statement in (
        "UPDATE procedures_editorialevent SET note = 'khác' WHERE version_id = %s",
        "DELETE FROM procedures_editorialevent WHERE version_id = %s",
    ):
        with pytest.raises(DatabaseError, match="never rewritten"):
            raw(statement, version.pk)


PERIODS = st.lists(
    st.tuples(st.integers(-3, 12), st.one_of(st.none(), st.integers(-3, 12))), min_size=1, max_size=5
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(periods=PERIODS)
def test_however_versions_are_published_one_is_in_force_a_day(ministry, periods):
    """Through the verbs: approve on a day, repeal some; what is refused changes nothing."""
    with transaction.atomic():
        for begin, last in periods:
            version = None
            try:
                with transaction.atomic():
                    version = ministry.published(day(begin))
                    if last is not None:
                        services.repeal(
                            version=version, decision=DECISION, last_day=day(last), by=ministry.publisher,
                            on=TODAY, at=AT,
                        )  # fmt: skip
            except (Refused, Conflict):
                pass
        for number in range(-5, 20):
            assert ministry.procedure.versions.in_force(day(number)).count() <= 1, number
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(periods=PERIODS)
def test_the_database_keeps_periods_apart_whoever_writes(ministry, periods):
    def days(begin, last):
        return set(range(begin, 40 if last is None else last + 1))

    with transaction.atomic():
        raw("UPDATE procedures_procedureversion SET effective_to = %s", day(-10))
        taken: set[int] = set()
        for number, (begin, last) in enumerate(periods, 2):
            if last is not None and last < begin:
                continue
            try:
                with transaction.atomic():
                    ProcedureVersion.objects.create(
                        procedure=ministry.procedure, number=number, status=Status.PUBLISHED,
                        online_level="full", published_at=AT, effective_from=day(begin),
                        effective_to=None if last is None else day(last),
                    )  # fmt: skip
                stored = True
            except IntegrityError:
                stored = False
            assert stored == (not taken & days(begin, last))
            taken |= days(begin, last) if stored else set()
        transaction.set_rollback(True)


def test_dates_that_cannot_be_are_refused(ministry):
    version = ministry.in_approval()
    with pytest.raises(Refused, match="không có hiệu lực trở về trước"):
        ministry.approve(version, day(-1))
    with pytest.raises(Refused, match="Số quyết định"):
        ministry.approve(version, decision="  ")
    ministry.approve(version, day(5))
    draft = ministry.in_approval()
    with pytest.raises(Conflict, match="Bản 2 có hiệu lực từ 28/11/2026"):
        ministry.approve(draft, day(5))
    assert ministry.approve(draft, day(6)).effective_from == day(6)


def test_what_lint_forbids_is_not_published(ministry, monkeypatch):
    version = ministry.draft()
    broken = Finding("missing_fee", "error", "content.fee", "Chưa ghi mức phí.", "Ghi mức phí.")
    minor = Finding("long_sentence", "warning", "form.pages[0]", "Câu dài.", "Tách câu.")
    monkeypatch.setattr(publishing, "lint", lambda edition: [minor, broken])
    with pytest.raises(Refused, match=r"còn 1 lỗi phải sửa.*Chưa ghi mức phí") as refusal:
        services.send_to_check(version=version, by=ministry.editor, at=AT)
    assert refusal.value.details["findings"] == [("content.fee", "Chưa ghi mức phí.")]
    assert fresh(version).status == Status.DRAFT
    monkeypatch.setattr(publishing, "lint", lambda edition: [minor])
    services.send_to_check(version=version, by=ministry.editor, at=AT)


def test_a_heavier_burden_needs_a_reason_that_is_published(ministry, monkeypatch):
    version = ministry.draft()
    monkeypatch.setattr(publishing.diff, "burden_delta", lambda before, after: Heavier())
    with pytest.raises(Refused, match=r"Gánh nặng của người dân tăng \(\+3 ô phải gõ\)"):
        services.send_to_check(version=version, by=ministry.editor, at=AT)
    services.explain(
        version=version, change_note="", burden_reason="Luật mới buộc hỏi", by=ministry.editor, at=AT
    )
    assert services.send_to_check(version=version, by=ministry.editor, at=AT).status == Status.LEGAL_CHECK


class Heavier:
    heavier = True
    text = "+3 ô phải gõ"


def test_a_returned_version_needs_a_new_check(ministry):
    version = ministry.in_approval()
    services.send_back(version=version, reason=" Thiếu căn cứ ", by=ministry.publisher, at=AT)
    assert (fresh(version).status, fresh(version).checked_by) == (Status.DRAFT, None)
    assert version.events.get(kind="send_back").note == "Thiếu căn cứ"
    with pytest.raises(Conflict):
        ministry.approve(version)


@pytest.mark.django_db(transaction=True)
def test_of_two_publishers_at_once_one_wins():
    ministry = Ministry()
    version = ministry.in_approval()
    others = [ministry.publisher, ministry.post(Role.PUBLISHER, name="Người Thứ Hai")]

    def attempt(by):
        try:
            return ministry.approve(version, decision=f"{by.pk}/QĐ-BTP", by=by).approved_by
        except Conflict as conflict:
            return conflict.message

    answers = at_once(*(lambda by=by: attempt(by) for by in others))
    winners = [one for one in answers if not isinstance(one, str)]
    (refusal,) = [one for one in answers if isinstance(one, str)]
    assert len(winners) == 1
    assert fresh(version).approved_by == winners[0]
    assert fresh(version).decision == f"{winners[0].pk}/QĐ-BTP"
    assert winners[0].user.full_name in refusal
    assert kinds(version).count("approve") == 1
    assert ministry.procedure.versions.in_force(TODAY).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_at_once_one_opens_the_draft_and_one_edit_stays():
    ministry = Ministry()

    def attempt(by):
        try:
            return services.open_draft(procedure=ministry.procedure, by=by, at=AT)
        except Conflict as conflict:
            return conflict

    second = ministry.post(Role.EDITOR)
    answers = at_once(lambda: attempt(ministry.editor), lambda: attempt(second))
    (draft,) = [one for one in answers if isinstance(one, ProcedureVersion)]
    (refusal,) = [one for one in answers if isinstance(one, Conflict)]
    assert refusal.details["version"] == draft.pk

    def write(word):
        try:
            return services.edit(
                version=draft, expected=0, change=lambda e: changed(e, keywords=[word]), by=second, at=AT
            ).content["keywords"]
        except Conflict:
            return None

    kept = [one for one in at_once(lambda: write("a"), lambda: write("b")) if one]
    assert len(kept) == 1
    assert fresh(draft).content["keywords"] == kept[0]


def test_a_dossier_stays_with_its_version(ministry):
    ministry.first.procedure.refresh_from_db()
    dossier = factories.processing(factories.commune_agency(), of=ministry.first)
    later = ministry.published(TODAY, time_limit={"value": 1, "unit": "working_days", "note_vi": None})
    stored = Dossier.objects.get(pk=dossier.pk)
    assert stored.version == ministry.first
    assert stored.due_at == dossier.due_at
    assert factories.draft(factories.commune_agency(), of=later).version == later


def test_only_a_draft_is_discarded_and_a_procedure_never_published_goes_with_it(ministry):
    field = _field()
    draft = services.create_procedure(
        name="Thủ tục mới", name_en="New one", field=field, by=ministry.editor, at=AT
    )
    procedure = draft.procedure
    assert (procedure.slug, procedure.owner, draft.number) == ("new-one", ministry.agency, 1)
    services.discard(version=draft, by=ministry.editor, at=AT)
    assert not ProcedureVersion.objects.filter(procedure=procedure.pk).exists()
    assert EditorialEvent.objects.get(kind="discard").subject == "new-one"


def _field():
    return ProcedureField.objects.create(key="ho-tich", name="Hộ tịch", name_en="Civil status")


def test_only_a_ministry_creates_procedures_and_under_a_code_of_its_own(ministry):
    field = _field()
    commune = factories.officer(factories.commune_agency(), Role.EDITOR)
    asked = {"name": "Thủ tục mới", "name_en": "", "field": field, "at": AT}
    with pytest.raises(Forbidden, match="Chỉ bộ, ngành"):
        services.create_procedure(**asked, by=commune)
    with pytest.raises(Conflict, match="không đúng dạng"):
        services.create_procedure(**asked, code="12", by=ministry.editor)
    with pytest.raises(Conflict, match="không đúng dạng"):
        services.create_procedure(**asked, code=ministry.procedure.code, by=ministry.editor)
    first = services.create_procedure(**asked, by=ministry.editor)
    second = services.create_procedure(**asked, by=ministry.editor)
    assert [first.procedure.slug, second.procedure.slug] == ["thu-tuc-moi", "thu-tuc-moi-2"]


def test_a_new_procedure_goes_online_on_the_pages_its_record_names(ministry):
    event = LifeEvent.objects.create(
        key="baby", name="Sinh con", name_en="A baby", audience="citizen", order=1
    )
    version = ministry.published(TODAY, life_events=["baby", "không có"])
    assert list(event.procedures.all()) == [version.procedure]
    assert version.stage(dt.date(2099, 1, 1)) == Stage.IN_FORCE
