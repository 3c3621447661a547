"""What a dossier costs, line by line, with the rule each line comes from. Whole đồng only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from procedures import rules
from procedures.schema import FeeCase, Form, in_language


class FeeUnknown(ValueError):
    """The province sets this fee and has not told the portal how much."""


@dataclass(frozen=True, slots=True)
class FeeLine:
    label: str
    amount_vnd: int
    legal_basis: str
    label_en: str = ""

    @property
    def text(self) -> str:
        return in_language(self.label, self.label_en)


def fee_lines(form: Form, values: Mapping[str, Any], ctx: Mapping[str, Any]) -> list[FeeLine]:
    """Every case that holds adds its line (Luật Phí và lệ phí 2015: each charge has its own basis)."""
    scope = form.scope(values, ctx)
    return [_line(form, case, scope) for case in form.fees.cases if rules.truth(case.when, scope)]


def total(lines: list[FeeLine]) -> int:
    return sum(line.amount_vnd for line in lines)


def _line(form: Form, case: FeeCase, scope: Mapping[str, Any]) -> FeeLine:
    amount, basis = case.amount_vnd, form.fees.legal_basis
    if amount is None:
        amount = scope["ctx"].get("local_fee")
        basis = scope["ctx"].get("local_fee_basis") or basis
        if amount is None:
            raise FeeUnknown(case.label)
    return FeeLine(case.label, amount * _times(case, scope), basis, case.label_en)


def _times(case: FeeCase, scope: Mapping[str, Any]) -> int:
    if not case.times:
        return 1
    times = rules.evaluate(case.times, scope)
    if not isinstance(times, int) or isinstance(times, bool) or times < 0:
        raise rules.RuleError(case.times, _("số lần phải là số nguyên không âm"))
    return times
