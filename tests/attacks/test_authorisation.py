"""Every address × every kind of person, with a real dossier: what each may open is written here, cell by cell.

The list of addresses comes from the resolver, so a new address without a line below fails.
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

pytestmark = pytest.mark.django_db
PEOPLE = (
    "stranger",
    "owner",
    "other citizen",
    "other agency",
    "agency",
    "no second factor",
    "no role",
    "editor",
    "other editor",
)
SIGN_IN, OFFICE = "→ /dang-nhap/", "→ /can-bo/dang-nhap/"

ANYBODY = dict.fromkeys(PEOPLE, "200")
BUTTON = dict.fromkeys(PEOPLE, "405")
MACHINE = dict.fromkeys(PEOPLE, "401")
CITIZEN = {
    "stranger": SIGN_IN,
    "owner": "200",
    "other citizen": "200",
    "other agency": "403",
    "agency": "403",
    "no second factor": "403",
    "no role": "403",
    "editor": "403",
    "other editor": "403",
}
OWNER = CITIZEN | {"other citizen": "404"}
OWNER_ELSEWHERE = OWNER | {"owner": "→ /ho-so/"}
OWNER_NOTHING_YET = OWNER | {"owner": "404"}
OFFICER = {
    "stranger": OFFICE,
    "owner": OFFICE,
    "other citizen": OFFICE,
    "other agency": "200",
    "agency": "200",
    "no second factor": OFFICE,
    "no role": "200",
    "editor": "200",
    "other editor": "200",
}
ROLE = OFFICER | {"no role": "403", "editor": "403", "other editor": "403"}
DESK = ROLE | {"other agency": "404"}
DESK_NOTHING_YET = DESK | {"agency": "404"}
LEADER = ROLE | {"other agency": "403", "agency": "403"}
"""Not for those who handle dossiers."""
STEPS = (
    r"^bien-tap/ban/(?P<version>[0-9]{1,9})/"
    r"(?P<step>giai-trinh|gui-tham-dinh|dat-tham-dinh|tra-lai|duyet|bai-bo|bo)/$"
)
NO_OFFICE = dict.fromkeys(("other agency", "agency", "no role"), "403")
EDITORIAL = OFFICER | NO_OFFICE
"""Every editor of a ministry."""
OWN_PROCEDURE = EDITORIAL | {"other editor": "404"}
"""Only editors of the ministry that owns the procedure; for others it does not even exist."""
NOT_THEIRS = EDITORIAL | {"editor": "403", "other editor": "403"}
"""Of a province, or of the office that keeps the pages of life events."""
POLICY = {
    "": ANYBODY,
    "gioi-thieu/": ANYBODY,
    "ho-tro/": ANYBODY,
    "hien-thi/": ANYBODY,
    "kha-nang-tiep-can/": ANYBODY,
    "quyen-rieng-tu/": ANYBODY,
    "cookie/": ANYBODY,
    "nhan-biet/": ANYBODY,
    "ngon-ngu/": dict.fromkeys(PEOPLE, "→ /"),
    "healthz": ANYBODY,
    "readyz": ANYBODY,
    "metrics": ANYBODY,
    "thu-tuc/": ANYBODY,
    "thu-tuc/<str:code>/": ANYBODY,
    "thu-tuc/thay-doi.atom": ANYBODY,
    "thu-tuc/<str:code>/thay-doi/": ANYBODY,
    "thu-tuc/<str:code>/so-sanh/": ANYBODY,
    "thu-tuc/<str:code>/ban/<int:number>/": ANYBODY,
    "thu-tuc/<str:code>/dieu-kien/": ANYBODY,
    "thu-tuc/<str:code>/nop/": CITIZEN | {"owner": "→ /ho-so/", "other citizen": "→ /ho-so/"},
    "dang-nhap/": ANYBODY | {"owner": "→ /ho-so/", "other citizen": "→ /ho-so/"},
    "dang-nhap/eid/": BUTTON,
    "dang-nhap/eid/xong/": dict.fromkeys(PEOPLE, "503"),
    "dang-nhap/muc-1/": CITIZEN,
    "dang-xuat/": ANYBODY,
    "dai-dien/": CITIZEN,
    "ai-da-xem/": CITIZEN,
    "can-bo/dang-nhap/": ANYBODY
    | dict.fromkeys(("other agency", "agency", "no role", "editor", "other editor"), "→ /can-bo/"),
    "can-bo/dang-nhap/xac-thuc/": dict.fromkeys(PEOPLE, OFFICE),
    "can-bo/dang-xuat/": ANYBODY,
    "can-bo/ma-trinh-dien/": ANYBODY,
    "ho-so/": CITIZEN,
    "ho-so/<str:code>/": OWNER,
    "ho-so/<str:code>/lam-tiep/": OWNER_ELSEWHERE,
    "ho-so/<str:code>/dong-y/": OWNER_ELSEWHERE,
    "ho-so/<str:code>/trang/<str:page>/": OWNER_ELSEWHERE,
    "ho-so/<str:code>/bao-sua/<str:question>/": OWNER_ELSEWHERE,
    "ho-so/<str:code>/kiem-tra/": OWNER_ELSEWHERE,
    "ho-so/<str:code>/to-khai/": OWNER,
    "ho-so/<str:code>/da-nop/": OWNER,
    "ho-so/<str:code>/xoa/": OWNER_ELSEWHERE,
    "ho-so/<str:code>/bo-sung/": OWNER_ELSEWHERE,
    "ho-so/<str:code>/rut/": OWNER,
    "ho-so/<str:code>/ai-da-xem/": OWNER,
    "ho-so/<str:code>/bieu-mau/<str:kind>/": OWNER_NOTHING_YET,
    "ho-so/<str:code>/giay-to/<int:number>/": OWNER_NOTHING_YET,
    "ho-so/<str:code>/ket-qua/": OWNER_NOTHING_YET,
    "ho-so/<str:code>/ket-qua/xem/": OWNER_NOTHING_YET,
    "ho-so/<str:code>/thanh-toan/": OWNER,
    "ho-so/<str:code>/thanh-toan/kiem-tra/": OWNER_ELSEWHERE,
    "ho-so/<str:code>/ban-moi/": OWNER_ELSEWHERE,
    "lien-thong/<str:code>/": OWNER_NOTHING_YET | {"other citizen": "404"},
    "lien-thong/<str:code>/rut/": OWNER_NOTHING_YET | {"other citizen": "404"},
    "lien-thong/<str:code>/phan/<int:number>/<slug:action>/": CITIZEN
    | {"owner": "405", "other citizen": "405"},
    "tra-cuu/": ANYBODY,
    "xac-thuc/": ANYBODY,
    "xac-thuc/<str:code>/": ANYBODY,
    "dia-chi/xa-phuong/": ANYBODY,
    "can-bo/": OFFICER,
    "can-bo/bo-loc/": BUTTON,
    "can-bo/bo-loc/<int:number>/<slug:action>/": BUTTON,
    "can-bo/ke-tiep/": BUTTON,
    "can-bo/lo/": ROLE,
    "can-bo/lo/chon/": BUTTON,
    "can-bo/lo/moi/": BUTTON,
    "can-bo/lo/danh-sach/": DESK_NOTHING_YET,
    "can-bo/lo/danh-sach/mau.csv": DESK_NOTHING_YET,
    "can-bo/lo/<str:key>/": DESK_NOTHING_YET,
    "can-bo/lo/<str:key>/ket-qua.csv": DESK_NOTHING_YET,
    "can-bo/lo/<str:key>/<slug:action>/": BUTTON,
    "can-bo/ky-so/": ROLE,
    "can-bo/ky-so/ky/": BUTTON,
    "can-bo/ky-so/tra-lai/": BUTTON,
    "can-bo/luot/<str:key>/": DESK_NOTHING_YET,
    "can-bo/van-thu/": ROLE,
    "can-bo/van-thu/phat-hanh/": BUTTON,
    "can-bo/thu-xin-loi/": ROLE,
    "can-bo/cap-duoi/": LEADER,
    "can-bo/uy-quyen/": OFFICER,
    "can-bo/uy-quyen/<int:number>/thu-hoi/": BUTTON,
    "can-bo/nghi-phep/": OFFICER,
    "can-bo/nghi-phep/<int:number>/bo/": BUTTON,
    "can-bo/so-theo-doi/": ROLE,
    "can-bo/tai-viec/": ROLE,
    "can-bo/tep-xuat/": ROLE,
    "can-bo/tep-xuat/<int:number>/": DESK_NOTHING_YET,
    "can-bo/phim-tat/": OFFICER,
    "can-bo/lay-y-kien/": ROLE,
    "can-bo/lay-y-kien/<str:key>/": DESK_NOTHING_YET,
    "can-bo/lay-y-kien/<str:key>/giay-to/<int:number>/": DESK_NOTHING_YET,
    "can-bo/quay/": ROLE,
    "can-bo/quay/<str:code>/lam-tiep/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/dong-y/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/trang/<str:page>/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/bao-sua/<str:question>/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/kiem-tra/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/to-khai/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/giay-to/<int:number>/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/ban-moi/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/xoa/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/da-nop/": DESK_NOTHING_YET,
    "can-bo/quay/<str:code>/thu-phi/": DESK | {"agency": "→ /can-bo/ho-so/"},
    "can-bo/tra-ket-qua/": ROLE,
    "can-bo/tra-ket-qua/<str:code>/": DESK,
    "can-bo/tra-ket-qua/<str:code>/<slug:action>/": BUTTON,
    "can-bo/ho-so/<str:code>/lay-y-kien/": DESK,
    "can-bo/ho-so/<str:code>/thoi-han/": DESK,
    "can-bo/ho-so/<str:code>/": DESK,
    "can-bo/ho-so/<str:code>/bo-sung/": DESK,
    "can-bo/ho-so/<str:code>/du-thao/": DESK,
    "can-bo/ho-so/<str:code>/giay-to/<int:number>/": DESK_NOTHING_YET,
    "can-bo/ho-so/<str:code>/ket-qua/": DESK_NOTHING_YET,
    "can-bo/ho-so/<str:code>/bieu-mau/<slug:kind>/": DESK_NOTHING_YET,
    "can-bo/ho-so/<str:code>/giu/<slug:action>/": BUTTON,
    "can-bo/ho-so/<str:code>/<slug:action>/": BUTTON,
    "bien-tap/": EDITORIAL,
    "bien-tap/moi/": EDITORIAL,
    "bien-tap/tu-ngu/": EDITORIAL,
    "bien-tap/tu-ngu/them/": EDITORIAL,
    "bien-tap/tu-ngu/<int:pk>/": EDITORIAL | {"editor": "404", "other editor": "404"},
    "bien-tap/thu-tuc/<str:code>/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/bieu-mau/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/bieu-mau/bat-dau/": BUTTON,
    "bien-tap/ban/<int:version>/bieu-mau/them-trang/": BUTTON,
    "bien-tap/ban/<int:version>/bieu-mau/trang/<str:page>/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/bieu-mau/trang/<str:page>/chuyen/": BUTTON,
    "bien-tap/ban/<int:version>/bieu-mau/trang/<str:page>/bo/": BUTTON,
    "bien-tap/ban/<int:version>/bieu-mau/trang/<str:page>/tu-dien/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/bieu-mau/trang/<str:page>/cau-rieng/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/bieu-mau/cau-hoi/<str:question>/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/bieu-mau/cau-hoi/<str:question>/chuyen/": BUTTON,
    "bien-tap/ban/<int:version>/bieu-mau/cau-hoi/<str:question>/bo/": BUTTON,
    "bien-tap/ban/<int:version>/bieu-mau/phan/<str:part>/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/noi-dung/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/xu-ly/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/so-sanh/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/chuyen-ban/": OWN_PROCEDURE | {"editor": "→ /bien-tap/ban/"},
    "bien-tap/ban/<int:version>/xem-truoc/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/xem-truoc/trang/": OWN_PROCEDURE,
    "bien-tap/ban/<int:version>/mo-phong/": OWN_PROCEDURE,
    STEPS: BUTTON,
    "bien-tap/noi-cung-cap/": NOT_THEIRS,
    "bien-tap/noi-cung-cap/<str:code>/": NOT_THEIRS,
    "bien-tap/noi-cung-cap/<str:code>/<int:offering>/thoi/": BUTTON,
    "bien-tap/viec/": NOT_THEIRS,
    "bien-tap/viec/<slug:key>/": NOT_THEIRS,
    "thanh-toan/": CITIZEN,
    "thanh-toan/bien-lai/<str:number>/": CITIZEN | {"owner": "404", "other citizen": "404"},
    "can-bo/doi-soat/": ROLE,
    "can-bo/doi-soat/khoan-lech/<int:pk>/": ROLE | {"other agency": "405", "agency": "405"},
    "can-bo/doi-soat/dong-ngay/<int:pk>/": ROLE | {"other agency": "405", "agency": "405"},
    "can-bo/hoan-tien/": ROLE,
    "can-bo/hoan-tien/<int:pk>/<slug:action>/": ROLE | {"other agency": "405", "agency": "405"},
    "cong-thanh-toan-demo/<str:provider_id>/": dict.fromkeys(PEOPLE, "404"),
    "tin-nhan/": CITIZEN,
    "thong-ke/": ANYBODY,
    "thong-ke/so-lieu.csv": ANYBODY,
    "thong-ke/so-lieu.json": ANYBODY,
    "phan-anh/": ANYBODY,
    "phan-anh/cam-on/": ANYBODY,
    "api/v1/schema/": ANYBODY,
    "api/v1/procedures/": ANYBODY,
    "api/v1/procedures/<str:code>/": ANYBODY,
    "api/v1/procedures/<str:code>/diff/": dict.fromkeys(PEOPLE, "400"),
    "api/v1/procedures/<str:code>/offerings/": ANYBODY,
    "api/v1/procedures/<str:code>/versions/": ANYBODY,
    "api/v1/procedures/<str:code>/versions/<str:number>/": ANYBODY,
    "api/v1/procedures/<str:code>/versions/<str:number>/form-schema/": ANYBODY,
    "api/v1/life-events/": ANYBODY,
    "api/v1/life-events/<str:key>/": dict.fromkeys(PEOPLE, "404"),
    "api/v1/catalogue/": ANYBODY,
    "api/v1/oauth/token/": BUTTON,
    "api/v1/exchange/statuses/": MACHINE,
    "api/v1/payments/<slug:gateway>/notify": BUTTON,
    "api/v1/post/<slug:carrier>/notify": BUTTON,
}
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
