"""Reference data only, for technical administrators; no business verb lives here."""

from __future__ import annotations

from django.contrib import admin

from identity.models import AdministrativeUnit, Agency


@admin.register(AdministrativeUnit)
class AdministrativeUnitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["code", "name", "level", "parent", "valid_from", "valid_to"]
    list_filter = ["level"]
    search_fields = ["code", "name", "search_text"]
    autocomplete_fields = ["parent"]


@admin.register(Agency)
class AgencyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["key", "name", "level", "kind", "unit", "valid_from", "valid_to"]
    list_filter = ["level"]
    search_fields = ["key", "identifier", "name"]
    autocomplete_fields = ["parent", "unit", "successor"]
