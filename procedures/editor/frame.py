"""What every page of a draft shows around its own part: heading, stages of publication, tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from identity.access import officer_of
from identity.errors import NotFound
from identity.models import Officer
from procedures.access import may
from procedures.models import ProcedureVersion

Status = ProcedureVersion.Status
NOW = {Status.DRAFT: 1, Status.LEGAL_CHECK: 2, Status.APPROVAL: 4, Status.PUBLISHED: 5}


@dataclass(frozen=True, slots=True)
class Stage:
    number: int
    name: str
    is_now: bool


def stages(version: ProcedureVersion) -> list[Stage]:
    """The way to publication; plain words (3) are part of the automatic check and never wait for a person."""
    names = (
        _("Soạn"),
        _("Thẩm định pháp lý"),
        _("Lời văn dễ hiểu"),
        _("Người thứ hai duyệt"),
        _("Hẹn ngày hiệu lực"),
    )
    now = NOW[Status(version.status)]
    return [Stage(number, name, number == now) for number, name in enumerate(names, 1)]


def frame(version: ProcedureVersion, officer: Officer, *, tab: str) -> dict[str, Any]:
    """Context of ``editor/base_draft.html``; ``tab`` is the url name of the tab the page belongs to."""
    return {
        "version": version,
        "officer": officer,
        "stages": stages(version),
        "is_editable": version.status == Status.DRAFT and may(officer, "edit"),
        "tab": tab,
    }


def signed_in(request: HttpRequest) -> Officer:
    """The officer behind a guarded view."""
    found = officer_of(request)
    if found is None:
        raise NotFound(_("Không có trang này."))
    return found
