"""The shape of the form: no crowded page, no question nobody reaches, a reason with every question."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures.lint.material import Finding, Material


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


RULES = (why,)
