"""Administrative units and the agencies that follow from them, loaded from the published lists.

What is ours and not published: the keys, and the agency identifiers below a province. Quyết định
20/2020/QĐ-TTg builds an identifier parent first, but the numbers of the communes of 2025 have not been found,
so they are made from the five-digit commune code: ``H17`` and ``20242`` give ``H17.20.242``; ``G01.48`` is the
police of province 48.

A key is the slug of the name (``ubnd-phuong-hai-chau``), with the province added where the name is not unique
(``ubnd-xa-tan-an-tinh-dong-thap``), or the code where two names of a province differ by their marks only
(``ubnd-xa-van-lang-05719``). It is given once: a later namesake does not change it.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.text import slugify

from identity.folding import fold
from identity.loading import Counts, sync
from identity.models import AdministrativeUnit, AdministrativeUnitQuerySet, Agency

TWO_LEVELS_FROM = dt.date(2025, 7, 1)
"""Nghị quyết 202/2025/QH15: 34 provinces, no district level."""
THREE_LEVELS_TO = dt.date(2025, 6, 30)
UNCHANGED = "giữ nguyên"
COMMITTEE, COMMUNE_COMMITTEE, POLICE = "province_committee", "commune_committee", "provincial_police"
POLICE_MINISTRY = "bo-cong-an"
RENAMED = {"hue": "thua thien hue"}
"""A province that kept its territory but not its name on 1/1/2025."""

Document = Mapping[str, Any]


@transaction.atomic
def load(units: Document, agencies: Document) -> Counts:
    """Load ``administrative_units.json`` and ``agencies.json``. Safe to repeat: equal rows stay."""
    fields = ["name", "name_en", "former", "search_text", "valid_to"]
    key = ["level", "code", "valid_from"]
    stored = list(AdministrativeUnit.objects.all())
    provinces = _provinces(units)
    former = _former_provinces(agencies)
    counts = sync([*provinces.values(), *former.values()], stored, key=key, fields=fields)
    communes = [
        _unit(row, AdministrativeUnit.Level.COMMUNE, parent=provinces[record["code"]])
        for record in units["provinces"]
        for row in record["communes"]
    ]
    counts += sync(communes, stored, key=key, fields=[*fields, "parent"])
    return counts + _load_agencies(agencies, provinces, former, communes)


def find(query: str, *, on: dt.date, limit: int = 20) -> AdministrativeUnitQuerySet:
    """Communes in force whose present or former name, or province, holds every word of ``query``.

    The longer the run of words that stands together, the better; written marks decide between namesakes.
    """
    words = fold(query).split()
    units = AdministrativeUnit.objects.in_force(on).select_related("parent")
    match = Q(level=AdministrativeUnit.Level.COMMUNE)
    for word in words:
        match &= Q(search_text__contains=word) | Q(parent__search_text__contains=word)
    runs = [" ".join(words[:length]) for length in range(len(words), 0, -1)]
    ranks = [
        When(Q(search_text__contains=f"{run} ") | Q(search_text__endswith=run), then=Value(rank))
        for rank, run in enumerate(runs)
    ]
    spelled = unicodedata.normalize("NFC", query.strip())
    marks = Case(
        When(name__iendswith=spelled, then=Value(0)),
        When(Q(name__icontains=spelled) | Q(former__icontains=spelled), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    nearness = Case(*ranks, default=Value(len(runs)), output_field=IntegerField())
    return units.filter(match).order_by(marks, nearness, "name", "code")[:limit] if words else units.none()


def _provinces(units: Document) -> dict[str, AdministrativeUnit]:
    return {row["code"]: _unit(row, AdministrativeUnit.Level.PROVINCE) for row in units["provinces"]}


def _unit(row: Document, level: str, parent: AdministrativeUnit | None = None) -> AdministrativeUnit:
    former = "" if row["former"].strip() == UNCHANGED else " ".join(row["former"].split())
    name = row["name"][0].upper() + row["name"][1:]
    return AdministrativeUnit(
        code=row["code"],
        level=level,
        name=name,
        name_en=row["name_en"],
        parent=parent,
        former=former,
        search_text=fold(f"{name} {former}"),
        valid_from=TWO_LEVELS_FROM,
    )


def _former_provinces(agencies: Document) -> dict[str, AdministrativeUnit]:
    """The 63 provinces until 30/6/2025. Unchanged ones end too: their communes are new, and one code may have
    only one row on one day."""
    return {
        row["code"]: AdministrativeUnit(
            code=row["code"],
            level=AdministrativeUnit.Level.PROVINCE,
            name=row["full_name_vi"],
            name_en=row["name_en"],
            search_text=fold(row["full_name_vi"]),
            valid_from=_day(row["valid_from"]),
            valid_to=THREE_LEVELS_TO,
        )
        for row in agencies["provinces"]
    }


def _load_agencies(
    document: Document,
    provinces: dict[str, AdministrativeUnit],
    former: dict[str, AdministrativeUnit],
    communes: list[AdministrativeUnit],
) -> Counts:
    stored = list(Agency.objects.all())
    fields = ["name", "name_en", "identifier", "level", "kind", "parent", "unit", "valid_from", "valid_to"]
    by_key = {"key": ["key"], "fields": [*fields, "successor"]}
    by_unit = {"key": ["kind", "unit"], "fields": [name for name in fields if name not in ("kind", "unit")]}

    staying = {row["id"]: _ministry(row) for row in document["ministries"] if not row.get("successor")}
    counts = sync(staying.values(), stored, **by_key)
    merged = [
        _ministry(row, staying[row["successor"]]) for row in document["ministries"] if row.get("successor")
    ]
    counts += sync(merged, stored, **by_key)

    identifiers = _identifiers(document, provinces)
    committees = {code: _committee(unit, identifiers[code]) for code, unit in provinces.items()}
    counts += sync(committees.values(), stored, **by_unit)
    counts += sync(_dissolved(document, former, committees), stored, **by_unit)
    police = [_police(unit, staying[POLICE_MINISTRY]) for unit in provinces.values()]
    counts += sync(police, stored, **by_unit)
    return counts + sync(_commune_committees(communes, committees), stored, **by_unit)


def _ministry(row: Document, successor: Agency | None = None) -> Agency:
    return Agency(
        key=row["id"],
        identifier=row.get("agency_identifier") or "",
        name=row["name_vi"],
        name_en=row["name_en"],
        level=row["level"],
        kind=row["type"],
        valid_from=_day(row.get("valid_from")),
        valid_to=_day(row.get("valid_to")),
        successor=successor,
    )


def _identifiers(document: Document, provinces: dict[str, AdministrativeUnit]) -> dict[str, str]:
    """The H code of a province of today is the one of the former province whose name it bears."""
    by_name = {fold(row["name_vi"]): row["agency_identifier"] for row in document["provinces"]}
    names = {code: fold(_bare(unit.name)) for code, unit in provinces.items()}
    return {code: by_name[RENAMED.get(name, name)] for code, name in names.items()}


def _committee(unit: AdministrativeUnit, identifier: str) -> Agency:
    return Agency(
        key=f"ubnd-{_slug(unit)}",
        identifier=identifier,
        name=f"UBND {_lower(unit.name)}",
        name_en=f"People's Committee of {unit.name_en}",
        level=Agency.Level.PROVINCE,
        kind=COMMITTEE,
        unit=unit,
        valid_from=TWO_LEVELS_FROM if unit.former else None,
    )


def _dissolved(
    document: Document, former: dict[str, AdministrativeUnit], committees: dict[str, Agency]
) -> list[Agency]:
    names = {fold(_bare(one.name)) for one in (c.unit for c in committees.values()) if one}
    names |= set(RENAMED.values())
    gone = []
    for row in document["provinces"]:
        if fold(row["name_vi"]) in names:
            continue
        agency = _committee(former[row["code"]], row["agency_identifier"])
        agency.valid_to = THREE_LEVELS_TO
        agency.successor = committees[row["merged_into"]]
        gone.append(agency)
    return gone


def _police(unit: AdministrativeUnit, ministry: Agency) -> Agency:
    return Agency(
        key=f"ca-{_slug(unit)}",
        identifier=f"{ministry.identifier}.{unit.code}",
        name=f"Công an {_lower(unit.name)}",
        name_en=f"Police of {unit.name_en}",
        level=Agency.Level.PROVINCE,
        kind=POLICE,
        parent=ministry,
        unit=unit,
        valid_from=TWO_LEVELS_FROM if unit.former else None,
    )


def _commune_committees(communes: list[AdministrativeUnit], committees: dict[str, Agency]) -> list[Agency]:
    keys = _keys(communes)
    agencies = []
    for unit in communes:
        province = unit.parent
        assert province is not None  # noqa: S101  the database refuses a commune without a province
        parent = committees[province.code]
        agencies.append(
            Agency(
                key=f"ubnd-{keys[unit.code]}",
                identifier=f"{parent.identifier}.{unit.code[:2]}.{unit.code[2:]}",
                name=f"UBND {_lower(unit.name)}",
                name_en=f"People's Committee of {unit.name_en}",
                level=Agency.Level.COMMUNE,
                kind=COMMUNE_COMMITTEE,
                parent=parent,
                unit=unit,
                valid_from=TWO_LEVELS_FROM,
            )
        )
    return agencies


def _keys(communes: list[AdministrativeUnit]) -> dict[str, str]:
    """The first of name, name and province, name and code that no other commune has."""
    forms = {
        unit.code: [_slug(unit), f"{_slug(unit)}-{_slug(unit.parent)}", f"{_slug(unit)}-{unit.code}"]
        for unit in communes
        if unit.parent
    }
    uses = Counter(form for each in forms.values() for form in each)
    return {code: next(form for form in each if uses[form] == 1) for code, each in forms.items()}


def _slug(unit: AdministrativeUnit) -> str:
    return slugify(fold(unit.name).replace("thanh pho ", "tp "))


def _bare(name: str) -> str:
    return name.removeprefix("Thành phố ").removeprefix("Tỉnh ")


def _lower(name: str) -> str:
    """«phường Hải Châu»: the kind of a unit is no part of its proper name."""
    return name[0].lower() + name[1:]


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None
