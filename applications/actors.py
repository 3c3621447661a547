"""Who performs a verb: the owner of a dossier, an officer of an agency, or the system (a rule, a task).

The one place that says which roles an officer has at an instant: the post's own, and for a dossier or a desk also
those lent by delegations in force (``Mandate``). ``moving`` asks again, with the same rows, when one is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, Value
from django.utils import timezone

from applications import signing_forms, states
from applications.deadlines import LEGAL_ZONE
from applications.models import Delegation, DelegationQuerySet, Dossier
from identity.models import Citizen, Officer, Role
from procedures.models import ProcedureVersion

LENDABLE = frozenset(
    {Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER, Role.SIGNER, Role.REGISTRY_CLERK, Role.LEADER}
)
"""Roles that act on dossiers; money, catalogue and accounts are not lent."""


@dataclass(frozen=True)
class Mandate:
    """What one delegation in force lets its deputy do for the giver, beyond the deputy's own roles.

    ``procedures``: primary keys, empty for all; ``limit_vnd``: highest fee of a dossier, None for any.
    """

    delegation_id: int
    giver_id: int
    giver_name: str
    giver_title: str
    form: str
    roles: frozenset[str]
    until: dt.date
    procedures: frozenset[int] = frozenset()
    limit_vnd: int | None = None

    def covers(self, dossier: Dossier) -> bool:
        within = self.limit_vnd is None or dossier.fee_vnd <= self.limit_vnd
        return within and (not self.procedures or dossier.version.procedure_id in self.procedures)

    @property
    def role_names(self) -> list[str]:
        return [str(Role(one).label) for one in sorted(self.roles)]


@dataclass(frozen=True)
class Actor:
    """``roles`` are all that count, own and lent; a mandate holds only what the person lacks."""

    user_id: int | None
    name: str
    roles: frozenset[str]
    agency_id: int | None = None
    title: str = ""
    mandates: tuple[Mandate, ...] = ()

    @property
    def own_roles(self) -> frozenset[str]:
        return self.roles - frozenset[str]().union(*(one.roles for one in self.mandates))

    def mandate_for(self, roles: Collection[str], dossier: Dossier | None = None) -> Mandate | None:
        """By whose power one of ``roles`` is used; None where an own role suffices, or nothing does."""
        if self.own_roles & set(roles):
            return None
        lent = (one for one in self.mandates if one.roles & set(roles))
        return next((one for one in lent if dossier is None or one.covers(dossier)), None)

    def with_mandates(self, mandates: Iterable[Mandate]) -> Actor:
        kept = tuple(mandates)
        return replace(self, roles=self.own_roles.union(*(one.roles for one in kept)), mandates=kept)

    def reach(self, roles: Collection[str]) -> Q:
        """Dossiers for which one of ``roles`` counts; nothing beyond where an own role does not do."""
        if self.own_roles & set(roles):
            return Q()
        return covered(one for one in self.mandates if one.roles & set(roles)) or Q()

    def signature_title(self, roles: Collection[str], dossier: Dossier) -> str:
        """What stands over the name: the own title, below that of the person signed for, if any."""
        mandate = self.mandate_for(roles, dossier)
        if mandate is None:
            return self.title
        return signing_forms.block(mandate.form, title=mandate.giver_title, own_title=self.title)


SYSTEM = Actor(user_id=None, name="Hệ thống", roles=frozenset({states.SYSTEM}))


def citizen(person: Citizen) -> Actor:
    return Actor(user_id=person.user_id, name=person.name, roles=frozenset({states.CITIZEN}))


def officer(post: Officer) -> Actor:
    """With the post's own roles only."""
    return Actor(
        user_id=post.user_id,
        name=post.user.full_name,
        roles=frozenset(post.roles),
        agency_id=post.agency_id,
        title=post.title,
    )


def at_desk(post: Officer, *, at: dt.datetime) -> Actor:
    """With everything lent to the officer now, whatever dossier it is for: for lists and doors."""
    return staff([post], at=at)[post.pk]


def for_dossier(post: Officer, dossier: Dossier, *, at: dt.datetime) -> Actor:
    """With the roles that count for this dossier at this instant."""
    return staff([post], at=at, dossier=dossier)[post.pk]


def staff(
    posts: Collection[Officer], *, at: dt.datetime, dossier: Dossier | None = None
) -> Mapping[int, Actor]:
    """The same for many posts ({primary key: actor}) with one query."""
    lent: dict[int, list[Mandate]] = {post.pk: [] for post in posts}
    roles = {post.pk: frozenset(post.roles) for post in posts}
    for one in _in_force(at).filter(deputy__in=lent):
        mandate = _mandate(one, roles[one.deputy_id])
        if mandate.roles and (dossier is None or mandate.covers(dossier)):
            lent[one.deputy_id].append(mandate)
    return {post.pk: officer(post).with_mandates(lent[post.pk]) for post in posts}


def is_lent(mandate: Mandate, roles: Collection[str], *, at: dt.datetime) -> bool:
    """Whether the delegation still gives one of ``roles``: asked when it is used, so a revoked one helps nobody."""
    found = _in_force(at).filter(pk=mandate.delegation_id).first()
    return found is not None and bool(_mandate(found, frozenset()).roles & mandate.roles & set(roles))


def lent_roles(post: Officer) -> frozenset[str]:
    """For the doors of ``identity.access``, which know no delegation."""
    return at_desk(post, at=timezone.now()).roles - frozenset(post.roles)


def covered(mandates: Iterable[Mandate]) -> Q | None:
    """Dossiers at least one of the mandates is for, as a question to the database; None when one is for all."""
    found = Q(pk__in=[])
    for one in mandates:
        if not one.procedures and one.limit_vnd is None:
            return None
        versions = ProcedureVersion.objects.filter(procedure__in=one.procedures).values("pk")
        part = Q(version__in=versions) if one.procedures else Q()
        found |= part & (Q() if one.limit_vnd is None else Q(fee_vnd__lte=one.limit_vnd))
    return found


def day(at: dt.datetime) -> dt.date:
    """Delegations and absences count by the day of legal time."""
    return at.astimezone(LEGAL_ZONE).date()


def _in_force(at: dt.datetime) -> DelegationQuerySet:
    living: DelegationQuerySet = Delegation.objects.in_force(day(at)).select_related("giver__user")  # type: ignore[attr-defined]
    named = Q(procedures__isnull=False)
    return living.annotate(covers=ArrayAgg("procedures", filter=named, default=Value([]))).order_by("pk")


def _mandate(one: Delegation, own: frozenset[str]) -> Mandate:
    """Only what the giver holds personally today: what was received is not passed on."""
    covers: list[int] = one.covers  # type: ignore[attr-defined]
    return Mandate(
        delegation_id=one.pk,
        giver_id=one.giver.user_id,
        giver_name=one.giver.user.full_name,
        giver_title=one.giver.title,
        form=one.form,
        roles=(frozenset(one.roles) & LENDABLE & frozenset(one.giver.roles)) - own,
        until=one.ends_on,
        procedures=frozenset(covers),
        limit_vnd=one.limit_vnd,
    )
