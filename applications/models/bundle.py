"""A bundle (hồ sơ liên thông): one form handed in once, and the dossiers that grow from it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Dossier
from identity.models import Citizen
from procedures.models import Procedure


class BundleQuerySet(models.QuerySet["Bundle"]):
    def of_citizen(self, citizen: Citizen) -> BundleQuerySet:
        return self.filter(form__submitter=citizen)


class Bundle(models.Model):
    """``form`` keeps the answers exactly as they were handed in; it has no state, number or clock of its own,
    those belong to the dossiers of the parts."""

    form = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="bundle")
    code = models.CharField(_("mã hồ sơ liên thông"), max_length=120, unique=True)
    submitted_at = models.DateTimeField()

    objects = BundleQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code


class BundlePart(models.Model):
    """One procedure of a bundle. Waiting (no dossier), filed, left to the citizen (a draft), or given up.

    ``problem``: why it was not filed, in a plain sentence without personal data. ``closed_at``: it never will be.
    """

    class Stage(models.TextChoices):
        WAITING = "waiting", _("Chờ kết quả trước")
        HELD_UP = "held_up", _("Chưa nộp được")
        UNFINISHED = "unfinished", _("Cần bạn khai thêm")
        FILED = "filed", _("Đã nộp")
        GIVEN_UP = "given_up", _("Không nộp")

    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="followers",
        help_text=_("Phần phải có kết quả trước"),
    )
    dossier = models.OneToOneField(
        Dossier, null=True, on_delete=models.SET_NULL, related_name="bundle_part", editable=False
    )
    problem = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["bundle", "position"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "procedure"], name="one_part_a_procedure"),
            models.CheckConstraint(
                name="part_closed_without_dossier", condition=Q(closed_at=None) | Q(dossier=None)
            ),
        ]
        indexes = [
            models.Index(
                name="part_waits", fields=["after"], condition=Q(dossier=None, closed_at=None, problem="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id}:{self.procedure_id}"

    @property
    def stage(self) -> BundlePart.Stage:
        if self.closed_at is not None:
            return self.Stage.GIVEN_UP
        if self.dossier is None:
            return self.Stage.HELD_UP if self.problem else self.Stage.WAITING
        return self.Stage.FILED if self.dossier.code else self.Stage.UNFINISHED

    @property
    def state_words(self) -> str:
        """The state in words: of the dossier once it is filed, else how far the part has come."""
        if self.dossier is not None and self.dossier.code:
            return str(self.dossier.get_state_display())
        return str(self.stage.label)

    @property
    def siblings(self) -> QuerySet[BundlePart]:
        """The other parts, for whoever handles this one: what they are and how they stand, nothing of their data."""
        others = BundlePart.objects.filter(bundle=self.bundle_id).exclude(pk=self.pk)
        return others.select_related("procedure", "dossier").order_by("position")
