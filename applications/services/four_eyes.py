"""Two persons for every decision that no rule makes (ASVS 2.3.5; practice of one-stop offices).

Whoever drafted, and whoever the draft was made for, does not decide on it: not in person, not as somebody's deputy,
and not through a deputy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from applications.actors import Actor
from applications.models import Dossier, Event
from identity.errors import Forbidden


def second_person(
    dossier: Dossier, drafted: str, drafter: int | None, *, by: Actor, roles: Collection[str]
) -> Actor:
    """``by`` without the mandates of persons behind the draft, to decide with in one of ``roles``.

    ``drafted``: kind of the event that wrote the draft; ``drafter``: account of its author, None for a rule. Raises
    Forbidden when ``by`` is one of those persons, or could decide only for one of them.
    """
    behind = persons_behind(dossier, drafted, drafter)
    if by.user_id in behind:
        raise Forbidden(_("Người trình không được tự phê duyệt hoặc ký; cần người thứ hai."))
    free = by.with_mandates(one for one in by.mandates if one.giver_id not in behind)
    if by.roles & set(roles) and not free.roles & set(roles):
        raise Forbidden(
            _("Anh/chị chỉ có thể thay chính người trình, nên không phê duyệt hoặc ký; cần người khác.")
        )
    return free


def persons_behind(dossier: Dossier, drafted: str, drafter: int | None) -> set[int]:
    """Accounts of who wrote the draft now waiting and of whom they stood in for; empty for a rule."""
    written = Event.objects.filter(dossier=dossier.pk, kind=drafted).order_by("-seq")
    return authors(drafter, written.values_list("data", flat=True).first() or {})


def authors(drafter: int | None, data: Mapping[str, Any]) -> set[int]:
    """The same from the ``data`` of the event that wrote the draft."""
    return {one for one in (drafter, data.get("for")) if one is not None}
