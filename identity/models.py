"""Who: accounts, citizens, organisations, agencies, officers, dated administrative units, and who read what."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """An account. Citizens have the opaque ``sub`` of the eID as user name, officers their agency account."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("họ và tên"), max_length=150)

    objects: ClassVar[UserManager[Self]] = UserManager()

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name


class AdministrativeUnitQuerySet(models.QuerySet["AdministrativeUnit"]):
    def in_force(self, on: dt.date) -> AdministrativeUnitQuerySet:
        """Codes were re-used on 1/7/2025: a code means something only together with a date."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))


class AdministrativeUnit(models.Model):
    """A province or commune during the time it exists (two levels since 1/7/2025)."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Cấp tỉnh")
        COMMUNE = "commune", _("Cấp xã")

    code = models.CharField(max_length=5)
    level = models.CharField(max_length=8, choices=Level)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="communes"
    )
    former = models.TextField(_("được lập từ"), blank=True)
    search_text = models.TextField(blank=True, help_text=_("Tên nay và tên cũ, bỏ dấu"))
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = AdministrativeUnitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["level", "code", "valid_from"], name="unit_code_once_a_period", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="unit_commune_has_province",
                condition=Q(level="province", parent=None) | Q(level="commune", parent__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name if self.parent is None else f"{self.name}, {self.parent.name}"


class Agency(models.Model):
    """A state body that owns, receives or decides: ministry, department, People's Committee, one-stop office."""

    class Level(models.TextChoices):
        CENTRAL = "central", _("Trung ương")
        PROVINCE = "province", _("Cấp tỉnh")
        DISTRICT = "district", _("Cấp huyện (đến 30/6/2025)")
        COMMUNE = "commune", _("Cấp xã")

    key = models.SlugField(max_length=60, unique=True)
    identifier = models.CharField(
        _("mã định danh"), max_length=20, blank=True, help_text="QĐ 20/2020/QĐ-TTg: H17, H17.20.194"
    )
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=8, choices=Level)
    kind = models.CharField(max_length=40)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    unit = models.ForeignKey(AdministrativeUnit, null=True, blank=True, on_delete=models.PROTECT)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    class Meta:
        verbose_name_plural = "agencies"
        indexes = [models.Index(fields=["level", "unit"])]

    def __str__(self) -> str:
        return self.name


class Citizen(models.Model):
    """A person known to the population register; signs in with the eID."""

    class Sex(models.TextChoices):
        MALE = "male", _("Nam")
        FEMALE = "female", _("Nữ")

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="citizen")
    number = models.CharField(_("số định danh cá nhân"), max_length=12, unique=True)
    name = models.CharField(max_length=150)
    date_of_birth = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=6, choices=Sex, blank=True)
    assurance_level = models.PositiveSmallIntegerField(
        default=1, help_text=_("Mức định danh điện tử 1 hoặc 2")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="citizen_level_1_or_2", condition=Q(assurance_level__in=[1, 2])),
            models.CheckConstraint(name="citizen_number_12_digits", condition=Q(number__regex=r"^\d{12}$")),
        ]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """An enterprise or household business; its legal representative acts through a mandate."""

    tax_code = models.CharField(_("mã số thuế"), max_length=14, unique=True)
    name = models.CharField(max_length=250)

    def __str__(self) -> str:
        return self.name


class MandateQuerySet(models.QuerySet["Mandate"]):
    def in_force(self, on: dt.date) -> MandateQuerySet:
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on, revoked_at=None)


class Mandate(models.Model):
    """Acting for an organisation: recorded, scoped, dated and revocable."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="mandates")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="mandates")
    scope = models.CharField(max_length=60, default="legal_representative")
    source = models.CharField(max_length=40, default="business_registry")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "organisation", "scope"],
                condition=Q(revoked_at=None),
                name="one_live_mandate_a_scope",
            )
        ]

    def __str__(self) -> str:
        return f"{self.citizen} → {self.organisation}"


class Role(models.TextChoices):
    INTAKE = "intake", _("Cán bộ tiếp nhận")
    CASE_OFFICER = "case_officer", _("Cán bộ thụ lý")
    APPROVER = "approver", _("Lãnh đạo phê duyệt")
    SIGNER = "signer", _("Người ký")
    REGISTRY_CLERK = "registry_clerk", _("Văn thư")
    FINANCE = "finance", _("Kế toán")
    EDITOR = "editor", _("Biên tập thủ tục")
    LEGAL_REVIEWER = "legal_reviewer", _("Thẩm định pháp lý")
    PUBLISHER = "publisher", _("Công bố thủ tục")
    LEADER = "leader", _("Lãnh đạo theo dõi")
    AUDITOR = "auditor", _("Kiểm tra")
    ADMINISTRATOR = "administrator", _("Quản trị")


class Officer(models.Model):
    """A post: a person working for one agency in named roles. Signing in needs a second factor."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="officer")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="officers")
    title = models.CharField(_("chức danh"), max_length=120)
    roles = ArrayField(models.CharField(max_length=20, choices=Role))
    skills = ArrayField(
        models.CharField(max_length=120),
        default=list,
        blank=True,
        help_text=_("Khóa của các lĩnh vực thông thạo; để trống là mọi lĩnh vực"),
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="officer_roles_known", condition=Q(roles__contained_by=list(Role.values))
            )
        ]

    def __str__(self) -> str:
        return f"{self.user.full_name}, {self.title}"

    def has_role(self, *roles: str) -> bool:
        return bool(set(roles) & set(self.roles))


class DataAccess(models.Model):
    """Who read a person's data, from which office, why and which fields; the person can read it (append-only)."""

    at = models.DateTimeField()
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="data_accesses")
    purpose = models.CharField(max_length=200)
    fields = ArrayField(models.CharField(max_length=80))
    dossier_code = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name_plural = "data accesses"
        indexes = [models.Index(fields=["subject", "-at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.agency_id}"
