"""The demo world: reference data and made-up people, brought in through the loaders. Safe to repeat.

Each app with something to show offers ``demo.load``; nothing here writes a table itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.conf import settings

from applications import calendar_days
from applications import demo as offices
from applications.results import authority
from exchange import demo as partners
from identity import demo as people
from identity import units
from identity.models import Officer, Role
from identity.registers import fake
from procedures import demo as offerings
from procedures.catalogue import read
from procedures.catalogue.importing import import_catalogue, load_vocabulary

Report = dict[str, Any]


def load(*, at: dt.datetime, on: dt.date) -> Iterator[tuple[str, Report]]:
    """Each part as it is done: its name and what it changed."""
    for name, part in _parts(at, on).items():
        yield name, part()


def accounts() -> list[tuple[str, str]]:
    """Who can sign in, for the terminal: citizens by their number at the eID, officers by name and password."""
    citizens = [(person["number"], f"{person['full_name']}: {person['note']}") for person in fake.persons()]
    officers = [(one["username"], f"{one['full_name']}, {one['title']}") for one in people.OFFICERS]
    return [*citizens, *officers, (people.PASSWORD, "mật khẩu chung của mọi cán bộ trình diễn")]


def _parts(at: dt.datetime, on: dt.date) -> dict[str, Callable[[], Report]]:
    return {
        "units": lambda: units.load(read("administrative_units"), read("agencies")).as_dict(),
        "calendar": lambda: calendar_days.load(read("holidays")).as_dict(),
        "vocabulary": lambda: load_vocabulary().as_dict(),
        "procedures": lambda: import_catalogue(read("procedures"), at=at, on=on).as_dict(),
        "catalogue_more": lambda: import_catalogue(read("catalogue_more"), at=at, on=on).as_dict(),
        "people": partial(_people, at),
        "offerings": offerings.load,
        "front_desks": lambda: offices.load().as_dict(),
        "signing_keys": _signing_keys,
        "partners": partial(_partners, at),
    }


def _people(at: dt.datetime) -> Report:
    officers = people.load(at)
    return {"citizens": len(fake.persons()), "officers": len(officers)}


def _signing_keys() -> Report:
    """Certificates of the demo signers, so that the first signature does not wait for a key."""
    signers = Officer.objects.select_related("agency", "user").filter(roles__contains=[Role.SIGNER])
    for one in signers:
        authority.identity_for(
            settings.SIGNING_DIR, organisation=one.agency.name, name=one.user.full_name, title=one.title
        )
    authority.identity_for(
        settings.SIGNING_DIR, organisation=signers.get(agency__key=people.MINISTRY).agency.name
    )
    return {"signers": len(signers)}


def _partners(at: dt.datetime) -> Report:
    partners.load(at)
    return {"partners": len(partners.PARTNERS)}
