"""Who did what, as the office and its papers name them: «A thay B» where a role was lent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from applications.models import Event
from identity.models import User


def names(events: Iterable[Event]) -> Mapping[int, str]:
    """{primary key of the event: who}; asks once for all persons stood in for."""
    known = list(events)
    instead = {event.data["for"] for event in known if "for" in event.data}
    people = dict(User.objects.filter(pk__in=instead).values_list("pk", "full_name")) if instead else {}
    return {event.pk: _who(event, people) for event in known}


def _who(event: Event, people: Mapping[int, str]) -> str:
    name = event.actor.full_name if event.actor else _("Hệ thống")
    giver = people.get(event.data.get("for", 0))
    return _("%(deputy)s thay %(giver)s") % {"deputy": name, "giver": giver} if giver else name
