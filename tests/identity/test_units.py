"""Administrative units and agencies, loaded from the published lists."""

import copy
import datetime as dt
import re
import time

import pytest
from django.db import IntegrityError, transaction

from identity import units
from identity.folding import fold
from identity.models import AdministrativeUnit, Agency
from procedures.catalogue import read
from tests.reference import rolled_back

TODAY = dt.date(2026, 11, 23)
CODE = re.compile(r"[A-Z]\d{2}(?:\.\d{1,3}){0,4}")


@pytest.fixture(scope="module")
def documents():
    return read("administrative_units"), read("agencies")


@pytest.fixture(scope="module")
def loaded_once(django_db_setup, django_db_blocker, documents):
    with rolled_back(django_db_blocker):
        yield units.load(*documents)


@pytest.fixture
def loaded(loaded_once, db):
    return loaded_once


def test_the_country_has_34_provinces_and_3321_communes_since_july_2025(loaded):
    now = AdministrativeUnit.objects.in_force(TODAY)
    assert now.filter(level="province").count() == 34
    assert now.filter(level="commune").count() == 3321
    before = AdministrativeUnit.objects.in_force(dt.date(2025, 6, 30))
    assert (before.filter(level="province").count(), before.filter(level="commune").count()) == (63, 0)


@pytest.mark.parametrize("code", ["15", "24", "44", "52", "80", "82", "91", "01", "48"])
def test_a_code_names_one_province_on_one_day(loaded, code):
    for day in (dt.date(2025, 6, 30), dt.date(2025, 7, 1), TODAY):
        assert AdministrativeUnit.objects.in_force(day).filter(level="province", code=code).count() == 1


def test_a_reused_code_is_another_province_after_the_merger(loaded):
    names = [
        AdministrativeUnit.objects.in_force(day).get(level="province", code="52").name
        for day in (dt.date(2025, 6, 30), dt.date(2025, 7, 1))
    ]
    assert names == ["Tỉnh Bình Định", "Tỉnh Gia Lai"]


def test_loading_twice_changes_nothing_and_is_fast(loaded, documents):
    assert (loaded.created, loaded.updated, loaded.unchanged) == (6864, 0, 0)
    started = time.perf_counter()
    again = units.load(*documents)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 6864)
    assert time.perf_counter() - started < 3


def test_a_renamed_commune_is_updated_and_keeps_its_agency_key(loaded, documents):
    changed = copy.deepcopy(documents[0])
    danang = next(row for row in changed["provinces"] if row["code"] == "48")
    next(row for row in danang["communes"] if row["code"] == "20242")["name"] = "Phường Hải Châu Mới"
    counts = units.load(changed, documents[1])
    assert (counts.created, counts.updated) == (0, 2)
    assert Agency.objects.get(key="ubnd-phuong-hai-chau").name == "UBND phường Hải Châu Mới"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("thạch thang", "Phường Hải Châu"),
        ("thach thang da nang", "Phường Hải Châu"),
        ("phuong hai chau", "Phường Hải Châu"),
        ("hoa hiep nam da nang", "Phường Hải Vân"),
        ("Quán Thánh", "Phường Ba Đình"),
    ],
)
def test_a_commune_is_found_by_its_former_name_with_or_without_marks(loaded, query, name):
    assert units.find(query, on=TODAY)[0].name == name


def test_nothing_is_found_for_an_empty_or_unknown_name(loaded):
    assert not units.find("  ", on=TODAY).exists()
    assert not units.find("xyzzy", on=TODAY).exists()


def test_every_commune_has_a_committee_under_its_province(loaded):
    committees = Agency.objects.filter(kind=units.COMMUNE_COMMITTEE)
    assert committees.count() == 3321
    hai_chau = committees.select_related("parent", "unit").get(key="ubnd-phuong-hai-chau")
    assert (hai_chau.name, hai_chau.identifier) == ("UBND phường Hải Châu", "H17.20.242")
    assert (hai_chau.parent.key, hai_chau.unit.parent.code) == ("ubnd-tp-da-nang", "48")
    assert not committees.exclude(
        parent__unit__code__in=AdministrativeUnit.objects.filter(
            level="province", valid_from=units.TWO_LEVELS_FROM
        ).values("code")
    ).exists()


def test_identifiers_of_receiving_agencies_are_unique_and_make_valid_dossier_codes(loaded):
    receiving = Agency.objects.exclude(
        kind__in=["vertical_agency", "government_agency", "public_postal_operator"]
    )
    identifiers = list(
        receiving.filter(level__in=["province", "commune"]).values_list("identifier", flat=True)
    )
    assert all(CODE.fullmatch(one) for one in identifiers)
    assert len(identifiers) == len(set(identifiers))


def test_each_province_has_a_committee_and_a_police_of_its_own(loaded):
    police = Agency.objects.get(key="ca-tp-da-nang")
    assert (police.name, police.kind, police.parent.key) == (
        "Công an thành phố Đà Nẵng",
        "provincial_police",
        "bo-cong-an",
    )
    assert Agency.objects.filter(kind=units.POLICE).count() == 34
    assert Agency.objects.filter(kind=units.COMMITTEE, valid_to=None).count() == 34
    assert Agency.objects.get(key="ubnd-tp-hue").identifier == "H57"


def test_a_dissolved_body_names_its_successor(loaded):
    assert Agency.objects.get(key="ubnd-tinh-quang-nam").successor.key == "ubnd-tp-da-nang"
    assert Agency.objects.get(key="bo-khdt").successor.key == "bo-tai-chinh"
    dissolved = Agency.objects.filter(kind=units.COMMITTEE, valid_to=units.THREE_LEVELS_TO)
    assert (dissolved.count(), dissolved.filter(successor=None).count()) == (29, 0)


def test_the_database_refuses_a_second_unit_with_the_same_code_and_day(loaded):
    with pytest.raises(IntegrityError), transaction.atomic():
        AdministrativeUnit.objects.create(
            code="48", level="province", name="Tỉnh Giả", name_en="False", valid_from=units.TWO_LEVELS_FROM
        )


@pytest.mark.parametrize("text", ["Đà Nẵng", "ĐÀ NẴNG", "da  nang", "Đà\tNẵng", "Đà Nẵng,"])
def test_folding_takes_every_spelling_to_one(text):
    assert fold(text) == "da nang"


def test_folding_knows_both_places_of_a_mark():
    assert fold("Khánh Hoà") == fold("Khánh Hòa") == "khanh hoa"
