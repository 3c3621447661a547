"""For technical administrators: look, never touch. Every act on money is a verb in ``payments.services``."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from payments.models import Attempt, Break, Charge, Receipt, Refund, Statement


class ReadOnly(admin.ModelAdmin[Any]):
    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


admin.site.register([Attempt, Break, Charge, Receipt, Refund, Statement], ReadOnly)
