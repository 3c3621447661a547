"""The forms the State hands out while a dossier is handled, by the circular in force on the day.

Thông tư 01/2018/TT-VPCP has six; Thông tư 03/2025/TT-VPCP, in force from 15/9/2025, has seven, numbered differently.
A dossier keeps the set of the day it was accepted. The words are the circulars' and stay Vietnamese in every screen
language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from applications.results import qr, render


class FormSet(StrEnum):
    TT01_2018 = "TT01_2018"
    TT03_2025 = "TT03_2025"


class Kind(StrEnum):
    RECEIPT = "receipt"
    SUPPLEMENT = "supplement"
    REFUSAL = "refusal"
    APOLOGY = "apology"
    STOP = "stop"
    ROUTING_SLIP = "routing_slip"
    REGISTER = "register"


@dataclass(frozen=True)
class Form:
    number: str
    title: str
    page: str  # class of the page in pdf.css


class UnknownForm(LookupError):
    """This set of forms has no such form."""


IN_FORCE_2025 = date(2025, 9, 15)
CIRCULARS = {FormSet.TT01_2018: "Thông tư 01/2018/TT-VPCP", FormSet.TT03_2025: "Thông tư 03/2025/TT-VPCP"}

_SAME = {
    Kind.RECEIPT: Form("01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "a5"),
    Kind.SUPPLEMENT: Form("02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "a5"),
    Kind.REFUSAL: Form("03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ", "a5"),
}
FORMS: Mapping[FormSet, Mapping[Kind, Form]] = {
    FormSet.TT01_2018: {
        **_SAME,
        Kind.APOLOGY: Form("04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả", "a5"),
        Kind.ROUTING_SLIP: Form("05", "Phiếu kiểm soát quá trình giải quyết hồ sơ", "a5"),
        Kind.REGISTER: Form("06", "Sổ theo dõi hồ sơ", "wide"),
    },
    FormSet.TT03_2025: {
        **_SAME,
        Kind.APOLOGY: Form("04", "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết", "a5"),
        Kind.STOP: Form("05", "Thông báo dừng giải quyết hồ sơ", "a5"),
        Kind.ROUTING_SLIP: Form("06", "Phiếu kiểm soát quá trình giải quyết hồ sơ", "slip"),
        Kind.REGISTER: Form("07", "Sổ theo dõi hồ sơ", "wide"),
    },
}


@dataclass(frozen=True)
class Component:
    name: str
    originals: int = 0
    copies: int = 0
    electronic: int = 0


@dataclass(frozen=True)
class RoutingStep:
    """One hand-over on the routing slip: when it was (`at`), by when it should have been (`planned`, if that is
    known); `outcome` is trước hạn, đúng hạn or quá hạn."""

    unit: str
    given_by: str = ""
    received_by: str = ""
    at: datetime | None = None
    outcome: str = ""
    note: str = ""
    at_text: str = ""
    planned: datetime | None = None
    planned_text: str = ""


@dataclass(frozen=True)
class RegisterEntry:
    dossier_code: str
    procedure: str
    applicant: str
    contact: str
    agency: str
    received_on: date
    due_on: date | None = None
    passed_on: date | None = None
    returned_on: date | None = None
    delivered_on: date | None = None
    delivery: str = ""
    sets: int = 1
    note: str = ""
    entry: int = 0  # its number in the register of the year


@dataclass(frozen=True)
class FormContext:
    """What a form may need; each template takes its part. The paper is the applicant's own, so nothing is masked."""

    agency: str
    agency_parent: str
    place: str
    issued_on: date
    office: str = ""
    number: str = ""
    dossier_code: str = ""
    tracking_url: str = ""
    applicant: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    procedure: str = ""
    components: Sequence[Component] = ()
    sets: int = 1
    time_limit: str = ""
    received_at: datetime | None = None
    due_at: datetime | None = None
    new_due_at: datetime | None = None
    delivery: str = ""
    book: str = ""
    book_entry: str = ""
    items: Sequence[str] = ()
    reasons: Sequence[str] = ()
    legal_bases: Sequence[str] = ()
    appeal: str = ""
    officer: str = ""
    officer_phone: str = ""
    signer_title: str = ""
    partner_agencies: Sequence[str] = ()
    steps: Sequence[RoutingStep] = ()
    entries: Sequence[RegisterEntry] = ()
    period: str = ""
    demo: bool = False


def form_set_for(day: date) -> FormSet:
    return FormSet.TT03_2025 if day >= IN_FORCE_2025 else FormSet.TT01_2018


def render_form(form_set: FormSet | str, kind: Kind | str, context: FormContext) -> bytes:
    chosen = FormSet(form_set)
    form = FORMS[chosen].get(Kind(kind))
    if form is None:
        raise UnknownForm(f"{CIRCULARS[chosen]} không có mẫu {kind}")
    spoken = [
        replace(step, at_text=_time(step.at), planned_text=_time(step.planned)) for step in context.steps
    ]
    dated = replace(context, steps=spoken)
    values: dict[str, Any] = {
        "form": form,
        "circular": CIRCULARS[chosen],
        "c": dated,
        "issued_on": render.official_date(context.issued_on),
        "received_at": _time(context.received_at),
        "due_at": _time(context.due_at),
        "new_due_at": _time(context.new_due_at),
        "qr": qr.png_data_uri(context.tracking_url or context.dossier_code) if context.dossier_code else "",
    }
    data = {"form_set": chosen, "kind": Kind(kind), "form_number": form.number, **asdict(context)}
    return render.render(f"pdf/form/{Kind(kind)}.html", values, attachments=render.data_file(data))


def _time(moment: datetime | None) -> str:
    return render.official_time(moment) if moment else ""
