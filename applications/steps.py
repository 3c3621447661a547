"""The chain of steps inside «Đang xử lý»: which apply, what follows, until when each should be done. Pure.

A version declares its steps (``procedures.processing``); ``when`` reads the answers as of the submission and, once a
result was proposed, what the agency found (``findings.<id>``). What the project decided where no law says it:

- a step whose ``when`` is false is passed over, never silently: the caller writes its id into the event;
- a rule that cannot be computed counts as true: an error never takes a control away;
- consultations declared one after another run together and end together;
- ``share`` is the part of the term in the office's working time; steps without one divide the rest evenly, and where
  all that apply have one and together less than the term (a step with a share was passed over), they grow in
  proportion; consultations that run together count once, with their longest share; the last step ends with the term;
- the chain goes forward only; a draft that is sent back returns to the step that made it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from applications import deadlines
from procedures import rules

Step = Mapping[str, Any]
TOGETHER = "consult"
DRAFTING = "examine"
MACHINE = "system"
ALWAYS = frozenset({"sign", "release"})
BEFORE_FIRST = -1


@dataclass(frozen=True)
class Chain:
    """The declared steps, and for each whether it applies to this dossier."""

    declared: tuple[Step, ...]
    applies: tuple[bool, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Places of the steps that apply, in their order."""
        return tuple(number for number, holds in enumerate(self.applies) if holds)


@dataclass(frozen=True)
class Following:
    """Where the chain goes: the place of the next step (one past the last when there is none), its kind and role,
    and the ids of the steps passed over on the way."""

    number: int
    kind: str
    role: str
    skipped: tuple[str, ...]


def chain(declared: Sequence[Step], scope: Mapping[str, Any]) -> Chain:
    """``scope``: what ``when`` may read (``Journey.scope`` and ``findings``)."""
    return Chain(tuple(declared), tuple(_applies(step, scope) for step in declared))


def following(chain: Chain, here: int = BEFORE_FIRST) -> Following:
    """The one answer to «what follows the step ``here``»; consultations that run together are left together."""
    left = max((here, *together(chain, here)))
    number = next((one for one in chain.numbers if one > left), len(chain.declared))
    step = chain.declared[number] if number < len(chain.declared) else {}
    passed = range(here + 1, number)
    skipped = tuple(chain.declared[one]["id"] for one in passed if not chain.applies[one])
    return Following(number, step.get("kind", ""), step.get("role", ""), skipped)


def together(chain: Chain, here: int) -> tuple[int, ...]:
    """Places of the consultations that run beside the one at ``here``, itself included; empty for any other step."""
    for group in _groups(chain):
        if here in group and chain.declared[here]["kind"] == TOGETHER:
            return group
    return ()


def drafted_at(chain: Chain, here: int) -> int | None:
    """Where a draft now at ``here`` was made: the examination before it; None when there is none."""
    return max(
        (one for one in chain.numbers if one < here and chain.declared[one]["kind"] == DRAFTING), default=None
    )


def may_act(step: Step, roles: frozenset[str]) -> bool:
    """Whether the step waits for one of the roles; the table of states says which acts a role may do at all.

    A step declared for the system may be taken by whoever that table allows: a rule may fail to decide.
    """
    return step.get("role", MACHINE) in (roles | {MACHINE})


def parts(chain: Chain) -> dict[int, float]:
    """For each step that applies, the part of the term that is over when it should be done (0 to 1, the last 1)."""
    groups = _groups(chain)
    shares = [
        max((chain.declared[one]["share"] for one in group if "share" in chain.declared[one]), default=None)
        for group in groups
    ]
    told = sum(share for share in shares if share is not None)
    untold = shares.count(None)
    even = max(0.0, 1 - told) / untold if untold else 0.0
    grown = 1 / told if told and not untold else 1.0
    ends = accumulate(even if share is None else share * grown for share in shares)
    found = {one: min(1.0, end) for group, end in zip(groups, ends, strict=True) for one in group}
    return found | dict.fromkeys(groups[-1] if groups else (), 1.0)


def due_moments(
    chain: Chain,
    *,
    start: dt.datetime,
    due: dt.datetime,
    calendar: deadlines.Calendar,
    pauses: Sequence[deadlines.Pause] = (),
) -> dict[int, dt.datetime]:
    """By when each step that applies should be done, of a term from ``start`` to ``due`` with its pauses.

    In the office's working time; a term that has none (a night, a day off) is not divided.
    """
    work = deadlines.worked(start, due, calendar, pauses)
    return {
        number: due
        if part >= 1 or not work
        else min(due, deadlines.after(start, work * part, calendar, pauses))
        for number, part in parts(chain).items()
    }


def _applies(step: Step, scope: Mapping[str, Any]) -> bool:
    if step["kind"] in ALWAYS or not step.get("when"):
        return True
    try:
        return rules.truth(step["when"], scope)
    except rules.RuleError:
        return True


def _groups(chain: Chain) -> list[tuple[int, ...]]:
    """The steps that apply, in order; consultations in a row are one group."""
    groups: list[tuple[int, ...]] = []
    for number in chain.numbers:
        beside = groups and {chain.declared[number]["kind"], chain.declared[groups[-1][-1]]["kind"]} == {
            TOGETHER
        }
        if beside:
            groups[-1] += (number,)
        else:
            groups.append((number,))
    return groups
