"""Filters of the inbox an officer gave a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from identity.models import Agency, Officer


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def usable_by(self, officer: Officer) -> SavedFilterQuerySet:
        """The officer's own and those a colleague shared with the agency; pinned ones first."""
        own, shared = Q(owner=officer.user_id), Q(agency=officer.agency_id, is_shared=True)
        return self.filter(own | shared).select_related("owner").order_by("-is_pinned", "name", "pk")


class SavedFilter(models.Model):
    """``query`` is the part of the address that filters; it names no person but colleagues by number."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    tab = models.CharField(max_length=20)
    query = models.CharField(max_length=4000)
    is_pinned = models.BooleanField(default=False)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_named_once")]
        indexes = [models.Index(fields=["agency"], condition=Q(is_shared=True), name="saved_filter_shared")]

    def __str__(self) -> str:
        return self.name
