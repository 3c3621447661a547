"""Reference data for technical administrators. Versions are read here, never written: publishing is a verb."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from procedures.models import LifeEvent, Procedure, ProcedureField, ProcedureVersion, ServiceOffering


@admin.register(ProcedureField)
class ProcedureFieldAdmin(admin.ModelAdmin[ProcedureField]):
    list_display = ("name", "name_en", "ministry")
    search_fields = ("name", "name_en")
    raw_id_fields = ("ministry",)


@admin.register(LifeEvent)
class LifeEventAdmin(admin.ModelAdmin[LifeEvent]):
    list_display = ("name", "name_en", "audience", "order")


@admin.register(Procedure)
class ProcedureAdmin(admin.ModelAdmin[Procedure]):
    list_display = ("code", "name", "field", "confidence")
    search_fields = ("code", "slug", "name")
    list_select_related = ("field",)
    fields = ("code", "slug", "name", "name_en", "field", "keywords", "source", "confidence")
    readonly_fields = ("code", "slug", "name", "name_en", "field", "source", "confidence")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(ProcedureVersion, ServiceOffering)
class ReadOnlyAdmin(admin.ModelAdmin[ProcedureVersion | ServiceOffering]):
    list_display = ("procedure", "online_level")
    list_select_related = ("procedure",)
    raw_id_fields = ("procedure",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False
