"""Two-level addresses: finding a commune by its name, the present one or a former one, and writing one out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from applications import places
from identity.folding import fold
from identity.models import AdministrativeUnit

MOST_OFFERED = 12
LONGEST = 200
Level = AdministrativeUnit.Level


class AddressUnclear(ValueError):
    """No commune, or more than one, has the name that was written; ``matches`` are offered to choose from."""

    def __init__(self, message: str, matches: tuple[AdministrativeUnit, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.matches = matches


def provinces(on: dt.date) -> list[AdministrativeUnit]:
    return list(AdministrativeUnit.objects.in_force(on).filter(level=Level.PROVINCE).order_by("name_en"))


def commune(code: str, on: dt.date) -> AdministrativeUnit | None:
    units = AdministrativeUnit.objects.in_force(on).filter(level=Level.COMMUNE, code=code)
    return units.select_related("parent").first()


def find(name: str, *, province: str = "", on: dt.date) -> list[AdministrativeUnit]:
    """Communes called so now, or formed from a unit called so before 1 July 2025; else similar ones.

    ``name`` may go on with a district and a province of then («phường Bến Nghé, Quận 1, TP.HCM»). With the
    province known the present name comes first; without it present and former ones are offered together,
    because the same name is common.
    """
    found = _find(places.read(name[:LONGEST]), province, on)
    if not found and (parted := places.without_commas(name[:LONGEST])):
        found = _find(places.read(parted), province, on)
    units = AdministrativeUnit.objects.filter(pk__in=found).select_related("parent")
    order = {pk: number for number, pk in enumerate(found)}
    return sorted(units, key=lambda unit: order[unit.pk])


def _find(place: places.Place, province: str, on: dt.date) -> list[int]:
    if not place.commune:
        return []
    known = {one.code: (one.name, one.former) for one in provinces(on)} if place.province else {}
    province = province or places.province_of(place.province, known)
    units = AdministrativeUnit.objects.in_force(on).filter(level=Level.COMMUNE).order_by("name", "code")
    if province:
        units = units.filter(parent__code=province)
    rows = list(units.values_list("pk", "name", "former"))
    now = [pk for pk, name, former in rows if _is_called(name, place)]
    then = {pk: former for pk, name, former in rows if places.formed_from(former, place)}
    if place.district and (sure := _in_district(then, place)):
        return sure
    if now and (province or place.district):
        return now
    if now or then:
        return [*now, *(pk for pk in then if pk not in now)]
    return [pk for pk, name, _ in rows if len(place.commune) > 2 and place.commune in fold(name)]


def _is_called(name: str, place: places.Place) -> bool:
    called = places.names(name)
    return f"{place.kind} {place.commune}" in called if place.kind else place.commune in called


def _in_district(then: Mapping[int, str], place: places.Place) -> list[int]:
    certain = {pk: places.in_district(former, place) for pk, former in then.items()}
    best = max(certain.values(), default=0)
    return [pk for pk, how in certain.items() if how == best] if best else []


def resolve(written: Mapping[str, Any], *, label: str, on: dt.date) -> dict[str, str]:
    """The address as the schema keeps it. Raises AddressUnclear with what may have been meant."""
    detail = str(written.get("detail", "")).strip()
    name, province = str(written.get("commune", "")).strip(), str(written.get("province", ""))
    chosen, country = str(written.get("commune_code", "")), str(written.get("country", "") or "VN")
    if country != "VN" or not (name or chosen or detail or province):
        return {"detail": detail, "commune_code": "", "country": country if detail or country != "VN" else ""}
    if not name and not chosen:
        raise AddressUnclear(_("%(label)s: hãy ghi tên xã, phường hoặc đặc khu") % {"label": label})
    matches = find(name, province=province, on=on) if name else []
    picked = next((unit for unit in matches if unit.code == chosen), None)
    if picked is None and not name:
        picked = commune(chosen, on)
    if picked is None and len(matches) == 1:
        picked = matches[0]
    if picked is None:
        raise _unclear(label, name, matches)
    return {"detail": detail, "commune_code": picked.code, "country": "VN"}


def _unclear(label: str, name: str, matches: list[AdministrativeUnit]) -> AddressUnclear:
    if not matches:
        return AddressUnclear(
            _("%(label)s: không có nơi nào tên «%(name)s». Hãy xem lại tên, hoặc chọn đúng tỉnh, thành phố")
            % {"label": label, "name": name}
        )
    if len(matches) > MOST_OFFERED:
        return AddressUnclear(
            _("%(label)s: có %(count)s nơi tên «%(name)s». Hãy chọn tỉnh, thành phố trước")
            % {"label": label, "count": len(matches), "name": name}
        )
    return AddressUnclear(
        _("%(label)s: «%(name)s» nay là một trong %(count)s nơi. Hãy chọn nơi của bạn")
        % {"label": label, "name": name, "count": len(matches)},
        tuple(matches),
    )
