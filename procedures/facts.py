"""A catalogue record in plain words: who, how much, how long, where. What nobody knows is said, not hidden.

Pure: reads a record (detailed or brief) as the catalogue keeps it, in the language of the reader.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from identity import registers
from procedures.schema import FeeCase

Record = Mapping[str, Any]

LEVELS = {
    "central": gettext_lazy("Cơ quan trung ương"),
    "province": gettext_lazy("Cấp tỉnh"),
    "district": gettext_lazy("Cấp huyện (đến 30/6/2025)"),
    "commune": gettext_lazy("UBND cấp xã"),
}
ONLINE_LEVELS = {
    "full": gettext_lazy("Toàn trình"),
    "partial": gettext_lazy("Một phần"),
    "information": gettext_lazy("Chỉ cung cấp thông tin"),
}
REGISTERS = {
    "birth_notification_db": gettext_lazy("Dữ liệu chứng sinh điện tử"),
    "business_registry": gettext_lazy("Cơ sở dữ liệu quốc gia về đăng ký doanh nghiệp"),
    "citizen_vault": gettext_lazy("Kho giấy tờ của bạn"),
    "civil_status_db": gettext_lazy("Cơ sở dữ liệu hộ tịch điện tử"),
    "customs_db": gettext_lazy("Cơ sở dữ liệu hải quan"),
    "death_notification_db": gettext_lazy("Dữ liệu báo tử điện tử"),
    "driving_licence_db": gettext_lazy("Cơ sở dữ liệu giấy phép lái xe"),
    "e_invoice_db": gettext_lazy("Dữ liệu hóa đơn điện tử"),
    "education_db": gettext_lazy("Cơ sở dữ liệu giáo dục"),
    "factory_release_db": gettext_lazy("Dữ liệu xuất xưởng xe"),
    "health_certificate_db": gettext_lazy("Dữ liệu giấy khám sức khỏe"),
    "health_record_db": gettext_lazy("Hồ sơ sức khỏe điện tử"),
    "judicial_record_db": gettext_lazy("Cơ sở dữ liệu lý lịch tư pháp"),
    "land_db": gettext_lazy("Cơ sở dữ liệu đất đai"),
    "national_population_db": gettext_lazy("Cơ sở dữ liệu quốc gia về dân cư"),
    "registry_db": gettext_lazy("Cơ sở dữ liệu đăng kiểm"),
    "social_insurance_db": gettext_lazy("Cơ sở dữ liệu bảo hiểm xã hội"),
    "tax_db": gettext_lazy("Cơ sở dữ liệu thuế"),
    "vehicle_db": gettext_lazy("Cơ sở dữ liệu phương tiện"),
    "vneid_confirmation": gettext_lazy("Xác nhận qua định danh điện tử"),
}
TARGETS = {"citizen": gettext_lazy("Công dân"), "business": gettext_lazy("Doanh nghiệp, tổ chức")}
CHANNELS = {
    "online": gettext_lazy("trực tuyến"),
    "in_person": gettext_lazy("trực tiếp tại quầy một cửa"),
    "post": gettext_lazy("qua bưu chính công ích"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: the short one, and what else one should know."""

    short: str
    note: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class Paper:
    name: str
    condition: str
    copies: str
    is_form: bool
    required: bool
    held_in: str
    """The connected register that can stand in for the paper, in words; empty when there is none."""


def in_reader_language(part: Record, key: str) -> str:
    english = part.get(f"{key}_en") if get_language() == "en" else None
    return str(english or part.get(f"{key}_vi") or "")


def who(record: Record) -> Said:
    targets = [str(TARGETS[target]) for target in record.get("target", [])]
    if not targets:
        return Said(_("Chưa có thông tin"), known=False)
    return Said(" · ".join(targets))


def where(record: Record) -> Said:
    """Which level decides, since the two-level administration of 1/7/2025 where the record tells it."""
    levels = record.get("levels_since_2025_07") or record.get("levels") or []
    if not levels:
        return Said(_("Chưa có thông tin"), known=False)
    return Said(" · ".join(str(LEVELS[level]) for level in dict.fromkeys(levels)))


def fee(record: Record, *, on: dt.date) -> Said:
    if "fee" not in record:
        amount = record.get("fee_vnd")
        return _unknown() if amount is None else Said(_money(amount))
    terms = record["fee"]
    note = terms["note_vi"] or ""
    if terms["type"] == "none":
        return Said(_money(0), note)
    if terms["amount_vnd"] is None:
        return Said(
            _("Tỉnh quy định") if terms["set_by"] == "province" else _("Chưa có mức thống nhất"), note
        )
    return Said(_per(terms["amount_vnd"], terms["unit"]), " ".join(filter(None, [_online(terms, on), note])))


def local_fee(said: Said, cases: Sequence[FeeCase]) -> Said:
    """The same, where a form knows that some people pay nothing although the amount is the province's."""
    if said.short == _("Tỉnh quy định") and any(case.amount_vnd == 0 for case in cases):
        return Said(_("0 đồng nếu thuộc diện miễn"), said.note)
    return said


def _online(terms: Record, on: dt.date) -> str:
    """The lower amount for filing online, while the discount lasts."""
    ends = terms.get("online_discount_valid_to")
    if terms["online_amount_vnd"] in (None, terms["amount_vnd"]):
        return ""
    if ends and on > dt.date.fromisoformat(ends):
        return ""
    return _("Nộp trực tuyến: %(amount)s.") % {"amount": _money(terms["online_amount_vnd"])}


def time_limit(record: Record) -> Said:
    limit = record.get("time_limit") or {}
    note = limit.get("note_vi") or ""
    if limit.get("longest_of_several"):
        note = _("Hạn dài nhất trong các cách nộp.")
    if limit.get("automatic"):
        return Said(_("Vài giây, tự động"), note)
    if limit.get("value") is None:
        return Said(_("Chưa có thông tin"), note, known=False)
    if limit["value"] == 0:
        return Said(_("Trong ngày làm việc"), note)
    return Said(_duration(limit["value"], limit["unit"]), note)


def papers(record: Record) -> list[Paper]:
    return [_paper(component) for component in record.get("components", [])]


def is_full(record: Record) -> bool:
    """Described in full, or known only from a list."""
    return "components" in record


def online_level(record: Record) -> str:
    """The level the procedure has in the country, which need not be its level here."""
    return str(ONLINE_LEVELS.get(record.get("online_level") or "", _("chưa có thông tin")))


def _paper(component: Record) -> Paper:
    held = [name for name in component["satisfiable_from"] if _connected(name)]
    return Paper(
        name=in_reader_language(component, "name"),
        condition=component["condition_vi"] or "",
        copies=_copies(component["copies_original"] or 0, component["copies_copy"] or 0),
        is_form=component["is_eform"],
        required=component["required"],
        held_in=str(REGISTERS[held[0]]) if held else "",
    )


def _connected(name: str) -> bool:
    try:
        registers.get(name)
    except KeyError:
        return False
    return True


def _copies(original: int, copy: int) -> str:
    parts = []
    if original:
        parts.append(ngettext("%(count)s bản chính", "%(count)s bản chính", original) % {"count": original})
    if copy:
        parts.append(ngettext("%(count)s bản sao", "%(count)s bản sao", copy) % {"count": copy})
    return ", ".join(parts)


def _unknown() -> Said:
    return Said(_("Chưa có thông tin"), known=False)


def _money(amount: int) -> str:
    return _("%(amount)s đồng") % {"amount": number_format(amount, 0, force_grouping=True)}


def _per(amount: int, unit: str | None) -> str:
    if not amount or not unit:
        return _money(amount)
    each = _(", mỗi ")
    return _("%(amount)s mỗi %(unit)s") % {"amount": _money(amount), "unit": unit.replace("/", each)}


def _duration(value: int, unit: str) -> str:
    words = {
        "working_days": ngettext("%(count)s ngày làm việc", "%(count)s ngày làm việc", value),
        "working_hours": ngettext("%(count)s giờ làm việc", "%(count)s giờ làm việc", value),
        "days": ngettext("%(count)s ngày", "%(count)s ngày", value),
        "hours": ngettext("%(count)s giờ", "%(count)s giờ", value),
        "months": ngettext("%(count)s tháng", "%(count)s tháng", value),
    }
    return words[unit] % {"count": value}
