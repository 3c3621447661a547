"""A procedure and its published versions, whole, as a schema of answers, and compared. Drafts are never visible."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from procedures import diff, schema
from procedures.api import shapes
from procedures.api.conditional import PAGE, Open, Problem, answered, as_number, asked_number
from procedures.counters import counters
from procedures.models import Procedure, ProcedureVersion
from procedures.schema.json_schema import json_schema
from procedures.search import today

KEPT = ("content", "form", "processing")
CODE = OpenApiParameter("code", str, "path", description="Mã thủ tục, ví dụ 1.001193, hoặc tên rút gọn")
NUMBER = OpenApiParameter("number", int, "path", description="Số của bản, từ 1")
MISSING = {304: None, 404: Problem}
PUBLIC_STEP = ("id", "kind", "role", "name_vi", "name_en")
PUBLIC_PROCESSING = ("supplement_days", "result_title")


def procedure_of(code: str) -> Procedure:
    """Raises NotFound, also where nothing was published yet."""
    published = Procedure.objects.filter(versions__status=ProcedureVersion.Status.PUBLISHED).distinct()
    found = published.filter(Q(code=code) | Q(slug=code)).select_related("field", "owner").first()
    if found is None:
        raise NotFound(_("Không có thủ tục mang mã này."))
    return found


def published(procedure: Procedure) -> QuerySet[ProcedureVersion]:
    return ProcedureVersion.objects.filter(
        procedure=procedure, status=ProcedureVersion.Status.PUBLISHED
    ).order_by("-number")


def version_of(procedure: Procedure, number: int | None) -> ProcedureVersion:
    """Without what it says, which is read only when it is told. Raises NotFound."""
    found = published(procedure).filter(number=number).defer(*KEPT).first() if number else None
    if found is None:
        raise NotFound(_("Thủ tục này không có bản công bố mang số này."))
    found.procedure = procedure
    return found


def stamp_of(version: ProcedureVersion) -> tuple[Any, ...]:
    """A published version is frozen but for its end; its stage follows from the day."""
    stage = version.stage(today())
    return (version.pk, version.edits, version.effective_to, version.repeal_decision, stage)


def _terms(version: ProcedureVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "stage": version.stage(today()),
        "decision": version.decision,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "published_at": version.published_at,
        "repeal_decision": version.repeal_decision,
        "change_note": version.change_note,
        "burden_reason": version.burden_reason,
    }


class ProcedureDetail(Open):
    @extend_schema(
        summary="Một thủ tục, bản đang có hiệu lực",
        parameters=[CODE],
        responses={200: shapes.ProcedureRecord, **MISSING},
        examples=[shapes.RECORD_EXAMPLE],
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        procedure = procedure_of(code)
        rows = ProcedureVersion.objects.in_force(today()).filter(procedure=procedure).defer(*KEPT)
        version = rows.first()
        if version is None:
            raise NotFound(_("Không có thủ tục mang mã này."))
        version.procedure = procedure
        row = [getattr(procedure, name) for name in ("code", "name", "name_en", "field_id", "owner_id")]
        return answered(
            request, stamp=(stamp_of(version), row, today()), body=lambda: self._told(procedure, version)
        )

    def _told(self, procedure: Procedure, version: ProcedureVersion) -> dict[str, Any]:
        said = {
            "code": procedure.path_code,
            "name": procedure.name,
            "name_en": procedure.name_en,
            "field": procedure.field.name if procedure.field else "",
            "agency": procedure.owner.key if procedure.owner else "",
            "can_be_filed_here": version.is_live,
            "described_in_full": "components" in version.content,
            "record": version.content,
            "version": _terms(version),
            "burden": counters(version, on=today()),
        }
        return dict(shapes.ProcedureRecord(said).data)


class VersionList(Open):
    @extend_schema(
        operation_id="procedure_versions_list",
        summary="Các bản đã công bố của một thủ tục, mới nhất trước",
        parameters=[CODE, OpenApiParameter("after", int, description="Tiếp sau bản mang số này")],
        responses={200: shapes.VersionPage, 400: Problem, **MISSING},
        examples=[shapes.VERSIONS_EXAMPLE],
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        procedure = procedure_of(code)
        after = asked_number(request, "after", 0)
        rows = published(procedure).filter(number__lt=after) if after else published(procedure)
        page = list(rows.defer(*KEPT)[: PAGE + 1])
        stamp = (procedure.pk, [stamp_of(one) for one in page], today())
        return answered(request, stamp=stamp, body=lambda: self._told(procedure, page, request.path))

    def _told(self, procedure: Procedure, page: list[ProcedureVersion], path: str) -> dict[str, Any]:
        shown = ProcedureVersion.objects.in_bulk([one.pk for one in page[:PAGE]])
        results = []
        for one in page[:PAGE]:
            version = shown[one.pk]
            version.procedure = procedure
            results.append(
                {
                    **_terms(version),
                    "online_level": version.online_level,
                    "burden": counters(version, on=today()),
                }
            )
        following = f"{path}?after={page[PAGE - 1].number}" if len(page) > PAGE else None
        return dict(shapes.VersionPage({"next": following, "results": results}).data)


class VersionDetail(Open):
    @extend_schema(
        operation_id="procedure_versions_retrieve",
        summary="Một bản trọn vẹn: bản ghi, biểu mẫu, các bước giải quyết",
        parameters=[CODE, NUMBER],
        responses={200: shapes.VersionEdition, **MISSING},
        examples=[shapes.EDITION_EXAMPLE],
    )
    def get(self, request: Request, code: str, number: str) -> HttpResponseBase:
        version = version_of(procedure_of(code), as_number(number))
        return answered(
            request,
            stamp=(stamp_of(version), version.procedure.path_code, today()),
            body=lambda: self._told(version),
        )

    def _told(self, version: ProcedureVersion) -> dict[str, Any]:
        steps = version.processing.get("steps", [])
        processing = {
            name: version.processing[name] for name in PUBLIC_PROCESSING if name in version.processing
        }
        said = {
            "code": version.procedure.path_code,
            "id": version.procedure.slug,
            **_terms(version),
            "online_level": version.online_level,
            "burden": counters(version, on=today()),
            "record": version.content,
            "form": version.form,
            "processing": {
                "steps": [{name: step[name] for name in PUBLIC_STEP if name in step} for step in steps],
                **processing,
            },
        }
        return dict(shapes.VersionEdition(said).data)


class FormSchema(Open):
    @extend_schema(
        summary="JSON Schema của các câu trả lời",
        description="Lược đồ (JSON Schema 2020-12) mà một bộ câu trả lời của biểu mẫu phải theo.",
        parameters=[CODE, NUMBER],
        responses={200: OpenApiTypes.OBJECT, **MISSING},
        examples=[shapes.FORM_SCHEMA_EXAMPLE],
    )
    def get(self, request: Request, code: str, number: str) -> HttpResponseBase:
        version = version_of(procedure_of(code), as_number(number))
        form = published(version.procedure).filter(pk=version.pk, form__isnull=False)
        if not form.exists():
            raise NotFound(_("Bản này không có biểu mẫu điện tử."))
        return answered(
            request,
            stamp=version.pk,
            modified=version.published_at,
            body=lambda: dict(json_schema(schema.load(version.form or {}))),
        )


class VersionDiff(Open):
    @extend_schema(
        summary="So hai bản đã công bố của một thủ tục",
        description="Từng thay đổi, có loại và chỗ, và gánh nặng của người dân tăng giảm bao nhiêu. Không ghi «to»"
        " thì lấy bản mới nhất; không ghi «from» thì lấy bản liền trước.",
        parameters=[
            CODE,
            OpenApiParameter("from", int, description="Số của bản trước"),
            OpenApiParameter("to", int, description="Số của bản sau"),
        ],
        responses={200: shapes.Difference, 400: Problem, **MISSING},
        examples=[shapes.DIFF_EXAMPLE],
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        procedure = procedure_of(code)
        newest = published(procedure).values_list("number", flat=True).first() or 0
        later = version_of(procedure, asked_number(request, "to", newest))
        number = asked_number(request, "from", 0) or self._before(later)
        earlier = version_of(procedure, number)
        instants: list[dt.datetime] = [one.published_at for one in (earlier, later) if one.published_at]
        return answered(
            request,
            stamp=(earlier.pk, later.pk),
            modified=max(instants, default=None),
            body=lambda: self._told(procedure, earlier, later),
        )

    def _before(self, later: ProcedureVersion) -> int:
        numbers = published(later.procedure).filter(number__lt=later.number)
        found = numbers.values_list("number", flat=True).first()
        if found is None:
            reason = _("Thủ tục này chưa có hai bản để so. Hãy ghi «from» và «to» là số của hai bản.")
            raise ValidationError({"from": [reason]})
        return found

    def _told(
        self, procedure: Procedure, earlier: ProcedureVersion, later: ProcedureVersion
    ) -> dict[str, Any]:
        delta = diff.burden_delta(earlier.edition, later.edition)
        said = {
            "code": procedure.path_code,
            "from": earlier.number,
            "to": later.number,
            "changes": [
                {
                    "kind": one.kind,
                    "group": one.group,
                    "place": one.place,
                    "sentence": one.sentence,
                    "before": one.before,
                    "after": one.after,
                }
                for one in diff.compare(earlier.edition, later.edition)
            ],
            "burden": {
                "heavier": delta.heavier,
                "text": delta.text,
                "unknown": dict(delta.unknown),
                "known": dict(delta.known),
            }
            if delta
            else None,
        }
        return dict(shapes.Difference(said).data)
