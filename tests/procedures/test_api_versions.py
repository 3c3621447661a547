"""The public API of the catalogue: versions, differences, offerings, life events and the file of it all."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from jsonschema import Draft202012Validator

from identity.models import AdministrativeUnit, Agency
from procedures import services
from procedures.api.conditional import PAGE
from procedures.models import LifeEvent, LifeEventStep, Procedure, ProcedureVersion, ServiceOffering
from tests import factories
from tests.procedures.files import DAY, people
from tests.reference import AT, ON

pytestmark = pytest.mark.django_db
BASE = "/api/v1/procedures/"


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch):
    """The API speaks of today."""
    for module in ("versions", "offerings", "life_events", "catalogue"):
        monkeypatch.setattr(f"procedures.api.{module}.today", lambda: ON)


@pytest.fixture
def first(db) -> ProcedureVersion:
    return factories.version(effective_to=ON - DAY)


@pytest.fixture
def second(first) -> ProcedureVersion:
    """Asks one thing more than the first, in force today."""
    form = json.loads(json.dumps(first.form))
    form["pages"][1]["questions"].append({"id": "child_place", "kind": "text", "label": "Nơi sinh"})
    return ProcedureVersion.objects.create(
        procedure=first.procedure,
        number=2,
        status=ProcedureVersion.Status.PUBLISHED,
        online_level="full",
        decision="1872/QĐ-BTP",
        effective_from=ON,
        published_at=AT - dt.timedelta(days=9),
        content={**first.content, "time_limit": {"value": 3, "unit": "working_days"}},
        form=form,
        processing={**first.processing, "result_title": "Giấy khai sinh", "findings": []},
        change_note="Thêm nơi sinh",
        burden_reason="Luật Hộ tịch",
    )


@pytest.fixture
def draft(second) -> ProcedureVersion:
    return ProcedureVersion.objects.create(
        procedure=second.procedure,
        number=3,
        online_level="full",
        content={"name_vi": "BÍ MẬT"},
        form=second.form,
    )


def url(version: ProcedureVersion, *rest: object) -> str:
    return BASE + "/".join([version.procedure.path_code, *map(str, rest)]) + "/"


def test_published_versions_are_listed_newest_first_with_what_they_ask(client, second, draft):
    listed = client.get(url(second, "versions")).json()
    assert listed["next"] is None
    assert [(one["number"], one["stage"]) for one in listed["results"]] == [
        (2, "in_force"),
        (1, "superseded"),
    ]
    newest, oldest = listed["results"]
    assert (newest["decision"], newest["change_note"], newest["burden_reason"]) == (
        "1872/QĐ-BTP", "Thêm nơi sinh", "Luật Hộ tịch",
    )  # fmt: skip
    assert newest["burden"]["unknown"]["typed"] == oldest["burden"]["unknown"]["typed"] + 1
    assert (oldest["effective_from"], oldest["effective_to"]) == ("2024-01-01", str(ON - DAY))


def test_a_draft_is_never_visible(client, draft):
    for address in ("", "versions", "versions/2", "diff", "offerings"):
        assert "BÍ MẬT" not in client.get(url(draft, *([address] if address else []))).content.decode()
    for address in ("versions/3", "versions/3/form-schema", "diff/?from=2&to=3"):
        answer = client.get(
            url(draft, address).replace("3//", "3/").rstrip("/") if "?" in address else url(draft, address)
        )
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    alone = Procedure.objects.create(slug="chua-cong-bo", name="BÍ MẬT")
    ProcedureVersion.objects.create(procedure=alone, number=1, online_level="full")
    assert client.get(f"{BASE}chua-cong-bo/").status_code == 404
    assert client.get(f"{BASE}chua-cong-bo/versions/").status_code == 404


def test_one_version_is_told_whole_but_for_what_offices_keep_to_themselves(client, second):
    told = client.get(url(second, "versions", 2)).json()
    assert (told["record"], told["form"]) == (second.content, second.form)
    assert told["processing"]["result_title"] == "Giấy khai sinh"
    assert [step["kind"] for step in told["processing"]["steps"]] == ["examine", "sign", "release"]
    assert set(told["processing"]) == {"steps", "result_title"}


def test_the_procedure_keeps_its_keys_and_says_which_version_it_is(client, second):
    told = client.get(url(second)).json()
    assert {
        "code",
        "name",
        "name_en",
        "field",
        "agency",
        "can_be_filed_here",
        "described_in_full",
        "record",
    } < set(told)
    assert (told["version"]["number"], told["can_be_filed_here"]) == (2, True)
    assert told == client.get(f"{BASE}{second.procedure.slug}/").json()


def test_the_answers_of_a_form_have_a_schema(client, second):
    schema = client.get(url(second, "versions", 2, "form-schema")).json()
    Draft202012Validator.check_schema(schema)
    assert "child_place" in schema["properties"]
    assert "child_place" not in client.get(url(second, "versions", 1, "form-schema")).json()["properties"]
    bare = factories.version(form=None)
    answer = client.get(url(bare, "versions", 1, "form-schema"))
    assert (answer.status_code, answer.json()["title"]) == (404, "Bản này không có biểu mẫu điện tử.")


def test_two_versions_are_compared_with_what_they_cost_people(client, second):
    told = client.get(url(second, "diff"), {"from": "1", "to": "2"}).json()
    assert (told["from"], told["to"]) == (1, 2)
    places = {change["place"]: change["kind"] for change in told["changes"]}
    assert places["form.pages[1].questions[3]"] == "added"
    assert any(place.startswith("content.time_limit") for place in places)
    assert all(change["sentence"] for change in told["changes"])
    assert (told["burden"]["heavier"], told["burden"]["unknown"]["typed"]) == (True, 1)
    assert told == client.get(url(second, "diff")).json() | {}
    back = client.get(url(second, "diff"), {"from": "2", "to": "1"}).json()
    assert back["burden"]["heavier"] is False


@pytest.mark.parametrize(
    ("query", "status", "where"),
    [
        ({"from": "x"}, 400, "from"),
        ({"from": "1", "to": "-1"}, 400, "to"),
        ({"from": "1", "to": "٣"}, 400, "to"),
        ({"to": "9" * 5000}, 400, "to"),
        ({"to": "1"}, 400, "from"),
        ({"from": "7"}, 404, ""),
        ({"to": "999999999"}, 404, ""),
    ],
)
def test_a_comparison_that_cannot_be_made_says_where_and_how(client, second, query, status, where):
    answer = client.get(url(second, "diff"), query)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    if where:
        assert "Hãy ghi" in answer.json()["errors"][where][0]


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 5000, "1.0", "٢"])
def test_a_version_that_cannot_be_is_not_found(client, second, number):
    answer = client.get(url(second, "versions", number))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def addresses(version: ProcedureVersion) -> list[str]:
    return [
        BASE,
        url(version),
        url(version, "versions"),
        url(version, "versions", 2),
        url(version, "versions", 2, "form-schema"),
        url(version, "diff"),
        url(version, "offerings"),
        "/api/v1/life-events/",
        "/api/v1/life-events/having-a-baby/",
        "/api/v1/catalogue/",
    ]


@pytest.fixture
def event(second) -> LifeEvent:
    event = LifeEvent.objects.create(
        key="having-a-baby", name="Có con", name_en="Baby", audience="citizen", order=1, summary="Chúc mừng"
    )
    LifeEventStep.objects.create(lifeevent=event, procedure=second.procedure, order=2, note="Trong 60 ngày")
    return event


def test_every_answer_is_conditional_and_public(client, second, event):
    from procedures import search

    search.forget()
    for address in addresses(second):
        answer = client.get(address)
        assert answer.status_code == 200, address
        tag = answer.headers["ETag"]
        assert tag.startswith('W/"' if address == "/api/v1/procedures/" else '"'), address
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert client.get(address).headers["ETag"] == tag
        again = client.get(address, headers={"if-none-match": f'"x", {tag}'})
        assert (again.status_code, again.headers["ETag"]) == (304, tag)
        assert getattr(again, "content", b"") == b""
        assert client.head(address).status_code == 200
        assert client.post(address).status_code == 405


def test_a_change_brings_another_tag_and_a_304_reads_no_form(client, second, django_assert_max_num_queries):
    before = {address: client.get(address).headers["ETag"] for address in addresses(second)[1:6]}
    with django_assert_max_num_queries(3) as seen:
        client.get(url(second, "versions", 2), headers={"if-none-match": before[url(second, "versions", 2)]})
    assert not any('"form"' in query["sql"].split("FROM")[0] for query in seen.captured_queries)
    publisher = people(factories.commune_agency())[2]
    services.repeal(version=second, decision="9/QĐ", last_day=ON + DAY, by=publisher, on=ON, at=AT)
    after = {address: client.get(address).headers["ETag"] for address in before}
    frozen = {url(second, "versions", 2, "form-schema"), url(second, "diff")}
    assert {address for address in before if before[address] == after[address]} == frozen


def test_a_frozen_answer_says_since_when(client, second):
    answer = client.get(url(second, "versions", 2, "form-schema"))
    assert answer.headers["Last-Modified"] == "Sat, 14 Nov 2026 02:00:00 GMT"
    since = client.get(
        url(second, "versions", 2, "form-schema"),
        headers={"if-modified-since": "Sat, 14 Nov 2026 02:00:00 GMT"},
    )
    assert since.status_code == 304


def test_many_versions_come_page_by_page(client, second):
    for number in range(3, PAGE + 12):
        ProcedureVersion.objects.create(
            procedure=second.procedure,
            number=number,
            status=ProcedureVersion.Status.PUBLISHED,
            online_level="full",
            effective_from=dt.date(2020, 1, 1) + number * DAY,
            effective_to=dt.date(2020, 1, 1) + number * DAY,
            published_at=AT,
        )
    seen, following = [], url(second, "versions")
    while following:
        answer = client.get(following)
        following = answer.json()["next"]
        assert answer.headers.get("Link") == (f'<{following}>; rel="next"' if following else None)
        seen += [one["number"] for one in answer.json()["results"]]
    assert seen == list(range(PAGE + 11, 0, -1))


# Offerings


@pytest.fixture
def offered(second) -> ServiceOffering:
    """Đà Nẵng with two periods; another province with one."""
    commune = factories.commune_agency()
    province = commune.parent
    province.unit = commune.unit.parent
    province.save()
    other = factories.commune_agency("Xa")
    rows = [
        (province, 8000, dt.date(2026, 1, 1), ON - DAY),
        (province, 5000, ON, None),
        (commune, None, dt.date(2026, 1, 1), None),
        (other, 1000, dt.date(2026, 1, 1), None),
    ]
    for agency, fee, begins, ends in rows:
        offering = ServiceOffering.objects.create(
            procedure=second.procedure,
            agency=agency,
            online_level="full",
            fee_vnd=fee,
            fee_basis="23/2026/NQ-HĐND" if fee else "",
            channels=["online"],
            valid_from=begins,
            valid_to=ends,
        )
    return ServiceOffering.objects.get(fee_vnd=5000) if offering else offering


def fees(client, address: str, **query: str) -> dict[str, int | None]:
    rows = client.get(address, query).json()["results"]
    return {row["agency"]["key"]: row["fee_vnd"] for row in rows}


def test_offerings_are_told_for_the_very_day(client, second, offered):
    address, key = url(second, "offerings"), offered.agency.key
    assert fees(client, address)[key] == 5000
    assert fees(client, address, on=str(ON - DAY))[key] == 8000
    assert fees(client, address, on="2025-12-31") == {}
    assert len(fees(client, address)) == 3
    told = client.get(address).json()
    row = next(one for one in told["results"] if one["agency"]["key"] == key)
    assert (row["fee_basis"], row["channels"], row["valid_to"]) == ("23/2026/NQ-HĐND", ["online"], None)
    assert row["agency"]["province"] == offered.agency.unit.code


def test_offerings_of_one_province(client, second, offered):
    province = offered.agency
    found = fees(client, url(second, "offerings"), province=province.unit.code)
    assert set(found) == {province.key, *Agency.objects.filter(parent=province).values_list("key", flat=True)}


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"on": "30/02/2026"}, "on"),
        ({"on": "2026-02-30"}, "on"),
        ({"on": "20260101"}, "on"),
        ({"on": "9" * 5000}, "on"),
        ({"province": "0000"}, "province"),
        ({"province": "x" * 5000}, "province"),
    ],
)
def test_a_wrong_day_or_province_is_told_with_its_place_and_mend(client, second, query, where):
    answer = client.get(url(second, "offerings"), query)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    (reason,) = answer.json()["errors"][where]
    assert "Hãy ghi" in reason
    assert len(reason) < 300


def test_many_offerings_come_page_by_page(client, second):
    unit = AdministrativeUnit.objects.create(code="48", level="province", name="Đà Nẵng", name_en="Da Nang")
    agencies = Agency.objects.bulk_create(
        Agency(key=f"noi-{number:03}", name="Nơi", level="province", kind="x", unit=unit)
        for number in range(120)
    )
    ServiceOffering.objects.bulk_create(
        ServiceOffering(
            procedure=second.procedure, agency=agency, online_level="full", channels=["online"], valid_from=ON
        )
        for agency in agencies
    )
    seen, following = [], f"{url(second, 'offerings')}?on={ON}&province=48"
    while following:
        told = client.get(following).json()
        seen += [row["agency"]["key"] for row in told["results"]]
        following = told["next"]
    assert seen == [agency.key for agency in agencies]


# Life events


def test_a_life_event_leads_to_its_procedures_in_order(client, second, event, draft):
    later = factories.version()
    LifeEventStep.objects.create(lifeevent=event, procedure=later.procedure, order=1)
    hidden = Procedure.objects.create(slug="chua-cong-bo", name="BÍ MẬT")
    LifeEventStep.objects.create(lifeevent=event, procedure=hidden, order=0)
    listed = client.get("/api/v1/life-events/").json()["results"]
    assert [(one["key"], one["summary"]) for one in listed] == [("having-a-baby", "Chúc mừng")]
    told = client.get("/api/v1/life-events/having-a-baby/").json()
    assert [one["code"] for one in told["procedures"]] == [later.procedure.code, second.procedure.code]
    assert told["procedures"][1]["note"] == "Trong 60 ngày"
    missing = client.get("/api/v1/life-events/khong-co/")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_every_endpoint_is_described_with_a_summary_and_an_example(client, db):
    paths = client.get("/api/v1/schema/?format=json").json()["paths"]
    mine = {path: one["get"] for path, one in paths.items() if "procedures" in path or "life-events" in path}
    mine["/api/v1/catalogue/"] = paths["/api/v1/catalogue/"]["get"]
    assert len(mine) == 10
    for path, described in mine.items():
        assert described["summary"], path
        assert described["responses"]["200"]["content"]["application/json"]["examples"], path
        assert "304" in described["responses"], path
        if "{" in path:
            assert "404" in described["responses"], path
            for parameter in described["parameters"]:
                assert parameter["description"], (path, parameter["name"])
    assert len({described["operationId"] for described in mine.values()}) == 10
