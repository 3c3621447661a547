"""What people say about the portal."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Feedback(models.Model):
    """Phản ánh, kiến nghị about a page, without a name: neither account nor network address is kept."""

    page = models.CharField(_("trang"), max_length=200, blank=True)
    helpful = models.BooleanField(_("trang này có giúp không"), null=True, blank=True)
    text = models.TextField(_("nội dung"), max_length=2000, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [
            models.CheckConstraint(
                name="feedback_says_something",
                condition=models.Q(helpful__isnull=False) | ~models.Q(text=""),
            )
        ]
        indexes = [models.Index(fields=["-created_at"])]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} {self.page}"
