"""Which agency is competent: data of the version (``processing.routing``), never a constant in code.

``{"level": "commune", "from": ["mother_residence", "father_residence"]}``: the People's Committee of the commune
of the first of these answers; ``{"level": "province", "kind": "department-key-prefix", "from": [...]}``;
``{"agency": "<key>"}``: one agency for the whole country.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from applications.models import Dossier
from identity.errors import Refused
from identity.models import AdministrativeUnit, Agency


def competent_agency(dossier: Dossier, values: Mapping[str, Any], *, on: dt.date) -> Agency:
    """The agency that receives and decides. Raises Refused, naming the place, when none is known."""
    return agency_of(dossier.version.processing.get("routing", {}), values, on=on)


def agency_of(rule: Mapping[str, Any], values: Mapping[str, Any], *, on: dt.date) -> Agency:
    """The same for a rule of a version that is still being written."""
    if key := rule.get("agency"):
        return _only(Agency.objects.filter(key=key).first(), key)
    commune = _commune(rule.get("from", []), values, on)
    if commune is None:
        raise Refused(_("Chưa xác định được cơ quan tiếp nhận: hãy kiểm tra lại nơi cư trú."))
    level, kind = rule.get("level", ""), rule.get("kind", "")
    unit = commune if level == Agency.Level.COMMUNE else commune.parent
    return _only(Agency.objects.filter(level=level, unit=unit, kind=kind, valid_to=None).first(), unit)


def _only(agency: Agency | None, place: object) -> Agency:
    if agency is None:
        raise Refused(_("%(unit)s chưa nhận thủ tục này trên cổng.") % {"unit": place})
    return agency


def _commune(questions: list[str], values: Mapping[str, Any], on: dt.date) -> AdministrativeUnit | None:
    for question in questions:
        address = values.get(question) or {}
        if code := address.get("commune_code"):
            return (
                AdministrativeUnit.objects.in_force(on)
                .select_related("parent")
                .filter(level=AdministrativeUnit.Level.COMMUNE, code=code)
                .first()
            )
    return None
