"""The one-return rule: what a later supplement request names that the first one could have named. Pure.

An agency asks once, in writing, for everything that is missing; more than one request is counted as overdue (the
practice of the ratings; article not verified). What it names later although it lay open the first time is a
defect of the office, not of the citizen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any


def late_defects(
    asked: Iterable[str],
    *,
    named: Collection[str],
    visible: Collection[str],
    then: Mapping[str, Any],
    now: Mapping[str, Any],
) -> frozenset[str]:
    """Questions of ``asked`` that the first request could have named.

    ``named``: questions an earlier request asked for; ``visible``: questions the form asked when the first request
    was made; ``then`` and ``now``: values of the answers when it was made and today, absent where unanswered.
    """
    return frozenset(
        name for name in asked if name not in named and name in visible and then.get(name) == now.get(name)
    )
