"""Who performs a verb: the owner of a dossier, an officer of an agency, or the system (a rule, a task)."""

from __future__ import annotations

from dataclasses import dataclass

from applications import states
from identity.models import Citizen, Officer


@dataclass(frozen=True)
class Actor:
    user_id: int | None
    name: str
    roles: frozenset[str]
    agency_id: int | None = None
    title: str = ""


SYSTEM = Actor(user_id=None, name="Hệ thống", roles=frozenset({states.SYSTEM}))


def citizen(person: Citizen) -> Actor:
    return Actor(user_id=person.user_id, name=person.name, roles=frozenset({states.CITIZEN}))


def officer(post: Officer) -> Actor:
    return Actor(
        user_id=post.user_id,
        name=post.user.full_name,
        roles=frozenset(post.roles),
        agency_id=post.agency_id,
        title=post.title,
    )
