"""Life events and the procedures each leads to, in their order."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from procedures.api import shapes
from procedures.api.conditional import Open, answered
from procedures.api.versions import MISSING
from procedures.models import LifeEvent, LifeEventStep, ProcedureVersion
from procedures.search import today


class LifeEventList(Open):
    @extend_schema(
        operation_id="life_events_list",
        summary="Các việc trong đời",
        responses={200: shapes.LifeEvents, 304: None},
        examples=[shapes.EVENTS_EXAMPLE],
    )
    def get(self, request: Request) -> HttpResponseBase:
        said = {"results": [_told(event) for event in LifeEvent.objects.all()]}
        return answered(request, stamp=said, body=lambda: dict(shapes.LifeEvents(said).data))


class LifeEventDetail(Open):
    @extend_schema(
        operation_id="life_events_retrieve",
        summary="Một việc trong đời và các thủ tục của nó, theo thứ tự",
        parameters=[OpenApiParameter("key", str, "path", description="Ví dụ having-a-baby")],
        responses={200: shapes.LifeEventPage, **MISSING},
        examples=[shapes.EVENT_EXAMPLE],
    )
    def get(self, request: Request, key: str) -> HttpResponseBase:
        event = LifeEvent.objects.filter(key=key).first()
        if event is None:
            raise NotFound(_("Không có việc trong đời mang tên này."))
        live = ProcedureVersion.objects.in_force(today()).values("procedure")
        steps = LifeEventStep.objects.filter(lifeevent=event, procedure__in=live).select_related("procedure")
        procedures = [
            {
                "code": step.procedure.path_code,
                "name": step.procedure.name,
                "name_en": step.procedure.name_en,
                "note": step.note,
                "note_en": step.note_en,
            }
            for step in steps
        ]
        said = {**_told(event), "procedures": procedures}
        return answered(request, stamp=said, body=lambda: dict(shapes.LifeEventPage(said).data))


def _told(event: LifeEvent) -> dict[str, Any]:
    return {
        "key": event.key,
        "name": event.name,
        "name_en": event.name_en,
        "audience": event.audience,
        "summary": event.summary,
        "summary_en": event.summary_en,
    }
