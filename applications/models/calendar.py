"""Days that differ from their weekday."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """A holiday, swap day or make-up Saturday with its source; read by the legal clock."""

    class Kind(models.TextChoices):
        PUBLIC_HOLIDAY = "public_holiday", _("Nghỉ lễ, tết")
        COMPENSATORY = "compensatory_day_off", _("Nghỉ bù")
        SWAP = "swap_day_off", _("Nghỉ hoán đổi")
        MAKE_UP = "make_up_working_day", _("Làm bù")

    date = models.DateField(primary_key=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=24, choices=Kind)
    is_working = models.BooleanField()
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(
                name="calendar_only_make_up_works",
                condition=Q(kind="make_up_working_day", is_working=True)
                | ~Q(kind="make_up_working_day") & Q(is_working=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
