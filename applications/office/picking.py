"""What was ticked on a page of several dossiers: each box carries the code and the last event the page knew."""

from __future__ import annotations

import re
from collections.abc import Iterable

from applications import access
from applications.office import evidence
from applications.services.desk_rounds import MOST, Picked
from identity.models import Officer

_BOX = re.compile(r"([0-9A-Za-z.-]{1,40})/([0-9]{1,9})")


def ticked(boxes: Iterable[str]) -> dict[str, int]:
    """Code and number of the last event of each box; what is no such box does not count."""
    found = [_BOX.fullmatch(box) for box in boxes]
    return {one[1]: int(one[2]) for one in found if one}


def picked(officer: Officer, boxes: Iterable[str]) -> list[Picked]:
    """The dossiers of the boxes, nearest deadline first; at most one more than a round may have.

    Raises NotFound when one is not of the officer's agency.
    """
    seen = dict(list(ticked(boxes).items())[: MOST + 1])
    whole = access.dossiers_for_officer(officer).select_related("result").filter(code__in=seen)
    dossiers = list(whole.defer("version__form", "version__content").order_by("owed_at", "pk"))
    if len(dossiers) != len(seen):
        raise access.nothing_there()
    evidence.share_versions(dossiers)
    return [Picked(one, seen[str(one.code)]) for one in dossiers]
