"""Who offers a procedure on a day, at which level, for which fee, by which channels."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from identity.models import AdministrativeUnit, Agency
from procedures.api import shapes
from procedures.api.conditional import PAGE, Open, Problem, answered, asked_day
from procedures.api.versions import CODE, MISSING, procedure_of
from procedures.models import ServiceOffering
from procedures.search import today

Unit = AdministrativeUnit


class OfferingList(Open):
    @extend_schema(
        summary="Nơi cung cấp một thủ tục trong một ngày",
        parameters=[
            CODE,
            OpenApiParameter("on", OpenApiTypes.DATE, description="Ngày cần biết; không ghi thì là hôm nay"),
            OpenApiParameter("province", str, description="Mã tỉnh, thành phố, ví dụ 48"),
            OpenApiParameter("after", str, description="Tiếp sau cơ quan này (key)"),
        ],
        responses={200: shapes.OfferingPage, 400: Problem, **MISSING},
        examples=[shapes.OFFERINGS_EXAMPLE],
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        procedure = procedure_of(code)
        on = asked_day(request, "on", today())
        rows = ServiceOffering.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=on), procedure=procedure, valid_from__lte=on
        )
        rows = _in_province(rows, request.query_params.get("province", ""), on)
        if after := request.query_params.get("after", ""):
            rows = rows.filter(agency__key__gt=after)
        related = ("agency__unit__parent", "agency__parent__unit__parent")
        page = list(rows.select_related(*related).order_by("agency__key")[: PAGE + 1])
        results = [_told(one) for one in page[:PAGE]]
        following = self._next(request, page[PAGE - 1].agency.key) if len(page) > PAGE else None
        said = {"on": on, "next": following, "results": results}
        return answered(request, stamp=said, body=lambda: dict(shapes.OfferingPage(said).data))

    def _next(self, request: Request, after: str) -> str:
        query = QueryDict(mutable=True)
        query.update(
            {name: request.query_params[name] for name in ("on", "province") if name in request.query_params}
        )
        query["after"] = after
        return f"{request.path}?{query.urlencode()}"


def _in_province(rows: QuerySet[ServiceOffering], province: str, on: dt.date) -> QuerySet[ServiceOffering]:
    if not province:
        return rows
    units = Unit.objects.in_force(on).filter(level=Unit.Level.PROVINCE, code=province)
    if not (found := list(units)):
        reason = _(
            "Ngày %(day)s không có tỉnh, thành phố mang mã «%(code)s». Hãy ghi mã hai chữ số, ví dụ 48."
        )
        told = {"day": f"{on:%d/%m/%Y}", "code": province[:20]}
        raise ValidationError({"province": [reason % told]})
    return rows.filter(
        Q(agency__unit__in=found)
        | Q(agency__unit__parent__in=found)
        | Q(agency__parent__unit__in=found)
        | Q(agency__parent__unit__parent__in=found)
    )


def _told(offering: ServiceOffering) -> dict[str, Any]:
    agency = offering.agency
    return {
        "agency": {
            "key": agency.key,
            "identifier": agency.identifier,
            "name": agency.name,
            "name_en": agency.name_en,
            "level": agency.level,
            "province": _province(agency),
        },
        "online_level": offering.online_level,
        "fee_vnd": offering.fee_vnd,
        "fee_basis": offering.fee_basis,
        "channels": offering.channels,
        "valid_from": offering.valid_from,
        "valid_to": offering.valid_to,
    }


def _province(agency: Agency) -> str:
    unit = agency.unit or (agency.parent.unit if agency.parent else None)
    return (unit.parent or unit).code if unit else ""
