"""Who may write in a draft: its owner, and the counter where the owner asked an officer to type."""

from __future__ import annotations

from django.utils.translation import gettext as _

from applications.actors import Actor
from applications.models import CounterFiling, Dossier
from applications.states import CITIZEN
from identity.errors import Forbidden
from identity.models import Role


def is_owner(dossier: Dossier, by: Actor) -> bool:
    return CITIZEN in by.roles and by.user_id == dossier.submitter.user_id


def filing_of(dossier: Dossier, by: Actor) -> CounterFiling | None:
    """The filing this officer's counter opened; None for another agency, another role, a dossier filed online."""
    if Role.INTAKE not in by.roles or by.agency_id is None:
        return None
    return CounterFiling.objects.filter(dossier=dossier, agency_id=by.agency_id).first()


def require_filler(dossier: Dossier, by: Actor) -> None:
    """Raises Forbidden for anybody but the owner and the counter."""
    if not is_owner(dossier, by) and filing_of(dossier, by) is None:
        raise Forbidden(_("Chỉ người lập hồ sơ mới làm được việc này."))
