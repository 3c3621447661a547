"""Every address × every kind of person, with a real dossier: what each may open is written in ``policy``, cell by
cell.

The list of addresses comes from the resolver, so a new address without a line there fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.admin.sites import site
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from applications.models import Dossier
from identity.models import Agency, DataAccess, Role
from procedures import search
from tests import factories
from tests.attacks.policy import CITIZEN, PEOPLE, POLICY

pytestmark = pytest.mark.django_db

ADMINISTRATION = "quan-tri/"


def addresses() -> Iterator[str]:
    def walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry, prefix + str(entry.pattern))
            elif isinstance(entry, URLPattern):
                yield prefix + str(entry.pattern)

    return walk(get_resolver(), "")


PUBLIC_FACES = [route for route in addresses() if not route.startswith(ADMINISTRATION)]
HANDLERS = (Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER, Role.SIGNER, Role.REGISTRY_CLERK, Role.FINANCE)


@pytest.fixture
def dossier() -> Dossier:
    search.forget()
    return factories.submitted(factories.commune_agency())


@pytest.fixture
def people(dossier) -> dict[str, Client]:
    agency = dossier.agency
    clients = {name: Client() for name in PEOPLE}
    factories.sign_in_citizen(clients["owner"], dossier.submitter)
    factories.sign_in_citizen(clients["other citizen"], factories.citizen("Võ Minh Quân"))
    factories.sign_in_officer(
        clients["other agency"], factories.officer(factories.commune_agency("Xa"), *HANDLERS)
    )
    factories.sign_in_officer(clients["agency"], factories.officer(agency, *HANDLERS))
    alone = factories.officer(agency, *HANDLERS)
    factories.sign_in_officer(clients["no second factor"], alone, second_factor=False)
    factories.sign_in_officer(clients["no role"], factories.officer(agency))
    procedure = dossier.version.procedure
    for name in ("editor", "other editor"):
        ministry = Agency.objects.create(
            key=name.replace(" ", "-"), name="Bộ", level="central", kind="ministry"
        )
        factories.sign_in_officer(clients[name], factories.officer(ministry, Role.EDITOR))
        if name == "editor":
            procedure.owner = ministry
            procedure.save()
    factories.version(procedure=procedure, number=2, status="draft")
    return clients


def opened(client: Client, route: str, dossier: Dossier) -> str:
    procedure = (
        dossier.version.procedure.code
        if route.startswith(("thu-tuc/", "bien-tap/", "api/v1/procedures"))
        else ""
    )
    values = {
        "code": procedure or dossier.code,
        "page": "child",
        "question": "req_name",
        "kind": "nope",
        "number": "1",
        "key": "having-a-baby" if "bien-tap" in route else "khong-co",
        "version": str(dossier.version.procedure.versions.get(number=2).pk),
        "part": "fees",
        "offering": "1",
        "step": "duyet",
    }
    values |= {"action": "accept", "pk": "1", "provider_id": "X", "gateway": "demo", "carrier": "demo"}
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).strip("^$")
    address = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], plain)
    answer = client.get(address)
    if answer.status_code not in (301, 302):
        return str(answer.status_code)
    where = answer.headers["Location"].partition("?")[0]
    shelf = next(
        (one for one in ("/ho-so/", "/can-bo/ho-so/", "/bien-tap/ban/") if where.startswith(one)), where
    )
    return f"→ {shelf}"


def missing(routes: list[str]) -> list[str]:
    return [route for route in routes if route not in POLICY]


def test_every_address_has_its_line_and_no_line_is_left_over():
    assert missing(PUBLIC_FACES) == []
    assert sorted(POLICY.keys() - set(PUBLIC_FACES)) == []


def test_a_new_address_without_a_line_is_caught():
    assert missing([*PUBLIC_FACES, "ho-so/<str:code>/moi/"]) == ["ho-so/<str:code>/moi/"]


def differences(policy: dict[str, dict[str, str]], people: dict[str, Client], dossier: Dossier) -> list[str]:
    return [
        f"{route} × {name}: {found}, not {wanted[name]}"
        for route, wanted in policy.items()
        for name, client in people.items()
        if (found := opened(client, route, dossier)) != wanted[name]
    ]


def test_each_person_opens_what_is_theirs_and_nothing_else(people, dossier):
    assert differences(POLICY, people, dossier) == []


def test_a_door_left_open_is_caught(people, dossier):
    closed = {"tra-cuu/": CITIZEN}
    assert "tra-cuu/ × stranger: 200, not → /dang-nhap/" in differences(closed, people, dossier)


@pytest.mark.parametrize("action", ["accept", "refuse", "pass_on", "sign", "release", "nope"])
def test_a_button_of_the_desk_works_only_at_the_agency(action, people, dossier):
    expected = {
        "stranger": 302,
        "owner": 302,
        "other citizen": 302,
        "other agency": 404,
        "no second factor": 302,
    }
    address = f"/can-bo/ho-so/{dossier.code}/{action}/"
    asked = {"seq": "99", "reason": "x"}
    found = {name: people[name].post(address, asked).status_code for name in (*expected, "no role")}
    assert found == expected | {"no role": 403}
    dossier.refresh_from_db()
    assert dossier.state == "submitted"


OWNER_BUTTONS = [
    "rut/",
    "xoa/",
    "kiem-tra/",
    "bo-sung/",
    "trang/child/",
    "bao-sua/req_name/",
    "thanh-toan/kiem-tra/",
]


@pytest.mark.parametrize("end", OWNER_BUTTONS)
def test_nobody_else_presses_a_button_of_the_owner(end, people, dossier):
    before = dossier.events.count()
    for name, status in (("stranger", 302), ("other citizen", 404), ("other agency", 403), ("agency", 403)):
        answer = people[name].post(f"/ho-so/{dossier.code}/{end}", {"ly_do": "x", "cam_doan": "1"})
        assert answer.status_code == status, name
    dossier.refresh_from_db()
    assert (dossier.state, dossier.events.count()) == ("submitted", before)


def test_wrong_foreign_and_malformed_codes_get_the_same_answer(people, dossier):
    def said(code: str) -> str:
        answer = people["other citizen"].get(f"/ho-so/{code}/")
        assert answer.status_code == 404
        return re.sub(r"\?next=[^\"]*|value=\"[^\"]*\"", "", answer.text.replace(code, "MA"))

    assert (
        len({said(code) for code in (dossier.code, "H17.20.242-261123-9999", "khong-phai-ma", dossier.key)})
        == 1
    )


def test_a_refused_read_leaves_no_trace_of_access_and_a_granted_one_does(people, dossier):
    for name in ("other agency", "no role", "no second factor"):
        people[name].get(f"/can-bo/ho-so/{dossier.code}/")
    assert not DataAccess.objects.exists()
    people["agency"].get(f"/can-bo/ho-so/{dossier.code}/")
    assert DataAccess.objects.filter(subject=dossier.submitter, dossier_code=dossier.code).count() == 1


def test_technical_administration_is_closed_to_citizens_and_officers(people):
    lists = [f"/{ADMINISTRATION}{one._meta.label_lower.replace('.', '/')}/" for one in site._registry]
    for client in people.values():
        for route in (f"/{ADMINISTRATION}", *lists):
            answer = client.get(route)
            assert answer.status_code == 302, route
            assert answer.headers["Location"].startswith(f"/{ADMINISTRATION}login/")
