"""What an expression can give, found without running it: wrong sorts, unknown names, results that never vary.

Every answer a person may give is followed at once (abstract interpretation): an accepted expression cannot fail
while a form is shown, takes a bounded number of steps and gives a result of bounded size.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from procedures import rules
from procedures.schema import calls, comparing, syntax
from procedures.schema.narrowing import Env, assume, path_of
from procedures.schema.types import (
    ANY,
    LONGEST_RESULT,
    NULL,
    TRUTH,
    Type,
    join,
    listing,
    noun,
    number,
    text,
    truth,
)

if TYPE_CHECKING:
    from procedures.schema.syntax import Node

MOST_STEPS = 300_000
"""Of one expression: each operation once for every row it is repeated over."""
LARGEST_WHOLE = 2**63 - 1
ROW_RULES = frozenset({"all", "exists", "exists_one", "map", "filter"})


@dataclass
class Checked:
    """The result an expression can give, what is wrong with it (plain sentences) and its steps at most."""

    result: Type
    problems: list[str] = field(default_factory=list)
    steps: int = 0


def check(expression: str, env: Mapping[str, Type], *, later: Collection[str] = (), own: str = "") -> Checked:
    """``env``: the names that may be read here; ``later``: those that stand after; ``own``: the question itself."""
    try:
        tree = syntax.parse(expression)
        rules.compiled(expression)
    except rules.RuleError as error:
        return Checked(ANY, [error.reason])
    checker = Checker(later, own)
    result = checker.infer(tree, dict(env))
    if checker.steps > MOST_STEPS:
        checker.say(_("biểu thức tính quá nhiều bước: bớt vòng lặp hoặc giảm số dòng nhiều nhất của nhóm"))
    return Checked(result, list(dict.fromkeys(checker.problems)), checker.steps)


def where(expression: str, env: Mapping[str, Type]) -> Mapping[str, Type]:
    """What is known once ``expression`` holds; the same as before where it is no expression."""
    try:
        tree = syntax.parse(expression)
    except rules.RuleError:
        return env
    return assume(tree, dict(env), True, Checker((), ""))


class Checker:
    def __init__(self, later: Collection[str], own: str) -> None:
        self.later = later
        self.own = own
        self.problems: list[str] = []
        self.steps = 0
        self.weight = 1
        self._counted: set[str] = set()

    def say(self, problem: str) -> Type:
        self.problems.append(problem)
        return ANY

    def infer(self, node: Node, env: Env) -> Type:
        self.steps += self.weight
        narrowed = env.get(path_of(node)) if node.data == "part" else None
        return narrowed or getattr(self, f"_{node.data}")(node, env)

    # Constants and names

    def _whole(self, node: Node, env: Env) -> Type:
        value = int(str(node.children[0]))
        if value > LARGEST_WHOLE:
            return self.say(_("số %(number)s lớn quá") % {"number": node.children[0]})
        return number("whole", value, value)

    def _decimal(self, node: Node, env: Env) -> Type:
        value = float(str(node.children[0]))
        return number("decimal", value, value)

    def _text(self, node: Node, env: Env) -> Type:
        return text(str(node.children[0])[1:-1])

    def _true(self, node: Node, env: Env) -> Type:
        return truth(True)

    def _false(self, node: Node, env: Env) -> Type:
        return truth(False)

    def _null(self, node: Node, env: Env) -> Type:
        return NULL

    def _name(self, node: Node, env: Env) -> Type:
        name = str(node.children[0])
        if name in env:
            found = env[name]
            if name not in self._counted:  # the engine takes a list over once, row by row
                self._counted.add(name)
                self.steps += found.weight
            return found
        if name == self.own:
            return self.say(_("câu hỏi không được dựa vào chính nó («%(name)s»)") % {"name": name})
        if name in self.later:
            return self.say(
                _("«%(name)s» đứng sau: biểu thức chỉ đọc được câu đứng trước, hãy đổi thứ tự")
                % {"name": name}
            )
        return self.say(_("không có câu hỏi nào tên «%(name)s»") % {"name": name})

    def _part(self, node: Node, env: Env) -> Type:
        whole, name = self.infer(node.children[0], env), str(node.children[1])
        if whole.sort == "any":
            return ANY
        if whole.sort != "map":
            return self.say(_("«%(name)s» không có phần nào để đọc sau dấu chấm") % {"name": _read(node)})
        if name not in whole.parts:
            known = ", ".join(sorted(whole.parts))
            return self.say(
                _("không có «%(name)s»; có thể đọc: %(known)s") % {"name": _read(node), "known": known}
            )
        return whole.parts[name]

    def _at(self, node: Node, env: Env) -> Type:
        return self.say(_("không đọc theo số thứ tự [ ]: dùng all, exists hoặc filter trên các dòng"))

    # Lists and maps

    def _listing(self, node: Node, env: Env) -> Type:
        items = [self.infer(child, env) for child in node.children]
        if not items:
            return listing(ANY, 0)
        of = items[0]
        for item in items[1:]:
            of = join(of, item)
        if of.sort in ("list", "map") or (of.sort == "any" and all(item.sort != "any" for item in items)):
            return self.say(_("danh sách [ ] chỉ gồm các giá trị đơn cùng loại"))
        return listing(of, len(items))

    def _mapping(self, node: Node, env: Env) -> Type:
        parts = {}
        for entry in node.children:
            parts[str(entry.children[0])[1:-1]] = self.infer(entry.children[1], env)
        return Type("map", parts=parts)

    def _inside(self, node: Node, env: Env) -> Type:
        item, among = (self.infer(child, env) for child in node.children)
        if "any" in (item.sort, among.sort):
            return ANY
        if among.sort != "list":
            return self.say(_("sau «in» phải là một danh sách"))
        self.steps += self.weight * among.most
        if among.of is None or among.of.sort == "any":
            return truth(False)
        for wrong in comparing.unequal_sorts(item, among.of):
            return self.say(wrong)
        self.problems += comparing.strange_codes(item, among.of)
        return comparing.inside(item, among)

    # True or false

    def needs_truth(self, node: Node, env: Env) -> Type:
        found = self.infer(node, env)
        if found.sort == "any":
            return TRUTH
        if found.sort != "truth":
            self.say(_("«%(part)s» phải là đúng hoặc sai") % {"part": _read(node)})
            return TRUTH
        if found.null:
            self.say(_("«%(part)s» có thể chưa trả lời: hãy viết «%(part)s == true»") % {"part": _read(node)})
        return found

    def _opposite(self, node: Node, env: Env) -> Type:
        return truth(*(not value for value in self.needs_truth(node.children[0], env).can or ()))

    def _both(self, node: Node, env: Env) -> Type:
        return self._two(node, env, stops=False)

    def _either(self, node: Node, env: Env) -> Type:
        return self._two(node, env, stops=True)

    def _two(self, node: Node, env: Env, *, stops: bool) -> Type:
        first, second = node.children
        left = self.needs_truth(first, env)
        right = self.needs_truth(second, assume(first, env, not stops, self))
        values = {stops} & (left.can or frozenset())
        if (not stops) in (left.can or ()):
            values |= right.can or frozenset()
        return truth(*values)

    def _choose(self, node: Node, env: Env) -> Type:
        test, yes, no = node.children
        found = self.needs_truth(test, env)
        one = self.infer(yes, assume(test, env, True, self))
        other = self.infer(no, assume(test, env, False, self))
        if found.can == frozenset({True}):
            return one
        if found.can == frozenset({False}):
            return other
        both = join(one, other)
        if both.sort == "any" and "any" not in (one.sort, other.sort):
            return self.say(
                _("hai nhánh của «? :» khác loại: %(one)s và %(other)s")
                % {"one": noun(one), "other": noun(other)}
            )
        return both

    def _compare(self, node: Node, env: Env) -> Type:
        left, sign, right = node.children
        one, other = self.infer(left, env), self.infer(right, env)
        if "any" in (one.sort, other.sort):
            return TRUTH
        if sign in ("==", "!="):
            for wrong in comparing.unequal_sorts(one, other):
                self.say(wrong)
                return TRUTH
            self.problems += comparing.strange_codes(one, other) + comparing.strange_days(one, other)
            equal = comparing.equal(one, other)
            return equal if sign == "==" else truth(*(not value for value in equal.can or ()))
        wrong_order = comparing.unordered(one, other)
        self.problems += wrong_order or comparing.strange_days(one, other)
        return TRUTH if wrong_order else comparing.ordered(one, str(sign), other)

    # Numbers and texts

    def _minus(self, node: Node, env: Env) -> Type:
        found = self.infer(node.children[1], env)
        if not found.is_number or found.null:
            return ANY if found.sort == "any" else self.say(_("dấu trừ chỉ đứng trước số"))
        return number(found.sort, -found.high, -found.low)

    def _sum(self, node: Node, env: Env) -> Type:
        left, sign, right = node.children
        one, other = self.infer(left, env), self.infer(right, env)
        if sign == "+" and one.sort == other.sort == "text":
            return self.joined(one, other)
        return self._count(one, str(sign), other)

    def joined(self, one: Type, other: Type) -> Type:
        most = one.most + other.most
        self.steps += self.weight * most // 100
        if most > LONGEST_RESULT:
            return self.say(
                _("chữ ghép lại có thể dài tới %(count)s chữ cái, nhiều nhất là %(most)s")
                % {"count": most, "most": LONGEST_RESULT}
            )
        if one.constant is not None and other.constant is not None:
            return text(one.constant + other.constant)
        return Type("text", blank=one.blank and other.blank, most=most)

    def _product(self, node: Node, env: Env) -> Type:
        left, sign, right = node.children
        return self._count(self.infer(left, env), str(sign), self.infer(right, env))

    def _count(self, one: Type, sign: str, other: Type) -> Type:
        if "any" in (one.sort, other.sort):
            return ANY
        if wrong := calls.uncountable(one, sign, other):
            return self.say(wrong)
        if sign in "/%" and other.low <= 0 <= other.high:
            never = other.low == other.high == 0
            return self.say(
                _("chia cho 0") if never else _("số chia có thể là 0: hãy kiểm tra lớn hơn 0 trước khi chia")
            )
        low, high = calls.interval(one, sign, other)
        if one.sort == "whole" and max(abs(low), abs(high)) > LARGEST_WHOLE:
            return self.say(_("kết quả có thể lớn quá: hãy đặt số lớn nhất (max) cho các câu hỏi này"))
        return number(one.sort, low, high)

    # Functions

    def _call(self, node: Node, env: Env) -> Type:
        name, given = str(node.children[0]), [self.infer(child, env) for child in node.children[1:]]
        self.steps += self.weight * (calls.COST + sum(one.weight for one in given))
        return calls.result(name, given, self.say)

    def _method(self, node: Node, env: Env) -> Type:
        subject, name, *given = node.children
        if str(name) in ROW_RULES:
            return self._over_rows(node, env)
        one = self.infer(subject, env)
        arguments = [self.infer(child, env) for child in given]
        self.steps += self.weight * (calls.COST if str(name) == "size" else 1)
        self.steps += self.weight * one.weight
        return calls.method(str(name), one, arguments, self.say)

    def _over_rows(self, node: Node, env: Env) -> Type:
        subject, name, *given = node.children
        rows = self.infer(subject, env)
        if rows.sort == "any":
            return ANY
        if rows.sort != "list" or len(given) != 2 or given[0].data != "name":
            return self.say(
                _("«%(name)s» viết là: danh_sách.%(name)s(dòng, điều kiện về dòng)") % {"name": name}
            )
        row = str(given[0].children[0])
        if row in env or row in syntax.RESERVED or row in self.later or row == self.own:
            return self.say(_("«%(name)s» đã là tên khác: đặt tên khác cho dòng") % {"name": row})
        outer = self.weight
        self.weight *= max(1, rows.most)
        inner = {**env, row: rows.of or ANY}
        body = self.infer(given[1], inner) if name == "map" else self.needs_truth(given[1], inner)
        self.weight = outer
        if name in ("map", "filter"):  # the engine copies what it has gathered for every row it adds
            gathered = rows.weight if name == "filter" else rows.most
            self.steps += self.weight * rows.most * gathered
        if name == "map":
            if body.sort in ("list", "map"):
                return self.say(_("map chỉ lấy ra giá trị đơn của mỗi dòng"))
            return listing(body, rows.most)
        return rows if name == "filter" else TRUTH


def _read(node: Any) -> str:
    """The expression of a short node as its author wrote it; '…' for a long one."""
    path = path_of(node)
    return path or "…"
