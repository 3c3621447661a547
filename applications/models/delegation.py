"""Standing in for a colleague: which powers were given to whom and until when, and who is on leave."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from identity.models import Agency, Officer, Role
from procedures.models import Procedure


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def in_force(self, on: dt.date) -> DelegationQuerySet:
        """Not revoked, within its days, and both still work for the agency it was given in."""
        return self.filter(
            revoked_at=None,
            starts_on__lte=on,
            ends_on__gte=on,
            giver__is_active=True,
            giver__user__is_active=True,
            giver__agency=F("agency"),
            deputy__is_active=True,
            deputy__user__is_active=True,
            deputy__agency=F("agency"),
        )


class Delegation(models.Model):
    """Ủy quyền: ``giver`` lets ``deputy`` act in these roles. Never changed, only revoked.

    A deputy may use no role the giver does not hold personally at that moment, so nothing received is passed on
    (practice of Nghị định 30/2020/NĐ-CP, Điều 13: who signs by delegation does not delegate again; unverified).
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="delegations_given")
    deputy = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="delegations_received")
    roles = ArrayField(models.CharField(max_length=20, choices=Role))
    starts_on = models.DateField()
    ends_on = models.DateField(help_text=_("Ngày cuối còn hiệu lực"))
    procedures = models.ManyToManyField(
        Procedure, blank=True, related_name="+", help_text=_("Để trống là mọi thủ tục")
    )
    limit_vnd = models.BigIntegerField(
        null=True, blank=True, help_text=_("Phí cao nhất của một hồ sơ, đồng; để trống là không giới hạn")
    )
    form = models.CharField(max_length=8, blank=True, help_text="code of data/signing_forms.json")
    document_number = models.CharField(_("số văn bản ủy quyền"), max_length=60)
    document_date = models.DateField(_("ngày văn bản ủy quyền"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="delegation_not_to_oneself", condition=~Q(giver=F("deputy"))),
            models.CheckConstraint(
                name="delegation_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="delegation_of_known_roles",
                condition=Q(roles__contained_by=list(Role.values), roles__len__gt=0),
            ),
            models.CheckConstraint(
                name="delegation_limit_not_negative", condition=Q(limit_vnd=None) | Q(limit_vnd__gte=0)
            ),
            models.CheckConstraint(
                name="delegation_revoked_by_somebody",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["deputy", "ends_on"], condition=Q(revoked_at=None), name="delegation_live")
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} → {self.deputy_id} {self.starts_on:%Y-%m-%d}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: dt.date) -> AbsenceQuerySet:
        return self.filter(cancelled_at=None, starts_on__lte=day, ends_on__gte=day)


class Absence(models.Model):
    """Nghỉ phép, đi vắng: nothing waits for somebody absent. Says the kind of reason only, never about health."""

    class Reason(models.TextChoices):
        LEAVE = "leave", _("Nghỉ theo chế độ")
        MISSION = "mission", _("Công tác")
        TRAINING = "training", _("Đi học, tập huấn")
        OTHER = "other", _("Lý do khác")

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text=_("Ngày nghỉ cuối cùng"))
    substitute = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="substitutions"
    )
    reason = models.CharField(max_length=8, choices=Reason)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="absence_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="absence_substitute_is_another",
                condition=Q(substitute=None) | ~Q(officer=F("substitute")),
            ),
        ]
        indexes = [
            models.Index(fields=["ends_on", "officer"], condition=Q(cancelled_at=None), name="absence_live")
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.starts_on:%Y-%m-%d}–{self.ends_on:%Y-%m-%d}"


class DutyEvent(models.Model):
    """Who changed what about the duties of a post, and when (append-only)."""

    class Kind(models.TextChoices):
        DELEGATED = "delegated", _("Ủy quyền")
        REVOKED = "revoked", _("Thu hồi ủy quyền")
        ABSENCE_RECORDED = "absence", _("Ghi nghỉ")
        ABSENCE_CANCELLED = "cancelled", _("Bỏ nghỉ")

    kind = models.CharField(max_length=12, choices=Kind)
    post = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="duty_events")
    delegation = models.ForeignKey(Delegation, null=True, on_delete=models.PROTECT, related_name="events")
    absence = models.ForeignKey(Absence, null=True, on_delete=models.PROTECT, related_name="events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(
        default=dict, help_text="what was given or recorded, without words a person typed"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="duty_event_about_one_thing",
                condition=Q(delegation__isnull=False, absence=None)
                | Q(delegation=None, absence__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["post", "-at"], name="duty_event_of_post")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"
