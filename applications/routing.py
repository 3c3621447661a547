"""Which agency is competent: data of the version (``processing.routing``), never a constant in code.

Its shape and meaning are in ``procedures.processing``; here the place becomes an agency of the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from applications import answering
from applications.models import Dossier
from identity.errors import Refused
from identity.models import AdministrativeUnit, Agency
from procedures import processing, rules


def competent_agency(dossier: Dossier, values: Mapping[str, Any], *, on: dt.date) -> Agency:
    """The agency that receives and decides. Raises Refused, naming the place, when none is known."""
    route = processing.route(dossier.version.processing, _scope(dossier, values, on))
    return agency_at(route, values, on=on)


def agency_at(route: processing.Route | None, values: Mapping[str, Any], *, on: dt.date) -> Agency:
    """The agency a route leads to from these answers. Raises Refused."""
    if route is not None and route.agency:
        return _known(Agency.objects.filter(key=route.agency).first(), route.agency)
    commune = _commune(route.sources, values, on) if route is not None else None
    if route is None or commune is None:
        raise Refused(_("Chưa xác định được cơ quan tiếp nhận: hãy kiểm tra lại nơi cư trú."))
    unit = commune if route.level == Agency.Level.COMMUNE else commune.parent
    agencies = Agency.objects.filter(level=route.level, unit=unit, kind=route.kind, valid_to=None)
    return _known(agencies.first(), unit)


def asked_agency(dossier: Dossier, whom: Mapping[str, Any]) -> Agency:
    """Whom a consultation step asks: an agency by its key, or that of a kind where the deciding agency is. Raises
    Refused."""
    if "agency" in whom:
        return _known(Agency.objects.filter(key=whom["agency"], valid_to=None).first(), whom["agency"])
    own: Any = dossier.agency
    unit = own.unit
    if unit is not None and whom["level"] == Agency.Level.PROVINCE and unit.parent is not None:
        unit = unit.parent
    asked = Agency.objects.filter(
        level=whom["level"], kind=whom["kind"], unit=unit, unit__isnull=False, valid_to=None
    ).first()
    if asked is None:
        raise Refused(
            _("Chưa tìm được cơ quan phải lấy ý kiến tại %(place)s. Hãy báo quản trị bổ sung cơ quan này.")
            % {"place": unit or own}
        )
    return asked


def commune_code(dossier: Dossier, values: Mapping[str, Any], *, on: dt.date) -> str:
    """The commune of the place the competence follows from; where it follows from none, of the residence declared."""
    route = processing.route(dossier.version.processing, _scope(dossier, values, on))
    questions = answering.form_of(dossier).questions.values()
    declared = tuple(one.id for one in questions if one.value_of == "address" and one.element == "residence")
    codes = (
        str((values.get(name) or {}).get("commune_code", "")) for name in route and route.sources or declared
    )
    return next(filter(None, codes), "")[:5]


def _known(agency: Agency | None, place: object) -> Agency:
    if agency is None:
        raise Refused(_("%(unit)s chưa nhận thủ tục này trên cổng.") % {"unit": place})
    return agency


def _scope(dossier: Dossier, values: Mapping[str, Any], on: dt.date) -> dict[str, Any]:
    known = {"channel": str(dossier.channel), "on_behalf": dossier.organisation_id is not None}
    return answering.form_of(dossier).scope(values, rules.context(today=on, **known))


def _commune(questions: Iterable[str], values: Mapping[str, Any], on: dt.date) -> AdministrativeUnit | None:
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
