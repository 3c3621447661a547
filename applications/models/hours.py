"""When an agency is open, and how its one-stop office is called and reached."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from identity.models import Agency


class OfficeShift(models.Model):
    """One shift of one weekday an agency keeps from a day on. A weekday without rows keeps the national hours."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="office_shifts")
    weekday = models.PositiveSmallIntegerField(_("thứ"), help_text=_("0 là thứ Hai, 6 là Chủ nhật"))
    opens = models.TimeField(_("mở cửa"))
    closes = models.TimeField(_("đóng cửa"))
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    source = models.CharField(_("căn cứ"), max_length=200)

    class Meta:
        ordering = ["agency", "weekday", "-valid_from", "opens"]
        constraints = [
            models.CheckConstraint(name="shift_closes_after_it_opens", condition=Q(closes__gt=F("opens"))),
            models.CheckConstraint(name="shift_on_a_weekday", condition=Q(weekday__lte=6)),
            models.CheckConstraint(
                name="shift_ends_after_it_begins",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
            models.UniqueConstraint(
                fields=["agency", "weekday", "opens", "valid_from"], name="shift_once_a_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.weekday} {self.opens:%H:%M}–{self.closes:%H:%M}"


class FrontDesk(models.Model):
    """The one-stop office of an agency as its papers name it: letterhead, sign of its numbers, telephone."""

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="front_desk")
    name = models.CharField(_("tên"), max_length=200)
    sign = models.CharField(_("ký hiệu"), max_length=20, default="BPTNTKQ", help_text="TTPVHCC, BPTNTKQ")
    phone = models.CharField(_("điện thoại hỗ trợ"), max_length=30, blank=True)

    def __str__(self) -> str:
        return self.name
