"""What the law asks, looked at by the system before the officer does: passed, failed, or still to be looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from applications import prefill, routing
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier
from applications.office.facts import register_name
from identity import registers
from identity.errors import Refused
from identity.models import Agency
from procedures import rules
from procedures.journey import CITIZEN, Answer, Journey

ICONS = {"ok": "check-c", "no": "stop", "wait": "alert"}


@dataclass(frozen=True)
class Check:
    """``outcome`` is ok, no or wait (somebody has to look)."""

    outcome: str
    text: str

    @property
    def icon(self) -> str:
        return ICONS[self.outcome]


def registered(dossier: Dossier, journey: Journey, *, at: dt.datetime) -> prefill.Prefill:
    """What the registers say now of what the citizen had to declare because they were silent then.

    Asked again only where something was declared in their place: a register is not read out of curiosity.
    """
    if not dossier.needs_matching:
        return prefill.Prefill({}, [])
    answers = {name: answer for name in journey.values() if (answer := journey.answer(name)) is not None}
    return prefill.gather(
        journey.form,
        citizen_number=dossier.submitter.number,
        organisation_code=dossier.organisation.tax_code if dossier.organisation else "",
        fetch=registers.fetch,
        at=at,
        answered=answers,
        context=journey.context,
    )


def conditions(dossier: Dossier, journey: Journey, found: prefill.Prefill) -> list[Check]:
    """In the order an officer asks: ours to decide, complete, paid, true, lawful."""
    return [
        _competence(dossier, journey),
        _complete(journey),
        _paid(dossier),
        *_matching(dossier, journey, found),
        *rules_of(dossier, journey),
    ]


def differing(journey: Journey, found: prefill.Prefill) -> list[str]:
    """Questions whose declared answer is not what a register says."""
    return [name for name, answer in found.answers.items() if _differs(journey.answer(name), answer)]


def _differs(declared: Answer | None, answer: Answer) -> bool:
    return declared is not None and declared.source == CITIZEN and declared.value != answer.value


def _competence(dossier: Dossier, journey: Journey) -> Check:
    on = (dossier.submitted_at or dossier.created_at).astimezone(LEGAL_ZONE).date()
    try:
        agency = routing.competent_agency(dossier, journey.values(), on=on)
    except (Refused, Agency.DoesNotExist):
        return Check("wait", _("Chưa xác định được thẩm quyền từ nơi cư trú đã khai"))
    if agency == dossier.agency:
        return Check("ok", _("Đúng thẩm quyền: %(agency)s") % {"agency": agency.name})
    return Check("no", _("Thẩm quyền thuộc %(agency)s") % {"agency": agency.name})


def _complete(journey: Journey) -> Check:
    missing = len(journey.errors())
    if missing:
        return Check("wait", _("Còn %(count)d mục thiếu hoặc chưa đúng") % {"count": missing})
    return Check("ok", _("Đủ thông tin và giấy tờ bắt buộc"))


def _paid(dossier: Dossier) -> Check:
    if not dossier.fee_vnd:
        return Check("ok", _("Không phải nộp phí, lệ phí"))
    amount = number_format(dossier.unpaid_vnd or dossier.paid_vnd, 0, force_grouping=True)
    if dossier.unpaid_vnd:
        return Check("no", _("Phí, lệ phí còn thiếu %(amount)s đồng") % {"amount": amount})
    return Check("ok", _("Đã nộp đủ %(amount)s đồng") % {"amount": amount})


def _matching(dossier: Dossier, journey: Journey, found: prefill.Prefill) -> Iterator[Check]:
    if not dossier.needs_matching:
        yield Check("ok", _("Cơ sở dữ liệu đã trả lời đủ lúc nộp"))
        return
    for name in found.unavailable:
        yield Check("wait", _("Chưa đối chiếu được: %(name)s không trả lời") % {"name": register_name(name)})
    different = differing(journey, found)
    for name in different:
        yield Check("wait", _("Lệch: %(label)s") % {"label": journey.form.questions[name].text})
    unknown = [name for name in _declared(journey) if name not in found.answers]
    if unknown and not found.unavailable:
        yield Check("wait", _("Cơ sở dữ liệu không có dữ liệu để đối chiếu %(n)d mục") % {"n": len(unknown)})
    if not (different or unknown):
        yield Check("ok", _("Đã đối chiếu lại với cơ sở dữ liệu: khớp"))


def _declared(journey: Journey) -> list[str]:
    """Questions a register could have answered and the citizen did."""
    answers = {one.id: journey.answer(one.id) for one in journey.form.questions.values() if one.prefill}
    return [name for name, answer in answers.items() if answer is not None and answer.source == CITIZEN]


def rules_of(dossier: Dossier, journey: Journey) -> Iterator[Check]:
    """Conditions the version itself declares: of its steps (with both wordings), then of its form."""
    for rule in dossier.version.processing.get("conditions", []):
        yield _judged(rule["when"], journey, passed=rule["pass_vi"], failed=rule["fail_vi"])
    own = [one for one in journey.form.checks if journey.answer(one.question)] + [*journey.form.auto_decision]
    looked = [_judged(one.when, journey, passed="", failed=one.fail) for one in own]
    yield from (check for check in looked if check.outcome != "ok")
    if passed := sum(check.outcome == "ok" for check in looked):
        yield Check("ok", _("Đạt %(count)d điều kiện của biểu mẫu") % {"count": passed})


def _judged(when: str, journey: Journey, *, passed: str, failed: str) -> Check:
    """A rule that cannot be computed from these answers is left to the officer, never guessed."""
    try:
        holds = rules.truth(when, journey.scope())
    except rules.RuleError:
        return Check("wait", _("Chưa tự xét được: %(condition)s") % {"condition": failed})
    return Check("ok", passed) if holds else Check("no", failed)
