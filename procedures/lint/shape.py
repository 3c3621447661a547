"""The shape of the form: no crowded page, no question nobody reaches, a reason with every question.

Seven to a page is practice (few questions at a time, GOV.UK Service Manual); the rest follows from the walks of
test personas (`procedures.personas`).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures.lint.material import Finding, Material
from procedures.schema import reach

MOST_ON_A_PAGE = 7


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


def dead(material: Material) -> Iterator[Finding]:
    """Conditions, choices and checks that are the same for everybody, found without walking."""
    for fault in reach.unreachable(material.form) if material.form else ():
        yield Finding(
            "unreachable",
            "error",
            f"form.{fault.path}",
            _("Điều kiện này không quyết định gì: %(reason)s.") % {"reason": fault.reason},
            _("Sửa điều kiện để nó tùy theo một câu trả lời, hoặc bỏ đi."),
        )


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


RULES = (page_size, unreachable, dead, why)
