"""What the counter's first page offers, and the names of what its pages show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from applications import answering
from applications.models import Dossier
from identity.errors import Refused
from identity.models import Organisation
from procedures.models import OnlineLevel, Procedure, ProcedureVersion

BUSINESS, CITIZEN = "business", "citizen"
SEPARATOR = " · "


def procedures(at: dt.datetime) -> list[str]:
    """Everything that can be filed today, as «1.001193 · Đăng ký khai sinh» for the list beside the box."""
    today = ProcedureVersion.objects.in_force(answering.legal_day(at)).filter(form__isnull=False)
    live = today.exclude(online_level=OnlineLevel.INFORMATION)
    named = live.order_by("procedure__name").values_list("procedure__code", "procedure__name").distinct()
    return [f"{code}{SEPARATOR}{name}" for code, name in named]


def code_of(written: str) -> str:
    """The code at the beginning of what was chosen or typed."""
    return written.strip().partition(" ")[0][:40]


def require_right_applicant(procedure: Procedure, organisation: Organisation | None) -> None:
    """Raises Refused when the procedure is for businesses only and none was named, or the other way round."""
    business_only = BUSINESS in procedure.audience and CITIZEN not in procedure.audience
    if business_only and organisation is None:
        raise Refused(_("Thủ tục này dành cho doanh nghiệp. Hãy ghi mã số thuế của doanh nghiệp."))
    if organisation is not None and BUSINESS not in procedure.audience:
        raise Refused(_("Thủ tục này dành cho người dân. Hãy để trống mã số thuế."))


def fields_of(dossier: Dossier, asked: Mapping[str, Any], at: dt.datetime) -> list[str]:
    """Names of what a page of the draft shows, in Vietnamese for the person who reads the access log."""
    journey = answering.journey_of(dossier, at=at)
    pages = [one for one in journey.open_pages if "page" not in asked or one.id == asked["page"]]
    named = [one.group or question for one in pages for question in journey.visible(one)]
    return list(dict.fromkeys(one.label[:80] for one in named)) or ["Bản nháp"]
