"""Who may edit, check and publish which procedure: officers of the ministry that owns it, each in their role."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from identity.errors import Forbidden, NotFound
from identity.models import Agency, Officer, Role
from procedures.models import Procedure, ProcedureVersion

EDITORIAL = (Role.EDITOR, Role.LEGAL_REVIEWER, Role.PUBLISHER)
RIGHTS: dict[str, tuple[Role, ...]] = {
    "read": EDITORIAL,
    "edit": (Role.EDITOR,),
    "check": (Role.LEGAL_REVIEWER,),
    "publish": (Role.PUBLISHER,),
}


def procedures_of(officer: Officer) -> QuerySet[Procedure]:
    """Procedures of the officer's ministry. A body that was merged is edited by the one that followed it."""
    agency = officer.agency
    owned = Q(owner=agency) | Q(owner__successor=agency) | Q(owner__parent=agency, owner__level=agency.level)
    own = (
        Procedure.objects.filter(owned) if agency.level == Agency.Level.CENTRAL else Procedure.objects.none()
    )
    return own.select_related("field", "owner")


def procedure_for(officer: Officer, code: str, right: str) -> Procedure:
    """The only way of an editor to a procedure. Raises NotFound (also for another ministry's) or Forbidden."""
    _need(officer, right)
    found = procedures_of(officer).filter(Q(code=code) | Q(slug=code)).first()
    if found is None:
        raise NotFound(_("Bộ, ngành của anh/chị không có thủ tục này."))
    return found


def version_for(officer: Officer, version_id: int, right: str) -> ProcedureVersion:
    """The only way of an editor to a version. Raises NotFound (also for another ministry's) or Forbidden."""
    _need(officer, right)
    versions = ProcedureVersion.objects.select_related(
        "procedure__owner", "procedure__field", "author__user", "based_on"
    )
    found = versions.filter(pk=version_id, procedure__in=procedures_of(officer)).first()
    if found is None:
        raise NotFound(_("Bộ, ngành của anh/chị không có bản này."))
    return found


def may(officer: Officer, right: str) -> bool:
    return officer.has_role(*RIGHTS[right])


def province_of(officer: Officer) -> Agency:
    """The province whose offerings the officer edits. Raises Forbidden."""
    if officer.agency.level != Agency.Level.PROVINCE or not officer.has_role(Role.EDITOR):
        raise Forbidden(_("Chỉ biên tập viên cấp tỉnh khai được mức phí và kênh nộp của tỉnh mình."))
    return officer.agency


def _need(officer: Officer, right: str) -> None:
    if not may(officer, right):
        raise Forbidden(_("Vai trò của anh/chị không làm được việc này."))
