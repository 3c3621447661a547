"""The life of a dossier in words: who holds it, which step, how the clock stands, everything that happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications import answering, chains, deadlines, explaining, hands, legal
from applications.models import Dossier, Event
from applications.states import CLOCK_RUNNING, ENDED, FINAL, INSIDE_KINDS, PAUSED, State
from applications.wording import skipped_in_words, step_name
from identity.models import Agency

LONGEST_RULER = 31
WAITING_FOR_CITIZEN = frozenset({State.SUPPLEMENT_REQUESTED, State.PAYMENT_REQUESTED})
KINDS = {
    "submit": gettext_lazy("Bạn nộp hồ sơ"),
    "bundle_joined": gettext_lazy("Thuộc hồ sơ liên thông"),
    "accept": gettext_lazy("Được tiếp nhận, cấp giấy hẹn"),
    "refuse": gettext_lazy("Không được tiếp nhận"),
    "pass_on": gettext_lazy("Bắt đầu xử lý"),
    "request_supplement": gettext_lazy("Yêu cầu bổ sung"),
    "answer_supplement": gettext_lazy("Bạn đã bổ sung"),
    "request_payment": gettext_lazy("Cần nộp phí, lệ phí"),
    "record_payment": gettext_lazy("Đã nhận tiền"),
    "request_withdrawal": gettext_lazy("Bạn xin rút hồ sơ"),
    "grant_withdrawal": gettext_lazy("Cơ quan đồng ý cho rút"),
    "decline_withdrawal": gettext_lazy("Cơ quan không đồng ý cho rút"),
    "stop": gettext_lazy("Dừng xử lý"),
    "expire": gettext_lazy("Dừng vì quá hạn chờ bạn"),
    "propose": gettext_lazy("Đã trình dự thảo kết quả"),
    "verify": gettext_lazy("Đã xác minh xong"),
    "end_consulting": gettext_lazy("Đã kết thúc lấy ý kiến các cơ quan"),
    "approve": gettext_lazy("Lãnh đạo đã phê duyệt"),
    "send_back": gettext_lazy("Dự thảo được trả lại để sửa"),
    "sign": gettext_lazy("Người có thẩm quyền đã ký"),
    "number": gettext_lazy("Đã cấp số văn bản"),
    "result_signed": gettext_lazy("Chữ ký số đã gắn vào kết quả"),
    "release": gettext_lazy("Đã phát hành kết quả"),
    "deliver": gettext_lazy("Đã trả kết quả"),
    "due_recomputed": gettext_lazy("Lịch nghỉ thay đổi nên hạn được tính lại"),
    "deadline_extended": gettext_lazy("Cơ quan gia hạn giải quyết"),
    "delay_recorded": gettext_lazy("Cơ quan ghi lý do chậm theo luật và hẹn lại"),
    "apology_sent": gettext_lazy("Cơ quan xin lỗi và hẹn lại ngày trả kết quả"),
    "breach_escalated": gettext_lazy("Lỡ ngày hẹn lại, việc đã báo lên cơ quan cấp trên"),
    "partner_acknowledged": gettext_lazy("Hệ thống khác đã nhận thông tin"),
    "partner_status": gettext_lazy("Hệ thống khác cập nhật trạng thái"),
    "consulted": gettext_lazy("Đang hỏi ý kiến %(agency)s, chậm nhất %(day)s"),
    "consultation_answered": gettext_lazy("%(agency)s đã cho ý kiến"),
    "consultation_closed": gettext_lazy("Không chờ ý kiến của %(agency)s nữa"),
    "consultation_lapsed": gettext_lazy("%(agency)s không trả lời trong hạn, không chờ nữa"),
    "consultation_reminded": gettext_lazy("Đã nhắc %(agency)s cho ý kiến"),
    "supplement_drafted": gettext_lazy("Cơ quan xem xét hỏi thêm, chờ lãnh đạo quyết định"),
    "supplement_declined": gettext_lazy("Lãnh đạo quyết định không hỏi thêm"),
    "shipment_sent": gettext_lazy("Kết quả đang trên đường đến bạn, số bưu gửi %(tracking)s"),
    "shipment_returned": gettext_lazy("Bưu chính không phát được và đã trả kết quả về cơ quan"),
    "kept_at_counter": gettext_lazy("Kết quả chờ bạn nhận tại quầy"),
}
TOLD_REASONS = frozenset(
    {
        "refuse",
        "request_payment",
        "request_withdrawal",
        "decline_withdrawal",
        "stop",
        "partner_status",
        "deadline_extended",
        "delay_recorded",
        "apology_sent",
    }
)
"""Events whose note is for the citizen; the words of a draft decision stay inside until it is released."""
BY_FORM = {
    "accept": "receipt",
    "request_supplement": "supplement",
    "refuse": "refusal",
    "stop": "stop",
    "apology_sent": "apology",
}
FILED_BY_OFFICER = {
    "counter": gettext_lazy("Cán bộ nộp hồ sơ giúp bạn, khi bạn có mặt tại quầy"),
    "post": gettext_lazy("Cán bộ nhập hồ sơ bạn gửi qua bưu chính"),
}
DELIVERED_BY = {
    "counter": gettext_lazy("Đã trao kết quả tại quầy"),
    "post": gettext_lazy("Bưu chính đã phát kết quả"),
}
DAY_CLASS = {"off": "off", "paused": "hold"}


@dataclass(frozen=True)
class Happening:
    """One entry of the timeline; ``form`` is the printed form that belongs to it."""

    kind: str
    at: dt.datetime
    title: str
    who: str
    text: str
    form: str


@dataclass(frozen=True)
class Clock:
    """The legal clock in one line, with the note under it and the cells of the ruler."""

    line: str
    note: str
    cells: list[dict[str, Any]]
    explain: tuple[str, ...]


def happenings(dossier: Dossier) -> list[Happening]:
    """Newest first."""
    told = Event.objects.filter(dossier=dossier).exclude(kind__in=INSIDE_KINDS)
    events = told.select_related("actor", "agency", "note").order_by("-seq")
    keys = {event.data[role] for event in events for role in ("partner", "asked") if role in event.data}
    partners = dict(Agency.objects.filter(key__in=keys).values_list("key", "name"))
    named = hands.names(events)
    return [_happening(dossier, event, partners, _who(dossier, event, named[event.pk])) for event in events]


def _happening(dossier: Dossier, event: Event, partners: Mapping[str, str], who: str) -> Happening:
    note = getattr(event, "note", None)
    text = note.text if note is not None and event.kind in TOLD_REASONS else ""
    text = text or skipped_in_words(dossier.steps, event.data)
    return Happening(event.kind, event.at, _title(event, partners), who, text, BY_FORM.get(event.kind, ""))


def _title(event: Event, partners: Mapping[str, str]) -> str:
    title = str(KINDS.get(event.kind, event.kind))
    data = event.data
    partner = partners.get(data.get("partner", ""), _("Hệ thống đối tác"))
    if "asked" in data:
        due = dt.datetime.fromisoformat(data.get("due_at", event.at.isoformat()))
        day = due.astimezone(deadlines.LEGAL_ZONE)
        asked = partners.get(data["asked"], _("cơ quan khác"))
        return title % {"agency": asked, "day": f"{day.day}/{day.month}/{day.year}"}
    if event.kind == "submit" and "channel" in data:
        return str(FILED_BY_OFFICER.get(data["channel"], title))
    if event.kind == "deliver" and data.get("evidence") in DELIVERED_BY:
        return str(DELIVERED_BY[data["evidence"]])
    if event.kind == "shipment_sent":
        return title % {"tracking": data.get("tracking", "")}
    if event.kind == "record_payment":
        return _("Đã nhận %(amount)s") % {"amount": _amount(data.get("amount_vnd"))}
    if event.kind == "request_payment":
        return _("Cần nộp %(amount)s") % {"amount": _amount(data.get("fee_vnd"))}
    if event.kind == "partner_status":
        code = data.get("national_code", 0)
        state = list(State)[code].label if 0 < code < len(State) else code
        return _("%(partner)s: %(state)s") % {"partner": partner, "state": state}
    if event.kind == "partner_acknowledged":
        return _("%(partner)s đã nhận thông tin hồ sơ") % {"partner": partner}
    if event.kind == "release" and data.get("number"):
        return _("%(title)s số %(number)s") % {"title": title, "number": data["number"]}
    return title


def _amount(vnd: int | None) -> str:
    return _("%(amount)s đồng") % {"amount": number_format(vnd or 0, 0, force_grouping=True)}


def _who(dossier: Dossier, event: Event, officer: str) -> str:
    if event.actor_id == dossier.submitter.user_id:
        return ""
    name = officer if event.actor else _("Tự động")
    return f"{name}, {event.agency.name}" if event.agency else name


def holder(dossier: Dossier) -> str:
    if dossier.state == State.DRAFT or dossier.state in WAITING_FOR_CITIZEN:
        return _("Bạn")
    if dossier.state in FINAL:
        return _("Đã kết thúc")
    return dossier.agency.name if dossier.agency else ""


def steps(dossier: Dossier) -> tuple[int, list[str]]:
    """(number of the current step, names of all steps): intake, those of the version's own steps that apply, handing
    over."""
    chain = chains.chain_of(dossier)
    own = [step_name(chain.declared[number]) for number in chain.numbers]
    names = [_("Tiếp nhận"), *own, _("Trả kết quả")]
    state = dossier.state
    if state in PAUSED or state == State.WITHDRAWAL_REQUESTED:
        state = dossier.return_states[-1] if dossier.return_states else State.SUBMITTED
    if state == State.PROCESSING:
        return min(sum(number < dossier.step for number in chain.numbers) + 2, len(names)), names
    if state in (State.COMPLETED, State.DELIVERED):
        return len(names), names
    return 1, names


def clock(dossier: Dossier, *, now: dt.datetime) -> Clock:
    deadline = legal.deadline_of(dossier, now=now)
    if dossier.state in ENDED:
        return Clock(
            _("Đã dừng, hồ sơ kết thúc"), "", _cells(deadline, now), explaining.lines(dossier, deadline)
        )
    if deadline is None:
        return _before_acceptance(dossier)
    today = answering.legal_day(now)
    left = sum(day.kind == "counted" and day.date > today for day in deadline.days)
    due = explaining.at(deadline.due_at)
    lines = explaining.lines(dossier, deadline)
    if explaining.is_held(dossier):
        line, note = (
            _("Đang dừng"),
            _("Thời gian chờ ý kiến cơ quan khác không tính vào hạn; hẹn mới tính khi hồ sơ chạy lại"),
        )
    elif dossier.state not in CLOCK_RUNNING:
        line = (
            ngettext("Còn %d ngày, đang dừng", "Còn %d ngày, đang dừng", left) % left
            if left
            else _("Đang dừng")
        )
        note = _("Thời gian chờ bạn không tính vào hạn; hẹn mới tính khi hồ sơ chạy lại")
    elif deadline.due_at < now and dossier.reappointed_at is not None:
        line, note = (
            _("Quá hạn"),
            _("Hẹn lại %(new)s, hẹn đầu %(due)s")
            % {"new": explaining.at(dossier.reappointed_at), "due": due},
        )
    elif deadline.due_at < now:
        line, note = (
            _("Quá hạn"),
            _("Hẹn trả %(due)s. Cơ quan phải xin lỗi và hẹn lại bằng văn bản") % {"due": due},
        )
    else:
        line = ngettext("Còn %d ngày", "Còn %d ngày", left) % left if left else _("Đến hạn hôm nay")
        note = _("Hẹn trả %(due)s") % {"due": due}
    return Clock(line, note, _cells(deadline, now), lines)


def _before_acceptance(dossier: Dossier) -> Clock:
    if dossier.state == State.PAYMENT_REQUESTED:
        return Clock(_("Chưa chạy"), _("Đồng hồ chạy khi cơ quan tiếp nhận, sau khi bạn nộp phí"), [], ())
    if dossier.answer_due_at is None:
        return Clock(_("Chưa chạy"), "", [], ())
    by = dossier.answer_due_at.astimezone(deadlines.LEGAL_ZONE)
    note = _("Cơ quan trả lời trước %(time)s ngày %(day)s") % {
        "time": f"{by:%H:%M}",
        "day": f"{by.day}/{by.month}/{by.year}",
    }
    return Clock(_("Chưa chạy, chờ tiếp nhận"), note, [], ())


def _cells(deadline: deadlines.Deadline | None, now: dt.datetime) -> list[dict[str, Any]]:
    if deadline is None or len(deadline.days) > LONGEST_RULER:
        return []
    return list(_ruler(deadline.days, answering.legal_day(now)))


def _ruler(days: tuple[deadlines.Day, ...], today: dt.date) -> Iterator[dict[str, Any]]:
    for day in days:
        last = day is days[-1]
        words = {
            "received": _("Ngày nhận"),
            "off": day.name or _("Nghỉ"),
            "paused": _("Dừng"),
        }.get(day.kind, _("Ngày %d") % day.number)
        past = "used" if day.date <= today else "left"
        yield {
            "date": day.date,
            "class": "due" if last else DAY_CLASS.get(day.kind, past),
            "words": f"{words}, {_('hẹn trả')}" if last and day.kind != "received" else words,
        }
