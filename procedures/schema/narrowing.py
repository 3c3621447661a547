"""What is known of each name where a condition holds or fails: `a != '' && f(a)` calls f only with an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from procedures.schema.types import Type, join

if TYPE_CHECKING:
    from procedures.schema.syntax import Node

Env = dict[str, Type]
"""Types by name, and by path (`a.b`) where a part is known better than its whole says."""
MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class Infers(Protocol):
    problems: list[str]
    steps: int

    def infer(self, node: Node, env: Env) -> Type: ...


def path_of(node: Any) -> str:
    """`a.b.c` for a name or a part of one; '' for anything else."""
    parts: list[str] = []
    while node.data == "part":
        parts.append(str(node.children[1]))
        node = node.children[0]
    return ".".join([str(node.children[0]), *reversed(parts)]) if node.data == "name" else ""


def assume(node: Node, env: Env, holds: bool, checker: Infers) -> Env:
    """``env`` where ``node`` is true (or false). Looking at constants again must not report them twice."""
    problems, steps = list(checker.problems), checker.steps
    known = _assume(node, env, holds, checker)
    checker.problems, checker.steps = problems, steps
    return known


def _assume(node: Node, env: Env, holds: bool, checker: Infers) -> Env:
    found = _CASES.get(node.data)
    return found(node, env, holds, checker) if found else env


def _opposite(node: Node, env: Env, holds: bool, checker: Infers) -> Env:
    return _assume(node.children[0], env, not holds, checker)


def _both(node: Node, env: Env, holds: bool, checker: Infers) -> Env:
    first, second = node.children
    if holds:
        return _assume(second, _assume(first, env, True, checker), True, checker)
    one = _assume(first, env, False, checker)
    return _one_or_other(env, one, _assume(second, _assume(first, env, True, checker), False, checker))


def _either(node: Node, env: Env, holds: bool, checker: Infers) -> Env:
    first, second = node.children
    if not holds:
        return _assume(second, _assume(first, env, False, checker), False, checker)
    one = _assume(first, env, True, checker)
    return _one_or_other(env, one, _assume(second, _assume(first, env, False, checker), True, checker))


def _one_or_other(env: Env, one: Env, other: Env) -> Env:
    changed = [name for name in one if one[name] is not env.get(name) and name in other]
    return {**env, **{name: join(one[name], other[name]) for name in changed}}


def _itself(node: Node, env: Env, holds: bool, checker: Infers) -> Env:
    path, known = path_of(node), checker.infer(node, env)
    if not path or known.sort != "truth":
        return env
    return {**env, path: replace(known, null=False, can=(known.can or frozenset()) & {holds})}


def _compare(node: Node, env: Env, holds: bool, checker: Infers) -> Env:
    left, sign, right = node.children[0], str(node.children[1]), node.children[2]
    return _against(left, sign, right, env, holds, checker) or (
        _against(right, MIRROR[sign], left, env, holds, checker) or env
    )


def _against(subject: Any, sign: str, limit: Any, env: Env, holds: bool, checker: Infers) -> Env | None:
    path = path_of(subject)
    if not path:
        return None
    known, other = checker.infer(subject, env), checker.infer(limit, env)
    sign = sign if holds else OPPOSITE[sign]
    if known.is_number and other.is_number:
        return {**env, path: _within(known, sign, other)}
    if sign not in ("==", "!=") or (other.sort != "null" and other.constant is None):
        return None
    return {**env, path: (_equal if sign == "==" else _other_than)(known, other)}


def _within(known: Type, sign: str, limit: Type) -> Type:
    step = 1 if known.sort == "whole" and limit.sort == "whole" else 0
    low, high = known.low, known.high
    if sign in ("<", "<=", "=="):
        high = min(high, limit.high - (step if sign == "<" else 0))
    if sign in (">", ">=", "=="):
        low = max(low, limit.low + (step if sign == ">" else 0))
    if sign == "!=" and limit.low == limit.high and step:
        low, high = low + (low == limit.low), high - (high == limit.low)
    return replace(known, low=low, high=high, null=False)


def _equal(known: Type, other: Type) -> Type:
    if other.sort == "null":
        return replace(known, null=True, can=frozenset())
    if known.sort not in ("text", "truth"):
        return known
    return replace(known, can=frozenset({other.constant}), blank=other.constant == "", null=False)


def _other_than(known: Type, other: Type) -> Type:
    if other.sort == "null":
        return replace(known, null=False)
    can = known.can - {other.constant} if known.can is not None else None
    return replace(known, can=can, blank=known.blank and other.constant != "")


def _inside(node: Node, env: Env, holds: bool, checker: Infers) -> Env:
    path, known = path_of(node.children[0]), checker.infer(node.children[0], env)
    among = checker.infer(node.children[1], env)
    listed = among.of.can if among.sort == "list" and among.of is not None else None
    if not path or known.sort != "text" or listed is None or node.children[1].data != "listing":
        return env
    if holds:
        can = listed if known.can is None else known.can & listed
        return {**env, path: replace(known, can=can, blank=known.blank and "" in listed)}
    rest = None if known.can is None else known.can - listed
    exact = all(child.data == "text" for child in node.children[1].children)
    return {**env, path: replace(known, can=rest, blank=known.blank and "" not in listed)} if exact else env


_CASES: dict[str, Callable[[Node, Env, bool, Infers], Env]] = {
    "opposite": _opposite,
    "both": _both,
    "either": _either,
    "compare": _compare,
    "inside": _inside,
    "name": _itself,
    "part": _itself,
}
