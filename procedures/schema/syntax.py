"""The part of CEL a form may use, as a tree: what is checked before anything runs.

The engine (`procedures.rules`) understands more than this grammar lets through: no escapes or triple quotes in
texts, no comments, no bytes, no types, no messages. What parses here means the same to the engine.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from procedures import rules

if TYPE_CHECKING:
    from lark import Lark, Tree

    Node = Tree[Any]

MOST_LEVELS = 100
_WORDS = """
as break const continue else false for function if import in let loop namespace null package return true var void
while ctx
"""
RESERVED = frozenset(_WORDS.split())
GRAMMAR = r"""
?start: choice
?choice: either | either "?" either ":" choice -> choose
?either: both | either "||" both -> either
?both: relation | both "&&" relation -> both
?relation: sum | relation COMPARE sum -> compare | relation "in" sum -> inside
?sum: product | sum ADD product -> sum
?product: unary | product TIMES unary -> product
?unary: postfix | "!" unary -> opposite | MINUS unary -> minus
?postfix: atom
  | postfix "." NAME -> part
  | postfix "." NAME "(" [_items] ")" -> method
  | postfix "[" choice "]" -> at
?atom: "(" choice ")"
  | NAME -> name
  | NAME "(" [_items] ")" -> call
  | "[" [_items] "]" -> listing
  | "{" [entry ("," entry)*] "}" -> mapping
  | WHOLE -> whole
  | DECIMAL -> decimal
  | TEXT -> text
  | "true" -> true
  | "false" -> false
  | "null" -> null
_items: choice ("," choice)*
entry: TEXT ":" choice
COMPARE: "==" | "!=" | "<=" | ">=" | "<" | ">"
ADD: "+" | MINUS
MINUS: "-"
TIMES: "*" | "/" | "%"
NAME: /[A-Za-z_][A-Za-z0-9_]*/
DECIMAL: /[0-9]+\.[0-9]+/
WHOLE: /[0-9]+/
TEXT: /'[^'\\\n]*'/ | /"[^"\\\n]*"/
%ignore /[ \t\r\n]+/
"""


@cache
def _parser() -> Lark:
    """Built at the first definition that is read, never for a page that only shows a form."""
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


@lru_cache(maxsize=4096)
def parse(expression: str) -> Node:
    """Raises RuleError with the place where the expression stops being one."""
    from lark.exceptions import UnexpectedInput

    rules.guard(expression)
    try:
        tree: Node = _parser().parse(expression)
    except UnexpectedInput as error:
        column = error.column if isinstance(error.column, int) and error.column > 0 else len(expression)
        raise rules.RuleError(
            expression, _("biểu thức viết sai ở chữ thứ %(column)s") % {"column": column}
        ) from None
    if levels(tree) > MOST_LEVELS:
        raise rules.RuleError(
            expression[:80] + "…", _("biểu thức quá dài dòng: tách bớt thành câu tính sẵn (computed)")
        )
    return tree


def levels(tree: Node) -> int:
    """How deep the tree is, without recursion."""
    from lark import Tree

    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in node.children if isinstance(child, Tree)]
    return deepest
