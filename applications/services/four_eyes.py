"""Two persons for every decision that no rule makes (ASVS 2.3.5; practice of one-stop offices)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from applications.actors import Actor
from applications.models import Result
from identity.errors import Forbidden


def check(result: Result, *, by: Actor) -> None:
    """Raises Forbidden when the person who drafted would also agree or sign."""
    if by.user_id is not None and result.proposed_by_id == by.user_id:
        raise Forbidden(_("Người trình không được tự phê duyệt hoặc ký; cần người thứ hai."))
