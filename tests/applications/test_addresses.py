"""Communes found by the names people know: today's, those before 1 July 2025, with district and province or not."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest

from applications import addresses, places
from applications.addresses import AddressUnclear
from tests.reference import load_reference, rolled_back

ON = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def reference_once(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker):
        load_reference()
        yield


@pytest.fixture
def units(reference_once, db):
    """All units of the country."""


def found(name: str, province: str = "") -> list[str]:
    return [str(unit) for unit in addresses.find(name, province=province, on=ON)]


SAI_GON = "Phường Sài Gòn, Thành phố Hồ Chí Minh"


@pytest.mark.parametrize(
    "written",
    [
        "Phường Bến Nghé",
        "phường Bến Nghé, Quận 1, TP.HCM",
        "ben nghe",
        "P. Bến Nghé, Q.1, TP. Hồ Chí Minh",
        "p ben nghe, q1, hcm",
        "Bến Nghé Quận 1",
        "phuong ben nghe, quan 1, sai gon",
        unicodedata.normalize("NFD", "Phường Bến Nghé, Quận 1"),
        "PHƯỜNG BẾN NGHÉ; QUẬN 1; THÀNH PHỐ HỒ CHÍ MINH",
    ],
)
def test_a_former_ward_is_found_however_it_is_written(units, written: str) -> None:
    assert found(written) == [SAI_GON]


@pytest.mark.parametrize(
    ("written", "province", "communes"),
    [
        ("Phường 1, Quận 4", "79", ["Phường Vĩnh Hội"]),
        ("P1, quận Gò Vấp, TP.HCM", "", ["Phường Hạnh Thông"]),
        ("phường 17, quận Bình Thạnh", "79", ["Phường Gia Định"]),
        ("Phường 1, thành phố Sóc Trăng", "", ["Phường Phú Lợi"]),
        ("Phường Hiệp Thành, thành phố Thủ Dầu Một, tỉnh Bình Dương", "",
         ["Phường Phú Lợi", "Phường Thủ Dầu Một"]),
        ("Thị trấn Dầu Tiếng", "", ["Xã Dầu Tiếng"]),
        ("xã Long Hòa, huyện Dầu Tiếng, Bình Dương", "", ["Xã Long Hoà"]),
        ("phường Đa Kao", "79", ["Phường Sài Gòn", "Phường Tân Định"]),
        ("Phường Sài Gòn", "79", ["Phường Sài Gòn"]),
    ],
)  # fmt: skip
def test_the_district_and_the_province_of_then_tell_namesakes_apart(
    units, written: str, province: str, communes: list[str]
) -> None:
    assert sorted(name.split(", ")[0] for name in found(written, province)) == sorted(communes)


def test_every_former_unit_named_with_its_district_leads_to_the_unit_it_went_into(units) -> None:
    """All entries «kind name (district)» of the national list, typed as «kind name, district»."""
    from identity.models import AdministrativeUnit

    communes = AdministrativeUnit.objects.in_force(ON).filter(level="commune").select_related("parent")
    tried = missed = 0
    for unit in list(communes.filter(former__contains="(quận ").order_by("code"))[::6]:
        for part in unit.former.split(", "):
            if "(quận " not in part or part.count("(") != 1 or not part.startswith(("Phường ", "Xã ")):
                continue
            name, district = part.rstrip(")").split(" (")
            if "sau khi" in district:
                continue
            tried += 1
            missed += unit not in addresses.find(f"{name}, {district}", province=unit.parent.code, on=ON)
    assert tried > 5
    assert missed == 0


def test_the_present_name_comes_first_where_the_province_is_known(units) -> None:
    assert found("Hải Châu", "48") == ["Phường Hải Châu, Thành phố Đà Nẵng"]


def test_a_common_name_without_a_province_is_asked_back_and_never_guessed(units) -> None:
    with pytest.raises(AddressUnclear) as caught:
        addresses.resolve({"commune": "Phường 1"}, label="Nơi cư trú", on=ON)
    assert "chọn tỉnh, thành phố trước" in caught.value.message
    with pytest.raises(AddressUnclear) as split:
        addresses.resolve({"commune": "phường Đa Kao", "province": "79"}, label="Nơi cư trú", on=ON)
    assert "một trong 2 nơi" in split.value.message
    assert {unit.name for unit in split.value.matches} == {"Phường Sài Gòn", "Phường Tân Định"}


def test_choosing_one_of_the_offered_places_settles_it(units) -> None:
    offered = addresses.find("phường Đa Kao", province="79", on=ON)
    written = {"commune": "phường Đa Kao", "province": "79", "commune_code": offered[1].code}
    assert addresses.resolve(written, label="Nơi", on=ON)["commune_code"] == offered[1].code


@pytest.mark.parametrize("written", ["", "   ", ",", "(((((", "a" * 5000, "phường", "phường ,,, ", "%", "xã"])
def test_odd_writing_finds_nothing_and_breaks_nothing(units, written: str) -> None:
    assert len(found(written)) <= 3321


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("P. Bến Nghé, Q.1, TP.HCM", places.Place("ben nghe", "phuong", "quan 1", "ho chi minh")),
        ("phường 05, Q. 3", places.Place("phuong 5", "phuong", "quan 3", "")),
        ("P12", places.Place("phuong 12", "phuong")),
        ("Xã Ea Tu, TP Buôn Ma Thuột, Đắk Lắk", places.Place("ea tu", "xa", "buon ma thuot", "dak lak")),
        ("Hải Châu, Đà Nẵng", places.Place("hai chau", "", "da nang", "da nang")),
    ],
)
def test_one_line_is_read_as_levels(written: str, place: places.Place) -> None:
    assert places.read(written) == place
