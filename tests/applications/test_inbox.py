"""Every tab and filter of the inbox against a slow oracle that looks at each dossier by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applications import access, actors, legal, services
from applications.deadlines import LEGAL_ZONE
from applications.models import NEVER, Channel, Dossier
from applications.office import clock, filtering, inbox, queues, silence
from applications.office.filtering import Filters
from applications.states import ENDED, OFFICE_HOLDS, OPEN, State
from identity.models import Officer, Role
from tests import factories

AT = dt.datetime(2026, 5, 5, 3, 0, tzinfo=dt.UTC)
KINDS = (("examine", Role.CASE_OFFICER), ("approve", Role.APPROVER), ("sign", Role.SIGNER))
Test = Callable[[Dossier], bool]


def scattered(officer: Officer, colleague: Officer) -> list[Dossier]:
    """Every state and kind of step, held by nobody, by the officer and by a colleague, early and late."""
    versions, person, made = [factories.version(), factories.version()], factories.citizen(), []
    holders = (None, officer.user, colleague.user)
    places = [(state, "", "") for state in OPEN | ENDED if state != State.PROCESSING]
    places += [(State.PROCESSING, kind, role) for kind, role in KINDS]
    for number, (state, kind, role) in enumerate(sorted(places) * 6):
        owed = AT + dt.timedelta(hours=(number * 37) % 200 - 100)
        made.append(
            Dossier(
                version=versions[number % 2],
                submitter=person,
                agency=officer.agency,
                code=f"{officer.agency.identifier}-260505-{number:04}",
                state=state,
                channel=Channel.values[number % 3],
                commune_code=("", "20194", "20242")[number % 3],
                step_kind=kind,
                step_role=role,
                assignee=None if state in ENDED else holders[number // len(places) % 3],
                created_at=AT,
                submitted_at=AT,
                answer_due_at=owed,
                due_at=None if number % 5 == 0 else owed + dt.timedelta(days=1),
                needs_matching=number % 4 == 0,
                last_event_at=AT - dt.timedelta(days=number % 9),
                open_consultations=max(0, number % 4 - 2),
            )
        )
    Dossier.objects.bulk_create(made)
    return list(Dossier.objects.select_related("version__procedure").order_by("pk"))


def owed(dossier: Dossier) -> dt.datetime:
    return clock.promise(dossier) or NEVER


def in_tab(officer: Officer) -> dict[str, Test]:
    until = clock.soon_until(AT, legal.calendar())
    running = {State.SUBMITTED, State.ACCEPTED, State.PROCESSING}
    by_role = {
        State.ACCEPTED: {Role.INTAKE},
        State.COMPLETED: {Role.INTAKE},
        State.WITHDRAWAL_REQUESTED: {Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER},
    }

    def mine(d: Dossier) -> bool:
        if d.assignee_id:
            return d.assignee_id == officer.user_id and d.state in queues.WORKABLE
        return bool((by_role.get(State(d.state), set()) | {d.step_role or "-"}) & set(officer.roles))

    return {
        "waiting": lambda d: d.state == State.SUBMITTED,
        "mine": mine,
        "citizen": lambda d: d.state in (State.SUPPLEMENT_REQUESTED, State.PAYMENT_REQUESTED),
        "elsewhere": lambda d: d.state in OPEN and d.open_consultations > 0,
        "signing": lambda d: d.state == State.PROCESSING and d.step_kind == "sign",
        "soon": lambda d: d.state in running and AT <= owed(d) <= until,
        "overdue": lambda d: d.state in running and owed(d) < AT,
        "done": lambda d: d.state in ENDED,
    }


def asked(officer: Officer, colleague: Officer, slug: str) -> list[tuple[Filters, Test]]:
    silent = silence.since(AT, legal.calendar())
    day = (AT + dt.timedelta(days=1)).astimezone(LEGAL_ZONE).date()
    return [
        (Filters(), lambda d: True),
        (Filters(procedures=(slug,)), lambda d: d.version.procedure.slug == slug),
        (Filters(procedures=("khong-co",)), lambda d: False),
        (Filters(state=State.SUBMITTED), lambda d: d.state == State.SUBMITTED),
        (Filters(due_from=day), lambda d: owed(d).astimezone(LEGAL_ZONE).date() >= day),
        (Filters(due_to=day), lambda d: owed(d).astimezone(LEGAL_ZONE).date() <= day),
        (Filters(assignee="chua"), lambda d: d.assignee_id is None),
        (Filters(assignee="toi"), lambda d: d.assignee_id == officer.user_id),
        (Filters(assignee=str(colleague.user_id)), lambda d: d.assignee_id == colleague.user_id),
        (Filters(channel="post"), lambda d: d.channel == "post"),
        (Filters(commune="20242"), lambda d: d.commune_code == "20242"),
        (Filters(mismatch=True), lambda d: d.needs_matching),
        (
            Filters(silent=True),
            lambda d: (
                d.state in OFFICE_HOLDS and not d.open_consultations and (d.last_event_at or AT) < silent
            ),
        ),
        (
            Filters(procedures=(slug,), assignee="chua", channel="online", mismatch=True),
            lambda d: (
                d.version.procedure.slug == slug
                and d.assignee_id is None
                and d.channel == "online"
                and d.needs_matching
            ),
        ),
    ]


def asking(officer: Officer, filters: Filters) -> queues.Clause:
    whole, calendar = access.dossiers_for_officer(officer), legal.calendar()
    return queues.clause_of(whole.filter(inbox.narrowed(officer, filters, now=AT, calendar=calendar)))


def listed(officer: Officer, tab: str, filters: Filters) -> list[int]:
    """All pages of a tab, one after another; no dossier at all when the count says otherwise."""
    calendar = legal.calendar()
    branches = queues.branches(officer, now=AT, calendar=calendar)[tab]
    parted = filtering.possible(branches, filters, user_id=officer.user_id)
    asked = asking(officer, filters)
    ids, place = [], None
    while True:
        found, place = queues.page(
            asked, parted, after=place, newest_first=tab in queues.NEWEST_FIRST, size=7
        )
        ids += found
        if place is None:
            counted = queues.counts(asked, {"tab": parted})["tab"]
            return ids if counted == len(ids) else [-1]
        place = queues.place(str(place))


def differing(agency) -> list[str]:
    """Tabs and filters whose pages are not, in order, what the oracle says."""
    officer = factories.officer(agency, Role.CASE_OFFICER, Role.INTAKE)
    colleague = factories.officer(agency, Role.CASE_OFFICER, name="Người Khác")
    foreign = factories.officer(factories.commune_agency("Thanh Khê"), Role.CASE_OFFICER)
    dossiers = scattered(officer, colleague)
    scattered(foreign, foreign)
    wrong = []
    for tab, in_it in in_tab(officer).items():
        for filters, fits in asked(officer, colleague, dossiers[0].version.procedure.slug):
            wanted = sorted((owed(d), d.pk) for d in dossiers if in_it(d) and fits(d))
            expected = [pk for _moment, pk in (reversed(wanted) if tab == "done" else wanted)]
            if listed(officer, tab, filters) != expected:
                wrong.append(f"{tab} {filters.query}")
    return wrong


@pytest.mark.django_db
def test_every_tab_under_every_filter_shows_what_the_oracle_says_in_that_order():
    assert differing(factories.commune_agency()) == []


@pytest.mark.django_db
def test_a_tab_that_forgets_who_holds_a_dossier_is_caught(monkeypatch):
    """The broken variant: what a colleague holds counts as free."""
    whole = queues.free_for
    monkeypatch.setattr(
        queues, "free_for", lambda by: [replace(one, holder=queues.ANYBODY) for one in whole(by)]
    )
    assert differing(factories.commune_agency())


@pytest.mark.django_db
def test_branches_that_drop_too_much_are_caught(monkeypatch):
    monkeypatch.setattr(filtering, "OFFICE_HOLDS", OFFICE_HOLDS - {State.SUBMITTED})
    assert differing(factories.commune_agency())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tab", "filters"),
    [
        ("done", Filters(silent=True)),
        ("elsewhere", Filters(silent=True)),
        ("waiting", Filters(state=State.PROCESSING)),
        ("mine", Filters(state=State.DELIVERED)),
    ],
)
def test_a_combination_that_can_hold_nothing_is_not_even_asked(tab, filters, django_assert_num_queries):
    officer = factories.officer(factories.commune_agency(), Role.CASE_OFFICER)
    branches = inbox.parted(officer, filters, now=AT, calendar=legal.calendar())[tab]
    assert branches == []
    asked = queues.Clause("TRUE", ())
    with django_assert_num_queries(0):
        assert queues.page(asked, branches) == ([], None)
        assert queues.counts(asked, {tab: branches}) == {tab: 0}


@pytest.mark.django_db
def test_the_inbox_is_filtered_by_the_commune_the_competence_follows_from():
    agency, version = factories.commune_agency(), factories.version()
    here = factories.submitted(agency, of=version)
    there = factories.submitted(agency, of=version)
    assert here.commune_code == agency.unit.code
    other = factories.commune_agency("Thanh Khê").unit
    Dossier.objects.filter(pk=there.pk).update(commune_code=other.code)
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.INTAKE))
    page = client.get("/can-bo/", {"nhom": "waiting", "xa": other.code})
    assert [row.dossier.pk for row in page.context["inbox"].rows] == [there.pk]
    assert page.context["inbox"].communes == [
        (agency.unit.code, "Phường Hải Châu"), (other.code, "Phường Thanh Khê"),
    ]  # fmt: skip
    assert f'<option value="{other.code}" selected>' in page.text


def plan_of(agency, filters: Filters, tab: str) -> str:
    officer = factories.officer(agency, Role.CASE_OFFICER)
    parted = queues.branches(officer, now=AT, calendar=legal.calendar())[tab]
    sql, values = queues.page_statement(
        asking(officer, filters), parted[:1], after=queues.Place(AT, 7), newest_first=False, rows=51
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + sql, values)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("tab", ["waiting", "citizen", "overdue"])
def test_an_index_alone_gives_the_rows_in_order(tab):
    plan = plan_of(factories.commune_agency(), Filters(mismatch=True, channel="post"), tab)
    assert "Index Only Scan using dossier_by_state" in plan
    assert "Sort" not in plan


@pytest.mark.django_db
def test_counts_stop_at_the_cap(monkeypatch):
    monkeypatch.setattr(queues, "MOST_COUNTED", 3)
    agency = factories.commune_agency()
    officer = factories.officer(agency, Role.INTAKE)
    scattered(officer, officer)
    found = inbox.read(officer, tab="waiting", now=AT)
    assert {tab.key: tab.shown for tab in found.tabs}["waiting"] == "2+"
    assert found.found == "2+"


@pytest.mark.django_db
def test_the_columns_of_the_list_follow_the_steps_and_let_go_when_a_dossier_is_handed_on():
    agency, at = factories.commune_agency(), timezone.now()
    dossier = factories.submitted(agency, at=at)
    clerk = actors.officer(factories.officer(agency, Role.INTAKE))
    drafter = factories.officer(agency, Role.CASE_OFFICER)
    signer = actors.officer(factories.officer(agency, Role.SIGNER))

    def stands() -> tuple[str, str, int | None, bool]:
        now = Dossier.objects.get(pk=dossier.pk)
        assert (now.assigned_at is None) == (now.assignee_id is None)
        assert now.last_event_at == at
        return now.step_kind, now.step_role, now.assignee_id, now.owed_at == clock.promise(now)

    assert stands() == ("", "", None, True)
    services.accept(dossier=dossier, by=clerk, at=at)
    services.pass_on(dossier=dossier, by=clerk, at=at, assignee_id=drafter.user_id)
    assert stands() == ("examine", "case_officer", drafter.user_id, True)
    services.request_supplement(
        dossier=dossier,
        items=[{"question": "child_name", "label": "Tên", "reason": "Thiếu"}],
        by=actors.officer(drafter),
        at=at,
    )
    assert stands() == ("", "", drafter.user_id, True)
    services.answer_supplement(dossier=dossier, by=actors.citizen(dossier.submitter), at=at)
    assert stands() == ("examine", "case_officer", drafter.user_id, True)
    services.propose(dossier=dossier, kind="grant", by=actors.officer(drafter), at=at)
    assert stands() == ("sign", "signer", None, True)
    services.send_back(dossier=dossier, reason="Sai tên", by=signer, at=at)
    assert stands() == ("examine", "case_officer", drafter.user_id, True)


@given(
    st.builds(
        Filters,
        procedures=st.lists(st.sampled_from(["khai-sinh", "ket-hon"]), max_size=2, unique=True).map(tuple),
        state=st.sampled_from(["", *(set(State.values) - {State.DRAFT})]),
        due_from=st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
        due_to=st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
        assignee=st.sampled_from(["", "toi", "chua", "17"]),
        channel=st.sampled_from(["", *Channel.values]),
        commune=st.sampled_from(["", "20194"]),
        mismatch=st.booleans(),
        silent=st.booleans(),
    )
)
def test_filters_survive_the_way_through_the_address(filters):
    assert filtering.parse(QueryDict(filters.query)) == (filters, [])


@pytest.mark.django_db
def test_a_filter_that_cannot_be_read_is_named_and_the_others_stay():
    agency = factories.commune_agency()
    client = factories.sign_in_officer(Client(), factories.officer(agency, Role.INTAKE))
    typed = {
        "han-tu": "7/5",
        "han-den": "2026-13-40",
        "trang-thai": "xyz",
        "nguoi": "²",
        "xa": "²",
        "kenh": "post",
    }
    page = client.get("/can-bo/", typed)
    assert page.status_code == 200
    for name in ("Hạn từ ngày", "Hạn đến ngày", "trạng thái", "người giữ", "phường"):
        assert any(name in line for line in page.context["wrong"])
    assert page.context["inbox"].filters == Filters(channel="post")
    assert 'value="7/5"' in page.text


@pytest.mark.django_db
def test_an_officer_whose_account_is_closed_sees_nothing_from_the_next_request_on():
    agency = factories.commune_agency()
    post = factories.officer(agency, Role.INTAKE)
    client = factories.sign_in_officer(Client(), post)
    assert client.get("/can-bo/").status_code == 200
    Officer.objects.filter(pk=post.pk).update(is_active=False)
    assert client.get("/can-bo/").status_code == 302
