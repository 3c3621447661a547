"""Every address a person can open, in every theme, in a window of 320 px; and what the first view weighs."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from portal.walk import stories
from portal.walk.people import Office, citizen
from tests.browser.conftest import COLOURS, RULES, accessible, picture
from tests.browser.editing import open_draft

pytestmark = pytest.mark.xdist_group("portal")

EDITOR = "bien-tap/"
FORM = f"{EDITOR}ban/<int:version>/bieu-mau/"
SAMPLES = {
    "pk": "1",
    "page": "requester",
    "question": "req_residence",
    "part": "fees",
    "number": "1",
    "key": "having-a-baby",
}
"""Of the birth registration, whose draft the editor has open."""
SEATS = {
    f"{EDITOR}noi-cung-cap/": "province",
    f"{EDITOR}viec/": "keeper",
    EDITOR: "editor",
    "can-bo/thu-xin-loi/": "leader",
    "can-bo/cap-duoi/": "leader",
}
"""Who opens the pages of the editor and of the leaders, by the beginning of their address."""
NOT_A_PAGE = {
    "healthz", "readyz", "metrics", "ngon-ngu/", "dia-chi/xa-phuong/",
    "thong-ke/so-lieu.csv", "thong-ke/so-lieu.json",
    "dang-nhap/eid/", "dang-nhap/eid/xong/", "phan-anh/cam-on/",
    "ho-so/<str:code>/lam-tiep/", "ho-so/<str:code>/giay-to/<int:number>/", "ho-so/<str:code>/ket-qua/",
    "ho-so/<str:code>/bieu-mau/<str:kind>/", "ho-so/<str:code>/xoa/", "ho-so/<str:code>/bo-sung/",
    "ho-so/<str:code>/ban-moi/", "lien-thong/<str:code>/", "lien-thong/<str:code>/rut/",
    "lien-thong/<str:code>/phan/<int:number>/<slug:action>/",
    "ho-so/<str:code>/trang/<str:page>/", "ho-so/<str:code>/kiem-tra/", "ho-so/<str:code>/dong-y/",
    "ho-so/<str:code>/bao-sua/<str:question>/", "ho-so/<str:code>/rut/", "ho-so/<str:code>/thanh-toan/",
    "ho-so/<str:code>/thanh-toan/kiem-tra/", "xac-thuc/<str:code>/", "thu-tuc/<str:code>/nop/", "dang-nhap/muc-1/",
    "dai-dien/", "can-bo/dang-nhap/xac-thuc/", "can-bo/ho-so/<str:code>/giay-to/<int:number>/",
    "can-bo/ho-so/<str:code>/ket-qua/", "can-bo/ky-so/", "can-bo/ho-so/<str:code>/bieu-mau/<slug:kind>/",
    "can-bo/ho-so/<str:code>/<slug:action>/", "can-bo/ho-so/<str:code>/bo-sung/",
    "can-bo/tep-xuat/<int:number>/",
    "can-bo/bo-loc/", "can-bo/bo-loc/<int:number>/<slug:action>/", "can-bo/ke-tiep/",
    "can-bo/ho-so/<str:code>/giu/<slug:action>/",
    "can-bo/uy-quyen/<int:number>/thu-hoi/", "can-bo/nghi-phep/<int:number>/bo/",
    "can-bo/ky-so/ky/", "can-bo/ky-so/tra-lai/", "can-bo/luot/<str:key>/", "can-bo/van-thu/",
    "can-bo/van-thu/phat-hanh/",
    "can-bo/quay/<str:code>/lam-tiep/", "can-bo/quay/<str:code>/dong-y/", "can-bo/quay/<str:code>/trang/<str:page>/",
    "can-bo/quay/<str:code>/bao-sua/<str:question>/", "can-bo/quay/<str:code>/kiem-tra/",
    "can-bo/quay/<str:code>/to-khai/", "can-bo/quay/<str:code>/giay-to/<int:number>/",
    "can-bo/quay/<str:code>/thu-phi/",
    "can-bo/quay/<str:code>/ban-moi/", "can-bo/quay/<str:code>/xoa/", "can-bo/quay/<str:code>/da-nop/",
    "can-bo/tra-ket-qua/<str:code>/<slug:action>/",
    "can-bo/lo/chon/", "can-bo/lo/moi/", "can-bo/lo/danh-sach/mau.csv", "can-bo/lo/<str:key>/",
    "can-bo/lo/<str:key>/ket-qua.csv", "can-bo/lo/<str:key>/<slug:action>/",
    "can-bo/lay-y-kien/", "can-bo/lay-y-kien/<str:key>/", "can-bo/ho-so/<str:code>/lay-y-kien/",
    "can-bo/lay-y-kien/<str:key>/giay-to/<int:number>/",
    f"{FORM}bat-dau/", f"{FORM}them-trang/", f"{FORM}trang/<str:page>/chuyen/", f"{FORM}trang/<str:page>/bo/",
    f"{EDITOR}noi-cung-cap/<str:code>/<int:offering>/thoi/", "thu-tuc/thay-doi.atom",
    f"{FORM}cau-hoi/<str:question>/chuyen/", f"{FORM}cau-hoi/<str:question>/bo/",
}  # fmt: skip
"""Downloads, redirects, buttons, and pages of a moment that the journeys meet."""


def addresses(resolver: URLResolver, prefix: str = ""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), getattr(entry.callback, "access_policy", "")


def pages(policy: str) -> list[str]:
    """Routes of one policy that show a page of their own; those with a seat by who sits there."""
    return [
        route
        for route, declared in addresses(get_resolver())
        if next((seat for start, seat in SEATS.items() if route.startswith(start)), declared.split(":")[0])
        == policy
        and route not in NOT_A_PAGE
        and not route.startswith(
            (
                "^",
                "api/",
                "quan-tri/",
                "cong-thanh-toan-demo/",
                "can-bo/doi-soat/",
                "can-bo/hoan-tien/",
                "thanh-toan/",
            )
        )
    ]


@pytest.fixture(scope="module")
def people(running_portal):
    """A mother with a finished birth registration, and the officers who handled it."""
    mother = citizen(running_portal, "dung")
    mother.open("/thu-tuc/1.001193/")
    stories.begin(mother)
    mother.press("Đồng ý và tiếp tục").press("Tiếp tục", stories.BIRTH_ANSWERS)
    code = stories.submit(mother)
    office = Office(running_portal, "haichau")
    office.dossier("tiepnhan", code).press("Tiếp nhận và chuyển xử lý")
    office.dossier("thuly", code).press("Trình kết quả", {"kind": "grant"})
    list(stories.sign_and_release(office, code))
    return {
        "citizen": mother,
        "officer": office.officer("tiepnhan"),
        "leader": office.officer("chutich"),
        "editor": Office(running_portal, "tuphap").officer("bientap"),
        "province": Office(running_portal, "danang").officer("bientap"),
        "keeper": Office(running_portal, "vpcp").officer("bientap"),
        "public": None,
        "code": code,
        "version": str(open_draft(running_portal, "birth-registration")),
    }


def filled(route: str, people) -> str:
    samples = {**SAMPLES, "version": people["version"]}
    samples["code"] = "1.001193" if route.startswith(("thu-tuc", EDITOR)) else people["code"]
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: samples[found[1]], route)


def in_every_theme(page) -> None:
    """Colours are all a theme changes, so the page need not be opened again for each."""
    page.emulate_media(color_scheme="light")
    accessible(page, RULES)
    page.emulate_media(color_scheme="dark")
    accessible(page, COLOURS)
    page.evaluate("document.documentElement.dataset.theme = 'contrast'")
    accessible(page, COLOURS)


@pytest.mark.parametrize("policy", ["public", "citizen", "officer", "leader", "editor", "province", "keeper"])
def test_every_page_is_accessible_and_fits_the_smallest_phone(visit, people, policy):
    page = visit("/", person=people[policy], viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    routes = pages(policy)
    assert routes, policy
    for route in routes:
        answer = page.goto(filled(route, people))
        assert answer.status == 200, (route, answer.status)
        in_every_theme(page)


def test_the_choice_of_contrast_is_remembered_by_a_cookie(visit):
    page = visit("/", viewport={"width": 320, "height": 640})
    page.context.add_cookies([{"name": "hien_thi", "value": "contrast-", "url": page.url}])
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "contrast"
    accessible(page, COLOURS)


@pytest.mark.parametrize(
    ("path", "kilobytes"),
    [("/", 110), ("/thu-tuc/1.001193/", 110), ("/dang-nhap/", 120), ("/can-bo/dang-nhap/", 180)],
)
def test_the_first_view_is_light(visit, path, kilobytes):
    page = visit("about:blank")
    sizes = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert len(sizes) <= 10, sizes
    assert 5_000 < sum(sizes) <= kilobytes * 1000, sizes


def test_the_language_switch_keeps_the_page(visit):
    page = visit("/thu-tuc/1.001193/")
    page.get_by_role("link", name="English").click()
    page.wait_for_load_state()
    assert page.url.endswith("/thu-tuc/1.001193/")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("heading", name="Birth registration").wait_for()
    accessible(page)


def test_pictures_of_the_main_pages(visit, people):
    """Kept under docs/screenshots when SCREENSHOTS=1; otherwise only opened."""
    phone = {"viewport": {"width": 375, "height": 812}}
    for path, name in (
        ("/", "home"),
        ("/thu-tuc/?q=lam+khai+sinh", "search"),
        ("/thu-tuc/1.001193/", "procedure"),
    ):
        picture(visit(path), name, tall=2.2)
        picture(visit(path, **phone), f"{name}-375")
    picture(visit("/", color_scheme="dark"), "home-dark")
    picture(visit(f"/ho-so/{people['code']}/", person=people["citizen"]), "dossier")
    picture(visit(f"/ho-so/{people['code']}/", person=people["citizen"], **phone), "dossier-375")
    picture(visit("/can-bo/", person=people["officer"], **phone), "inbox-375")
    picture(visit("/can-bo/", person=people["officer"], color_scheme="dark"), "inbox-dark")
    picture(visit("/thong-ke/"), "statistics")
