"""From a button to a verb. Reads the form of one action, checks that the page was not stale, calls the service."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from applications import access, answering, checklist, issuing, revisions, services
from applications.actors import Actor
from applications.models import Dossier, Event, Result
from applications.return_reasons import ANSWER, PAPER, in_full
from applications.services.checking import Finding
from applications.services.claiming import absence_of
from applications.services.moving import conflict
from applications.states import EDGES
from identity.errors import NotFound, Refused
from identity.models import Officer

NUMBER = re.compile(r"[0-9]{1,18}")
LONGEST_TEXT = 3000


def written(typed: QueryDict, name: str) -> str:
    """What stands in one box. A form of one page has no room for a novel, nor has the paper it is printed on."""
    text = typed.get(name, "").strip()
    if len(text) > LONGEST_TEXT:
        raise Refused(
            _("Hãy viết ngắn lại còn %(most)s chữ cái, đang có %(count)s.")
            % {"most": LONGEST_TEXT, "count": len(text)}
        )
    return text


@dataclass(frozen=True)
class Act:
    """One action an officer asked for, with what was typed."""

    dossier: Dossier
    typed: QueryDict
    by: Actor
    at: dt.datetime

    def text(self, name: str) -> str:
        return written(self.typed, name)

    @property
    def common(self) -> dict[str, Any]:
        return {"dossier": self.dossier, "by": self.by, "at": self.at}


def dossier_of(officer: Officer, code: str) -> Dossier:
    """The dossier to act on; reading it was recorded by the page the button stood on."""
    dossier = access.dossiers_for_officer(officer).filter(code=code).first()
    if dossier is None:
        raise access.nothing_there()
    return dossier


def perform(action: str, act: Act) -> str:
    """Do ``action`` and say in one sentence what happened. Raises what the verb raises; Conflict when stale."""
    verb = VERBS.get(action)
    if verb is None:
        raise NotFound(_("Không có việc này."))
    if is_stale(act.dossier, act.text("seq")):
        raise conflict(act.dossier, action)
    return verb(act)


def is_stale(dossier: Dossier, seq: str) -> bool:
    """Whether somebody moved the dossier after the page was made; remarks of machines do not count."""
    if not NUMBER.fullmatch(seq):
        return True
    return Event.objects.filter(dossier=dossier, seq__gt=int(seq), kind__in=EDGES).exists()


@dataclass(frozen=True)
class Place:
    """One thing the citizen can be asked for again; ``of`` is paper or answer."""

    name: str
    label: str
    of: str


def supplement_places(dossier: Dossier, at: dt.datetime) -> list[Place]:
    journey = answering.journey_of(dossier, at=at)
    questions = journey.form.questions
    return [
        Place(name, label, PAPER if name in questions and questions[name].kind == "file" else ANSWER)
        for name, label in revisions.askable(journey).items()
    ]


def supplement_items(dossier: Dossier, typed: QueryDict, at: dt.datetime) -> list[dict[str, str]]:
    """The ticked places in the order of the form, each with its reason in full: of the library, then own words."""
    ticked, processing = set(typed.getlist("question")), dossier.version.processing
    items = []
    for place in supplement_places(dossier, at):
        if place.name not in ticked:
            continue
        code, words = typed.get(f"code-{place.name}", ""), written(typed, f"reason-{place.name}")
        item = {"question": place.name, "label": place.label}
        items.append(
            item | {"reason": in_full(processing, place.of, code, words)} | ({"code": code} if code else {})
        )
    return items


def _accept(act: Act) -> str:
    if act.text("then") != "pass_on":
        services.accept(**act.common)
        return _("Đã tiếp nhận. Mẫu 01 đã sẵn sàng.")
    with transaction.atomic():
        services.accept(**act.common)
        services.pass_on(**act.common, assignee_id=_assignee(act))
    return _("Đã tiếp nhận và chuyển xử lý. Mẫu 01 đã sẵn sàng.")


def _refuse(act: Act) -> str:
    services.refuse(**act.common, reason=act.text("reason"))
    return _("Đã từ chối tiếp nhận. Mẫu 03 đã sẵn sàng.")


def _request_supplement(act: Act) -> str:
    """The first goes to the citizen; any further one to a superior."""
    items = supplement_items(act.dossier, act.typed, act.at)
    if act.dossier.supplement_count:
        services.draft_supplement(**act.common, items=items, legal_basis=act.text("legal_basis"))
        return _("Đã trình lãnh đạo. Người nộp chưa thấy gì cho đến khi lãnh đạo phê duyệt.")
    services.request_supplement(**act.common, items=items)
    return _("Đã gửi yêu cầu bổ sung. Đồng hồ dừng, Mẫu 02 đã sẵn sàng.")


def _confirm_supplement(act: Act) -> str:
    services.confirm_supplement(**act.common)
    return _("Đã gửi yêu cầu bổ sung. Đồng hồ dừng, Mẫu 02 đã sẵn sàng.")


def _decline_supplement(act: Act) -> str:
    services.decline_supplement(**act.common, reason=act.text("reason"))
    return _("Yêu cầu bổ sung lần hai không được gửi.")


def _close_consultation(act: Act) -> str:
    found = act.dossier.consultations.filter(key=act.text("key")).first()
    if found is None:
        raise NotFound(_("Không có câu hỏi này."))
    found.dossier = act.dossier
    services.close_consultation(consultation=found, reason=act.text("reason"), by=act.by, at=act.at)
    return _("Đã khép câu hỏi. Hồ sơ không chờ ý kiến này nữa.")


def _pass_on(act: Act) -> str:
    services.pass_on(**act.common, assignee_id=_assignee(act))
    return _("Đã chuyển xử lý.")


def _check_conditions(act: Act) -> str:
    """What was chosen on the page; a condition without a choice stays open."""
    findings = {
        name: Finding(outcome, act.text(f"note-{name}"))
        for name in checklist.declared(act.dossier)
        if (outcome := act.typed.get(f"outcome-{name}", ""))
    }
    services.check_conditions(**act.common, findings=findings)
    return _("Đã lưu kết quả xét điều kiện.")


def _propose(act: Act) -> str:
    if act.text("kind") not in Result.Kind.values:
        raise Refused(_("Hãy chọn trình cấp hay trình từ chối."))
    findings = {one["id"]: act.text(f"finding-{one['id']}") for one in issuing.findings_of(act.dossier)}
    services.propose(**act.common, kind=act.text("kind"), reason=act.text("reason"), findings=findings)
    return _("Đã trình kết quả.")


def _verify(act: Act) -> str:
    services.verify(**act.common, note=act.text("note"))
    return _("Đã ghi kết quả xác minh.")


def _number(act: Act) -> str:
    services.number(**act.common)
    return _("Đã cấp số. Chữ ký số được ghi vào kết quả trong ít giây.")


def _approve(act: Act) -> str:
    services.approve(**act.common)
    return _("Đã phê duyệt.")


def _send_back(act: Act) -> str:
    services.return_draft(**act.common, reason=act.text("reason"))
    return _("Đã trả lại để sửa.")


def _sign(act: Act) -> str:
    services.sign(**act.common)
    if act.dossier.current_step.get("kind") == "number":
        return _("Đã ký. Văn thư cấp số rồi chữ ký số được ghi vào kết quả.")
    return _("Đã ký. Chữ ký số và số văn bản được ghi vào kết quả trong ít giây.")


def _release(act: Act) -> str:
    services.release(**act.common)
    return _("Đã phát hành kết quả.")


def _stop(act: Act) -> str:
    services.stop(**act.common, reason=act.text("reason"))
    return _("Đã dừng xử lý hồ sơ.")


def _grant_withdrawal(act: Act) -> str:
    services.grant_withdrawal(**act.common)
    return _("Đã đồng ý cho rút hồ sơ.")


def _decline_withdrawal(act: Act) -> str:
    services.decline_withdrawal(**act.common, reason=act.text("reason"))
    return _("Đã trả lời không cho rút; hồ sơ trở lại bước trước.")


def _request_payment(act: Act) -> str:
    amount = act.text("fee_vnd").replace(".", "").replace(" ", "")
    if not amount.isdecimal() or len(amount) > 12:
        raise Refused(_("Số tiền chỉ gồm chữ số, ví dụ 200000 hoặc 200.000."))
    if not act.text("reason"):
        raise Refused(_("Hãy ghi lý do thu, để người nộp hiểu khoản này."))
    services.request_payment(**act.common, fee_vnd=int(amount), reason=act.text("reason"))
    return _("Đã gửi yêu cầu nộp phí. Đồng hồ dừng.")


def _assignee(act: Act) -> int | None:
    """A colleague of the same agency who works on cases, or nobody in particular."""
    chosen = act.text("assignee")
    if not chosen:
        return None
    colleague = Officer.objects.filter(
        agency=act.dossier.agency, user_id=int(chosen) if NUMBER.fullmatch(chosen) else 0, is_active=True
    ).first()
    if colleague is None:
        raise Refused(_("Người được giao không còn làm việc ở cơ quan này. Hãy chọn lại."))
    if absence_of(colleague.user_id, act.at):
        raise Refused(_("Người được giao đang nghỉ. Hãy chọn người khác."))
    return colleague.user_id


VERBS: Mapping[str, Callable[[Act], str]] = {
    "accept": _accept,
    "refuse": _refuse,
    "request_supplement": _request_supplement,
    "confirm_supplement": _confirm_supplement,
    "check_conditions": _check_conditions,
    "close_consultation": _close_consultation,
    "decline_supplement": _decline_supplement,
    "pass_on": _pass_on,
    "propose": _propose,
    "verify": _verify,
    "approve": _approve,
    "send_back": _send_back,
    "sign": _sign,
    "number": _number,
    "release": _release,
    "stop": _stop,
    "grant_withdrawal": _grant_withdrawal,
    "decline_withdrawal": _decline_withdrawal,
    "request_payment": _request_payment,
}
