"""Two-level addresses: finding a commune by its name, the present one or a former one, and writing one out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from identity.folding import fold
from identity.models import AdministrativeUnit

MOST_OFFERED = 12
_KIND = re.compile(r"^(phuong|xa|thi tran|dac khu|p|x|tt) ")
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
    """Communes called ``name`` now; when none is, those formed from a unit of that name; else similar ones."""
    wanted = fold(name)
    if not wanted:
        return []
    units = AdministrativeUnit.objects.in_force(on).filter(level=Level.COMMUNE).select_related("parent")
    candidates = list(units.filter(parent__code=province) if province else units)
    short = _KIND.sub("", wanted)
    tests = (
        lambda unit: fold(unit.name) == wanted,
        lambda unit: _KIND.sub("", fold(unit.name)) == short,
        lambda unit: re.search(rf"\b{re.escape(wanted)}\b", fold(unit.former)),
        lambda unit: re.search(rf"\b{re.escape(short)}\b", fold(unit.former)),
        lambda unit: short in fold(unit.name),
    )
    for test in tests:
        if found := [unit for unit in candidates if test(unit)]:
            return found
    return []


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
