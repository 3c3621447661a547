"""A replay in figures and words for the editor: counts and anonymous groups, never an answer, never a name.

A dossier code appears only where the officer handles that dossier anyway.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications import access
from applications.simulation import Reason, Replayed, Report
from identity.models import Agency, Officer, Role
from procedures.models import ProcedureVersion
from procedures.schema import Form

HANDLERS = (Role.INTAKE, Role.CASE_OFFICER, Role.APPROVER, Role.SIGNER, Role.REGISTRY_CLERK)
MOST_OFFICES, MOST_CODES = 30, 20


@dataclass(frozen=True)
class Group:
    """Dossiers that no longer pass for one reason; ``codes`` only those this officer may open."""

    text: str
    count: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shift:
    """How a number of ``of`` dossiers moves: how many up, down, and the total or the mean before and after."""

    of: int
    more: int
    less: int
    before: float
    after: float


@dataclass(frozen=True)
class Office:
    name: str
    before: int
    after: int

    @property
    def change(self) -> str:
        return f"{self.after - self.before:+d}".replace("-", "−")


@dataclass(frozen=True)
class Findings:
    total: int
    unchanged: int
    failing: int
    unlike_history: int
    groups: tuple[Group, ...]
    unused: tuple[Group, ...]
    looked_up: tuple[Group, ...]
    asked: Shift
    fee: Shift
    fee_unknown: int
    due: Shift
    decided: tuple[Group, ...]
    offices: tuple[Office, ...]


def findings(report: Report, *, draft: Form, version: ProcedureVersion, officer: Officer) -> Findings:
    rows = report.replayed
    return Findings(
        total=report.total,
        unchanged=report.unchanged,
        failing=len(report.failing),
        unlike_history=report.unlike_history,
        groups=_failing(report, draft, officer),
        unused=_named(
            (name for one in rows for name in one.before.counted - one.after.counted), version.based_on, draft
        ),
        looked_up=_named((name for one in rows for name in one.after.looked_up), None, draft),
        asked=_mean_shift([(one.before.asked, one.after.asked) for one in rows]),
        fee=_sum_shift(
            [
                (one.before.fee_vnd, one.after.fee_vnd)
                for one in rows
                if one.before.fee_vnd is not None and one.after.fee_vnd is not None
            ]
        ),
        fee_unknown=sum(one.after.fee_vnd is None and one.before.fee_vnd is not None for one in rows),
        due=_mean_shift([pair for one in rows if (pair := _days(one)) is not None]),
        decided=_decided(rows),
        offices=_offices(rows),
    )


def _failing(report: Report, draft: Form, officer: Officer) -> tuple[Group, ...]:
    by_reason: dict[Reason, list[int]] = {}
    for one in report.failing:
        for reason in one.new_reasons:
            by_reason.setdefault(reason, []).append(one.case.key)
    codes = _codes(officer, [one.case.key for one in report.failing])
    groups = [
        Group(
            _told(reason, draft),
            len(keys),
            tuple(sorted(codes[key] for key in keys if key in codes))[:MOST_CODES],
        )
        for reason, keys in by_reason.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.count, group.text)))


def _codes(officer: Officer, keys: list[int]) -> dict[int, str]:
    if not officer.has_role(*HANDLERS):
        return {}
    own = access.dossiers_for_officer(officer).filter(pk__in=keys)
    return {pk: code for pk, code in own.values_list("pk", "code") if code}


def _told(reason: Reason, draft: Form) -> str:
    kind, name = reason
    conditions = {one.id: one.fail for one in (*draft.checks, *draft.auto_decision)}
    words = {
        "missing": _("Thiếu câu trả lời: %(what)s"),
        "invalid": _("Câu trả lời cũ không còn hợp lệ: %(what)s"),
        "check": _("Không qua kiểm tra: %(what)s"),
        "decision": _("Quy tắc sẽ từ chối: %(what)s"),
        "agency": _("Không tìm được cơ quan giải quyết"),
    }
    return words[kind] % {"what": conditions.get(name) or _label(name, draft) or name}


def _label(name: str, form: Form) -> str:
    if name in form.questions:
        return form.questions[name].text
    page = form.groups.get(name)
    return page.group.text if page and page.group else ""


def _named(names: Iterable[str], base: ProcedureVersion | None, draft: Form) -> tuple[Group, ...]:
    """How often each question occurs, by its words; one that the draft dropped is named as its base had it."""
    old = {
        str(one.get("id")): str(one.get("label", ""))
        for page in ((base.form or {}) if base else {}).get("pages", [])
        for one in (*page.get("questions", []), *([page["group"]] if page.get("group") else []))
    }
    counted = Counter(names).most_common()
    return tuple(Group(_label(name, draft) or old.get(name) or name, count) for name, count in counted)


def _mean_shift(pairs: list[tuple[float, float]]) -> Shift:
    summed = _sum_shift(pairs)
    count = len(pairs) or 1
    return Shift(len(pairs), summed.more, summed.less, summed.before / count, summed.after / count)


def _sum_shift(pairs: list[tuple[float, float]]) -> Shift:
    return Shift(
        of=len(pairs),
        more=sum(after > before for before, after in pairs),
        less=sum(after < before for before, after in pairs),
        before=sum(before for before, _after in pairs),
        after=sum(after for _before, after in pairs),
    )


def _days(one: Replayed) -> tuple[float, float] | None:
    """Calendar days from acceptance to the promised date, before and after."""
    start, before, after = one.case.accepted_at, one.before.due_at, one.after.due_at
    if start is None or before is None or after is None:
        return None
    return (before - start) / dt.timedelta(days=1), (after - start) / dt.timedelta(days=1)


def _decided(rows: Iterable[Replayed]) -> tuple[Group, ...]:
    """Where the rule of the draft would answer otherwise than what was answered."""
    words = {
        ("grant", "refusal"): _("Đã được giải quyết, quy tắc của bản này sẽ từ chối"),
        ("refusal", "grant"): _("Đã bị từ chối, quy tắc của bản này sẽ giải quyết"),
    }
    pairs = Counter((one.case.recorded.decision, one.after.decision) for one in rows)
    return tuple(Group(text, pairs[pair]) for pair, text in words.items() if pairs[pair])


def _offices(rows: Iterable[Replayed]) -> tuple[Office, ...]:
    moved = [one for one in rows if one.before.agency != one.after.agency]
    before = Counter(one.before.agency for one in moved)
    after = Counter(one.after.agency for one in moved)
    keys = {key for key in (*before, *after) if key is not None}
    names = dict(Agency.objects.filter(pk__in=keys).values_list("pk", "name"))
    offices = [Office(names[key], before[key], after[key]) for key in keys]
    return tuple(sorted(offices, key=lambda one: (-abs(one.after - one.before), one.name))[:MOST_OFFICES])
