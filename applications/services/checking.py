"""Conditions only a person can judge: ticked by the case officer, asked for before a grant is proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from applications import checklist
from applications.actors import Actor
from applications.models import ConditionCheck, Dossier, Result
from applications.services.moving import allow, conflict, remark
from applications.states import State
from identity.errors import Refused
from identity.models import Role

JUDGED_AT = frozenset({"examine", "verify", "consult"})
"""Kinds of steps in which the conditions are looked at: before anybody agrees or signs."""
Outcome = ConditionCheck.Outcome


@dataclass(frozen=True)
class Finding:
    """What the officer found: an ``Outcome`` and words, which «not met» and «not applicable» cannot do without."""

    outcome: str
    note: str = ""


def check_conditions(
    *, dossier: Dossier, findings: Mapping[str, Finding], by: Actor, at: dt.datetime
) -> list[str]:
    """Keep the findings that are new, in one Event; returns their conditions. Words go into its note.

    Raises Forbidden (not a case officer), Conflict (not examined now) and Refused, naming the condition.
    """
    allow(by, Role.CASE_OFFICER)
    declared = checklist.declared(dossier)
    if unknown := findings.keys() - declared.keys():
        raise Refused(_("Thủ tục không có điều kiện «%(id)s».") % {"id": min(unknown)})
    for name, finding in findings.items():
        _require_reason(declared[name].label, finding)
    if dossier.state != State.PROCESSING or dossier.current_step.get("kind") not in JUDGED_AT:
        raise conflict(dossier, "conditions_checked")
    with transaction.atomic():
        Dossier.objects.select_for_update().only("pk").get(pk=dossier.pk)
        stored = {one.condition: one for one in ConditionCheck.objects.filter(dossier=dossier)}
        news = {name: one for name, one in findings.items() if _is_news(stored.get(name), one)}
        if not news:
            return []
        ConditionCheck.objects.bulk_create(
            [
                ConditionCheck(
                    dossier=dossier, condition=name, outcome=one.outcome, note=one.note, by_id=by.user_id, at=at
                )
                for name, one in news.items()
            ],
            update_conflicts=True,
            unique_fields=["dossier", "condition"],
            update_fields=["outcome", "note", "by", "at"],
        )  # fmt: skip
        told = [f"{declared[name].label}: {_in_words(one)}" for name, one in news.items()]
        remark(
            dossier,
            "conditions_checked",
            by=by,
            at=at,
            data={"found": {name: str(one.outcome) for name, one in news.items()}},
            note="\n".join(told),
            guards={"step": dossier.step},
        )
    return list(news)


def require_conditions(dossier: Dossier, kind: str) -> None:
    """Before a grant is proposed: every required condition looked at, none of them not met. Raises Refused.

    Call inside the transaction of the proposal: the dossier stays locked, so that no finding changes meanwhile.
    """
    declared = checklist.declared(dossier)
    if kind != Result.Kind.GRANT or not declared:
        return
    Dossier.objects.select_for_update().only("pk").get(pk=dossier.pk)
    found = dict(ConditionCheck.objects.filter(dossier=dossier).values_list("condition", "outcome"))
    failed = [one.unmet for name, one in declared.items() if found.get(name) == Outcome.NOT_MET]
    if failed:
        raise Refused(_("Chưa trình cấp được: %(why)s") % {"why": " ".join(failed)})
    open_ones = [one.label for name, one in declared.items() if one.required and name not in found]
    if open_ones:
        raise Refused(
            _("Trước khi trình cấp, hãy xét từng điều kiện còn lại: %(names)s.")
            % {"names": "; ".join(f"«{name}»" for name in open_ones)}
        )


def _require_reason(label: str, finding: Finding) -> None:
    if finding.outcome not in Outcome.values:
        raise Refused(_("Hãy chọn đạt, không đạt hoặc không áp dụng cho «%(label)s».") % {"label": label})
    if finding.outcome != Outcome.MET and not finding.note.strip():
        raise Refused(_("Hãy ghi lý do cho «%(label)s».") % {"label": label})


def _is_news(stored: ConditionCheck | None, finding: Finding) -> bool:
    return stored is None or (stored.outcome, stored.note) != (finding.outcome, finding.note)


def _in_words(finding: Finding) -> str:
    label = str(Outcome(finding.outcome).label)
    return f"{label}. {finding.note}" if finding.note else label
