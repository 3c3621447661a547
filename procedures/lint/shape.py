"""The shape of the form: no crowded page, no question nobody reaches, a reason with every question.

Seven to a page is practice (few questions at a time, GOV.UK Service Manual); the rest follows from the walks of
test personas (`procedures.personas`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures import rules
from procedures.lint.material import Finding, Material
from procedures.schema import Form, blank

MOST_ON_A_PAGE = 7
MOST_CASES = 512


def page_size(material: Material) -> Iterator[Finding]:
    for number, page in enumerate(material.form.pages if material.form else ()):
        fullest = max((len(walk.asked.get(page.id, ())) for walk in material.walks), default=0)
        if fullest > MOST_ON_A_PAGE:
            yield Finding(
                "page_size",
                "error",
                f"form.pages[{number}]",
                _("Trang “%(title)s” hỏi %(count)s câu khi không dữ liệu nào điền sẵn.")
                % {"title": page.title, "count": fullest},
                _("Chia trang, mỗi trang không quá %(most)s câu.") % {"most": MOST_ON_A_PAGE},
            )


def unreachable(material: Material) -> Iterator[Finding]:
    if any(walk.broken for walk in material.walks):
        return
    seen = frozenset[str]().union(*(walk.seen for walk in material.walks))
    for one in material.questions:
        if one.question.id not in seen:
            yield Finding(
                "unreachable",
                "error",
                one.place,
                _("Không ai đi tới câu “%(label)s”, dù trả lời thế nào.") % {"label": one.question.label},
                _("Sửa điều kiện hiện của câu hoặc của trang, hoặc bỏ câu hỏi."),
            )


def constant(material: Material) -> Iterator[Finding]:
    """A condition that is the same for everybody decides nothing."""
    form = material.form
    for number, page in enumerate(form.pages if form else ()):
        if form and page.show_if and _always(form, page.show_if):
            yield _constant(f"form.pages[{number}]", page.title)
    for one in material.questions:
        if form and one.page.group is None and one.question.show_if and _always(form, one.question.show_if):
            yield _constant(one.place, one.question.label)


def _constant(place: str, label: str) -> Finding:
    return Finding(
        "unreachable",
        "error",
        place,
        _("Điều kiện hiện của “%(label)s” luôn đúng hoặc luôn sai.") % {"label": label},
        _("Bỏ điều kiện, hoặc viết lại để nó tùy theo một câu trả lời."),
    )


def _always(form: Form, expression: str) -> bool:
    """Every combination of choices gives the same; an expression that looks at anything else is not judged."""
    rule = rules.compiled(expression)
    if rule.context_names:
        return False
    names = sorted(rule.names)
    questions = [form.questions.get(name) for name in names]
    cases = [
        [blank(one), True, False] if one.kind == "boolean" else [blank(one), *(c.code for c in one.choices)]
        for one in questions
        if one is not None and one.kind in ("boolean", "choice")
    ]
    if len(cases) < len(names) or math.prod(map(len, cases)) > MOST_CASES:
        return False
    try:
        found = {
            rules.truth(expression, dict(zip(names, case, strict=True))) for case in itertools.product(*cases)
        }
    except rules.RuleError:
        return False
    return len(found) == 1


def broken(material: Material) -> Iterator[Finding]:
    for walk in material.walks:
        if walk.broken:
            yield Finding(
                "schema",
                "error",
                "form",
                _("Một biểu thức không tính được (%(walk)s): %(reason)s.")
                % {"walk": walk.name, "reason": walk.stuck},
                _("Sửa biểu thức để nó tính được với mọi câu trả lời."),
            )
            return


def why(material: Material) -> Iterator[Finding]:
    for one in material.questions:
        question = one.question
        if question.kind != "computed" and question.fact_only is not True and not question.why:
            yield Finding(
                "why",
                "warning",
                one.place,
                _("“%(label)s” chưa nói vì sao hỏi.") % {"label": question.label},
                _("Ghi một câu ngắn: cơ quan dùng câu trả lời để làm gì."),
            )


RULES = (broken, page_size, unreachable, constant, why)
